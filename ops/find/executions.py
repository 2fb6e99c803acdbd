"""What the workflow did with an order: an execution's history, of EXPRESS its log."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.dead_letters.cause import cause_in
from ops.find.entry import Entry
from ops.find.logs import Window, lines
from ops.orders import OrderKey
from ops.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

    from functions.start_workflow.order_message import OrderMessage

ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")


def of_executions(stage: Stage, key: OrderKey, attempts: int, window: Window) -> list[Entry]:
    """Of all executions that messages about the order have started.

    Args:
        attempts: how many there were at most.
        window: when an EXPRESS workflow may have logged about it: that it failed, and no more.
    """
    machine_arn = stage.output("workflowArn")
    machine = stage.step_functions.describe_state_machine(stateMachineArn=machine_arn)
    if machine["type"] == "EXPRESS":
        logging: Any = machine.get("loggingConfiguration", {})
        [to] = logging["destinations"]
        group = to["cloudWatchLogsLogGroup"]["logGroupArn"].removesuffix(":*").rpartition(":")[2]
        logged = lines(stage, group, key[1], window)
        return [_logged(at, json.loads(text)) for at, text in logged]
    prefix = machine_arn.replace(":stateMachine:", ":execution:")
    return [
        entry
        for attempt in range(1, attempts + 1)
        for name, events in _executions(stage, prefix, key, attempt)
        for entry in _told(name, events)
    ]


def _executions(
    stage: Stage, prefix: str, key: OrderKey, attempt: int
) -> "Iterator[tuple[str, list[HistoryEventTypeDef]]]":
    """The first execution of an attempt, and each that followed one that had failed."""
    # Powertools takes its time to be imported, in which the other services answer.
    from functions.start_workflow.handler import execution_name

    message: OrderMessage = {"customerId": key[0], "id": key[1], "attempt": attempt}  # pyright: ignore[reportAssignmentType]
    step_functions = stage.step_functions
    for follow_on in itertools.count():
        name = execution_name(message, follow_on)
        pages = step_functions.get_paginator("get_execution_history").paginate(
            executionArn=f"{prefix}:{name}", includeExecutionData=False
        )
        try:
            yield name, [event for page in pages for event in page["events"]]
        except step_functions.exceptions.ExecutionDoesNotExist:
            return


def _told(name: str, events: "list[HistoryEventTypeDef]") -> Iterator[Entry]:
    """States that were entered, what failed, and the end."""
    detail = {"execution": name}
    for event in events:
        kind, at = event["type"], event["timestamp"]
        data: Any = event
        if kind == "ExecutionStarted":
            yield Entry(at=at, where="workflow", what=f"execution {name} started", detail=detail)
        elif "stateEnteredEventDetails" in data:
            state = data["stateEnteredEventDetails"]["name"]
            yield Entry(at=at, where="workflow", what=state, detail=detail)
        elif kind in ENDS or kind.endswith(("Failed", "TimedOut")):
            [*details] = (data[each] for each in data if each.endswith("EventDetails"))
            why = _why(details[0]) if details else ""
            what = f"{kind}: {why}" if why else kind
            yield Entry(at=at, where="workflow", what=what, detail=detail)


def _logged(at: datetime, line: dict[str, Any]) -> Entry:
    """Of an EXPRESS workflow's log."""
    details: Any = line.get("details", {})
    why = _why(details)
    state = details.get("name") or details.get("resource") or ""
    when = line.get("event_timestamp")
    return Entry(
        at=datetime.fromtimestamp(int(when) / 1000, UTC) if when else at,
        where="workflow",
        what=" ".join(filter(None, [str(line.get("type", "")), state, why])),
        detail={"execution": line.get("execution_arn", "").split(":")[-2:][0]},
    )


def _why(details: Any) -> str:
    """Of what failed; empty where it did not."""
    if "error" not in details:
        return ""
    return cause_in(json.dumps({"Error": details["error"], "Cause": details.get("cause", "")}))
