"""What a handler raises has a name, to its caller and to a workflow."""

import io
import json
import zipfile
from typing import Any

import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import ended, machine, role_arn

pytestmark = pytest.mark.cloud

CODE = """
import time

class Outer:
    class ProcessorUnreachable(Exception):
        pass

def handle(event, context):
    if event == "sleep":
        time.sleep(60)
    if event == "exit":
        raise SystemExit(1)
    if event:
        raise Outer.ProcessorUnreachable(event)
    return "answer"
"""


@pytest.fixture(scope="module")
def function(aws: Aws) -> str:
    """The name of a function that raises whatever text it is given."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("code.py", CODE)
    aws.functions.create_function(
        FunctionName="raising",
        Runtime="python3.13",
        Role=role_arn(aws),
        Handler="code.handle",
        Code={"ZipFile": archive.getvalue()},
        Timeout=1,
    )
    return "raising"


def call(aws: Aws, function: str, event: str) -> Any:
    answer = aws.functions.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    assert ("FunctionError" in answer) == bool(event)
    return json.load(answer["Payload"])


def test_an_error_is_named_by_its_class(aws: Aws, function: str) -> None:
    error = call(aws, function, "no answer")

    assert error["errorType"] == "ProcessorUnreachable"
    assert error["errorMessage"] == "no answer"
    assert call(aws, function, "") == "answer"


def test_what_no_handler_raised_has_its_own_name(aws: Aws, function: str) -> None:
    call(aws, function, "no answer")

    assert call(aws, function, "sleep")["errorType"] == "Sandbox.Timedout"
    assert call(aws, function, "exit")["errorType"] == "Runtime.ExitError"


def run(aws: Aws, function: str, caught: str) -> dict[str, Any]:
    """An execution that calls the function and catches one error by its name."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": "no answer"},
        "Catch": [{"ErrorEquals": [caught], "Output": "{% $states.errorOutput %}", "Next": "1"}],
    }
    arn = machine(aws, task, {"Type": "Pass"})
    return ended(aws, aws.step_functions.start_execution(stateMachineArn=arn)["executionArn"])


@pytest.mark.parametrize(
    ("caught", "status"), [("ProcessorUnreachable", "SUCCEEDED"), ("Exception", "FAILED")]
)
def test_a_workflow_catches_an_error_by_its_name(
    aws: Aws, function: str, caught: str, status: str
) -> None:
    execution = run(aws, function, caught)

    assert execution["status"] == status
    error = json.loads(execution["output"])
    assert error["Error"] == "ProcessorUnreachable"
    cause = json.loads(error["Cause"])
    assert (cause["errorType"], cause["errorMessage"]) == ("ProcessorUnreachable", "no answer")


def test_a_workflow_is_told_that_a_function_is_throttled(aws: Aws, function: str) -> None:
    aws.functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        execution = run(aws, function, "Lambda.TooManyRequestsException")
    finally:
        aws.functions.delete_function_concurrency(FunctionName=function)

    assert execution["status"] == "SUCCEEDED"
    error = json.loads(execution["output"])
    assert error["Error"] == "Lambda.TooManyRequestsException"
    assert "Rate Exceeded" in error["Cause"]
