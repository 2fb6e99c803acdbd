"""`python -m cost`: what a stage costs on AWS, and how much it can carry; see cost/prices.yaml."""

import argparse
import sys
from collections.abc import Callable

import pulumi
from rich.console import Console

from cost import report
from cost.bill import estimate
from cost.capacity import capacity
from cost.observation import OBSERVED, ObservationError
from cost.workload import Traffic
from local.cloud import CloudError
from local.engine.deployment import DeploymentError
from local.engine.program import ROOT
from preview.recording import record_program

WRONG, INTERRUPTED = 2, 130
# What the tables fit into, where there is no terminal to ask.
COLUMNS = 80
TYPES = ("STANDARD", "EXPRESS")


def main() -> int:
    # Its usage would be a dozen lines before the one that says what is wrong.
    parser = argparse.ArgumentParser(
        prog="python -m cost", description=__doc__, usage=argparse.SUPPRESS
    )
    parser.add_argument(
        "command", nargs="?", choices=["observe"], help="place orders, and write down their calls"
    )
    defaults = Traffic()
    parser.add_argument("--stage", default="prod", help="such as dev; prod if left out")
    parser.add_argument(
        "--orders", type=_orders, default=defaults.orders, help="a month's (1000000)"
    )
    parser.add_argument("--rate", type=_rate, help="what so many orders a second need")
    parser.add_argument(
        "--retries", type=_share, default=0, help="share of failed payments tried once more (0)"
    )
    parser.add_argument("--deletes", type=_share, default=0, help="share of orders deleted (0)")
    parser.add_argument(
        "--tokens", type=_share, default=0, help="share of orders with a clientRequestToken (0)"
    )
    parser.add_argument("--subscribers", type=_amount, default=1, help="who follow an order (1)")
    parser.add_argument("--batch", type=_batch, default=1, help="messages in a queue's batch (1)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--markdown", action="store_true", help="print the README's table")
    given = parser.parse_args()
    traffic = Traffic(
        orders=given.orders,
        retries=given.retries,
        deletes=given.deletes,
        tokens=given.tokens,
        subscribers=given.subscribers,
        batch=given.batch,
    )
    try:
        if given.command:
            return _observe()
        _require_stage(given.stage)
        if given.markdown:
            standard, express = (
                estimate(record_program(given.stage, workflowType=each), traffic) for each in TYPES
            )
            print(report.markdown(standard, express))
            return 0
        recording = record_program(given.stage)
        bill, needs = estimate(recording, traffic), capacity(recording, traffic)
        if given.json:
            print(report.as_json(given.stage, bill, needs, given.rate))
        else:
            console = Console()
            if not console.is_terminal:
                console = Console(width=COLUMNS)
            report.show(console, given.stage, bill, needs, given.rate)
        return 0
    except (ObservationError, CloudError, DeploymentError, pulumi.RunError) as error:
        print(error, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED


def _observe() -> int:
    # The embedded cloud takes its time to be imported.
    from cost.observer import observe

    observation = observe()
    observation.write()
    print(f"{OBSERVED.relative_to(ROOT)} says what orders of each kind call.")
    return 0


def _require_stage(stage: str) -> None:
    stages = sorted(file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml"))
    if stage not in stages:
        raise pulumi.RunError(f"There is no stage {stage!r}: it must be {', '.join(stages)}.")


def _orders(text: str) -> int:
    number = text.replace(",", "").replace("_", "")
    if not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError("must be a whole number above 0, such as 1000000")
    return int(number)


def _batch(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 10")
    return int(text)


def _number(allowed: Callable[[float], bool], what: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        # Which infinity is not, either.
        if not allowed(value) or value == float("inf"):
            raise argparse.ArgumentTypeError(f"must be {what}")
        return value

    return read


_rate = _number(lambda value: value > 0, "a number above 0, such as 50")
_amount = _number(lambda value: value >= 0, "a number, such as 1")
_share = _number(lambda value: 0 <= value <= 1, "a number from 0 to 1")


if __name__ == "__main__":
    sys.exit(main())
