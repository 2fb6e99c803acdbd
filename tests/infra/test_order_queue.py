"""The queue of orders, its dead-letter queue and its consumer."""

import json

from infra.order_queue import OrderQueue, OrderQueueArgs
from tests.infra.recording import REGION, Recording, record

URL = f"https://sqs.{REGION}.amazonaws.com/123456789012"


def queue() -> Recording:
    return record(
        lambda: OrderQueue(
            "order-queue",
            OrderQueueArgs(
                workflow_arn="arn:workflow",
                consumer_batch_size=7,
                consumer_max_concurrency=42,
                log_retention_days=3,
            ),
        )
    )


def test_a_message_is_received_five_times_and_then_rests_for_fourteen_days() -> None:
    recording = queue()
    dead = recording.one("aws:sqs/queue:Queue", "order-queue-dead-letters")
    redrive = json.loads(
        recording.one("aws:sqs/queue:Queue", "order-queue").inputs["redrivePolicy"]
    )
    assert redrive == {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5}
    assert dead.inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    assert "redrivePolicy" not in dead.inputs


def test_only_the_queue_may_use_its_dead_letter_queue() -> None:
    recording = queue()
    allow = recording.one("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "order-queue").inputs
    assert allow["queueUrl"] == f"{URL}/order-queue-dead-letters"
    assert json.loads(allow["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [recording.one("aws:sqs/queue:Queue", "order-queue").arn],
    }


def test_the_visibility_timeout_is_six_times_the_consumers_timeout() -> None:
    recording = queue()
    timeout = recording.one("aws:lambda/function:Function", "start-workflow").inputs["timeout"]
    inputs = recording.one("aws:sqs/queue:Queue", "order-queue").inputs
    assert inputs["visibilityTimeoutSeconds"] >= 6 * timeout
    assert inputs["receiveWaitTimeSeconds"] == 20


def test_both_queues_are_encrypted() -> None:
    queues = queue().of("aws:sqs/queue:Queue")
    assert [each.inputs["sqsManagedSseEnabled"] for each in queues] == [True, True]


def test_the_consumer_takes_batches_and_reports_each_failure() -> None:
    recording = queue()
    [mapping] = recording.of("aws:lambda/eventSourceMapping:EventSourceMapping")
    assert (
        mapping.inputs["eventSourceArn"] == recording.one("aws:sqs/queue:Queue", "order-queue").arn
    )
    assert mapping.inputs["functionName"] == (
        recording.one("aws:lambda/function:Function", "start-workflow").arn
    )
    assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping.inputs["batchSize"] == 7
    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 42}
    assert "maximumBatchingWindowInSeconds" not in mapping.inputs


def test_the_consumer_starts_this_workflow() -> None:
    function = queue().one("aws:lambda/function:Function", "start-workflow").inputs
    assert function["environment"]["variables"]["WORKFLOW_ARN"] == "arn:workflow"


def test_nobody_else_is_let_in() -> None:
    for policy in queue().of("aws:sqs/queuePolicy:QueuePolicy"):
        assert {statement["Effect"] for statement in policy.policy()} == {"Deny"}
