"""A run of chaos is clean on a stage of either type, and each broken promise would be seen."""

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from functions.payments.processor import Outcome
from local.chaos import command
from local.chaos.faults import Fault, Kind, draw_faults
from local.chaos.orders import Contents, Deletion, Draw, Habit, Order, draw_of
from local.chaos.promises import Ends, violations
from local.customers import Customer
from local.embedded_cloud import EmbeddedCloud
from local.mailbox import Mail

ORDERS = 30
POISON = "no order at all"
WHEN = "2026-01-01T12:00:00.000Z"
PIZZA = Contents(name="Pizza", quantity=2, restaurant="Dominos", add_ons=("chili", "ham"))
ALICE = Customer(
    email="alice@customers.example", password="", sub="alice", access_token="", id_token=""
)
ACCEPTED = Draw(answered=True, outcome=Outcome.ACCEPTED)
DECLINED = Draw(answered=True, outcome=Outcome.DECLINED)
TAKEN_UNANSWERED = Draw(answered=False, outcome=Outcome.ACCEPTED)

Break = Callable[[Ends], object]


def id_with(*draws: Draw) -> str:
    """An order whose payments come out so, attempt by attempt."""
    return next(
        order_id
        for order_id in map(str, itertools.count())
        if all(draw_of(order_id, number) == draw for number, draw in enumerate(draws, 1))
    )


PAID, DECLINED_ONCE, UNREACHED = map(id_with, (ACCEPTED, DECLINED, TAKEN_UNANSWERED))
RETRIED = id_with(DECLINED, ACCEPTED)
DELETED = id_with(DECLINED, TAKEN_UNANSWERED)
IDS = [PAID, RETRIED, DECLINED_ONCE, UNREACHED, DELETED]


def an_order(order_id: str, *further: Contents) -> Order:
    return Order(
        id=order_id,
        customer=ALICE,
        habit=Habit.WAIT,
        breaks=False,
        contents=[PIZZA, *further],
        retries=[1] * len(further),
        placed_at=WHEN,
    )


def item(order_id: str, status: str, version: int, reason: str | None = None) -> dict[str, Any]:
    return {
        "customerId": "alice",
        "id": order_id,
        "name": PIZZA.name,
        "quantity": PIZZA.quantity,
        "restaurantId": PIZZA.restaurant,
        "addOns": list(PIZZA.add_ons),
        "status": status,
        "statusReason": reason,
        "attempt": 1,
        "version": version,
        "placedAt": WHEN,
        "updatedAt": WHEN,
    }


def row(order_id: str, attempt: int, outcome: str, **given: str) -> dict[str, Any]:
    key = {"customerId": "alice", "payment": f"{order_id}#{attempt}"}
    return {**key, "outcome": outcome, **given}


def mail(order_id: str, contents: Contents, outcome: str) -> Mail:
    text = f"{contents.line}\n\n{outcome}\nOrder {order_id}, placed at {WHEN}.\n"
    return Mail(sender="orders@orderflow.example", to=ALICE.email, subject="", text=text)


def kept() -> Ends:
    """What a run leaves that has kept every promise."""
    more = PIZZA.changed()
    deleted = an_order(DELETED)
    deleted.deletion = Deletion.DONE
    retried = item(RETRIED, "PAID", 5) | {"quantity": more.quantity, "attempt": 2}
    items = {
        PAID: item(PAID, "PAID", 2),
        RETRIED: retried,
        DECLINED_ONCE: item(DECLINED_ONCE, "PAYMENT_FAILED", 2, "payment method declined"),
        UNREACHED: item(UNREACHED, "PAYMENT_FAILED", 2, "payment processor unreachable"),
        DELETED: {"customerId": "alice", "id": DELETED, "deletedAt": WHEN, "expiresAt": 1},
    }
    live = {name: [item(name, "PENDING", 1)] for name in IDS}
    for name in IDS[:-1]:
        live[name].append(items[name])
    updates = {
        name: [{**update, "deletedAt": None} for update in told] for name, told in live.items()
    }
    updates[DELETED].append({**updates[DELETED][0], "deletedAt": WHEN})
    return Ends(
        orders=[
            an_order(PAID),
            an_order(RETRIED, more),
            an_order(DECLINED_ONCE),
            an_order(UNREACHED),
            deleted,
        ],
        items=list(items.values()),
        ledger=[
            row(PAID, 1, "ACCEPTED", takenAt=WHEN),
            row(RETRIED, 1, "DECLINED"),
            row(RETRIED, 2, "ACCEPTED", takenAt=WHEN),
            row(DECLINED_ONCE, 1, "DECLINED"),
            row(UNREACHED, 1, "ACCEPTED", takenAt=WHEN, refundedAt=WHEN),
            row(DELETED, 1, "VOIDED", refundedAt=WHEN),
        ],
        mails=[
            Mail(sender="", to=ALICE.email, subject="", text="Your code is 123456"),
            mail(PAID, PIZZA, "Your payment was accepted. Thank you!"),
            mail(RETRIED, PIZZA, "Your payment failed: payment method declined."),
            mail(RETRIED, more, "Your payment was accepted. Thank you!"),
            mail(DECLINED_ONCE, PIZZA, "Your payment failed: payment method declined."),
            mail(UNREACHED, PIZZA, "Your payment failed: payment processor unreachable."),
        ],
        dead_letters=[POISON],
        poison=[POISON],
        updates=updates,
        reads={},
    )


def test_what_kept_every_promise_has_no_violations() -> None:
    assert violations(kept()) == []


def test_updates_that_come_again_or_were_missed_and_read_are_no_violations() -> None:
    ends = kept()
    ends.updates[PAID] += ends.updates[PAID]
    del ends.updates[RETRIED][1:]
    ends.reads[RETRIED] = ends.items[1]
    ends.updates[DELETED].clear()
    ends.reads[DELETED] = None
    assert violations(ends) == []


def test_what_came_of_a_retry_whose_answer_was_lost_is_no_violation() -> None:
    # Sent twice, it was two attempts with the same contents, and the second was paid.
    ends = kept()
    ends.orders[1].retries[0] = 2
    assert violations(ends) == []


def test_a_deletion_that_was_never_answered_may_have_happened_or_not() -> None:
    ends = kept()
    ends.orders[0].deletion = ends.orders[-1].deletion = Deletion.ASKED
    assert violations(ends) == []


def draw(seed: int, orders: int, workflow_type: str) -> list[Fault]:
    return draw_faults(random.Random(seed), orders, workflow_type)  # noqa: S311 (a schedule)


def on(index: int, **change: Any) -> Break:
    return lambda ends: ends.items[index].update(change)


def on_row(index: int, **change: Any) -> Break:
    return lambda ends: ends.ledger[index].update(change)


BROKEN: list[tuple[str, str, Break]] = [
    (PAID, "is lost", lambda ends: ends.items.pop(0)),
    (PAID, "is PENDING for ever", on(0, status="PENDING")),
    (PAID, "was deleted unasked", on(0, deletedAt=WHEN)),
    (PAID, "other contents", on(0, quantity=100)),
    (PAID, "other contents", on(0, addOns=["ham"])),
    (PAID, "is at attempt 2", on(0, attempt=2)),
    (PAID, "has a reason why not", on(0, statusReason="payment method declined")),
    (PAID, "which was given back", on_row(0, refundedAt=WHEN)),
    (PAID, "was never taken", lambda ends: ends.ledger.pop(0)),
    (PAID, "the processor never said", on_row(0, outcome="DECLINED")),
    (RETRIED, "not paid by payment 2", on(1, attempt=1)),
    (DECLINED_ONCE, "which was declined", on_row(3, refundedAt=WHEN)),
    (DECLINED_ONCE, "as declined, but payment 1 was not", lambda ends: ends.ledger.pop(3)),
    (DECLINED_ONCE, "had an answer", on(2, statusReason="payment processor unreachable")),
    (DECLINED_ONCE, "no reason of the processor's", on(2, statusReason="States.Timeout")),
    (DECLINED_ONCE, "which was never taken", on(2, status="PAID")),
    (UNREACHED, "ACCEPTED and not given back", lambda ends: ends.ledger[4].pop("refundedAt")),
    (UNREACHED, "but payment 1 was not", on(3, statusReason="payment method declined")),
    (PAID, "another time of taking it", lambda ends: ends.ledger[0].pop("takenAt")),
    (PAID, "was never taken", on_row(0, outcome="VOIDED")),
    (DELETED, "VOIDED and not given back", lambda ends: ends.ledger[5].pop("refundedAt")),
    (DELETED, "another time of taking it", on_row(5, takenAt=WHEN)),
    (DELETED, "came back", lambda ends: ends.items.append(item(DELETED, "PAID", 2))),
    (DELETED, "but its name stayed", on(4, name="Pizza")),
    (DELETED, "was never taken", on(4, paidAttempt=1)),
    (
        DELETED,
        "not given back",
        lambda ends: ends.ledger.append(row(DELETED, 2, "ACCEPTED", takenAt=WHEN)),
    ),
    (PAID, "was not mailed about", lambda ends: ends.mails.pop(1)),
    (PAID, "mailed about 2 times", lambda ends: ends.mails.append(ends.mails[1])),
    (RETRIED, "mailed about 2 times", lambda ends: ends.mails.append(ends.mails[2])),
    (RETRIED, "was not mailed about", lambda ends: ends.mails.pop(3)),
    (
        PAID,
        "which it never was",
        lambda ends: ends.mails.append(mail(PAID, PIZZA.changed(), "Your payment failed: .")),
    ),
    (
        PAID,
        "was mailed about to bob@",
        lambda ends: ends.mails.append(
            Mail(sender="", to="bob@customers.example", subject="", text=ends.mails[1].text)
        ),
    ),
    (PAID, "version 1 after version 2", lambda ends: ends.updates[PAID].reverse()),
    (
        PAID,
        "in two ways",
        lambda ends: ends.updates[PAID].append({**ends.updates[PAID][1], "quantity": 3}),
    ),
    (
        PAID,
        "told of as version 3, and is 2",
        lambda ends: ends.updates[PAID].append({**ends.updates[PAID][1], "version": 3}),
    ),
    (PAID, "neither seen nor read", lambda ends: ends.updates[PAID].pop()),
    (DELETED, "neither seen nor read", lambda ends: ends.updates[DELETED].pop()),
    (PAID, "complained", lambda ends: ends.orders[0].complaints.append("complained")),
    (POISON, "does not rest", lambda ends: ends.dead_letters.clear()),
    ("an order", "rests still", lambda ends: ends.dead_letters.append("an order")),
    ("99", "in the table unasked", lambda ends: ends.items.append(item("99", "PAID", 1))),
    ("99", "paid for unasked", lambda ends: ends.ledger.append(row("99", 1, "ACCEPTED"))),
]


@pytest.mark.parametrize(("order_id", "why", "break_promise"), BROKEN)
def test_each_broken_promise_is_seen(order_id: str, why: str, break_promise: Break) -> None:
    ends = kept()

    break_promise(ends)

    found = [each for each in violations(ends) if each.order_id == order_id and why in each.why]
    assert found, violations(ends)
    assert {each.order_id for each in violations(ends)} == {order_id}


def test_a_wrong_read_of_what_was_not_seen_is_a_violation() -> None:
    ends = kept()
    ends.updates[PAID].pop()
    ends.reads[PAID] = {**ends.items[0], "version": 1}
    ends.updates[DELETED].pop()
    ends.reads[DELETED] = ends.items[0]
    wrong = "is read otherwise than the table has it"
    assert [(each.order_id, each.why) for each in violations(ends)] == [
        (PAID, wrong),
        (DELETED, wrong),
    ]


def test_the_schedule_is_the_seeds() -> None:
    def kinds(workflow_type: str) -> set[Kind]:
        return {fault.kind for fault in draw(1, 10, workflow_type)}

    first, second = (draw(7, 100, "STANDARD") for _ in range(2))
    assert first == second
    assert kinds("STANDARD") == set(Kind)
    assert kinds("EXPRESS") == set(Kind) - {Kind.ABORT}


@pytest.mark.cloud
@pytest.mark.parametrize("workflow_type", ["STANDARD", "EXPRESS"])
def test_chaos_breaks_no_promise(workflow_type: str) -> None:
    with EmbeddedCloud() as cloud:
        outputs = cloud.deploy(command.options(workflow_type))
        report = command.run_on(cloud, outputs, ORDERS, 1, workflow_type, Console(quiet=True))

    assert report.violations == []
    assert len(report.ends.orders) == len(report.ends.items) == ORDERS
    wanted = {fault.kind for fault in draw(1, ORDERS, workflow_type)}
    # What there was nothing to do it to did not happen: executions may all have ended at once.
    assert wanted - {kind for kind in Kind if report.faults[kind]} <= {Kind.ABORT}
    assert report.ends.poison == sorted(report.ends.dead_letters, key=report.ends.poison.index)
