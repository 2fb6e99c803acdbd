"""What calls have printed becomes entries of a log."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.watch.log import Entry, LogFile, entries

TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "/x/tmp/lambda/_worker.py", line 128, in run',
    "    result = handler_fn(event, context)",
    '  File "/x/tmp/lambda/code/functions/take_payment/handler.py", line 33, in handle',
    "    return take_payment(event)",
    "botocore.exceptions.ClientError: not authorized to perform: states:StartExecution",
]
RAISED = (
    "ClientError: not authorized to perform: states:StartExecution,"
    " functions/take_payment/handler.py line 33"
)


def call(*lines: str, failed: bool = False) -> dict[str, Any]:
    return {
        "at": "2026-11-24T12:00:00.000+00:00",
        "function": "orderflow-local-take-payment-1a2b3c4",
        "failed": failed,
        "lines": list(lines),
    }


def logged(level: str, message: str, **keys: Any) -> str:
    return json.dumps(
        {"level": level, "message": message, "service": "x", "cold_start": True} | keys
    )


def told(found: list[Entry]) -> list[tuple[str, str, str]]:
    return [(entry.level, entry.message, entry.cause) for entry in found]


def test_what_a_powertools_logger_writes() -> None:
    line = logged("ERROR", "No start", orderId="01M8", exception="\n".join(TRACEBACK))
    (entry,) = entries(call(line))
    assert entry.function == "take_payment"
    assert told([entry]) == [("ERROR", "No start", RAISED)]
    assert entry.keys == {"orderId": "01M8"}
    assert entry.error
    assert entry.is_about("01m8")
    assert not entry.is_about("01M9")
    assert str(entry).endswith(f" take_payment ERROR No start ({RAISED}) orderId=01M8")


def test_what_a_call_raised_is_an_error() -> None:
    assert told(list(entries(call(logged("INFO", "Begun"), *TRACEBACK, failed=True)))) == [
        ("INFO", "Begun", ""),
        ("ERROR", RAISED, ""),
    ]


def test_what_a_call_warned_of_before_it_raised_is_a_warning() -> None:
    found = list(entries(call(logged("WARNING", "Unreachable"), *TRACEBACK, failed=True)))
    assert told(found) == [("WARNING", "Unreachable", "")]
    assert found[0].trouble
    assert not found[0].error


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["[ERROR] Runtime.ImportModuleError: No x"], "Runtime.ImportModuleError: No x"),
        (["Task timed out after 3.00 seconds"], "Task timed out after 3.00 seconds"),
        ([], "failed, and says nothing of why"),
    ],
)
def test_what_fails_without_a_traceback(lines: list[str], message: str) -> None:
    assert told(list(entries(call(*lines, failed=True)))) == [("ERROR", message, "")]


def test_what_is_printed_is_no_trouble() -> None:
    assert told(list(entries(call("hello", '{"no": "log"}', "{")))) == [
        ("INFO", 'hello\n{"no": "log"}\n{', "")
    ]


def test_metrics_are_not_told() -> None:
    line = json.dumps({"_aws": {"CloudWatchMetrics": []}, "stage": "local", "OrdersPaid": [1.0]})
    assert list(entries(call(line))) == []


def test_a_file_is_read_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "functions.jsonl"
    first, second, third = (json.dumps(call(text)) for text in ("1", "2", "3"))
    path.write_text(f"{first}\n")
    log, late = LogFile(path), LogFile(path)
    late.skip()
    assert [entry.message for entry in log.new()] == ["1"]
    with path.open("a") as file:
        file.write(f"{second}\n{third[:20]}")
        file.flush()
        assert [entry.message for entry in log.new()] == ["2"]
        assert [entry.message for entry in late.new()] == ["2"]
        file.write(f"{third[20:]}\n")
    assert [entry.message for entry in log.new()] == ["3"]
    assert log.new() == []
