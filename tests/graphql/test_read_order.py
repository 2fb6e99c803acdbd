"""readOrder: the order as it is, read by itself wherever a write's condition has failed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.graphql.api import ORDER, Api, Refused
from tests.graphql.conftest import CUSTOMER, Evaluate

ID = ORDER["id"]
FAILED = {"status": "PAYMENT_FAILED", "statusReason": "payment method declined", "version": 2}
Item = dict[str, Any] | None
# AWS's pages say that ctx.result is the item then; it has been seen to be null.
HANDED_OVER: dict[str, Callable[[Item], Item]] = {
    "the item": lambda item: item,
    "null": lambda _: None,
    "an empty object": lambda _: {},
    "another item": lambda _: {"id": "another", "status": "PAYMENT_FAILED"},
}


def test_it_reads_the_caller_s_own_order_consistently(evaluate: Evaluate) -> None:
    stash = {"id": ID, "customerId": "bob"}

    evaluation = evaluate("readOrder", "request", args={"customerId": "bob"}, stash=stash)

    assert evaluation.value == {
        "operation": "GetItem",
        "key": {"customerId": {"S": CUSTOMER}, "id": {"S": ID}},
        "consistentRead": True,
    }


def test_an_order_that_is_at_hand_is_not_read_again(evaluate: Evaluate) -> None:
    evaluation = evaluate("readOrder", "request", stash={"id": ID, "order": ORDER})

    assert (evaluation.status, evaluation.value) == ("earlyReturn", ORDER)


@pytest.fixture(params=HANDED_OVER)
def api(api: Api, request: pytest.FixtureRequest) -> Api:
    """The fields, whatever AppSync hands over as ctx.result with a write that it refused."""
    api.handed_over = HANDED_OVER[request.param]
    return api


def test_an_update_s_conflict_shows_the_order(api: Api) -> None:
    paid = api.put(status="PAID")

    with pytest.raises(Refused) as raised:
        api("updateOrder", input={"id": ID, "version": 1, "name": "Pasta"})

    assert str(raised.value) == "OrderConflict: The order is paid."
    assert raised.value.data == paid


@pytest.mark.parametrize("deleted", [False, True])
def test_an_update_of_no_order_is_not_found(api: Api, *, deleted: bool) -> None:
    if deleted:
        api.bury(ID)

    with pytest.raises(Refused, match="OrderNotFound"):
        api("updateOrder", input={"id": ID, "version": 1, "name": "Pasta"})


def test_a_retry_s_conflict_shows_the_order(api: Api) -> None:
    api.put(**FAILED)
    api.table.before_writes = [lambda: api.put(status="PAID", version=3)]

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == "OrderConflict: The order is paid."
    assert raised.value.data == api.item(ID)


def test_a_retry_that_was_queued_after_all_answers_with_the_order(api: Api) -> None:
    api.put(**FAILED)
    api.queue.answer = {"statusCode": 504}
    api.queue.meanwhile = lambda: api.put(status="PAID", attempt=2, version=4)

    assert api("retryPayment", id=ID) == api.item(ID)


def test_a_deletion_goes_by_the_order_as_it_is(api: Api) -> None:
    api.put(**FAILED)
    api.table.before_writes = [lambda: api.put(status="PAID", attempt=2, version=4)]

    assert api("deleteOrder", id=ID)["status"] == "PAID"
    tombstone = api.item(ID)
    assert tombstone
    assert tombstone["paidAttempt"] == 2
