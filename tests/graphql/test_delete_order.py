"""deleteOrder: the caller's own order, answered as it was; a tombstone stays."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.appsync.errors import DataSourceError
from tests.graphql.api import ORDER, Api, Refused

ID = ORDER["id"]
YEAR_SECONDS = 365 * 24 * 60 * 60
STATES: list[dict[str, Any]] = [
    {"status": "PENDING"},
    {"status": "PAID", "statusReason": None, "attempt": 3, "version": 6},
    {"status": "PAYMENT_FAILED", "statusReason": "payment method declined", "attempt": 2},
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state["status"])
def test_it_answers_with_what_was_deleted(api: Api, state: dict[str, Any]) -> None:
    before = api.put(**state)

    assert api("deleteOrder", id=ID) == before
    assert api("getOrder", id=ID) is None


@pytest.mark.parametrize("state", STATES, ids=lambda state: state["status"])
def test_of_an_order_there_stay_its_key_and_whose_payment_is_kept(
    api: Api, state: dict[str, Any]
) -> None:
    # Whatever attributes an order may get.
    api.put(**state, someday="Alice, Elm Street 6", tags=["birthday"])

    api("deleteOrder", id=ID)

    tombstone = api.item(ID)
    assert tombstone
    kept = {"paidAttempt": 3} if state["status"] == "PAID" else {}
    assert tombstone == {
        "customerId": api.caller,
        "id": ID,
        "deletedAt": tombstone["deletedAt"],
        "expiresAt": tombstone["expiresAt"],
        **kept,
    }
    assert tombstone["deletedAt"].endswith("Z")
    age = datetime.now(UTC) - datetime.fromisoformat(tombstone["deletedAt"])
    assert abs(age) < timedelta(seconds=30)
    # In seconds, as DynamoDB's time to live has it.
    assert abs(tombstone["expiresAt"] - time.time() - YEAR_SECONDS) < 30


def test_an_order_is_deleted_once(api: Api) -> None:
    api.put()
    api("deleteOrder", id=ID)
    tombstone = api.item(ID)

    with pytest.raises(Refused, match="OrderNotFound: No order of yours by that id is saved"):
        api("deleteOrder", id=ID)
    assert api.item(ID) == tombstone


def test_no_list_shows_a_deleted_order(api: Api) -> None:
    api.put(status="PAID")
    api.put(id="01JAY0000000000000000000BB")
    api.employ("Dominos")

    api("deleteOrder", id=ID)

    for page in (api("listOrders"), api("listRestaurantOrders", restaurantId="Dominos")):
        assert [order["id"] for order in page["items"]] == ["01JAY0000000000000000000BB"]


def test_an_order_that_has_changed_in_between_is_deleted_as_it_is_then(api: Api) -> None:
    api.put()
    paid = {"status": "PAID", "version": 2}
    api.table.before_writes = [lambda: api.put(**paid)]

    answer = api("deleteOrder", id=ID)

    assert answer == {**ORDER, "customerId": api.caller, **paid}
    tombstone = api.item(ID)
    assert tombstone
    # The workflow has ended: its payment is kept.
    assert tombstone["paidAttempt"] == 1
    # AppSync, too, reads the order where its condition failed.
    assert api.table.calls == ["GetItem", "UpdateItem", "GetItem", "GetItem", "UpdateItem"]


def test_an_order_that_changes_again_and_again_is_left_as_it_is(api: Api) -> None:
    api.put()
    api.table.before_writes = [
        lambda: api.put(status="PAYMENT_FAILED", version=2),
        lambda: api.put(attempt=2, version=3),
    ]

    with pytest.raises(Refused) as raised:
        api("deleteOrder", id=ID)

    assert str(raised.value) == "OrderConflict: The order is changing: try again."
    assert raised.value.data == api.item(ID)
    assert raised.value.data
    assert raised.value.data["version"] == 3


def test_one_that_somebody_else_deletes_in_between_is_not_found(api: Api) -> None:
    api.put(status="PAID")
    api.table.before_writes = [lambda: api.bury(ID, paidAttempt=1)]

    with pytest.raises(Refused, match="OrderNotFound"):
        api("deleteOrder", id=ID)

    tombstone = api.item(ID)
    assert tombstone
    assert tombstone["paidAttempt"] == 1


@pytest.mark.parametrize("order_id", ["", "x", "x" * 37, "x" * 5000])
def test_what_can_be_no_order_s_id_is_not_found_and_asks_no_table(api: Api, order_id: str) -> None:
    with pytest.raises(Refused, match="OrderNotFound: No order of yours can have that id"):
        api("deleteOrder", id=order_id)

    assert api.table.calls == []


def test_another_customer_s_order_is_not_found(api: Api) -> None:
    theirs = api.put(customerId="bob")

    with pytest.raises(Refused, match="OrderNotFound"):
        api("deleteOrder", id=ID, customerId="bob")

    api.caller = "bob"
    assert api.item(ID) == theirs


def test_the_table_s_error_is_told_without_what_it_says(api: Api) -> None:
    api.put()

    def fail() -> None:
        api.table.failure = DataSourceError("Rate exceeded", "DynamoDB:RequestLimitExceeded")

    api.table.before_writes = [fail]

    with pytest.raises(Refused) as raised:
        api("deleteOrder", id=ID)

    assert str(raised.value) == "InternalError: An internal error occurred; try again."
