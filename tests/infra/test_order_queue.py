"""The queue of orders, its dead-letter queue and its consumer."""

import json

import pytest
import yaml

from infra.order_queue import MESSAGE_RESTS, OrderQueue, OrderQueueArgs
from infra.order_workflow import DEFINITION
from preview.recording import REGION, Recording, record

WORKFLOW = f"arn:aws:states:{REGION}:123456789012:stateMachine:orders"


@pytest.fixture(scope="module")
def recording() -> Recording:
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


def test_the_consumer_takes_as_much_as_the_stage_says(recording: Recording) -> None:
    [mapping] = recording.of("aws:lambda/eventSourceMapping:EventSourceMapping")
    assert mapping.inputs["batchSize"] == 7
    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 42}


def test_the_consumer_starts_this_workflow(recording: Recording) -> None:
    function = recording.one("aws:lambda/function:Function", "start-workflow").inputs
    assert function["environment"]["variables"]["WORKFLOW_ARN"] == WORKFLOW


def test_the_consumer_may_ask_after_this_workflows_executions_alone(recording: Recording) -> None:
    statements = recording.one("aws:iam/rolePolicy:RolePolicy", "start-workflow").policy()
    allowed = {action: each["Resource"] for each in statements for action in each["Action"]}
    assert allowed["states:StartExecution"] == WORKFLOW
    assert allowed["states:DescribeExecution"] == (
        f"arn:aws:states:{REGION}:123456789012:execution:orders:*"
    )


def test_executions_that_were_cut_off_rest_in_the_dead_letter_queue(recording: Recording) -> None:
    rule = recording.one("aws:cloudwatch/eventRule:EventRule", "order-queue-cut-off").inputs
    assert rule["description"] == (
        "Executions that ended without their order, nor its message put to rest."
    )
    assert json.loads(rule["eventPattern"]) == {
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


def test_only_eventbridge_is_let_in_for_its_rule_and_to_the_dead_letters(
    recording: Recording,
) -> None:
    [deny] = recording.one("aws:sqs/queuePolicy:QueuePolicy", "order-queue").policy()
    assert deny["Effect"] == "Deny"
    dead = recording.one("aws:sqs/queuePolicy:QueuePolicy", "order-queue-dead-letters").policy()
    assert [each["Effect"] for each in dead] == ["Deny", "Allow"]
    assert dead[1]["Principal"] == {"Service": "events.amazonaws.com"}
    assert dead[1]["Action"] == ["sqs:SendMessage"]
    rule = recording.one("aws:cloudwatch/eventRule:EventRule", "order-queue-cut-off")
    assert dead[1]["Condition"] == {"ArnEquals": {"aws:SourceArn": rule.arn}}
