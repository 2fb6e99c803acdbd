"""What functions log is told of their orders; of a message that is none, by its id."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.pages.flow.log import REMEMBERED, OrderLog, events_of
from local.pages.flow.story import Event, What

AT = datetime(2026, 11, 24, 12, 0, 0, 500_000, tzinfo=UTC)


def write(file: Path, function: str, level: str, message: str, **keys: Any) -> None:
    """As local/cloud/function_log.py does."""
    line = {"level": level, "message": message, "timestamp": "2026-11-24 12:00:00,500+0000"}
    call = {
        "at": "2026-11-24T12:00:01.000+00:00",
        "function": f"orderflow-local-{function}-1a2b3c4",
        "failed": False,
        "lines": [json.dumps(line | keys)],
    }
    with file.open("a") as log:
        log.write(json.dumps(call) + "\n")


def events(file: Path, about: str) -> list[Event]:
    log = OrderLog(file)
    log.read()
    return events_of(log.about(about))


def test_what_functions_do_for_an_order(tmp_path: Path) -> None:
    file = tmp_path / "functions.jsonl"
    write(file, "email-customer", "INFO", "Customer mailed", orderId="1")
    write(
        file, "broadcast-update", "INFO", "Update published", orderId="1", status="PAID", version=2
    )
    write(file, "refund-payment", "INFO", "Payment refunded", orderId="1", attempt=3)
    write(file, "refund-payment", "INFO", "Payment refunded", orderId="2")
    assert events(file, "1") == [
        Event(what=What.MAILED, at=AT, detail="to the customer"),
        Event(what=What.UPDATED, at=AT, detail="PAID, version 2"),
        Event(what=What.REFUNDED, at=AT, attempt=3),
    ]
    assert events(file, "3") == []


def test_trouble_is_told_with_its_function_but_not_twice(tmp_path: Path) -> None:
    file = tmp_path / "functions.jsonl"
    write(file, "email-customer", "ERROR", "Customer could not be mailed", orderId="1")
    # These two are in the execution's history.
    write(file, "start-workflow", "INFO", "Workflow started", orderId="1")
    write(file, "take-payment", "WARNING", "Payment processor unreachable", orderId="1")
    write(file, "start-workflow", "ERROR", "Message refused: no JSON", messageId="m")
    assert events(file, "1") == [
        Event(what=What.TROUBLE, at=AT, detail="email_customer: Customer could not be mailed")
    ]
    assert events(file, "m") == [Event(what=What.REFUSED, at=AT, detail="no JSON")]


def test_the_oldest_orders_are_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "functions.jsonl"
    for number in range(REMEMBERED + 1):
        write(file, "refund-payment", "INFO", "Payment refunded", orderId=str(number))
    assert events(file, "0") == []
    assert len(events(file, "1")) == len(events(file, str(REMEMBERED))) == 1
