"""placeOrder: what goes onto the queue, and what the customer is told."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.start_workflow.order_message import parse
from local.appsync.errors import DataSourceError
from tests.graphql.api import Api, Refused
from tests.graphql.conftest import CUSTOMER, Evaluate

INPUT: dict[str, Any] = {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos"}
ULID = "01JAY0000000000000000000AA"
UUID = "6f0c6b0e-6a55-4f2c-9d8e-0c6f3c1b2a19"

# Every limit of an input, at its bound.
TAKEN: list[dict[str, Any]] = [
    {"name": "x"},
    {"name": "x" * 100},
    {"name": "🍕" * 100},
    {"name": ' Crème brûlée "à la" \\ 漢 🍕 '},
    {"quantity": 1},
    {"quantity": 100},
    {"restaurantId": "x"},
    {"restaurantId": "x" * 64},
    {"restaurantId": "Joe's Bar & Grill_no. 7-B"},
    {"addOns": None},
    {"addOns": []},
    {"addOns": ["x"]},
    {"addOns": ["x" * 50] * 10},
    {"addOns": ["🌶" * 50] * 10},
    {"addOns": ["extra cheese", "jalapeño"]},
    {"clientRequestToken": None},
    {"clientRequestToken": ULID},
    {"clientRequestToken": "7" + "Z" * 25},
    {"clientRequestToken": UUID},
]


def place(api: Api, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The message for the queue, and the order for the customer."""
    order = api("placeOrder", input={**INPUT, **changes})
    return api.queue.messages[-1], order


def test_the_customer_is_told_of_the_order_as_accepted(api: Api) -> None:
    message, order = place(api, addOns=["chili"], clientRequestToken=UUID)

    assert order == {
        "id": UUID,
        "customerId": CUSTOMER,
        "name": "Pizza",
        "quantity": 6,
        "restaurantId": "Dominos",
        "addOns": ["chili"],
        "status": "PENDING",
        "placedAt": message["placedAt"],
        "updatedAt": message["placedAt"],
        "version": 1,
        "attempt": 1,
    }


def test_an_order_is_placed_now_in_utc(api: Api) -> None:
    _, order = place(api)

    assert order["placedAt"].endswith("Z")
    age = datetime.now(UTC) - datetime.fromisoformat(order["placedAt"])
    assert abs(age) < timedelta(seconds=30)


def test_an_order_without_a_token_gets_a_ulid_of_its_own(api: Api) -> None:
    ids = {place(api)[1]["id"] for _ in range(5)}

    assert len(ids) == 5
    assert all(re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", each) for each in ids)


@pytest.mark.parametrize("token", [ULID, UUID])
def test_the_same_token_is_the_same_order_however_it_is_spelled(api: Api, token: str) -> None:
    for spelling in (token, token.lower(), token.upper()):
        message, order = place(api, clientRequestToken=spelling)

        assert message["id"] == order["id"] == token


@pytest.mark.parametrize("token", [None, ULID])
def test_the_table_is_asked_once_where_there_is_a_token_and_never_where_there_is_none(
    api: Api, token: str | None
) -> None:
    place(api, clientRequestToken=token)

    assert api.table.calls == (["GetItem"] if token else [])
    assert all(request["ConsistentRead"] for request in api.table.requests)


@pytest.mark.parametrize(
    "state",
    [
        {"status": "PENDING"},
        {"status": "PAID", "version": 2},
        {"status": "PAYMENT_FAILED", "statusReason": "payment method declined", "attempt": 3},
    ],
    ids=lambda state: state["status"],
)
@pytest.mark.parametrize("spelling", [UUID, UUID.upper()])
def test_an_order_that_was_placed_before_is_answered_as_it_is(
    api: Api, state: dict[str, Any], spelling: str
) -> None:
    placed = api.put(id=UUID, addOns=["chili", "garlic"], **state)
    same = {**INPUT, "addOns": ["chili", "garlic"], "clientRequestToken": spelling}

    assert api("placeOrder", input=same) == placed
    assert api.queue.messages == []
    assert api.item(UUID) == placed


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Pasta"},
        {"name": "pizza"},
        {"quantity": 7},
        {"restaurantId": "Beirut"},
        {"addOns": None},
        {"addOns": ["chili"]},
        {"addOns": ["garlic", "chili"]},
        {"addOns": ["chili", "garlic", "garlic"]},
    ],
    ids=str,
)
def test_a_token_whose_order_has_other_contents_is_a_conflict_that_shows_it(
    api: Api, changes: dict[str, Any]
) -> None:
    placed = api.put(id=ULID, addOns=["chili", "garlic"])
    other = {**INPUT, "addOns": ["chili", "garlic"], "clientRequestToken": ULID, **changes}

    with pytest.raises(Refused) as raised:
        api("placeOrder", input=other)

    assert str(raised.value) == (
        "OrderConflict: The order by that clientRequestToken has other contents; use another token."
    )
    assert raised.value.data == placed == api.item(ULID)
    assert api.queue.messages == []


def test_the_token_of_a_deleted_order_does_not_bring_it_back(api: Api) -> None:
    tombstone = api.bury(ULID)

    with pytest.raises(Refused) as raised:
        place(api, clientRequestToken=ULID.lower())

    assert str(raised.value) == (
        "OrderConflict: An order by that clientRequestToken was deleted; use another token."
    )
    assert raised.value.data is None
    assert api.queue.messages == []
    assert api.item(ULID) == tombstone


def test_another_customer_s_order_by_the_same_token_is_of_no_concern(api: Api) -> None:
    api.put(customerId="bob", id=ULID, name="Pasta")

    message, _ = place(api, clientRequestToken=ULID)

    assert (message["customerId"], message["name"]) == (CUSTOMER, "Pizza")


def test_where_the_table_cannot_be_asked_nothing_is_accepted(api: Api) -> None:
    api.table.failure = DataSourceError("Rate exceeded", "DynamoDB:RequestLimitExceeded")

    with pytest.raises(Refused, match="InternalError: An internal error occurred"):
        place(api, clientRequestToken=ULID)

    assert api.queue.messages == []
    # An id that is made here has no past to ask for.
    place(api)


def test_nothing_but_the_order_s_own_fields_is_taken_from_the_input(api: Api) -> None:
    foreign = {"customerId": "bob", "id": UUID, "status": "PAID", "attempt": 7, "version": 9}

    message, order = place(api, clientRequestToken=ULID, **foreign)

    assert (message["customerId"], message["id"], message["attempt"]) == (CUSTOMER, ULID, 1)
    assert "status" not in message
    assert (order["customerId"], order["id"]) == (CUSTOMER, ULID)
    assert (order["status"], order["version"]) == ("PENDING", 1)


def test_no_address_of_the_customer_goes_onto_the_queue(evaluate: Evaluate) -> None:
    identity = {
        "sub": CUSTOMER,
        "username": "alice@orderflow.example",
        "claims": {"email": "alice@orderflow.example"},
    }

    evaluation = evaluate("placeOrder", "request", args={"input": INPUT}, identity=identity)

    assert "alice@" not in json.dumps([evaluation.value, evaluation.stash])


@pytest.mark.parametrize("changes", TAKEN, ids=str)
def test_an_input_at_its_limit_is_taken_as_it_is(api: Api, changes: dict[str, Any]) -> None:
    message, order = place(api, **changes)

    wanted = {**INPUT, **changes}
    wanted["addOns"] = wanted.get("addOns") or []
    token = wanted.pop("clientRequestToken", None)
    if token:
        wanted["id"] = token
    assert wanted.items() <= message.items()
    assert wanted.items() <= order.items()


@pytest.mark.parametrize("changes", TAKEN, ids=str)
def test_the_consumer_takes_every_message_for_an_order(api: Api, changes: dict[str, Any]) -> None:
    message, _ = place(api, **changes)

    assert parse(json.dumps(message)) == message


@pytest.mark.parametrize("field", ["name", "quantity", "restaurantId", "addOns"])
def test_what_is_beyond_its_limits_is_not_queued(api: Api, field: str) -> None:
    beyond = {"name": "", "quantity": 101, "restaurantId": "/", "addOns": [""]}

    with pytest.raises(Refused) as raised:
        place(api, **{field: beyond[field]})

    assert raised.value.error_type == "ValidationError"
    assert api.queue.messages == []


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": 400, "body": '{"__type": "QueueDoesNotExist"}'},
        {"statusCode": 403, "body": "AccessDenied: role orders-queue"},
        {"statusCode": 500, "body": ""},
        {"statusCode": 503, "body": None},
        {"statusCode": 302, "body": ""},
        DataSourceError("Connection reset", "Http:Exception"),
        DataSourceError("Connection reset", "Http:Exception", {"statusCode": 200}),
    ],
    ids=str,
)
def test_what_the_queue_did_not_take_was_not_accepted(
    api: Api, answer: dict[str, Any] | DataSourceError
) -> None:
    api.queue.answer = answer

    with pytest.raises(Refused) as raised:
        place(api)

    # Says nothing of what is behind the API.
    assert str(raised.value) == (
        "OrderNotQueued: The queue did not take the order. "
        "Try again with the clientRequestToken of errorInfo."
    )
    # By which the next try is the same order, should this one have got through after all.
    [sent] = api.queue.messages
    assert (raised.value.data, raised.value.info) == (None, {"clientRequestToken": sent["id"]})
