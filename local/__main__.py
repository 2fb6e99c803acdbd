"""`python -m local` demo, up, logs, token and chaos."""

import signal

# Until there is something to clean up an interrupt ends this at once, and says nothing.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import locale
import os
import sys

# The program's files are UTF-8, whatever the terminal speaks.
IS_UTF8 = bool(sys.flags.utf8_mode) or locale.getencoding().lower() == "utf-8"
if __name__ == "__main__" and not IS_UTF8:
    spoken = {"PYTHONUTF8": "1", "PYTHONIOENCODING": f"{sys.stdout.encoding}:replace"}
    os.execve(sys.executable, sys.orig_argv, os.environ | spoken)

import argparse
import secrets
from collections.abc import Callable

import pulumi

from local import chaos, demo, logs, token, up
from local.cloud import CloudError, settle_environment
from local.engine.deployment import DeploymentError
from local.interrupts import INTERRUPTED, ignore_interrupts, raise_interrupts


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
    up_command.add_argument(
        "--storefront-port",
        type=_whole_number(1, 65535),
        help="serve the storefront there, and build it before where need be (npm)",
    )
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
    logs_command = commands.add_parser("logs", help="follow what the functions log")
    logs_command.add_argument("--order", metavar="ID", help="only what is about this order")
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
    settle_environment()
    # It was for this process's terminal.
    os.environ.pop("PYTHONIOENCODING", None)
    raise_interrupts()
    try:
        return _run(arguments)
    except (CloudError, DeploymentError, pulumi.RunError) as error:
        print(error, file=sys.stderr)  # noqa: T201 (the one message that says what is wrong)
        return 1
    except KeyboardInterrupt:
        # All is cleaned up; threads of a deployment that was cut off may go on for ever.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    finally:
        ignore_interrupts()


def _run(arguments: argparse.Namespace) -> int:
    """The command's exit code."""
    if arguments.command == "demo":
        return demo.run(arguments.orders, arguments.json)
    if arguments.command == "token":
        return token.run(arguments.customer, arguments.staff)
    if arguments.command == "logs":
        return logs.run(arguments.order)
    if arguments.command == "chaos":
        seed = secrets.randbits(32) if arguments.seed is None else arguments.seed
        return chaos.run(arguments.orders, seed, arguments.type)
    ports = up.Ports(
        emulator=arguments.aws_port, gateway=arguments.port, storefront=arguments.storefront_port
    )
    return up.run(ports, empty=arguments.empty, persist=arguments.persist)


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


if __name__ == "__main__":
    sys.exit(main())
