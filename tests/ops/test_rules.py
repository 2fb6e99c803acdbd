"""What contradicts itself is found, and only what can do no harm is mended by a message."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ops.orders import Item
from ops.reconcile.finding import Kind, Mend
from ops.reconcile.rules import changed_at, judge
from ops.reconcile.scan import Reads

KEY = ("alice", "01KB3X5YKYMBYYB3G1PS1TQR0W")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
THEN = "2026-11-27T10:00:00.000Z"


def order(status: str, attempt: int = 1, **more: Any) -> Item:
    return {
        "customerId": KEY[0],
        "id": KEY[1],
        "name": "Pizza",
        "quantity": 1,
        "restaurantId": "Dominos",
        "addOns": [],
        "status": status,
        "attempt": attempt,
        "placedAt": THEN,
        "updatedAt": THEN,
        "version": 2,
        **more,
    }


def tombstone(**more: Any) -> Item:
    return {"customerId": KEY[0], "id": KEY[1], "deletedAt": THEN, "expiresAt": 1, **more}


def failed(reason: str, attempt: int = 1, **more: Any) -> Item:
    return order("PAYMENT_FAILED", attempt, statusReason=reason, **more)


DECLINED, UNREACHABLE = "payment method declined", "payment processor unreachable"
TAKEN: Item = {"outcome": "ACCEPTED", "takenAt": THEN}
REFUNDED: Item = {**TAKEN, "refundedAt": THEN}
REFUSED: Item = {"outcome": "DECLINED"}
VOIDED: Item = {"outcome": "VOIDED", "refundedAt": THEN}


@pytest.mark.parametrize(
    ("item", "payments"),
    [
        (order("PAID"), {1: TAKEN}),
        (order("PAID", 2), {1: REFUSED, 2: TAKEN}),
        (order("PAID", 3), {1: REFUNDED, 2: VOIDED, 3: TAKEN}),
        (failed(DECLINED), {1: REFUSED}),
        (failed(UNREACHABLE), {1: VOIDED}),
        (failed(UNREACHABLE), {1: REFUNDED}),
        # The door took its second attempt back: it has no payment, and the first one counts.
        (failed(DECLINED, 2, ended={"attempt": 1, "status": "PAYMENT_FAILED"}), {1: REFUSED}),
        (tombstone(), {}),
        (tombstone(), {1: REFUNDED, 2: REFUSED}),
        (tombstone(paidAttempt=1), {1: TAKEN}),
        (None, {}),
        (None, {1: REFUSED, 2: VOIDED, 3: REFUNDED}),
        # Deleted, and its tombstone has expired.
        (None, {1: {**TAKEN, "takenAt": "2025-11-26T00:00:00+00:00"}}),
    ],
)
def test_what_fits_together_is_left_alone(item: Item | None, payments: dict[int, Item]) -> None:
    assert judge(KEY, item, payments, NOW) == []


@pytest.mark.parametrize(
    ("item", "payments", "found"),
    [
        (order("PENDING"), {}, [(Kind.STUCK, 1, Mend.ORDER)]),
        (order("PENDING", 2), {1: REFUSED}, [(Kind.STUCK, 2, Mend.ORDER)]),
        (order("PENDING"), {1: REFUSED}, [(Kind.STUCK, 1, Mend.ORDER)]),
        (order("PENDING"), {1: VOIDED}, [(Kind.STUCK, 1, Mend.ORDER)]),
        (order("PENDING"), {1: TAKEN}, [(Kind.UNPAID, 1, Mend.ORDER)]),
        # Its message would have it PAID by money that was given back.
        (order("PENDING"), {1: REFUNDED}, [(Kind.MISBOOKED, 1, None)]),
        (
            order("PENDING", 2),
            {1: TAKEN},
            [(Kind.STUCK, 2, Mend.ORDER), (Kind.UNREFUNDED, 1, Mend.REFUND)],
        ),
        (failed(UNREACHABLE), {1: TAKEN}, [(Kind.UNREFUNDED, 1, Mend.REFUND)]),
        (failed(UNREACHABLE), {}, [(Kind.UNREFUNDED, 1, Mend.REFUND)]),
        (
            failed(DECLINED),
            {1: TAKEN},
            [(Kind.UNDECIDED, 1, None), (Kind.UNREFUNDED, 1, Mend.REFUND)],
        ),
        (failed(DECLINED), {}, [(Kind.UNDECIDED, 1, None)]),
        (failed("Lambda.Unknown"), {1: REFUSED}, [(Kind.UNDECIDED, 1, None)]),
        (order("PAID"), {}, [(Kind.UNTAKEN, 1, None)]),
        (order("PAID"), {1: REFUSED}, [(Kind.UNTAKEN, 1, None)]),
        (order("PAID"), {1: REFUNDED}, [(Kind.GIVEN_BACK, 1, None)]),
        (order("PAID", 2), {1: TAKEN, 2: TAKEN}, [(Kind.UNREFUNDED, 1, Mend.REFUND)]),
        # The next attempt would have it PAID by money that was given back.
        (order("PAID"), {1: TAKEN, 2: TAKEN}, [(Kind.MISBOOKED, 2, None)]),
        (tombstone(), {1: TAKEN}, [(Kind.UNREFUNDED, 1, Mend.REFUND)]),
        (tombstone(paidAttempt=2), {1: TAKEN, 2: TAKEN}, [(Kind.UNREFUNDED, 1, Mend.REFUND)]),
        (tombstone(paidAttempt=1), {}, [(Kind.UNTAKEN, 1, None)]),
        (tombstone(paidAttempt=1), {1: REFUNDED}, [(Kind.GIVEN_BACK, 1, None)]),
        (tombstone(name="Pizza"), {}, [(Kind.UNDELETED, None, None)]),
        (None, {1: TAKEN}, [(Kind.ORPHANED, 1, None)]),
        ({"customerId": "a", "id": "b", "calls": 1}, {}, [(Kind.UNREADABLE, None, None)]),
        (order("LOST"), {}, [(Kind.UNREADABLE, None, None)]),
        (order("PAID", updatedAt="yesterday"), {}, [(Kind.UNREADABLE, None, None)]),
        ({**order("PAID"), "attempt": "first"}, {}, [(Kind.UNREADABLE, None, None)]),
        (
            order("PAID", 2),
            {1: {**REFUSED, "refundedAt": THEN}, 2: TAKEN},
            [(Kind.MISBOOKED, 1, None)],
        ),
        (failed(UNREACHABLE), {1: {"outcome": "VOIDED"}}, [(Kind.MISBOOKED, 1, None)]),
        (order("PAID"), {1: {"outcome": "ACCEPTED"}}, [(Kind.MISBOOKED, 1, None)]),
        (failed(UNREACHABLE), {1: {"outcome": "LOST"}}, [(Kind.MISBOOKED, 1, None)]),
    ],
)
def test_what_contradicts_itself_is_found(
    item: Item | None, payments: dict[int, Item], found: list[tuple[Kind, int | None, Mend | None]]
) -> None:
    judged = judge(KEY, item, payments, NOW)
    assert [(each.kind, each.attempt, each.mend) for each in judged] == found
    # Each is either mended, or says what a person does.
    assert all(bool(each.mend) is not bool(each.todo) for each in judged)
    assert all(each.order == KEY for each in judged)


def test_what_changed_last_decides_whether_it_is_on_its_way() -> None:
    late = {**REFUNDED, "refundedAt": "2026-11-27T11:59:00+00:00"}
    assert changed_at(order("PAID"), {1: late}) == datetime(2026, 11, 27, 11, 59, tzinfo=UTC)
    assert changed_at(tombstone(), {}) == datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert changed_at(None, {1: REFUSED}) is None


class Pages:
    """DynamoDB, as far as scans go: each page costs as many units."""

    def __init__(self, *units: float) -> None:
        self.units = units
        self.dynamodb = self

    def output(self, name: str) -> str:
        return name

    def get_paginator(self, _: str) -> "Pages":
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        assert asked["ConsistentRead"] is True
        return [{"Items": [], "ConsumedCapacity": {"CapacityUnits": each}} for each in self.units]


def test_scans_leave_the_table_to_the_customers() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pages: Any = Pages(256, 128)
    reads = Reads(pages, 64, clock=lambda: now[0], sleep=sleep)
    assert list(reads.scan("orderTableName")) == [[], []]
    assert (slept, reads.units) == ([4, 2], 384)
