"""One stage, deployed once, for the tests that only look at it."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud


@pytest.fixture(scope="session")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def outputs(cloud: EmbeddedCloud) -> dict[str, Any]:
    return cloud.deploy()
