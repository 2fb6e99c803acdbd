"""The embedded cloud with Pulumi's provider, and the CLI; skipped where it is not installed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.embedded_cloud import EmbeddedCloud
from local.engine.resource_provider import ProviderServer
from tests.engine.installation import search_path
from tests.engine.pulumi import Pulumi
from tests.local.commands import copy_program

Start = Callable[[Path], Pulumi]


@pytest.fixture(scope="session")
def path() -> str:
    found = search_path()
    if found is None:
        pytest.skip(
            "Pulumi's CLI and its language hosts are neither on the PATH nor built:"
            " `make engine` builds them where Go is"
        )
    return found


@pytest.fixture(scope="session")
def cloud(path: str) -> Iterator[EmbeddedCloud]:  # noqa: ARG001 (no cloud without the CLI)
    with EmbeddedCloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def provider(cloud: EmbeddedCloud) -> Iterator[ProviderServer]:
    with ProviderServer(cloud.aws) as server:
        yield server


@pytest.fixture
def start(path: str, provider: ProviderServer, tmp_path: Path) -> Start:
    """Has the CLI run in a project's folder, on a backend of its own."""
    state = tmp_path / "state"
    state.mkdir()

    def start(project: Path) -> Pulumi:
        _, providers = provider.environment.split("=")
        return Pulumi(project=project, state=state, path=path, providers=providers)

    return start


@pytest.fixture
def pulumi(start: Start, tmp_path: Path) -> Pulumi:
    """The CLI in a copy of this program, which a test may change."""
    project = copy_program(tmp_path / "program")
    # The environment that Pulumi.yaml names.
    (project / ".venv").symlink_to(sys.prefix)
    return start(project)
