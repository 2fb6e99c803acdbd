"""What a handler raises has a name, to its caller and to a workflow."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import ended, machine, python_function
from tests.local.processes import eventually

pytestmark = pytest.mark.cloud

CODE = """
import os, pathlib, time

ends_at_once = pathlib.Path(os.environ["ENDS_AT_ONCE"])
if ends_at_once.exists():
    os.kill(os.getpid(), 9)

class Outer:
    class ProcessorUnreachable(Exception):
        pass

def handle(event, context):
    if event == "sleep":
        time.sleep(60)
    if event == "exit":
        raise SystemExit(1)
    if event == "hold":
        ends_at_once.touch()
        while ends_at_once.exists():
            time.sleep(0.01)
        event = ""
    if event:
        raise Outer.ProcessorUnreachable(event)
    return os.getpid()
"""


@pytest.fixture(scope="module")
def ends_at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this file is, each new process of the function ends while it starts."""
    return tmp_path_factory.mktemp("function") / "ends-at-once"


@pytest.fixture(scope="module")
def function(aws: Aws, ends_at_once: Path) -> str:
    """The name of a function that raises whatever text it is given."""
    variables = {"Variables": {"ENDS_AT_ONCE": str(ends_at_once)}}
    return python_function(aws, {"code": CODE}, Timeout=3, Environment=variables)


def call(aws: Aws, function: str, event: str) -> Any:
    answer = aws.functions.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    answered = json.load(answer["Payload"])
    assert ("FunctionError" in answer) == isinstance(answered, dict)
    return answered


def test_an_error_is_named_by_its_class(aws: Aws, function: str) -> None:
    error = call(aws, function, "no answer")

    assert error["errorType"] == "ProcessorUnreachable"
    assert error["errorMessage"] == "no answer"


def test_a_process_whose_handler_raised_takes_the_next_call(aws: Aws, function: str) -> None:
    process = call(aws, function, "")
    call(aws, function, "no answer")

    assert call(aws, function, "") == process


def test_a_process_that_ends_while_it_starts_ends_no_other(
    aws: Aws, function: str, ends_at_once: Path
) -> None:
    process = call(aws, function, "")
    with ThreadPoolExecutor() as threads:
        holding = threads.submit(call, aws, function, "hold")
        assert eventually(ends_at_once.exists, bool)
        another = call(aws, function, "")
        ends_at_once.unlink()

        assert another["errorType"] == "Runtime.ExitError"
        assert holding.result() == process


def test_what_no_handler_raised_has_its_own_name(aws: Aws, function: str) -> None:
    call(aws, function, "no answer")

    assert call(aws, function, "sleep")["errorType"] == "Sandbox.Timedout"
    assert call(aws, function, "exit")["errorType"] == "Runtime.ExitError"


@pytest.mark.parametrize(
    ("code", "error_type", "message"),
    [
        (
            "import nowhere",
            "Runtime.ImportModuleError",
            "Unable to import module 'code': No module named 'nowhere'",
        ),
        (
            "def handle(:",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'code': invalid syntax (code.py, line 1)",
        ),
        ("", "Runtime.HandlerNotFound", "Handler 'handle' missing on module 'code'"),
        ("raise LookupError('gone')", "LookupError", "gone"),
    ],
)
def test_what_a_module_cannot_be_imported_for_is_told_and_named(
    aws: Aws, code: str, error_type: str, message: str
) -> None:
    name = python_function(aws, {"code": code})
    # The second call, too: no process of it was kept.
    for _ in range(2):
        error = call(aws, name, "")
        assert (error["errorType"], error["errorMessage"]) == (error_type, message)


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
