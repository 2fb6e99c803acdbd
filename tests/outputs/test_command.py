"""`python -m outputs`, as it is called."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.local.processes import ROOT


def run(*arguments: str) -> tuple[int, str, str]:
    ran = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-m", "outputs", *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.fixture
def file(tmp_path: Path, on_aws: dict[str, Any]) -> str:
    file = tmp_path / "stack.json"
    file.write_text(json.dumps(on_aws))
    return str(file)


def test_it_prints_what_the_storefront_reads(file: str) -> None:
    exit_code, stdout, stderr = run("--file", file)
    assert (exit_code, stderr) == (0, "")
    assert json.loads(stdout)["graphqlUrl"] == "https://order-api.example/graphql"


def test_it_writes_a_file(file: str, tmp_path: Path) -> None:
    out = tmp_path / "amplify_outputs.json"
    told = run("--file", file, "--format", "amplify", "--out", str(out))
    assert told == (0, f"{out} is what front ends of stage prod need.\n", "")
    assert json.loads(out.read_text())["version"] == "1.4"


def test_what_cannot_be_written_is_named(file: str, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "config.json"
    told = f"{out} cannot be written: No such file or directory.\n"
    assert run("--file", file, "--out", str(out)) == (2, "", told)


def test_a_file_stays_as_it_was_where_there_are_no_outputs(tmp_path: Path) -> None:
    out = tmp_path / "config.json"
    out.write_text("as it was")
    exit_code, _, stderr = run("--file", str(tmp_path / "none.json"), "--out", str(out))
    assert (exit_code, out.read_text()) == (2, "as it was")
    assert stderr.startswith(f"{tmp_path}/none.json cannot be read")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "yaml"], "argument --format: invalid choice: 'yaml'"),
        (["--stage"], "argument --stage: expected one argument"),
        (["dev"], "unrecognized arguments: dev"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: list[str], told: str) -> None:
    exit_code, stdout, stderr = run(*arguments)
    assert (exit_code, stdout) == (2, "")
    assert told in stderr
    assert len(stderr.splitlines()) == 1
