"""An execution's history becomes what happened to its order."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.pages.flow.history import Execution, read_history
from local.pages.flow.story import Event, What

BEGAN = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORDER = {"id": "01M8", "customerId": "alice", "attempt": 2}


def history(*events: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """As Step Functions answers, one event a second; details by the name that their kind has."""
    return [
        {
            "id": number,
            "type": kind,
            "timestamp": BEGAN + timedelta(seconds=number),
            f"{kind[0].lower()}{kind[1:]}EventDetails": details,
        }
        for number, (kind, details) in enumerate([started(), *events])
    ]


def started(order: Any = ORDER) -> tuple[str, dict[str, Any]]:
    return "ExecutionStarted", {"input": json.dumps(order)}


def entered(state: str) -> tuple[str, dict[str, Any]]:
    return "TaskStateEntered", {"name": state}


def did(output: Any = None) -> list[tuple[str, dict[str, Any]]]:
    return [("TaskScheduled", {}), ("TaskSucceeded", {"output": json.dumps(output or {})})]


def failed(error: str) -> list[tuple[str, dict[str, Any]]]:
    return [("TaskScheduled", {}), ("TaskFailed", {"error": error, "cause": "…"})]


def told(execution: Execution) -> list[tuple[What, str]]:
    """All but that it started."""
    return [(event.what, event.detail) for event in execution.events[1:]]


def outcome(value: str) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": {"outcome": value, "reason": None}}


def marked(status: str, **more: str) -> dict[str, Any]:
    attributes = {"status": status, **more}
    return {"Attributes": {name: {"S": value} for name, value in attributes.items()}}


def test_an_order_that_is_paid() -> None:
    execution = read_history(
        history(
            entered("SaveOrder"),
            *did(),
            entered("TakePayment"),
            *did(outcome("ACCEPTED")),
            entered("MarkOrder"),
            *did(marked("PAID", statusReason="of an attempt before")),
            entered("Notify"),
            *did({"MessageId": "1"}),
            ("ExecutionSucceeded", {"output": "{}"}),
        )
    )
    assert execution.order == ORDER
    assert execution.ended
    assert execution.events[0] == Event(what=What.STARTED, at=BEGAN, attempt=2)
    assert execution.events[1].at == BEGAN + timedelta(seconds=3)
    assert {event.attempt for event in execution.events} == {2}
    assert told(execution) == [
        (What.SAVED, ""),
        (What.TAKEN, ""),
        (What.PAID, ""),
        (What.NOTIFIED, ""),
    ]


def test_tries_are_counted_in_each_state() -> None:
    execution = read_history(
        history(
            entered("SaveOrder"),
            *failed("DynamoDB.ThrottlingException"),
            *did(),
            entered("TakePayment"),
            *failed("PaymentProcessorUnreachable"),
            *failed("PaymentProcessorUnreachable"),
            entered("MarkUnreachable"),
            *did(marked("PAYMENT_FAILED", statusReason="payment processor unreachable")),
            entered("RefundPayment"),
            *did(),
        )
    )
    assert not execution.ended
    assert told(execution) == [
        (What.TRIED, "SaveOrder, try 1: DynamoDB.ThrottlingException"),
        (What.SAVED, "at try 2"),
        (What.TRIED, "TakePayment, try 1: PaymentProcessorUnreachable"),
        (What.TRIED, "TakePayment, try 2: PaymentProcessorUnreachable"),
        (What.FAILED, "payment processor unreachable"),
        (What.REFUND_ASKED, ""),
    ]


def test_a_condition_that_failed_is_no_fault() -> None:
    refused = "DynamoDB.ConditionalCheckFailedException"
    execution = read_history(
        history(
            entered("SaveOrder"),
            *failed(refused),
            entered("ReadOrder"),
            *did({"Item": {}}),
            ("ChoiceStateEntered", {"name": "HowItStands"}),
            entered("TakePayment"),
            *did(outcome("VOIDED")),
            entered("MarkOrder"),
            *failed(refused),
        )
    )
    assert told(execution) == [
        (What.FOUND, ""),
        (What.READ, ""),
        (What.VOIDED, ""),
        (What.FOUND, "changed meanwhile"),
    ]


@pytest.mark.parametrize(
    ("end", "error", "cut_off"),
    [
        ("ExecutionFailed", "OrderWorkflow.MessageRests", None),
        ("ExecutionFailed", "States.Runtime", "FAILED States.Runtime"),
        ("ExecutionTimedOut", None, "TIMED_OUT"),
        ("ExecutionAborted", "", "ABORTED"),
        ("ExecutionSucceeded", None, None),
    ],
)
def test_how_an_execution_ends(end: str, error: str | None, cut_off: str | None) -> None:
    execution = read_history(history(entered("RestMessage"), *did(), (end, {"error": error})))
    assert execution.ended
    assert told(execution) == [
        (What.RESTED, ""),
        *([(What.CUT_OFF, cut_off)] if cut_off else []),
    ]


def test_a_state_of_another_workflow_is_told_by_its_name() -> None:
    execution = read_history(history(entered("Invented"), *did()))
    assert told(execution) == [(What.DONE, "Invented")]


@pytest.mark.parametrize("given", ["no order", [], None, 5])
def test_an_execution_of_no_order(given: Any) -> None:
    (first,) = history()
    first["executionStartedEventDetails"] = started(given)[1]
    assert read_history([first]).order == {}
