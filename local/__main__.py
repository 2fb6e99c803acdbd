"""`python -m local demo` and `python -m local up`."""

import argparse
import signal
import sys
from types import FrameType

import pulumi

from local import demo, up
from local.cloud import CloudError
from local.engine import DeploymentError

EMULATOR_PORT = 4566
GATEWAY_PORT = 4567


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo_command = commands.add_parser("demo", help="place orders and show what happens to them")
    demo_command.add_argument("--orders", type=_positive, default=20, help="how many (20)")
    demo_command.add_argument("--json", action="store_true", help="print one JSON object")
    up_command = commands.add_parser("up", help="keep the embedded cloud running until Ctrl-C")
    up_command.add_argument("--port", type=int, default=GATEWAY_PORT, help="of AppSync (4567)")
    up_command.add_argument("--aws-port", type=int, default=EMULATOR_PORT, help="of AWS (4566)")
    up_command.add_argument("--empty", action="store_true", help="deploy nothing")
    arguments = parser.parse_args()
    # Both, also where a shell started us in the background, with SIGINT ignored.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if arguments.command == "demo":
            return demo.run(arguments.orders, arguments.json)
        return up.run(arguments.aws_port, arguments.port, arguments.empty)
    except (CloudError, DeploymentError, pulumi.RunError) as error:
        print(error, file=sys.stderr)  # noqa: T201 (the one message that says what is wrong)
        return 1
    except KeyboardInterrupt:
        return 130


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
