"""One embedded cloud with one stage, on which one incident comes after the other."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.chaos.command import options
from local.chaos.orders import SUCCESS_RATE
from local.chaos.stage import Stage
from local.embedded_cloud import EmbeddedCloud
from tests.e2e.stage import Stage as Deployed
from tests.rehearsals.scene import Scene, live_updates

# Of these incidents; what a day of refusals is elsewhere is so many here.
MOST_MAIL_RECEIVES = 3


@pytest.fixture(scope="session")
def deployed() -> Iterator[Deployed]:
    """A stage as chaos has it, whose processor draws what the promises are held against."""
    with EmbeddedCloud() as cloud:
        outputs = cloud.deploy(options("STANDARD"))
        yield Deployed(cloud=cloud, outputs=outputs, success_rate=SUCCESS_RATE)


@pytest.fixture
def scene(deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A new customer of the stage, where a message that failed comes again after a second.

    Files that a command writes are the test's own. Where a test fails, its faults and its
    messages are cleared away; its orders stay as they are.
    """
    monkeypatch.chdir(tmp_path)
    stage = Stage(deployed.cloud, deployed.outputs)
    stage.hasten()
    customer = deployed.customer()
    with live_updates(deployed, customer) as updates:
        scene = Scene(deployed, stage, customer, updates)
        yield scene
        scene.faults.close()
        scene.operator.run("python -m ops --stage prod resume")
    for queue in stage.queues:
        for url in (queue.url, queue.dead_letters):
            deployed.cloud.aws.sqs.purge_queue(QueueUrl=url)


@pytest.fixture
def refusals_of_a_day(scene: Scene) -> Iterator[None]:
    """A mail is tried a few times before it rests; elsewhere that takes a day."""
    sqs, url = scene.deployed.cloud.aws.sqs, scene.deployed.outputs["mailQueueUrl"]
    as_it_is = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    policy = as_it_is["Attributes"]["RedrivePolicy"]
    fewer = json.dumps(json.loads(policy) | {"maxReceiveCount": MOST_MAIL_RECEIVES})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": fewer})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
