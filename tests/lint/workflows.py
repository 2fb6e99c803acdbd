"""The repository's workflows by actionlint, with shellcheck for their scripts, and by zizmor."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.lint.accepted import Findings
from tests.lint.definition import Unchecked

TOOLS = Path(sys.executable).parent
SHELLCHECK = TOOLS / "shellcheck"


def findings_of_workflows(files: Sequence[Path]) -> Findings:
    """What the two say, by the name of the workflow's file.

    Raises:
        Unchecked: one of them is not installed, or did not come to a verdict.
    """
    found: Findings = {file.name: set() for file in files}
    for name, finding in (*_by_actionlint(files), *_by_zizmor(files)):
        found[name].add(finding)
    return found


def checks_scripts() -> bool:
    """Whether there is a shellcheck: PyPI has none for every machine."""
    return SHELLCHECK.exists()


def _by_actionlint(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    shellcheck = str(SHELLCHECK) if checks_scripts() else ""
    told = _run(
        ["actionlint", "-format", "{{json .}}", "-pyflakes", "", "-shellcheck", shellcheck],
        files,
        verdicts=range(2),
    )
    for each in told:
        message = each["message"].split("\n")[0]
        yield Path(each["filepath"]).name, f"actionlint: {each['kind']}: {message}"


def _by_zizmor(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    # Above 10 its exit code says how severe the worst finding is.
    told = _run(
        ["zizmor", "--offline", "--no-config", "--quiet", "--persona=pedantic", "--format=json"],
        files,
        verdicts=(0, *range(11, 15)),
    )
    for each in told:
        [where, *_] = (at for at in each["locations"] if at["symbolic"]["kind"] == "Primary")
        file = Path(where["symbolic"]["key"]["Local"]["verbatim_path"])
        # Without the sign of a script that begins in the next line.
        snippet = where["concrete"]["feature"].lstrip("|> \n").split("\n")[0]
        yield file.name, f"zizmor: {each['ident']}: {snippet}"


def _run(command: list[str], files: Sequence[Path], verdicts: Sequence[int]) -> list[Any]:
    """The findings that a tool tells as JSON, with one of these exit codes."""
    try:
        ran = subprocess.run(  # noqa: S603 (a tool of ours)
            [TOOLS / command[0], *command[1:], *files],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except FileNotFoundError as error:
        raise Unchecked(f"{error}: run `make setup`, which installs {command[0]}") from error
    if ran.returncode not in verdicts:
        raise Unchecked(f"{command[0]} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
    return json.loads(ran.stdout)
