"""An execution ends once."""

import pytest

from local.engine.aws import ACCOUNT, Aws
from tests.local.cloud.mends.workflows import ended, machine, messages, told
from tests.local.processes import eventually

pytestmark = pytest.mark.cloud


def test_an_execution_that_was_stopped_does_not_fail_as_well(aws: Aws) -> None:
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 1}
    failing = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {
            "QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/none",
            "MessageBody": "lost",
        },
        "Retry": [retry],
    }
    arn = machine(aws, failing)
    queue = told(aws, arn)

    def failures(execution: str, number: int) -> int:
        def look() -> list[str]:
            history = aws.step_functions.get_execution_history(executionArn=execution)
            return [each["type"] for each in history["events"]]

        return eventually(look, lambda seen: seen.count("TaskFailed") == number).count("TaskFailed")

    stopped = aws.step_functions.start_execution(stateMachineArn=arn)["executionArn"]
    assert failures(stopped, 1) == 1
    aws.step_functions.stop_execution(executionArn=stopped, error="Stopped", cause="by a test")
    assert failures(stopped, 2) == 2
    # Another one, whose end takes longer to come than the first one's would have.
    failed = aws.step_functions.start_execution(stateMachineArn=arn)["executionArn"]
    assert ended(aws, failed)["status"] == "FAILED"

    described = aws.step_functions.describe_execution(executionArn=stopped)
    assert (described["status"], described.get("error")) == ("ABORTED", "Stopped")
    ends = [(each["executionArn"], each["status"]) for each in messages(aws, queue, 4)]
    assert sorted(ends) == sorted(
        [(stopped, "RUNNING"), (stopped, "ABORTED"), (failed, "RUNNING"), (failed, "FAILED")]
    )
