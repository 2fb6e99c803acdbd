"""The state machine's definition by asl-validator and by cfn-lint's rules for it."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from cfnlint.api import lint  # pyright: ignore[reportMissingTypeStubs]

ROOT = Path(__file__).parents[2]
ASL_VALIDATOR = ROOT / "node_modules" / ".bin" / "asl-validator"


class Unchecked(Exception):
    """A tool did not run."""


def faults_of_definition(definition: str) -> list[str]:
    """What the two tools say against a definition that is ready to be deployed, as JSON.

    Raises:
        Unchecked: asl-validator is not installed, or did not come to a verdict.
    """
    document = json.loads(definition)
    return [*_by_asl_validator(document), *_by_cfn_lint(document)]


def _by_asl_validator(document: Any) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "definition.json"
        path.write_text(json.dumps(_on_one_line(document)))
        try:
            ran = subprocess.run(  # noqa: S603 (a tool of ours)
                [ASL_VALIDATOR, "--json-path", path],
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        except FileNotFoundError as error:
            raise Unchecked(f"{error}: run `make setup`, which installs asl-validator") from error
    if ran.returncode == 0:
        return
    # It ends with 1 by its verdict, whose first line names the file.
    if ran.returncode != 1:
        raise Unchecked(f"asl-validator ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
    # One fault can be told once for each kind of state that it could have been.
    for fault in dict.fromkeys(line.strip() for line in ran.stderr.splitlines()[1:]):
        yield f"asl-validator: {fault}"


def _on_one_line(value: Any) -> Any:
    """Its pattern for an expression has no line breaks; to JSONata they are as any space."""
    if isinstance(value, str):
        return re.sub(r"\s+", " ", value) if value.startswith("{%") else value
    if isinstance(value, dict):
        return {name: _on_one_line(each) for name, each in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_on_one_line(each) for each in cast(list[Any], value)]
    return value


def _by_cfn_lint(document: Any) -> Iterator[str]:
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Workflow": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": "arn:aws:iam::123456789012:role/workflow",
                    "Definition": document,
                },
            }
        },
    }
    for match in cast(list[Any], lint(json.dumps(template))):
        # The first four lead to the definition.
        where = "/".join(str(each) for each in match.path[4:])
        yield f"cfn-lint: {match.rule.id}: /{where}: {match.message}"
