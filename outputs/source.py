"""Where a stage's outputs come from: Pulumi's CLI, a file, or the running embedded cloud."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from outputs.public import OutputsError

ROOT = Path(__file__).parents[1]
# The stage that `make up` deploys.
LOCAL = "local"
# A backend on S3 or of Pulumi's own may be far away.
WITHIN_SECONDS = 120
# Of what Pulumi's CLI says when it has no answer, and what to do then.
ADVICE = {
    "no stack named": "`pulumi stack ls` lists those that are there; deploy it first",
    "PULUMI_ACCESS_TOKEN must be set": "log in (pulumi login), or name a backend by "
    "PULUMI_BACKEND_URL",
    "get credentials": "give AWS credentials that may read the backend",
}


@dataclass(frozen=True, kw_only=True)
class StageOutputs:
    """All outputs of a deployed stage, as `pulumi stack output --json` has them.

    Args:
        values: by their names; operators' among them.
    """

    stage: str
    values: Mapping[str, Any]


def read(*, stage: str | None, file: Path | None) -> StageOutputs:
    """The outputs of a stage, or in a file that says which stage's they are.

    Args:
        stage: such as `dev`; `local`: of the embedded cloud that runs here.
        file: of the JSON that `pulumi stack output --json` prints.

    Raises:
        OutputsError: they cannot be had, or are of another stage than that.
    """
    if file:
        return _in_file(file, stage)
    if not stage:
        raise OutputsError("Say whose outputs: --stage dev, or --file outputs.json.")
    return _running() if stage == LOCAL else _of_pulumi(stage)


def _in_file(file: Path, stage: str | None) -> StageOutputs:
    try:
        text = file.read_text()
    except OSError as error:
        raise OutputsError(
            f"{file} cannot be read ({error.strerror}): write it by "
            f"`pulumi stack output --json --stack {stage or 'dev'} > {file}`."
        ) from error
    except UnicodeDecodeError as error:
        raise _no_outputs(file) from error
    values = _parsed(text)
    if not values:
        raise _no_outputs(file)
    within = values.get("stage", stage)
    if not isinstance(within, str):
        raise OutputsError(
            f"{file} does not say which stage's outputs it has, as those of older programs do not: "
            "add --stage."
        )
    if stage and stage != within:
        raise OutputsError(f"{file} has the outputs of stage {within}, not of {stage}.")
    return StageOutputs(stage=within, values=values)


def _no_outputs(file: Path) -> OutputsError:
    return OutputsError(
        f"{file} has no outputs: it must be what `pulumi stack output --json` says."
    )


def _running() -> StageOutputs:
    # The embedded cloud takes its time to be imported.
    from local.cloud import CloudError
    from local.running import OUTPUTS, addresses

    try:
        addresses()
    except CloudError as error:
        raise OutputsError(str(error)) from error
    # Nothing is there where the stage was left to Pulumi's CLI (`make up EMPTY=1`).
    return _in_file(OUTPUTS, LOCAL) if OUTPUTS.is_file() else _of_pulumi(LOCAL)


def _of_pulumi(stage: str) -> StageOutputs:
    pulumi = shutil.which("pulumi")
    if not pulumi:
        raise OutputsError(
            "Pulumi's CLI is not on the PATH: install it (https://www.pulumi.com/docs/install), "
            "or name by --file what it said elsewhere to `pulumi stack output --json`."
        )
    command = [pulumi, "stack", "output", "--json", "--non-interactive", f"--stack={stage}"]
    try:
        ran = subprocess.run(  # noqa: S603 (Pulumi's own)
            command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise OutputsError(
            f"Pulumi's CLI did not answer within {WITHIN_SECONDS} seconds: look whether "
            "its backend can be reached."
        ) from error
    if ran.returncode:
        raise OutputsError(f"Pulumi has no outputs of stage {stage}: {_reason(ran.stderr)}.")
    values = _parsed(ran.stdout)
    if not values:
        raise OutputsError(
            f"Stage {stage} has no outputs yet: deploy it by `pulumi up --stack {stage}`."
        )
    return StageOutputs(stage=stage, values=values)


def _reason(stderr: str) -> str:
    """Pulumi's first error in one line, with what to do where that is known."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    [said, *_] = errors or lines or ["it does not say why"]
    return ": ".join([said, *(advice for words, advice in ADVICE.items() if words in said)])


def _parsed(text: str) -> dict[str, Any]:
    """The outputs that a text has; none where it is something else."""
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return cast(dict[str, Any], values) if isinstance(values, dict) else {}
