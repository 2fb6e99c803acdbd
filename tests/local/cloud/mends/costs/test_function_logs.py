"""A call's log is complete when the call ends, and is that call's own."""

import base64
import json
import queue
import threading
from types import SimpleNamespace

import pytest

from local.cloud.mends.costs.function_logs import LAST, until_complete
from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import python_function

pytestmark = pytest.mark.cloud

CODE = """
import os, sys

def handle(event, context):
    sys.stderr.write(event)
    if event == "ends":
        sys.stderr.flush()
        os.kill(os.getpid(), 9)
    if event == "raises":
        raise ValueError(event)
"""


@pytest.fixture(scope="module")
def function(aws: Aws) -> str:
    """The name of a function that logs what it is given."""
    return python_function(aws, {"code": CODE})


def log(aws: Aws, function: str, text: str) -> list[str]:
    """The lines that a call logs, between Lambda's own."""
    answer = aws.functions.invoke(
        FunctionName=function, Payload=json.dumps(text).encode(), LogType="Tail"
    )
    lines = base64.b64decode(answer.get("LogResult", "")).decode().splitlines()
    return [line for line in lines if not line.startswith(("START", "END", "REPORT"))]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("no end of line", ["no end of line"]),
        ("one\ntwo\n", ["one", "two"]),
        ("ends", ["ends", "Worker process died"]),
        ("x\n" * 100, ["x"] * 100),
    ],
    ids=["nothing", "a line not ended", "lines", "a process that ends", "many"],
)
def test_a_log_has_what_its_call_wrote_and_no_more(
    aws: Aws, function: str, text: str, lines: list[str]
) -> None:
    assert log(aws, function, text) == lines
    assert log(aws, function, "after\n") == ["after"]


def test_a_log_has_what_was_written_before_the_handler_raised(aws: Aws, function: str) -> None:
    assert log(aws, function, "raises")[0] == "raises"
    assert log(aws, function, "after\n") == ["after"]


def test_a_log_that_is_read_late_is_the_calls_own_all_the_same() -> None:
    lines = queue.Queue[str]()
    reader = threading.Timer(0.5, lambda: [lines.put(line) for line in ("late", LAST)])
    reader.start()
    assert until_complete(SimpleNamespace(_stderr_queue=lines)) == "late"
