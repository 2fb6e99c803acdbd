"""One stage, deployed once, for the tests that only look at it; the commands, each a process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from tests.local.commands import Start, copy_program
from tests.local.processes import Run, run_python


@pytest.fixture(scope="session")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def outputs(cloud: EmbeddedCloud) -> dict[str, Any]:
    return cloud.deploy()


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_program(tmp_path_factory.mktemp("program"))


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """A copy that the test changes."""
    return copy_program(tmp_path / "program")


@pytest.fixture
def start(tmp_path: Path, program: Path) -> Iterator[Start]:
    """Starts `python -m local …`; what still runs at the test's end is killed."""
    runs: list[Run] = []

    def start(*arguments: str, cwd: Path = program) -> Run:
        runs.append(run_python(tmp_path, "-m", "local", *arguments, cwd=cwd))
        return runs[-1]

    yield start
    for run in runs:
        run.end()
