"""What the demo makes of live updates, and how it shows it."""

import asyncio
import io
import json
from typing import Any

import pytest
from rich.console import Console

from local import demo
from local.demo import Follower, Report, wrong
from local.mailbox import Mail


def update(status: str, version: int, order_id: str = "1") -> dict[str, Any]:
    reason = "payment method declined" if status == "PAYMENT_FAILED" else None
    return {"id": order_id, "status": status, "version": version, "statusReason": reason}


def test_a_paid_order_has_ended() -> None:
    follower = Follower()

    assert not follower.see(update("PENDING", 1))
    assert (follower.ended("PAID"), follower.ended("PAYMENT_FAILED")) == (0, 0)
    assert not follower.see(update("PAID", 2))
    assert (follower.ended("PAID"), follower.ended("PAYMENT_FAILED")) == (1, 0)
    assert follower.first_failures == {}


def test_a_first_failure_calls_for_a_retry_and_is_no_end() -> None:
    follower = Follower()
    follower.see(update("PENDING", 1))

    assert follower.see(update("PAYMENT_FAILED", 2))
    assert follower.ended("PAYMENT_FAILED") == 0
    assert follower.first_failures == {"1": "payment method declined"}


def test_a_second_failure_is_the_end() -> None:
    follower = Follower()
    for status, version in (("PAYMENT_FAILED", 2), ("PENDING", 3)):
        follower.see(update(status, version))

    assert not follower.see(update("PAYMENT_FAILED", 4))
    assert follower.ended("PAYMENT_FAILED") == 1


def test_an_update_that_comes_twice_or_late_changes_nothing() -> None:
    follower = Follower()
    assert follower.see(update("PAYMENT_FAILED", 2))

    assert not follower.see(update("PAYMENT_FAILED", 2))
    assert not follower.see(update("PENDING", 1))
    assert follower.orders["1"]["status"] == "PAYMENT_FAILED"


def test_each_order_is_counted_by_itself() -> None:
    follower = Follower()
    for number in range(3):
        follower.see(update("PAID", 2, str(number)))
    follower.see(update("PAYMENT_FAILED", 2, "3"))

    assert follower.ended("PAID") == 3
    assert list(follower.first_failures) == ["3"]


def order(order_id: str, status: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "id": order_id,
        "name": "Pad Thai",
        "quantity": 6,
        "restaurantId": "Burger & Co.",
        "status": status,
        "statusReason": reason,
        "placedAt": "2026-11-24T12:00:00Z",
        "updatedAt": "2026-11-24T12:00:02.5Z",
    }


FAILED = "01M8EDQ0C4Y6Z1060MTXPY9784"
PENDING = "01M8EDQ0C4Y6Z1060MTXPY9785"
UNREACHABLE = "payment processor unreachable"
REPORT = Report(
    orders=[order(FAILED, "PAYMENT_FAILED", UNREACHABLE), order(PENDING, "PENDING")],
    first_failures={FAILED: UNREACHABLE},
    mails=[Mail(sender="s", to="alice@orderflow.example", subject="Your order", text="")],
    dead_letters=2,
    outputs={"graphqlUrl": "http://127.0.0.1:20974/apis/c122d4a0800a4f80af607fa3b6/graphql"},
    seconds={"start": 0.3},
    wrong=["1 of 2 orders did not come to their end."],
)


def shown(width: int) -> list[str]:
    file = io.StringIO()
    REPORT.show(Console(file=file, width=width))
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 80, 140])
def test_a_report_is_whole_at_every_width(width: int) -> None:
    lines = shown(width)
    text = "\n".join(lines)
    # Nothing is cut off or wrapped within a word.
    assert "…" not in text
    for whole in (FAILED, PENDING, "PAYMENT_FAILED", "2500", "Pad Thai", "Burger & Co."):
        assert whole in text
    assert text.count("processor unreachable") == 2
    assert REPORT.outputs["graphqlUrl"] in text
    assert REPORT.wrong[0] in text
    # All but addresses, which are copied whole.
    assert all(len(line.rstrip()) <= width for line in lines if "http://" not in line)


def test_json_has_what_the_table_shows() -> None:
    report = json.loads(REPORT.as_json())
    assert report["orders"][0] == {
        "id": FAILED,
        "name": "Pad Thai",
        "quantity": 6,
        "restaurant": "Burger & Co.",
        "retried_after": UNREACHABLE,
        "status": "PAYMENT_FAILED",
        "reason": UNREACHABLE,
        "milliseconds": 2500,
    }
    assert report["orders"][1]["milliseconds"] is None
    assert report["emails"] == [
        {"to": "alice@orderflow.example", "number": 1, "such_as": "Your order"}
    ]
    assert report["wrong"] == REPORT.wrong


def test_all_that_did_not_come_to_its_end_is_wrong() -> None:
    follower = Follower()
    follower.see(update("PAID", 2))

    assert wrong(1, follower, REPORT.mails * 2, 0, set()) == []
    assert wrong(2, follower, REPORT.mails, 1, {"b", "a"}) == [
        "1 of 2 orders did not come to their end.",
        "1 mail did not arrive.",
        "1 message rests in the dead-letter queue.",
        "The last call of a, b failed, see above.",
    ]


def test_it_gives_up_once_something_failed_and_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Watch:
        errors = 0

    async def gives_up(errors: int) -> bool:
        watch: Any = Watch()
        watch.errors = errors
        giving_up = asyncio.create_task(demo.give_up(Follower(), watch))
        done, _ = await asyncio.wait({giving_up}, timeout=20 * demo.POLL_SECONDS if errors else 0.3)
        giving_up.cancel()
        return bool(done)

    monkeypatch.setattr(demo, "GIVE_UP_SECONDS", demo.POLL_SECONDS / 2)
    assert asyncio.run(gives_up(1))
    assert not asyncio.run(gives_up(0))
