"""updateOrder: changes an order that is not paid, of the version that the caller has seen."""

from typing import Any

import pytest

from tests.graphql.api import ORDER, Api, Refused
from tests.graphql.conftest import Evaluate

ID = ORDER["id"]


@pytest.mark.parametrize("status", ["PENDING", "PAYMENT_FAILED"])
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
def test_it_changes_what_is_given_and_nothing_else(
    api: Api, status: str, changes: dict[str, Any]
) -> None:
    before = api.put(status=status, version=4)

    answer = api("updateOrder", input={"id": ID, "version": 4, **changes})

    assert answer == api.item(ID)
    given = {name: value for name, value in changes.items() if value is not None}
    assert answer == {**before, **given, "version": 5, "updatedAt": answer["updatedAt"]}
    assert answer["updatedAt"] > before["updatedAt"]


def test_a_paid_order_is_final(api: Api) -> None:
    paid = api.put(status="PAID")

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, "name": "Pasta"})

    assert raised.value.error_type == "OrderConflict"
    assert raised.value.data == api.item(ID) == paid


@pytest.mark.parametrize("version", [0, 1, 3, -1, 2**31 - 1])
def test_another_version_is_refused_with_the_order_as_it_is(api: Api, version: int) -> None:
    current = api.put(version=2)

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": version, "name": "Pasta"})

    assert raised.value.error_type == "OrderConflict"
    assert raised.value.data == api.item(ID) == current


@pytest.mark.parametrize("order_id", ["", "x", "x" * 37, "x" * 5000, ORDER["id"][:-1] + "B"])
def test_an_order_that_is_not_there_is_not_found(api: Api, order_id: str) -> None:
    api.put()

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": order_id, "version": 1, "name": "Pasta"})

    assert str(raised.value) == "OrderNotFound: You have no order by that id."
    assert api.item(order_id) is None if order_id else True


def test_another_customer_s_order_is_not_found(api: Api) -> None:
    theirs = api.put(customerId="bob")

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, "name": "Pasta"})

    assert (raised.value.error_type, raised.value.data) == ("OrderNotFound", None)
    api.caller = "bob"
    assert api.item(ID) == theirs


@pytest.mark.parametrize("changes", [{}, {"name": None, "quantity": None, "addOns": None}])
def test_there_must_be_something_to_change(api: Api, changes: dict[str, Any]) -> None:
    current = api.put()

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
    current = api.put()

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, **changes})

    assert raised.value.error_type == "ValidationError"
    assert raised.value.info
    assert raised.value.info["field"] == field
    assert api.item(ID) == current


def test_nothing_but_an_order_s_own_choices_is_taken_from_the_input(evaluate: Evaluate) -> None:
    foreign = {"customerId": "bob", "status": "PAID", "attempt": 7, "restaurantId": "Beirut"}
    given = {"id": ID, "version": 1, "name": "Pasta", **foreign}

    update = evaluate("updateOrder", "request", args={"input": given}).stash["update"]

    assert update["expressionNames"] == {"#name": "name"}
    assert update["expression"] == ("SET #name = :name, updatedAt = :now, version = version + :one")
