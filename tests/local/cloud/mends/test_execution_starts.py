"""StartExecution tells executions apart by their names, or does not, as Step Functions does."""

import json
import re
from typing import Literal

import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.conftest import Alone
from tests.local.cloud.mends.workflows import ended, machine, messages, told

pytestmark = pytest.mark.cloud

# A tenth of the time here.
WAIT = {"Type": "Wait", "Seconds": 5}
ECHO = {"Type": "Pass", "Output": "{% $states.input.number %}"}


def start(aws: Aws, machine_arn: str, number: int = 1) -> str:
    return aws.step_functions.start_execution(
        stateMachineArn=machine_arn, name="order", input=json.dumps({"number": number})
    )["executionArn"]


def test_each_start_of_an_express_workflow_is_an_execution_whatever_its_name(aws: Aws) -> None:
    arn = machine(aws, WAIT, ECHO, kind="EXPRESS")

    first, second = start(aws, arn, 1), start(aws, arn, 2)

    listed = aws.step_functions.list_executions(stateMachineArn=arn, statusFilter="RUNNING")
    assert {each["executionArn"] for each in listed["executions"]} == {first, second}
    assert {each["name"] for each in listed["executions"]} == {"order"}
    for number, execution in enumerate((first, second), 1):
        path = arn.replace(":stateMachine:", ":express:") + ":order"
        assert re.fullmatch(rf"{path}:[0-9a-f-]{{36}}", execution)
        described = ended(aws, execution)
        assert (described["status"], described["output"]) == ("SUCCEEDED", str(number))
        assert described["name"] == "order"


@pytest.mark.parametrize(
    ("kind", "statuses"), [("STANDARD", {"RUNNING", "SUCCEEDED"}), ("EXPRESS", set[str]())]
)
def test_only_standard_executions_tell_of_their_status(
    aws: Aws, kind: Literal["STANDARD", "EXPRESS"], statuses: set[str]
) -> None:
    arn = machine(aws, ECHO, kind=kind)
    queue = told(aws, arn)

    execution = start(aws, arn)

    assert ended(aws, execution)["status"] == "SUCCEEDED"
    assert {each["status"] for each in messages(aws, queue, len(statuses))} == statuses


def test_a_standard_execution_that_runs_is_the_answer_to_its_second_start(aws: Aws) -> None:
    arn = machine(aws, WAIT)
    first = start(aws, arn)

    assert start(aws, arn) == first
    with pytest.raises(aws.step_functions.exceptions.ExecutionAlreadyExists):
        start(aws, arn, 2)
    assert ended(aws, first)["status"] == "SUCCEEDED"
    with pytest.raises(aws.step_functions.exceptions.ExecutionAlreadyExists):
        start(aws, arn)

    history = aws.step_functions.get_execution_history(executionArn=first)["events"]
    assert [each["type"] for each in history].count("ExecutionStarted") == 1
    listed = aws.step_functions.list_executions(stateMachineArn=arn)["executions"]
    assert [each["executionArn"] for each in listed] == [first]


def test_an_unknown_state_machine_is_refused(aws: Aws) -> None:
    arn = machine(aws, ECHO)
    with pytest.raises(aws.step_functions.exceptions.StateMachineDoesNotExist):
        start(aws, f"{arn}-other")


# Workflows that start others, and rules, start them from threads.
TOGETHER = """
import json, sys, threading
from ministack.services import stepfunctions

sys.setswitchinterval(1e-6)
definition = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
machine = {
    "name": "machine", "definition": json.dumps(definition), "type": "STANDARD",
    "roleArn": "arn:aws:iam::000000000000:role/none",
}
arn = json.loads(stepfunctions._create_state_machine(machine)[2])["stateMachineArn"]
runs = []
stepfunctions._run_execution = runs.append
for number in range(100):
    start = threading.Barrier(4)
    def execute():
        start.wait()
        stepfunctions._start_execution({"stateMachineArn": arn, "name": f"order-{number}"})
    threads = [threading.Thread(target=execute) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(json.dumps(len(runs)))
"""


def test_of_starts_at_the_same_moment_one_begins_the_execution(alone: Alone) -> None:
    assert alone(TOGETHER) == 100
