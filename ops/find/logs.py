"""What the functions logged about an order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.find.entry import Entry
from ops.orders import OrderKey
from ops.stage import Stage
from ops.traceback import raised

# ULIDs are spelled in these, and begin with the time, in milliseconds.
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TIME_CHARACTERS = 10
# Clocks differ; and a refund or a mail is tried for a day (infra/payments.py).
BEFORE, AFTER = timedelta(minutes=5), timedelta(hours=26)
# What Powertools writes with each line, and no reader asks for.
ROUTINE = frozenset(
    {
        *("level", "location", "message", "timestamp", "service", "cold_start", "exception"),
        *("function_name", "function_memory_size", "function_arn", "function_request_id"),
        *("exception_name", "stack_trace", "orderId", "customerId"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Window:
    """When something about an order may have been logged; None: at any time."""

    start: datetime | None = None
    end: datetime | None = None


def window_of(order_id: str, known: list[datetime]) -> Window:
    """From its placing until a day after the last that is known of it.

    CloudWatch reads all that was logged within: without a window that is all that it keeps.
    """
    minted = _minted(order_id)
    moments = [*known, minted] if minted else known
    if not moments:
        return Window()
    return Window(start=min(moments) - BEFORE, end=max(moments) + AFTER)


def _minted(order_id: str) -> datetime | None:
    """When a ULID was; None of a UUID, and of what a client has made up."""
    if "-" in order_id or not set(order_id) <= set(BASE32):
        return None
    milliseconds = 0
    for character in order_id[:TIME_CHARACTERS]:
        milliseconds = milliseconds * len(BASE32) + BASE32.index(character)
    try:
        made = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError):
        return None
    # A client's own need not tell the time.
    now = datetime.now(UTC)
    return made if now - timedelta(days=3650) < made < now + BEFORE else None


def of_function(stage: Stage, function: str, order_id: str, window: Window) -> list[Entry]:
    """The lines of one function, by its folder in functions/."""
    group = stage.functions[function]["logGroup"]
    return [_entry(function, at, text) for at, text in lines(stage, group, order_id, window)]


def customer_in(stage: Stage, order_id: str, window: Window) -> list[OrderKey]:
    """Whose order it is, as `start_workflow` has logged: where nothing is saved of it yet."""
    group = stage.functions["start_workflow"]["logGroup"]
    logged = [_object(text) for _, text in lines(stage, group, order_id, window)]
    customers = {line["customerId"] for line in logged if "customerId" in line}
    return [(customer, order_id) for customer in sorted(customers)]


def lines(
    stage: Stage, group: str, order_id: str, window: Window
) -> Iterator[tuple[datetime, str]]:
    """When and what was logged that has the order's id in it."""
    within: dict[str, int] = {}
    if window.start and window.end:
        within = {
            "startTime": int(window.start.timestamp() * 1000),
            "endTime": int(window.end.timestamp() * 1000),
        }
    pages = stage.logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        filterPattern=f'"{order_id}"',
        **within,  # pyright: ignore[reportArgumentType]
    )
    for page in pages:
        for event in page["events"]:
            milliseconds = event.get("timestamp", 0)
            yield datetime.fromtimestamp(milliseconds / 1000, UTC), event.get("message", "").strip()


def _entry(function: str, at: datetime, text: str) -> Entry:
    line = _object(text)
    if "level" not in line:
        return Entry(at=at, where=function, what=text)
    keys = {name: value for name, value in line.items() if name not in ROUTINE}
    level = "" if line["level"] == "INFO" else f"{line['level']} "
    cause = raised(str(line.get("exception", "")).splitlines())
    what = f"{level}{line.get('message', '')}" + (f" ({cause})" if cause else "")
    return Entry(at=at, where=function, what=what, detail=keys)


def _object(text: str) -> dict[str, Any]:
    try:
        read: Any = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
