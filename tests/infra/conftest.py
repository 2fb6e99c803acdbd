"""Recordings of the whole program: one fresh engine for each configuration, read by many tests."""

import pytest

from preview.recording import STAGES, Recording, record_everything, record_program


@pytest.fixture(scope="session")
def local() -> Recording:
    return record_program("local", **STAGES["local"])


@pytest.fixture(scope="session")
def dev() -> Recording:
    return record_program("dev", **STAGES["dev"])


@pytest.fixture(scope="session")
def prod() -> Recording:
    return record_everything()


@pytest.fixture(scope="session", params=list(STAGES))
def stage(request: pytest.FixtureRequest) -> Recording:
    """Each stage in turn: what must hold for all."""
    return request.getfixturevalue(request.param)
