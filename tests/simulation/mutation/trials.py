"""`make mutate`: each condition, retry, catch and line that a promise needs is missed if gone."""

import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypedDict

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.simulation.mutation.judge import CPU_SECONDS
from tests.simulation.mutation.mutants import HANDLERS, Mutant, mutants

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).parents[3]
# What the judge needs of the project.
PARTS = ("functions", "graphql", "infra", "tests/functions", "tests/simulation", "pyproject.toml")
PROCESSES = 2
SECONDS_PER_MUTANT = 300
NOTHING = "seen by nothing"
PLAIN: "Plain" = {"markup": False, "highlight": False, "soft_wrap": True}


class Plain(TypedDict):
    """How lines are printed as they are."""

    markup: bool
    highlight: bool
    soft_wrap: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant, and what saw it; empty where nothing did."""

    mutant: Mutant
    seen_by: str


def try_mutants(wanted: str, minutes: float) -> int:
    """Try all mutants whose names have `wanted` in them; how many minutes it may take."""
    console = Console(emoji=False)
    ends_at = time.monotonic() + minutes * 60
    chosen = [mutant for mutant in mutants(ROOT) if wanted in mutant.name]
    with _copies() as copies:
        if seen_by := _original(copies):
            console.print(f"Something is wrong without any mutation: {seen_by}", **PLAIN)
            return 1
        trials = _try_all(chosen, copies, ends_at, console)
    console.print(_table(trials))
    survivors = [trial for trial in trials if not trial.seen_by]
    untried = len(chosen) - len(trials)
    console.print(
        f"{len(trials)} mutants, {len(survivors)} of them seen by nothing"
        + (f"; {untried} not tried in {minutes:g} minutes" if untried else "")
    )
    return 1 if survivors or untried else 0


def _try_all(
    chosen: Sequence[Mutant], copies: "SimpleQueue[Path]", ends_at: float, console: Console
) -> list[Trial]:
    trials: list[Trial] = []
    lock = threading.Lock()
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("mutate", total=len(chosen))

        def attempt(mutant: Mutant) -> None:
            if time.monotonic() > ends_at:
                return
            trial = Trial(mutant, _tried(mutant, copies))
            with lock:
                trials.append(trial)
                progress.advance(task)
                if not (trial.seen_by and console.is_terminal):
                    progress.console.print(f"{mutant.name}: {trial.seen_by or NOTHING}", **PLAIN)

        with ThreadPoolExecutor(PROCESSES) as pool:
            list(pool.map(attempt, chosen))
    order = {mutant.name: index for index, mutant in enumerate(chosen)}
    return sorted(trials, key=lambda trial: order[trial.mutant.name])


@contextmanager
def _copies() -> "Generator[SimpleQueue[Path]]":
    """Copies of the project, for one mutant at a time each."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(PROCESSES):
            copy = Path(folder, str(number))
            for part in PARTS:
                source, target = ROOT / part, copy / part
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    ignored = shutil.ignore_patterns("__pycache__")
                    shutil.copytree(source, target, ignore=ignored)
                else:
                    shutil.copy(source, target)
            copies.put(copy)
        yield copies


def _original(copies: "SimpleQueue[Path]") -> str:
    tests = {f"tests/functions/{test}.py" for each in HANDLERS.values() for test in each}
    copy = copies.get()
    try:
        return _judged(copy, sorted(tests))
    finally:
        copies.put(copy)


def _tried(mutant: Mutant, copies: "SimpleQueue[Path]") -> str:
    copy = copies.get()
    file = copy / mutant.file
    original = file.read_text()
    try:
        file.write_text(mutant.text)
        return _judged(copy, mutant.tests)
    finally:
        file.write_text(original)
        copies.put(copy)


def _judged(copy: Path, tests: Sequence[str]) -> str:
    """What saw that something is wrong in a copy."""
    command = [sys.executable, "-B", "-m", "tests.simulation.mutation.judge", *tests]
    try:
        judge = subprocess.run(  # noqa: S603 (this Python)
            command, cwd=copy, capture_output=True, text=True, timeout=SECONDS_PER_MUTANT
        )
    except subprocess.TimeoutExpired:
        return f"no end within {SECONDS_PER_MUTANT} s"
    if judge.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return f"no end within {CPU_SECONDS} s of CPU time"
    lines = [line for line in judge.stdout.splitlines() if line.startswith("VERDICT")]
    if not lines:
        return judge.stderr.strip().splitlines()[-1]
    return lines[-1].removeprefix("VERDICT").strip()


def _table(trials: Sequence[Trial]) -> Table:
    table = Table("mutant", "seen by")
    for trial in trials:
        seen_by = trial.seen_by.replace("[", "\\[")
        table.add_row(trial.mutant.name.replace("[", "\\["), seen_by[:160] or "[red]nothing")
    return table
