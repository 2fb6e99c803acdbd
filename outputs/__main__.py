"""`python -m outputs`: what a front end is configured with, of a stage's outputs."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outputs.amplify import amplify_outputs
from outputs.config import storefront_config
from outputs.dotenv import dotenv
from outputs.public import OutputsError
from outputs.source import LOCAL, StageOutputs, read
from outputs.typescript import typescript

WRONG, INTERRUPTED = 2, 130


# Made of config.json's contents.
FORMATS: dict[str, Callable[[dict[str, Any]], str]] = {
    "json": lambda config: json.dumps(config, indent=2) + "\n",
    "dotenv": dotenv,
    "typescript": typescript,
}
AMPLIFY = "amplify"


def formatted(outputs: StageOutputs, form: str) -> str:
    """What a front end is configured with, in one of the formats.

    Raises:
        OutputsError: an output is missing, not of its kind, or the format cannot hold it.
    """
    if form == AMPLIFY:
        return json.dumps(amplify_outputs(outputs.values), indent=2) + "\n"
    return FORMATS[form](storefront_config(outputs.values, stage=outputs.stage))


def main() -> int:
    # Its usage would be lines before the one that says what is wrong.
    parser = argparse.ArgumentParser(
        prog="python -m outputs", description=__doc__, usage=argparse.SUPPRESS
    )
    parser.add_argument("--stage", help="such as dev; local, of the running make up, if left out")
    parser.add_argument(
        "--file", type=Path, help="of pulumi stack output --json, which is asked for otherwise"
    )
    parser.add_argument(
        "--format",
        choices=[AMPLIFY, *FORMATS],
        default="json",
        help="json, the storefront's, if left out",
    )
    parser.add_argument("--out", type=Path, help="the file to write; printed if left out")
    given = parser.parse_args()
    stage = given.stage if given.stage or given.file else LOCAL
    try:
        outputs = read(stage=stage, file=given.file)
        text = formatted(outputs, given.format)
        if not given.out:
            sys.stdout.write(text)
            return 0
        given.out.write_text(text)
    except OutputsError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be written: {error.strerror}.\n")
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    sys.stdout.write(f"{given.out} is what front ends of stage {outputs.stage} need.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
