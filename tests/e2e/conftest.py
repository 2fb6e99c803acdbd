"""One embedded cloud for all e2e tests, with as many stages deployed on it as they ask for."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from local.embedded_cloud import EmbeddedCloud
from tests.e2e.stage import Stage

Deploy = Callable[..., Stage]


@pytest.fixture(scope="session")
def cloud() -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def deploy(cloud: EmbeddedCloud) -> Deploy:
    """Deploys a stage with these options; the same options are the same stage."""

    @cache
    def deploy(**options: str | float) -> Stage:
        stage = Stage(
            cloud=cloud,
            outputs=cloud.deploy(options),
            success_rate=float(options.get("paymentSuccessRate", 0.8)),
        )
        # A mail's twin that comes while it is being sent is looked at again in seconds.
        for url in stage.queues("customer-mail-"):
            cloud.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "10"})
        return stage

    return deploy


@pytest.fixture(scope="session", params=["STANDARD", "EXPRESS"])
def stage(request: pytest.FixtureRequest, deploy: Deploy) -> Stage:
    """A stage of either workflow type: everything must hold for both."""
    return deploy(workflowType=request.param)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in item.path.as_posix():
            item.add_marker(pytest.mark.cloud)
