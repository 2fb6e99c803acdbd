"""listOrders: the caller's own orders, newest first, page by page."""

from typing import Any

import pytest

from tests.graphql.api import Api, Refused


def place(api: Api, number: int, **order: Any) -> str:
    """An order; those of higher numbers are newer, and their ids do not say so."""
    order_id = f"order-{-number % 10}"
    api.put(id=order_id, placedAt=f"2026-03-01T12:00:0{number}.000Z", **order)
    return order_id


def ids(page: dict[str, Any]) -> list[str]:
    return [order["id"] for order in page["items"]]


def test_the_caller_s_own_orders_are_listed_newest_first(api: Api) -> None:
    orders = [place(api, number) for number in range(4)]
    place(api, 5, customerId="bob")

    assert ids(api("listOrders")) == orders[::-1]


def test_nobody_else_can_be_named(api: Api) -> None:
    place(api, 1, customerId="bob")

    assert api("listOrders", customerId="bob") == {"items": [], "nextToken": None}


def test_every_order_is_on_one_page(api: Api) -> None:
    orders = [place(api, number) for number in range(5)]

    first = api("listOrders", limit=2)
    # An order that is placed meanwhile moves no other to another page.
    place(api, 7)
    second = api("listOrders", limit=2, nextToken=first["nextToken"])
    third = api("listOrders", limit=2, nextToken=second["nextToken"])

    assert ids(first) + ids(second) + ids(third) == orders[::-1]
    assert third["nextToken"] is None


def test_a_status_leaves_out_the_others(api: Api) -> None:
    paid = place(api, 1, status="PAID")
    place(api, 2)

    assert ids(api("listOrders", status="PAID")) == [paid]


def test_another_customer_s_token_is_refused_and_shows_nothing(api: Api) -> None:
    for number in range(3):
        place(api, number)
    token = api("listOrders", limit=1)["nextToken"]
    api.caller = "mallory"

    for stolen in (token, token[:-4] + "AAA=", "token", ""):
        with pytest.raises(Refused) as raised:
            api("listOrders", nextToken=stolen)

        assert raised.value.error_type == "ValidationError"
        assert raised.value.info
        assert raised.value.info["field"] == "nextToken"
        assert raised.value.data is None
