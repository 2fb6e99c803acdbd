"""updateOrder: what it changes and refuses, and when many come at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.stage import UPDATE, Stage, eventually


def test_a_failed_order_is_changed_and_its_version_raised(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub, version=2)
    before = stage.get(alice, order_id)
    assert before is not None

    change = {"id": order_id, "version": 2, "quantity": 3, "addOns": ["chili"]}
    after = stage.graphql(alice.access_token, UPDATE, input=change)["updateOrder"]

    assert after == {
        **before,
        "quantity": 3,
        "addOns": ["chili"],
        "version": 3,
        "updatedAt": after["updatedAt"],
    }
    assert after["updatedAt"] > before["updatedAt"]
    assert stage.get(alice, order_id) == after


CHANGED = "The order has been changed meanwhile, and has another version now."


@pytest.mark.parametrize(
    ("status", "version", "message"),
    [
        ("PAYMENT_FAILED", 1, CHANGED),
        ("PAYMENT_FAILED", 3, CHANGED),
        ("PENDING", 2, "The payment is under way: wait for its outcome."),
        ("PAID", 2, "The order is paid."),
    ],
)
def test_a_stale_version_and_a_payment_under_way_are_conflicts_that_show_the_order(
    stage: Stage, status: str, version: int, message: str
) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub, version=2, status=status)

    change = {"id": order_id, "version": version, "name": "Salad"}
    error = stage.refusal(alice.access_token, UPDATE, input=change)

    assert (error["errorType"], error["message"]) == ("OrderConflict", message)
    assert error["data"] == stage.get(alice, order_id)
    assert error["data"]["name"] == "Pizza"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "input"),
        ({"name": None, "quantity": None, "addOns": None}, "input"),
        ({"name": ""}, "name"),
        ({"quantity": 101}, "quantity"),
        ({"addOns": ["chili"] * 11}, "addOns"),
    ],
)
def test_a_change_beyond_the_limits_is_a_validation_error(
    stage: Stage, change: dict[str, Any], field: str
) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub)

    error = stage.refusal(
        alice.access_token, UPDATE, input={"id": order_id, "version": 1, **change}
    )

    assert (error["errorType"], error["errorInfo"]["field"]) == ("ValidationError", field)
    assert stage.orders(alice.sub)[order_id]["version"] == {"N": "1"}


def test_of_fifty_changes_of_one_version_one_wins(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub)

    def change(quantity: int) -> str | None:
        given = {"id": order_id, "version": 1, "quantity": quantity}
        return stage.error_type(alice.access_token, UPDATE, input=given)

    with ThreadPoolExecutor(25) as clients:
        outcomes = list(clients.map(change, range(1, 51)))

    assert Counter(outcomes) == {None: 1, "OrderConflict": 49}
    item = stage.orders(alice.sub)[order_id]
    assert item["quantity"] == {"N": str(outcomes.index(None) + 1)}
    assert item["version"] == {"N": "2"}


def test_an_order_is_what_its_payment_was_asked_for_all_the_while(stage: Stage) -> None:
    alice = stage.customer()
    # The payment is tried several times, so that changes come in between.
    order_id = stage.order_id("UNREACHABLE")
    placed = stage.place(alice, clientRequestToken=order_id)
    refusals: Counter[str | None] = Counter()

    def change_and_look() -> str:
        change = {"id": order_id, "version": 1, "name": "Champagne", "quantity": 100}
        refusals[stage.error_type(alice.access_token, UPDATE, input=change)] += 1
        return (stage.get(alice, order_id) or placed)["status"]

    assert eventually(change_and_look, lambda status: status != "PENDING") == "PAYMENT_FAILED"

    assert set(refusals) <= {"OrderNotFound", "OrderConflict"}
    assert stage.ended(alice, order_id)["name"] == "Pizza"
