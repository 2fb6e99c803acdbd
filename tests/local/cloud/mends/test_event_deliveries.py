"""Rules deliver events of executions to queues, where the queues' policies let them."""

import json
from typing import Any

import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import (
    ended,
    let,
    machine,
    messages,
    told,
)

pytestmark = pytest.mark.cloud

FAIL = {"Type": "Fail", "Error": "{% $states.input.error %}"}
# What ended without an answer, but for an error that is known.
PATTERN: dict[str, Any] = {
    "$or": [
        {"status": ["TIMED_OUT", "ABORTED"]},
        {"status": ["FAILED"], "error": [{"anything-but": ["Known"]}]},
    ]
}


def fail(aws: Aws, machine_arn: str, error: str) -> str:
    execution = aws.step_functions.start_execution(
        stateMachineArn=machine_arn, input=json.dumps({"error": error})
    )["executionArn"]
    assert ended(aws, execution)["error"] == error
    return execution


def test_a_rule_delivers_the_details_of_the_executions_that_match(aws: Aws) -> None:
    first, second = machine(aws, FAIL), machine(aws, FAIL)
    queue = told(aws, first, **PATTERN)

    fail(aws, first, "Known")
    fail(aws, second, "Unknown")
    execution = fail(aws, first, "Unknown")

    [detail] = messages(aws, queue, 1)
    assert detail["executionArn"] == execution
    assert (detail["status"], detail["error"]) == ("FAILED", "Unknown")
    assert json.loads(detail["input"]) == {"error": "Unknown"}


def test_a_queue_whose_policy_says_nothing_of_the_rule_is_not_sent_anything(aws: Aws) -> None:
    arn = machine(aws, FAIL)
    queue = told(aws, arn, **PATTERN)
    name = queue.rpartition("/")[2]
    rule = aws.events.describe_rule(Name=name)["Arn"]

    aws.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})
    fail(aws, arn, "Unknown")
    let(aws, queue, f"{rule}-other")
    fail(aws, arn, "Unknown")
    assert messages(aws, queue, 0) == []

    let(aws, queue, rule)
    execution = fail(aws, arn, "Unknown")
    [detail] = messages(aws, queue, 1)
    assert detail["executionArn"] == execution
