"""updateOrder: changes an order whose payment failed, of the version that the caller has seen."""

from typing import Any

import pytest

from local.appsync.errors import DataSourceError
from tests.graphql.api import ORDER, Api, Refused
from tests.graphql.conftest import Evaluate

ID = ORDER["id"]
FAILED = {"status": "PAYMENT_FAILED", "statusReason": "payment method declined"}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Pasta"},
        {"quantity": 1},
        {"addOns": []},
        {"addOns": ["x", "y"], "name": None},
        {"name": "Pasta", "quantity": 100, "addOns": ["x"]},
    ],
    ids=str,
)
def test_it_changes_what_is_given_and_nothing_else(api: Api, changes: dict[str, Any]) -> None:
    before = api.put(**FAILED, version=4)

    answer = api("updateOrder", input={"id": ID, "version": 4, **changes})

    assert answer == api.item(ID)
    given = {name: value for name, value in changes.items() if value is not None}
    assert answer == {**before, **given, "version": 5, "updatedAt": answer["updatedAt"]}
    assert answer["updatedAt"] > before["updatedAt"]
    assert api.table.calls == ["UpdateItem"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("PENDING", "The payment is under way: wait for its outcome."),
        ("PAID", "The order is paid."),
    ],
)
def test_what_is_paid_is_what_the_payment_was_asked_for(
    api: Api, status: str, message: str
) -> None:
    current = api.put(status=status)

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, "name": "Champagne", "quantity": 100})

    assert str(raised.value) == f"OrderConflict: {message}"
    assert raised.value.data == api.item(ID) == current


def test_an_order_that_got_stuck_can_be_retried_when_it_could_before(api: Api) -> None:
    since = "2026-03-01T12:00:00.000Z"
    api.put(status="PENDING", updatedAt=since)

    with pytest.raises(Refused):
        api("updateOrder", input={"id": ID, "version": 1, "name": "Pasta"})

    stuck = api.item(ID)
    assert stuck
    assert stuck["updatedAt"] == since
    assert api("retryPayment", id=ID)["status"] == "PENDING"


@pytest.mark.parametrize("version", [0, 1, 3, -1, 2**31 - 1])
def test_another_version_is_refused_with_the_order_as_it_is(api: Api, version: int) -> None:
    current = api.put(**FAILED, version=2)

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": version, "name": "Pasta"})

    assert str(raised.value) == (
        "OrderConflict: The order has been changed meanwhile, and has another version now."
    )
    assert raised.value.data == api.item(ID) == current


@pytest.mark.parametrize("order_id", ["", "x", "x" * 37, "x" * 5000, "ß" * 26])
def test_what_can_be_no_order_s_id_is_not_found_and_asks_no_table(api: Api, order_id: str) -> None:
    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": order_id, "version": 1, "name": "Pasta"})

    assert str(raised.value) == "OrderNotFound: No order of yours can have that id."
    assert api.table.calls == []


@pytest.mark.parametrize("version", [0, 1, -(2**31)])
def test_an_order_that_is_not_saved_yet_or_deleted_is_not_found(api: Api, version: int) -> None:
    tombstone = api.bury(ID)
    for order_id in (ID, ID[:-1] + "B"):
        with pytest.raises(Refused) as raised:
            api("updateOrder", input={"id": order_id, "version": version, "name": "Pasta"})

        assert str(raised.value) == (
            "OrderNotFound: No order of yours by that id is saved. "
            "One that was just placed is saved within seconds: try again then."
        )
        assert raised.value.data is None
    assert api.item(ID) == tombstone
    assert api.item(ID[:-1] + "B") is None


def test_another_customer_s_order_is_not_found(api: Api) -> None:
    theirs = api.put(**FAILED, customerId="bob")

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, "name": "Pasta"})

    assert (raised.value.error_type, raised.value.data) == ("OrderNotFound", None)
    api.caller = "bob"
    assert api.item(ID) == theirs


@pytest.mark.parametrize("changes", [{}, {"name": None, "quantity": None, "addOns": None}])
def test_there_must_be_something_to_change(api: Api, changes: dict[str, Any]) -> None:
    current = api.put(**FAILED)

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, **changes})

    rule = "must have a name, a quantity or addOns to change"
    assert str(raised.value) == f"ValidationError: input {rule}"
    assert raised.value.info == {"field": "input", "rule": rule}
    assert api.item(ID) == current


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"quantity": 0}, "quantity"),
        ({"addOns": ["x", " "]}, "addOns[1]"),
        ({"name": "Pasta", "quantity": 101}, "quantity"),
    ],
    ids=str,
)
def test_the_limits_are_those_of_a_new_order(api: Api, changes: dict[str, Any], field: str) -> None:
    current = api.put(**FAILED)

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, **changes})

    assert raised.value.error_type == "ValidationError"
    assert raised.value.info
    assert raised.value.info["field"] == field
    assert api.item(ID) == current


def test_nothing_but_an_order_s_own_choices_is_taken_from_the_input(evaluate: Evaluate) -> None:
    foreign = {"customerId": "bob", "status": "PAID", "attempt": 7, "restaurantId": "Beirut"}
    given = {"id": ID, "version": 1, "name": "Pasta", **foreign}

    update = evaluate("changeOrder", "request", args={"input": given}, stash={"id": ID}).value[
        "update"
    ]

    assert update["expressionNames"] == {"#name": "name"}
    assert update["expression"] == ("SET #name = :name, updatedAt = :now, version = version + :one")


def test_the_table_s_error_is_told_without_what_it_says(api: Api) -> None:
    api.table.failure = DataSourceError("Rate exceeded", "DynamoDB:RequestLimitExceeded")

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, "name": "Pasta"})

    assert str(raised.value) == "InternalError: An internal error occurred; try again."
