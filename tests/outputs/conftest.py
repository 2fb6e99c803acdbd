"""A deployed stage's outputs, on AWS and on the embedded cloud."""

from pathlib import Path
from typing import Any

import pytest

from preview.recording import record_everything
from tests.outputs.front_end import FrontEnd


@pytest.fixture
def front_end(tmp_path: Path) -> FrontEnd:
    folder = tmp_path / "front_end"
    folder.mkdir()
    return FrontEnd(folder)


@pytest.fixture(scope="session")
def on_aws() -> dict[str, Any]:
    """All that a stage can have."""
    return record_everything().outputs


@pytest.fixture(scope="session")
def locally(on_aws: dict[str, Any]) -> dict[str, Any]:
    api = "127.0.0.1:4567/apis/abc/graphql"
    return on_aws | {
        "stage": "local",
        "graphqlUrl": f"http://{api}",
        "realtimeUrl": f"ws://{api}",
    }


@pytest.fixture(params=["on_aws", "locally"])
def outputs(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each in turn: what must hold for both."""
    return request.getfixturevalue(request.param)
