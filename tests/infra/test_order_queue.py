"""The queue of orders, its dead-letter queue and its consumer."""

import json

import yaml

from infra.order_queue import MESSAGE_RESTS, OrderQueue, OrderQueueArgs
from infra.order_workflow import DEFINITION
from tests.infra.recording import REGION, Recording, record

WORKFLOW = f"arn:aws:states:{REGION}:123456789012:stateMachine:orders"
URL = f"https://sqs.{REGION}.amazonaws.com/123456789012"


def queue() -> Recording:
    return record(
        lambda: OrderQueue(
            "order-queue",
            OrderQueueArgs(
                workflow_arn=WORKFLOW,
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
    assert function["environment"]["variables"]["WORKFLOW_ARN"] == WORKFLOW


def test_the_consumer_may_ask_after_this_workflows_executions_alone() -> None:
    statements = queue().one("aws:iam/rolePolicy:RolePolicy", "start-workflow").policy()
    allowed = {action: each["Resource"] for each in statements for action in each["Action"]}
    assert allowed["states:StartExecution"] == WORKFLOW
    assert allowed["states:DescribeExecution"] == (
        f"arn:aws:states:{REGION}:123456789012:execution:orders:*"
    )


def test_executions_that_were_cut_off_rest_in_the_dead_letter_queue() -> None:
    recording = queue()
    rule = recording.one("aws:cloudwatch/eventRule:EventRule", "order-queue-cut-off")
    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "stateMachineArn": [WORKFLOW],
            "$or": [
                {"status": ["TIMED_OUT", "ABORTED"]},
                # Those put their message to rest themselves.
                {
                    "status": ["FAILED"],
                    "error": [{"anything-but": ["OrderWorkflow.MessageRests"]}],
                },
            ],
        },
    }
    target = recording.one("aws:cloudwatch/eventTarget:EventTarget", "order-queue-cut-off").inputs
    dead = recording.one("aws:sqs/queue:Queue", "order-queue-dead-letters")
    assert (target["arn"], target["inputPath"]) == (dead.arn, "$.detail")
    assert target["rule"] == "order-queue-cut-off-1a2b3c4"
    ends = yaml.safe_load(DEFINITION.read_text())["States"]["MessageRests"]
    assert (ends["Type"], ends["Error"]) == ("Fail", MESSAGE_RESTS)


def test_only_eventbridge_is_let_in_for_its_rule_and_to_the_dead_letters() -> None:
    recording = queue()
    [deny] = recording.one("aws:sqs/queuePolicy:QueuePolicy", "order-queue").policy()
    assert deny["Effect"] == "Deny"
    dead = recording.one("aws:sqs/queuePolicy:QueuePolicy", "order-queue-dead-letters").policy()
    assert [each["Effect"] for each in dead] == ["Deny", "Allow"]
    assert dead[1]["Principal"] == {"Service": "events.amazonaws.com"}
    assert dead[1]["Action"] == ["sqs:SendMessage"]
    rule = recording.one("aws:cloudwatch/eventRule:EventRule", "order-queue-cut-off")
    assert dead[1]["Condition"] == {"ArnEquals": {"aws:SourceArn": rule.arn}}
