"""A stage of either workflow type, and its pages as a browser or a script asks for them."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from tests.e2e.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


Get = Callable[..., Answer]


@pytest.fixture(scope="session", params=["STANDARD", "EXPRESS"])
def stage(request: pytest.FixtureRequest, cloud: EmbeddedCloud) -> Stage:
    outputs = cloud.deploy({"workflowType": request.param})
    return Stage(cloud=cloud, outputs=outputs, success_rate=0.8)


@pytest.fixture(scope="session")
def get(cloud: EmbeddedCloud) -> Get:
    """Asks the gateway for a path, with these headers."""

    def get(path: str, **headers: str) -> Answer:
        request = urllib.request.Request(cloud.gateway.url + path, headers=headers)  # noqa: S310 (our own)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return Answer(
                    status=answer.status,
                    headers=dict(answer.headers),
                    text=answer.read().decode(),
                )
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode()
                return Answer(status=error.code, headers=dict(error.headers), text=text)

    return get
