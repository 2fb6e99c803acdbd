"""retryPayment: the next attempt, or a stuck one once more; what is not queued is undone."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.start_workflow.order_message import parse
from local.appsync.errors import DataSourceError
from tests.graphql.api import ORDER, Api, Refused

ID = ORDER["id"]
FAILED: dict[str, Any] = {
    "status": "PAYMENT_FAILED",
    "statusReason": "payment method declined",
    "version": 2,
}
UNDER_WAY = (
    "OrderConflict: The payment is under way: "
    "wait for its outcome, or, if there is none, 15 minutes."
)


def ago(**time: int) -> str:
    then = datetime.now(UTC) - timedelta(**time)
    return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_failed_order_is_pending_as_its_next_attempt(api: Api) -> None:
    before = api.put(**FAILED)

    answer = api("retryPayment", id=ID)

    assert answer == api.item(ID)
    changed = {
        "status": "PENDING",
        "attempt": 2,
        "version": 3,
        "updatedAt": answer["updatedAt"],
    }
    assert answer == {k: v for k, v in before.items() if k != "statusReason"} | changed
    assert answer["updatedAt"] > before["updatedAt"]


def test_its_message_is_of_the_order_as_it_is_and_of_the_new_attempt(api: Api) -> None:
    api.put(**FAILED, name="Pasta", attempt=4)

    api("retryPayment", id=ID)

    [message] = api.queue.messages
    wanted = {**ORDER, "customerId": api.caller, "name": "Pasta", "attempt": 5}
    for field in ("status", "updatedAt", "version"):
        del wanted[field]
    assert message == wanted


def test_two_calls_start_one_attempt(api: Api) -> None:
    api.put(**FAILED)
    api("retryPayment", id=ID)

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == UNDER_WAY
    assert raised.value.data == api.item(ID)
    assert [message["attempt"] for message in api.queue.messages] == [2]


def test_a_paid_order_is_final(api: Api) -> None:
    before = api.put(status="PAID", attempt=2, updatedAt="2020-01-01T00:00:00.000Z")

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == "OrderConflict: The order is paid."
    assert raised.value.data == api.item(ID) == before
    assert api.queue.messages == []


@pytest.mark.parametrize("attempt", [1, 2])
def test_an_attempt_under_way_is_left_alone(api: Api, attempt: int) -> None:
    before = api.put(status="PENDING", attempt=attempt, updatedAt=ago(minutes=14))

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == UNDER_WAY
    assert raised.value.data == api.item(ID) == before
    assert api.queue.messages == []


@pytest.mark.parametrize("attempt", [1, 2, 99])
def test_an_attempt_that_got_stuck_is_sent_on_its_way_again(api: Api, attempt: int) -> None:
    # A payment that was taken for it is in the ledger: another attempt would take a second one.
    before = api.put(status="PENDING", attempt=attempt, updatedAt=ago(minutes=16))

    answer = api("retryPayment", id=ID)

    assert answer == api.item(ID)
    assert answer == {**before, "version": 2, "updatedAt": answer["updatedAt"]}
    assert answer["updatedAt"] > ago(minutes=1)
    assert [message["attempt"] for message in api.queue.messages] == [attempt]
    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)
    assert str(raised.value) == UNDER_WAY


def test_an_order_has_99_attempts(api: Api) -> None:
    api.put(**FAILED, attempt=98)
    assert api("retryPayment", id=ID)["attempt"] == 99
    # What the consumer takes.
    parse(json.dumps(api.queue.messages.pop()))
    before = api.put(**FAILED, attempt=99)

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == (
        "OrderConflict: There are 99 attempts at most: place the order anew."
    )
    assert raised.value.data == api.item(ID) == before
    assert api.queue.messages == []


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        ({"status": "PENDING", "attempt": 2}, "The payment is under way: wait for its outcome."),
        ({"status": "PAID", "attempt": 2}, "The order is paid."),
        (
            {**FAILED, "name": "Pasta"},
            "The order has been changed meanwhile, and has another version now.",
        ),
    ],
    ids=str,
)
def test_an_order_that_has_changed_in_between_is_a_conflict_that_shows_it(
    api: Api, meanwhile: dict[str, Any], refusal: str
) -> None:
    api.put(**FAILED)
    api.table.before_writes = [lambda: api.put(**{**meanwhile, "version": 3})]

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == f"OrderConflict: {refusal}"
    assert raised.value.data == api.item(ID)
    assert api.queue.messages == []


@pytest.mark.parametrize(
    "answer",
    [{"statusCode": 500}, {"statusCode": 403}, DataSourceError("reset", "Http:Exception")],
    ids=str,
)
def test_what_the_queue_did_not_take_has_failed_as_before(
    api: Api, answer: dict[str, Any] | DataSourceError
) -> None:
    before = api.put(**FAILED)
    api.queue.answer = answer

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == "OrderNotQueued: The payment was not tried again. Try again."
    after = api.item(ID)
    assert after
    # But its number stays used: the next attempt's execution needs another name.
    assert after == {**before, "attempt": 2, "version": 4}


def test_a_stuck_attempt_that_the_queue_did_not_take_can_be_sent_again_at_once(api: Api) -> None:
    before = api.put(status="PENDING", attempt=2, updatedAt=ago(minutes=16))
    api.queue.answer = {"statusCode": 500}

    with pytest.raises(Refused, match="OrderNotQueued"):
        api("retryPayment", id=ID)

    assert api.item(ID) == {**before, "version": 3, "statusReason": None}
    api.queue.answer = {"statusCode": 200}
    assert api("retryPayment", id=ID)["attempt"] == 2


def test_after_a_refusal_the_next_call_is_a_new_attempt(api: Api) -> None:
    api.put(**FAILED)
    api.queue.answer = {"statusCode": 500}
    with pytest.raises(Refused):
        api("retryPayment", id=ID)
    api.queue.answer = {"statusCode": 200}

    answer = api("retryPayment", id=ID)

    assert (answer["status"], answer["attempt"]) == ("PENDING", 3)


def test_an_order_that_was_queued_after_all_is_answered_as_it_is(api: Api) -> None:
    api.put(**FAILED)
    api.queue.answer = DataSourceError("no answer in time", "Http:Exception")
    api.queue.meanwhile = lambda: api.put(status="PAID", attempt=2, version=4)

    answer = api("retryPayment", id=ID)

    assert answer == api.item(ID)
    assert (answer["status"], answer["version"]) == ("PAID", 4)


def test_an_order_that_was_deleted_meanwhile_is_not_found(api: Api) -> None:
    api.put(**FAILED)
    api.queue.answer = {"statusCode": 500}
    api.queue.meanwhile = lambda: api.bury(ID)

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert raised.value.error_type == "OrderNotFound"
    tombstone = api.item(ID)
    assert tombstone
    assert "status" not in tombstone


def test_a_table_that_fails_while_undoing_is_told_of(api: Api) -> None:
    api.put(**FAILED)
    api.queue.answer = {"statusCode": 500}

    def fail() -> None:
        api.table.failure = DataSourceError("Rate exceeded", "DynamoDB:RequestLimitExceeded")

    api.queue.meanwhile = fail

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert str(raised.value) == "InternalError: An internal error occurred; try again."


def test_what_was_queued_is_not_undone(api: Api) -> None:
    api.put(**FAILED)

    api("retryPayment", id=ID)

    assert api.table.calls == ["GetItem", "UpdateItem"]


def test_another_customer_s_order_is_not_found(api: Api) -> None:
    api.put(**FAILED, customerId="bob")

    with pytest.raises(Refused) as raised:
        api("retryPayment", id=ID)

    assert (raised.value.error_type, raised.value.data) == ("OrderNotFound", None)
    assert api.queue.messages == []


def test_an_order_that_is_not_saved_yet_or_deleted_is_not_found(api: Api) -> None:
    tombstone = api.bury(ID)

    for order_id in (ID, ID[:-1] + "B"):
        with pytest.raises(Refused, match="OrderNotFound: No order of yours by that id is saved"):
            api("retryPayment", id=order_id)

    assert api.item(ID) == tombstone
    assert api.queue.messages == []
