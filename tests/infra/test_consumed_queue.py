"""What every queue has that a function consumes."""

import json

import pytest

from preview.recording import REGION, Recording

URL = f"https://sqs.{REGION}.amazonaws.com/123456789012"
# Each queue, its consumer, how many of it there are at once, and how often a message is received
# before it rests.
CONSUMED = {
    "order-queue": ("start-workflow", 5, 5),
    "customer-mail": ("email-customer", 2, 480),
    "refunds": ("refund-payment", 5, 960),
}


def test_these_are_all(prod: Recording) -> None:
    assert prod.names("orderflow:queueing:ConsumedQueue") == set(CONSUMED)


@pytest.mark.parametrize("name", CONSUMED)
def test_a_message_waits_for_four_days_at_most(prod: Recording, name: str) -> None:
    queue = prod.one("aws:sqs/queue:Queue", name).inputs
    assert queue["messageRetentionSeconds"] == 4 * 24 * 3600
    assert queue["receiveWaitTimeSeconds"] == 20
    assert queue["sqsManagedSseEnabled"] is True


@pytest.mark.parametrize("name", CONSUMED)
def test_the_visibility_timeout_is_six_times_the_consumers_timeout(
    prod: Recording, name: str
) -> None:
    consumer, _, _ = CONSUMED[name]
    timeout = prod.one("aws:lambda/function:Function", consumer).inputs["timeout"]
    queue = prod.one("aws:sqs/queue:Queue", name).inputs
    assert queue["visibilityTimeoutSeconds"] == 6 * timeout


@pytest.mark.parametrize("name", CONSUMED)
def test_a_message_that_keeps_failing_rests_in_a_queue_that_is_this_queues_alone(
    prod: Recording, name: str
) -> None:
    _, _, receives = CONSUMED[name]
    queue = prod.one("aws:sqs/queue:Queue", name)
    dead = prod.one("aws:sqs/queue:Queue", f"{name}-dead-letters")
    assert json.loads(queue.inputs["redrivePolicy"]) == {
        "deadLetterTargetArn": dead.arn,
        "maxReceiveCount": receives,
    }
    allow = prod.one("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", name).inputs
    assert allow["queueUrl"] == f"{URL}/{name}-dead-letters"
    assert json.loads(allow["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [queue.arn],
    }


@pytest.mark.parametrize("name", CONSUMED)
def test_the_consumer_takes_batches_at_once_and_reports_each_failure(
    prod: Recording, name: str
) -> None:
    consumer, at_once, _ = CONSUMED[name]
    # No batching window: it would keep orders waiting.
    assert prod.one("aws:lambda/eventSourceMapping:EventSourceMapping", name).inputs == {
        "eventSourceArn": prod.one("aws:sqs/queue:Queue", name).arn,
        "functionName": prod.one("aws:lambda/function:Function", consumer).arn,
        "batchSize": 10,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "scalingConfig": {"maximumConcurrency": at_once},
        "tags": {"project": "orderflow", "stage": "prod"},
    }
