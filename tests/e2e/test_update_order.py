"""updateOrder: what it changes and refuses, and when many come at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.stage import UPDATE, Stage


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


@pytest.mark.parametrize(
    ("status", "version"), [("PAYMENT_FAILED", 1), ("PAYMENT_FAILED", 3), ("PAID", 2)]
)
def test_a_stale_version_and_a_paid_order_are_conflicts_that_show_the_order(
    stage: Stage, status: str, version: int
) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub, version=2, status=status)

    change = {"id": order_id, "version": version, "name": "Salad"}
    error = stage.refusal(alice.access_token, UPDATE, input=change)

    assert error["errorType"] == "OrderConflict"
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
