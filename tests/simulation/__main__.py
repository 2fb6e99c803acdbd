"""`make simulate` and `make mutate`."""

import argparse
import random
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.campaign import Campaign, report
from tests.simulation.mutation.trials import try_mutants
from tests.simulation.schedule import WorkflowType

TYPES: dict[str, tuple[WorkflowType, ...]] = {
    "STANDARD": ("STANDARD",),
    "EXPRESS": ("EXPRESS",),
    "both": ("STANDARD", "EXPRESS"),
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    simulate = commands.add_parser("run", help="simulate many orders' fates")
    simulate.add_argument("--runs", type=int, default=10_000, help="seeds, each for all types")
    simulate.add_argument("--seed", type=int, help="the first one; a new one each time")
    simulate.add_argument("--type", choices=TYPES, default="both")
    simulate.add_argument("--processes", type=int, default=1)
    mutate = commands.add_parser("mutate", help="show that it bites")
    mutate.add_argument("--match", default="", help="only mutants whose names have this in them")
    mutate.add_argument("--minutes", type=float, default=60)
    given = parser.parse_args(arguments or ["run"])
    if given.command == "mutate":
        return try_mutants(given.match, given.minutes)
    seed = random.SystemRandom().randrange(10**9) if given.seed is None else given.seed
    return _simulate(
        Campaign(seed=seed, runs=given.runs, types=TYPES[given.type], processes=given.processes)
    )


def _simulate(campaign: Campaign) -> int:
    console = Console()
    total = campaign.runs * len(campaign.types)
    columns = (
        TextColumn("simulate"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]:.0f} runs/s"),
        TimeRemainingColumn(),
    )
    failed = None
    done, began = 0, time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total, pace=0.0)
        for chunk in campaign.chunks():
            done += chunk.runs
            failed = chunk.failed
            pace = done / (time.monotonic() - began)
            progress.update(task, completed=done, pace=pace)
    seconds = time.monotonic() - began
    console.print(
        f"{done} runs from seed {campaign.seed} in {seconds:.1f} s ({done / seconds:.0f} a second)",
        highlight=False,
    )
    if failed:
        console.print(report(failed), highlight=False, markup=False, soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
