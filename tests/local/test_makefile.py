"""What `make` runs for which variables; nothing is run here."""

import os
import re
import subprocess

import pytest

from tests.local.processes import ROOT


def made(*arguments: str) -> str:
    ran = subprocess.run(  # noqa: S603 (our own)
        ["make", *arguments],  # noqa: S607
        cwd=ROOT,
        # The make that runs these tests has nothing to say to this one.
        env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MAKE", "MFLAGS"))
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("variable", ["PERSIST", "EMPTY"])
@pytest.mark.parametrize(("value", "on"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_a_variable_that_is_0_or_empty_is_off(variable: str, value: str, on: bool) -> None:
    command = made("-n", "up", f"{variable}={value}").splitlines()[-1]
    assert "-m local up" in command
    assert (f"--{variable.lower()}" in command) == on


def test_logs_are_of_one_order_where_one_is_named() -> None:
    assert "--order" not in made("-n", "logs")
    assert made("-n", "logs", "ORDER=01M8").splitlines()[-1].endswith("logs --order '01M8'")


def test_outputs_are_asked_for_as_the_variables_say() -> None:
    assert made("-n", "outputs").splitlines()[-1].split()[1:] == ["-m", "outputs"]
    given = made("-n", "outputs", "STAGE=dev", "FILE=a b.json", "FORMAT=dotenv", "OUT=.env")
    arguments = "--stage 'dev' --file 'a b.json' --format 'dotenv' --out '.env'"
    assert given.splitlines()[-1].endswith(f"-m outputs {arguments}")


def test_lint_looks_whether_what_is_made_of_the_schema_is_stale() -> None:
    lines = made("-n", "lint").splitlines()
    assert any(line.endswith("-m outputs.codegen --check") for line in lines)


def test_help_names_every_command_in_a_line_of_80_columns() -> None:
    lines = made("help").splitlines()
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert {line.split()[0] for line in lines} == set(phony[1].split())
    assert all(len(line) <= 80 for line in lines)
