"""What an execution's history tells of its order.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.pages.flow.story import Event, What

# What it means that a state of infra/order_workflow.asl.yaml has done its task.
DONE = {
    "SaveOrder": What.SAVED,
    "ReadOrder": What.READ,
    "RefundPayment": What.REFUND_ASKED,
    "Notify": What.NOTIFIED,
    "RestMessage": What.RESTED,
}
OUTCOMES = {"ACCEPTED": What.TAKEN, "DECLINED": What.DECLINED, "VOIDED": What.VOIDED}
STATUSES = {"PAID": What.PAID, "PAYMENT_FAILED": What.FAILED}
CONDITION_FAILED = "DynamoDB.ConditionalCheckFailedException"
# The end of an execution that has put its message to rest, which it has told already.
MESSAGE_RESTS = "OrderWorkflow.MessageRests"
CUT_OFF = {
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
ENDED = {"ExecutionSucceeded", *CUT_OFF}

HistoryEvent = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One execution, as far as it has come.

    Args:
        order: the message that it was started with; empty where that is no JSON object.
        events: what it did.
        ended: whether there is no more to come.
    """

    order: Mapping[str, Any]
    events: tuple[Event, ...]
    ended: bool


def read_history(history: Iterable[HistoryEvent]) -> Execution:
    """Read the events of an execution, the first of them first."""
    order: Mapping[str, Any] = {}
    events = list[Event]()
    state, tries, ended = "", 0, False
    for each in history:
        kind, at = str(each["type"]), each["timestamp"]
        details = _details(each)
        attempt = attempt_of(order)

        def add(
            what: What, detail: str = "", at: datetime = at, attempt: int | None = attempt
        ) -> None:
            events.append(Event(what=what, at=at, attempt=attempt, detail=detail))

        if kind == "ExecutionStarted":
            order = json_object(details.get("input"))
            add(What.STARTED, attempt=attempt_of(order))
        elif kind.endswith("StateEntered"):
            state, tries = details["name"], 0
        elif kind == "TaskScheduled":
            tries += 1
        elif kind == "TaskSucceeded":
            what, detail = _done(state, json_object(details.get("output")))
            again = f"at try {tries}" if tries > 1 else ""
            add(what, ", ".join(filter(None, [detail, again])))
        elif kind in ("TaskFailed", "TaskTimedOut"):
            if details.get("error") == CONDITION_FAILED:
                add(What.FOUND, "changed meanwhile" if state.startswith("Mark") else "")
            else:
                add(What.TRIED, f"{state}, try {tries}: {details.get('error', kind)}")
        elif kind in ENDED:
            ended = True
            if kind in CUT_OFF and details.get("error") != MESSAGE_RESTS:
                add(What.CUT_OFF, " ".join(filter(None, [CUT_OFF[kind], details.get("error")])))
    return Execution(order=order, events=tuple(events), ended=ended)


def _details(event: HistoryEvent) -> Mapping[str, Any]:
    nothing = dict[str, Any]()
    found = (value for name, value in event.items() if name.endswith("EventDetails"))
    return next(found, nothing)


def _done(state: str, output: Mapping[str, Any]) -> tuple[What, str]:
    """What a task's success is, and more of it; a state of another workflow is told by its name."""
    match output:
        case {"Payload": {"outcome": str(outcome)}} if outcome in OUTCOMES:
            return OUTCOMES[outcome], ""
        case {"Attributes": {"status": {"S": str(status)}} as item} if status in STATUSES:
            reason = item.get("statusReason", {}).get("S", "") if status != "PAID" else ""
            return STATUSES[status], reason
        case _:
            return (DONE[state], "") if state in DONE else (What.DONE, state)


def attempt_of(order: Mapping[str, Any]) -> int | None:
    attempt = order.get("attempt")
    return attempt if isinstance(attempt, int) else None


def json_object(text: object) -> Mapping[str, Any]:
    """The JSON object of this text; an empty one where it is none."""
    try:
        found = json.loads(str(text))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
