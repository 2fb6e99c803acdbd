"""`python -m local` demo, up, token and chaos."""

import argparse
import secrets
import signal
import sys
from collections.abc import Callable
from types import FrameType

import pulumi

from local import chaos, demo, token, up
from local.cloud import CloudError, bypass_proxies
from local.engine import DeploymentError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo_command = commands.add_parser("demo", help="place orders and show what happens to them")
    demo_command.add_argument(
        "--orders", type=_whole_number(1, 100_000), default=20, help="how many (20)"
    )
    demo_command.add_argument("--json", action="store_true", help="print one JSON object")
    up_command = commands.add_parser("up", help="keep the embedded cloud running until Ctrl-C")
    up_command.add_argument("--port", type=_whole_number(1, 65535), help="of AppSync (4567)")
    up_command.add_argument("--aws-port", type=_whole_number(1, 65535), help="of AWS (4566)")
    up_command.add_argument("--empty", action="store_true", help="deploy nothing")
    up_command.add_argument(
        "--persist", action="store_true", help="keep everything in .local/state for the next run"
    )
    token_command = commands.add_parser("token", help="print a customer's access token")
    token_command.add_argument(
        "--customer", required=True, help="name or e-mail address; signed up at first use"
    )
    token_command.add_argument(
        "--staff", metavar="RESTAURANT", help="make the customer staff of this restaurant"
    )
    chaos_command = commands.add_parser(
        "chaos", help="place orders while parts of the stage fail, and look for what is missing"
    )
    chaos_command.add_argument(
        "--orders", type=_whole_number(1, 100_000), default=1000, help="how many (1000)"
    )
    chaos_command.add_argument(
        "--seed", type=_whole_number(0, 2**63), help="of all that is drawn; a new one if left out"
    )
    chaos_command.add_argument(
        "--type", choices=("STANDARD", "EXPRESS"), default="STANDARD", help="of the workflow"
    )
    arguments = parser.parse_args()
    bypass_proxies()
    # Both, also where a shell started us in the background, with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _interrupt)
    sys.unraisablehook = _interrupt_again
    try:
        if arguments.command == "demo":
            return demo.run(arguments.orders, arguments.json)
        if arguments.command == "token":
            return token.run(arguments.customer, arguments.staff)
        if arguments.command == "chaos":
            seed = secrets.randbits(32) if arguments.seed is None else arguments.seed
            return chaos.run(arguments.orders, seed, arguments.type)
        ports = up.Ports(emulator=arguments.aws_port, gateway=arguments.port)
        return up.run(ports, empty=arguments.empty, persist=arguments.persist)
    except (CloudError, DeploymentError, pulumi.RunError) as error:
        print(error, file=sys.stderr)  # noqa: T201 (the one message that says what is wrong)
        return 1
    except KeyboardInterrupt:
        return 130


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _interrupt_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Python drops an interrupt that comes while it runs a finalizer: let it come again."""
    if unraisable.exc_type is KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(unraisable)


if __name__ == "__main__":
    sys.exit(main())
