"""One embedded cloud, and stages on it as an operator has them."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest

from local.embedded_cloud import REGION, EmbeddedCloud
from ops.__main__ import parser, run
from ops.stage import Stage
from ops.terminal import Terminal
from tests.e2e.stage import Stage as Deployed

Deploy = Callable[..., Deployed]
# What a command exits with, and the last document that it prints.
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="session")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def deploy(cloud: EmbeddedCloud) -> Deploy:
    """Deploys a stage with these options; the same options are the same stage."""

    @cache
    def deploy(**options: Any) -> Deployed:
        rate = float(options.get("paymentSuccessRate", 0.8))
        return Deployed(cloud=cloud, outputs=cloud.deploy(options), success_rate=rate)

    return deploy


@pytest.fixture(scope="session", params=["STANDARD", "EXPRESS"])
def deployed(request: pytest.FixtureRequest, deploy: Deploy) -> Deployed:
    """A stage of either workflow type."""
    return deploy(workflowType=request.param)


@pytest.fixture
def standard(deploy: Deploy) -> Deployed:
    return deploy(workflowType="STANDARD")


def operated(deployed: Deployed, name: str = "local") -> Stage:
    """The stage as an operator has it who may do everything.

    Args:
        name: of the stage.
    """
    session = boto3.Session("test", "test", region_name=REGION)
    return Stage(name, deployed.outputs, session, deployed.cloud.emulator.url)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command on a stage, agreeing to everything."""

    def ask(stage: Stage | Deployed, *arguments: str) -> tuple[int, Any]:
        operator = operated(stage) if isinstance(stage, Deployed) else stage
        capsys.readouterr()
        code = run(operator, Terminal(json=True, yes=True), parser().parse_args(arguments))
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return ask
