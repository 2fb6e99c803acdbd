"""`python -m ops`: what an operator does with a deployed stage; see the README.

Exit codes: 0: done, and nothing is left; 1: something is left to see to, or was not found; 2: it
could not be done, and nothing, or not all, was changed; 130: interrupted.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.dead_letters.queues import NAMES
from ops.stage import OpsError, Stage
from ops.terminal import Terminal

WRONG, INTERRUPTED = 2, 130
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# As long as the door has a customer wait with a retry (graphql/functions/beginAttempt.js).
SETTLED = timedelta(minutes=15)
# A small share of what an on-demand table gives from the beginning, 12,000.
READ_UNITS = 500
# Mended orders are paid by the same functions as the customers'.
MENDED_A_SECOND = 10


def parser() -> argparse.ArgumentParser:
    """Of the command line; what is global is taken before and after the command."""
    everywhere = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    everywhere.add_argument("--stage", help="such as dev; local: the running embedded cloud")
    everywhere.add_argument("--file", type=Path, help="of `pulumi stack output --json`")
    everywhere.add_argument("--json", action="store_true", help="print JSON, for scripts")
    everywhere.add_argument("--yes", action="store_true", help="agree to what would be asked")
    main = argparse.ArgumentParser(prog="python -m ops", description=__doc__, parents=[everywhere])
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, tells: str, of: Any = commands) -> argparse.ArgumentParser:
        return of.add_parser(name, help=tells, description=tells, parents=[everywhere])

    find = command("find", "tell everything that is known of an order, or list a customer's")
    find.add_argument("name", metavar="ORDER_ID|ADDRESS")

    letters = command("dead-letters", "look at what rests, and send it round again")
    _dead_letters(letters.add_subparsers(dest="action", required=True, metavar="ACTION"), command)

    reconcile = command("reconcile", "compare tables, executions and queues; name what is wrong")
    reconcile.add_argument("--mend", action="store_true", help="do the one safe thing for each")
    retry = command("retry-stuck", "have pending orders that nothing moves go on")
    retry.add_argument("order", nargs="?", metavar="ORDER_ID", help="this one alone")
    for each in (reconcile, retry):
        each.add_argument(
            "--older-than", type=span, default=SETTLED, help="leave alone what changed since (15m)"
        )
        each.add_argument(
            "--read-units", type=positive, default=READ_UNITS, help="of DynamoDB a second (500)"
        )
        each.add_argument(
            "--rate", type=positive, default=MENDED_A_SECOND, help="messages a second (10)"
        )

    command("pause", "have orders wait in their queue")
    command("resume", "have orders taken from their queue again")

    staff = command("staff", "who is staff of which restaurant")
    actions = staff.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, tells in (("add", "make a user staff"), ("remove", "end that")):
        action = command(name, tells, actions)
        action.add_argument("restaurant", metavar="RESTAURANT")
        action.add_argument("address", metavar="ADDRESS")
    command("list", "tell who is", actions).add_argument(
        "restaurant", metavar="RESTAURANT", nargs="?"
    )

    replay = command("replay-updates", "publish orders as they are now to their subscribers again")
    replay.add_argument("name", metavar="ORDER_ID|ADDRESS")

    load = command("load", "place orders through the public door, and tell how that went")
    load.add_argument("--rate", type=positive, default=5, help="orders a second (5)")
    load.add_argument("--minutes", type=positive, default=1, help="how long (1)")
    load.add_argument("--address", help="of the customer who places them; one is made without")
    load.add_argument("--password-file", type=Path, help="with that customer's password")
    load.add_argument("--on", metavar="STAGE", help="the stage once more; prod needs it")
    load.add_argument("--keep", action="store_true", help="do not delete the orders")

    policy = command("policy", "print the IAM policy that an operator of the stage needs")
    policy.add_argument("commands", nargs="*", metavar="COMMAND", help="such as 'staff add'; all")
    return main


def _dead_letters(actions: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    for name, tells in (
        ("list", "how many rest where, by their cause"),
        ("show", "some of them whole, the oldest first"),
        ("redrive", "send them round again, each deleted once it is sent"),
        ("discard", "delete them, each once it is in a file"),
        ("export", "write them down, a line of JSON each; they rest on"),
    ):
        action = command(name, tells, actions)
        action.add_argument("queue", nargs="?", choices=NAMES, help="all of them without")
        action.add_argument("--cause", help="only with this in their cause")
        action.add_argument("--older-than", type=span, help="only those, such as 2h or 3d")
        action.add_argument("--order", metavar="ORDER_ID", help="only what is about this order")
        if name in {"redrive", "discard"}:
            action.add_argument("--dry-run", action="store_true", help="tell, and change nothing")
        if name == "redrive":
            action.add_argument("--rate", type=positive, help="a second, at most")
        if name in {"discard", "export"}:
            action.add_argument("--to", type=Path, metavar="FILE", help="to add them to")


def main() -> int:
    given = parser().parse_args()
    terminal = Terminal(json=getattr(given, "json", False), yes=getattr(given, "yes", False))
    try:
        stage = Stage.of(getattr(given, "stage", None), getattr(given, "file", None))
        return run(stage, terminal, given)
    except (OpsError, BotoCoreError, ClientError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more: nor is there anything to flush at the end.
        sys.stdout = None
        return 0


def run(stage: Stage, terminal: Terminal, given: argparse.Namespace) -> int:
    """The command's exit code. Each brings what it needs along, as that takes its time."""
    match given.command:
        case "find":
            from ops.find.command import run as find

            return find(stage, terminal, given.name)
        case "dead-letters":
            return _run_dead_letters(stage, terminal, given)
        case "reconcile" | "retry-stuck":
            from ops.reconcile.command import reconcile, retry_stuck

            how = {
                "older_than": given.older_than,
                "read_units": given.read_units,
                "rate": given.rate,
            }
            if given.command == "reconcile":
                return reconcile(stage, terminal, mend=given.mend, **how)
            return retry_stuck(stage, terminal, given.order, **how)
        case "pause" | "resume":
            from ops.consumer import pause, resume

            return (pause if given.command == "pause" else resume)(stage, terminal)
        case "staff":
            from ops.staff import add, list_staff, remove

            if given.action == "list":
                return list_staff(stage, terminal, given.restaurant)
            act = add if given.action == "add" else remove
            return act(stage, terminal, given.restaurant, given.address)
        case "replay-updates":
            from ops.replay import run as replay

            return replay(stage, terminal, given.name)
        case "policy":
            from ops.permissions import policy

            print(json.dumps(policy(stage, given.commands), indent=2))
            return 0
        case _:
            return _run_load(stage, terminal, given)


def _run_dead_letters(stage: Stage, terminal: Terminal, given: argparse.Namespace) -> int:
    from ops.dead_letters import command
    from ops.dead_letters.letter import Chosen

    chosen = Chosen(cause=given.cause, older_than=given.older_than, order_id=given.order)
    match given.action:
        case "list":
            return command.list_letters(stage, terminal, given.queue, chosen)
        case "show":
            return command.show(stage, terminal, given.queue, chosen)
        case "redrive":
            return command.redrive(
                stage, terminal, given.queue, chosen, rate=given.rate, dry_run=given.dry_run
            )
        case "discard":
            return command.discard(
                stage, terminal, given.queue, chosen, to=given.to, dry_run=given.dry_run
            )
        case _:
            return command.export(stage, terminal, given.queue, chosen, to=given.to)


def _run_load(stage: Stage, terminal: Terminal, given: argparse.Namespace) -> int:
    from ops.load.command import run as load
    from ops.load.customer import Credentials

    customer = None
    if given.address or given.password_file:
        if not (given.address and given.password_file):
            raise OpsError("A customer is given by --address and --password-file together.")
        try:
            password = given.password_file.read_text().strip()
        except OSError as error:
            raise OpsError(f"{given.password_file} cannot be read ({error.strerror}).") from error
        customer = Credentials(address=given.address, password=password)
    return load(
        stage,
        terminal,
        rate=given.rate,
        minutes=given.minutes,
        given=customer,
        on=given.on,
        keep=given.keep,
    )


def span(text: str) -> timedelta:
    """Of a time such as 90s, 15m, 2h or 3d."""
    read = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not read:
        raise argparse.ArgumentTypeError(f"{text!r} is no span of time: such as 90s, 15m, 2h or 3d")
    return timedelta(**{UNITS[read[2]]: int(read[1])})


def positive(text: str) -> float:
    """A number above 0, of at most 10,000."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number above 0, and at most 10000")
    return number


if __name__ == "__main__":
    sys.exit(main())
