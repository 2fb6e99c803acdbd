"""Where outputs come from, and the one line that says why they cannot be had."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outputs import source
from outputs.public import OutputsError
from outputs.source import StageOutputs, read

OUTPUTS = {"stage": "dev", "region": "eu-west-1"}
Cli = Callable[..., Path]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Has a script on the PATH, alone, that answers as Pulumi's CLI; returns what it was told."""

    def answer(stdout: str = "", *, stderr: str = "", exit_code: int = 0, wait: str = "") -> Path:
        told = tmp_path / "arguments"
        (tmp_path / "stdout").write_text(stdout)
        (tmp_path / "stderr").write_text(stderr)
        script = tmp_path / "pulumi"
        script.write_text(
            f'#!/bin/sh\necho "$PWD $*" > {told}\n{wait}\n'
            f"/bin/cat {tmp_path}/stdout\n/bin/cat {tmp_path}/stderr >&2\nexit {exit_code}\n"
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return told

    return answer


def refused(stage: str | None, file: Path | None = None) -> str:
    with pytest.raises(OutputsError) as refusal:
        read(stage=stage, file=file)
    told = str(refusal.value)
    assert len(told.splitlines()) == 1
    return told


def test_pulumis_cli_is_asked_for_the_stage_of_this_project(cli: Cli) -> None:
    told = cli(json.dumps(OUTPUTS))
    assert read(stage="dev", file=None) == StageOutputs(stage="dev", values=OUTPUTS)
    arguments = "stack output --json --non-interactive --stack=dev"
    assert told.read_text() == f"{source.ROOT} {arguments}\n"


# What version 3.274.1 says.
@pytest.mark.parametrize(
    ("stderr", "told"),
    [
        (
            "error: no stack named 'dev' found\n",
            "no stack named 'dev' found: `pulumi stack ls` lists those that are there; deploy it "
            "first.",
        ),
        (
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI "
            "sessions\n",
            "PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions: "
            "log in (pulumi login), or name a backend by PULUMI_BACKEND_URL.",
        ),
        (
            'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): '
            "operation error S3: GetObject, get identity: get credentials: failed to refresh\n",
            'read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation '
            "error S3: GetObject, get identity: get credentials: failed to refresh: give AWS "
            "credentials that may read the backend.",
        ),
        (
            "Logging in using access token from PULUMI_ACCESS_TOKEN\n"
            'error: performing HTTP request: Get "https://api.pulumi.com/api/user": no such host\n',
            'performing HTTP request: Get "https://api.pulumi.com/api/user": no such host.',
        ),
        ("panic: of tomorrow's version\n\tat main.go:5\n", "panic: of tomorrow's version."),
        ("", "it does not say why."),
    ],
)
def test_what_pulumi_says_is_one_line_with_what_to_do(cli: Cli, stderr: str, told: str) -> None:
    cli(stderr=stderr, exit_code=255)
    assert refused("dev") == f"Pulumi has no outputs of stage dev: {told}"


@pytest.mark.parametrize("stdout", ["{}\n", "", "Diagnostics\n"])
def test_a_stage_that_is_not_deployed_says_so(cli: Cli, stdout: str) -> None:
    cli(stdout)
    told = "Stage dev has no outputs yet: deploy it by `pulumi up --stack dev`."
    assert refused("dev") == told


def test_without_pulumis_cli_it_says_where_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused("dev").startswith("Pulumi's CLI is not on the PATH: install it")


def test_pulumis_cli_is_not_waited_for_for_ever(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli(wait="exec /bin/sleep 600")
    monkeypatch.setattr(source, "WITHIN_SECONDS", 0.5)
    assert refused("dev").startswith("Pulumi's CLI did not answer within 0.5 seconds")


def test_a_stage_or_a_file_is_named() -> None:
    assert refused(None) == "Say whose outputs: --stage dev, or --file outputs.json."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outputs.json"


@pytest.mark.parametrize("stage", [None, "dev"])
def test_a_file_says_whose_outputs_it_has(file: Path, stage: str | None) -> None:
    file.write_text(json.dumps(OUTPUTS))
    assert read(stage=stage, file=file) == StageOutputs(stage="dev", values=OUTPUTS)


def test_of_an_older_programs_file_the_stage_is_to_be_said(file: Path) -> None:
    older: dict[str, Any] = {"region": "eu-west-1"}
    file.write_text(json.dumps(older))
    assert refused(None, file).endswith("add --stage.")
    assert read(stage="dev", file=file) == StageOutputs(stage="dev", values=older)


def test_another_stages_file_is_refused(file: Path) -> None:
    file.write_text(json.dumps(OUTPUTS))
    assert refused("prod", file) == f"{file} has the outputs of stage dev, not of prod."


def test_a_file_that_is_not_there_is_told_how_to_write_it(file: Path) -> None:
    assert refused(None, file) == (
        f"{file} cannot be read (No such file or directory): write it by "
        f"`pulumi stack output --json --stack dev > {file}`."
    )


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe"])
def test_a_file_of_something_else_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    told = f"{file} has no outputs: it must be what `pulumi stack output --json` says."
    assert refused("dev", file) == told
