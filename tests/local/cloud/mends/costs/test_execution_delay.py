"""Nothing delays an execution."""

import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import ended, machine

pytestmark = pytest.mark.cloud


def test_an_execution_begins_at_once(aws: Aws) -> None:
    arn = machine(aws, {"Type": "Pass"})

    def seconds() -> float:
        execution = aws.step_functions.start_execution(stateMachineArn=arn)["executionArn"]
        described = ended(aws, execution)
        return (described["stopDate"] - described["startDate"]).total_seconds()

    # The machine may be busy for a moment.
    assert min(seconds() for _ in range(5)) < 0.1
