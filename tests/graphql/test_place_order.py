"""placeOrder: what is refused, what goes onto the queue, and what the customer is told."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.start_workflow.order_message import parse
from tests.graphql.conftest import CUSTOMER, QUEUE_URL, Evaluate, refused

INPUT: dict[str, Any] = {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos"}
ULID = "01JAY0000000000000000000AA"
UUID = "6f0c6b0e-6a55-4f2c-9d8e-0c6f3c1b2a19"

TEXT = "must have 1 to {} characters, and not only spaces"
CONTROL = "must not have line breaks or other control characters"
RESTAURANT = "must have 1 to 64 letters, digits, spaces and -_.'&"
TOKEN = "must be a ULID or a UUID"

# Every limit of an input, at its bound.
TAKEN: list[dict[str, Any]] = [
    {"name": "x"},
    {"name": "x" * 100},
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
    {"addOns": ["extra cheese", "jalapeño"]},
    {"clientRequestToken": None},
    {"clientRequestToken": ULID},
    {"clientRequestToken": ULID.lower()},
    {"clientRequestToken": "7" + "Z" * 25},
    {"clientRequestToken": UUID},
    {"clientRequestToken": UUID.upper()},
]


def place(evaluate: Evaluate, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The message for the queue, and the order for the customer."""
    request = evaluate("placeOrder", "request", args={"input": {**INPUT, **changes}})
    assert request.status == "ok", request.error
    message = json.loads(json.loads(request.value["params"]["body"])["MessageBody"])
    response = evaluate("placeOrder", "response", stash=request.stash, result={"statusCode": 200})
    assert response.status == "ok", response.error
    return message, response.value


def test_the_request_is_sqs_s_send_message(evaluate: Evaluate) -> None:
    arguments = {"input": {**INPUT, "addOns": ["chili"], "clientRequestToken": ULID}}

    request = evaluate("placeOrder", "request", args=arguments).value

    body = json.loads(request["params"].pop("body"))
    assert request == {
        "method": "POST",
        "resourcePath": "/",
        "params": {
            "headers": {
                "content-type": "application/x-amz-json-1.0",
                "x-amz-target": "AmazonSQS.SendMessage",
            }
        },
    }
    message = json.loads(body.pop("MessageBody"))
    assert body == {"QueueUrl": QUEUE_URL}
    assert message == {
        "id": ULID,
        "customerId": CUSTOMER,
        "name": "Pizza",
        "quantity": 6,
        "restaurantId": "Dominos",
        "addOns": ["chili"],
        "placedAt": message["placedAt"],
        "attempt": 1,
    }


def test_the_customer_is_told_of_the_order_as_accepted(evaluate: Evaluate) -> None:
    message, order = place(evaluate, addOns=["chili"], clientRequestToken=UUID)

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
    }


def test_an_order_is_placed_now_in_utc(evaluate: Evaluate) -> None:
    _, order = place(evaluate)

    assert order["placedAt"].endswith("Z")
    age = datetime.now(UTC) - datetime.fromisoformat(order["placedAt"])
    assert abs(age) < timedelta(seconds=30)


def test_an_order_without_a_token_gets_a_ulid_of_its_own(evaluate: Evaluate) -> None:
    ids = {place(evaluate)[1]["id"] for _ in range(5)}

    assert len(ids) == 5
    assert all(re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", each) for each in ids)


@pytest.mark.parametrize("token", [ULID, UUID])
def test_the_same_token_is_the_same_order(evaluate: Evaluate, token: str) -> None:
    first, _ = place(evaluate, clientRequestToken=token)
    second, order = place(evaluate, clientRequestToken=token)

    assert first["id"] == second["id"] == order["id"] == token


def test_nothing_but_the_order_s_own_fields_is_taken_from_the_input(evaluate: Evaluate) -> None:
    foreign = {"customerId": "bob", "id": UUID, "status": "PAID", "attempt": 7, "version": 9}

    message, order = place(evaluate, clientRequestToken=ULID, **foreign)

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
def test_an_input_at_its_limit_is_taken_as_it_is(
    evaluate: Evaluate, changes: dict[str, Any]
) -> None:
    message, order = place(evaluate, **changes)

    wanted = {**INPUT, **changes}
    wanted["addOns"] = wanted.get("addOns") or []
    token = wanted.pop("clientRequestToken", None)
    if token:
        wanted["id"] = token
    assert wanted.items() <= message.items()
    assert wanted.items() <= order.items()


@pytest.mark.parametrize("changes", TAKEN, ids=str)
def test_the_consumer_takes_every_message_for_an_order(
    evaluate: Evaluate, changes: dict[str, Any]
) -> None:
    message, _ = place(evaluate, **changes)

    assert parse(json.dumps(message)) == message


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"name": ""}, "name", TEXT.format(100)),
        ({"name": "   "}, "name", TEXT.format(100)),
        ({"name": "\n\t"}, "name", TEXT.format(100)),
        ({"name": "\u00a0\u3000"}, "name", TEXT.format(100)),
        ({"name": "x" * 101}, "name", TEXT.format(100)),
        ({"name": "x" * 100_000}, "name", TEXT.format(100)),
        ({"name": "Piz\nza"}, "name", CONTROL),
        ({"name": "Pizza\n"}, "name", CONTROL),
        ({"name": "\rPizza"}, "name", CONTROL),
        ({"name": "Piz\tza"}, "name", CONTROL),
        ({"name": "Pizza\x00"}, "name", CONTROL),
        ({"name": "Pizza\x1f"}, "name", CONTROL),
        ({"name": "Pizza\x7f"}, "name", CONTROL),
        ({"name": "line 1\nline 2\x07"}, "name", CONTROL),
        ({"quantity": 0}, "quantity", "must be from 1 to 100"),
        ({"quantity": -5}, "quantity", "must be from 1 to 100"),
        ({"quantity": 101}, "quantity", "must be from 1 to 100"),
        ({"quantity": 2**31 - 1}, "quantity", "must be from 1 to 100"),
        ({"restaurantId": ""}, "restaurantId", RESTAURANT),
        ({"restaurantId": "   "}, "restaurantId", RESTAURANT),
        ({"restaurantId": "x" * 65}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Café"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Domino/s"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Domin\nos"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Dominos\n"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "<b>Dominos</b>"}, "restaurantId", RESTAURANT),
        ({"addOns": ["x"] * 11}, "addOns", "must be at most 10"),
        ({"addOns": [""]}, "addOns[0]", TEXT.format(50)),
        ({"addOns": ["x", "  "]}, "addOns[1]", TEXT.format(50)),
        ({"addOns": ["x"] * 9 + ["x" * 51]}, "addOns[9]", TEXT.format(50)),
        ({"addOns": ["x", "y\nz"]}, "addOns[1]", CONTROL),
        ({"addOns": ["\x00x"]}, "addOns[0]", CONTROL),
        ({"clientRequestToken": ""}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": "my order"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": ULID[:-1]}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": ULID + "A"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": ULID + "\n"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": "8" + ULID[1:]}, "clientRequestToken", TOKEN),
        *(
            ({"clientRequestToken": ULID[:-1] + letter}, "clientRequestToken", TOKEN)
            for letter in "ILOUilou-_"
        ),
        ({"clientRequestToken": UUID[:-1]}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID + "0"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID.replace("-", "")}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID[:-1] + "g"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": "{" + UUID + "}"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID + "\n"}, "clientRequestToken", TOKEN),
    ],
    ids=lambda value: str(value)[:60].encode("unicode_escape").decode(),
)
def test_an_input_beyond_its_limit_is_refused_with_its_field_and_rule(
    evaluate: Evaluate, changes: dict[str, Any], field: str, rule: str
) -> None:
    evaluation = evaluate("placeOrder", "request", args={"input": {**INPUT, **changes}})

    assert refused(evaluation) == {
        "message": f"{field} {rule}",
        "errorType": "ValidationError",
        "data": None,
        "errorInfo": {"field": field, "rule": rule},
    }


@pytest.mark.parametrize(
    "answer",
    [
        {"result": {"statusCode": 400, "body": '{"__type": "QueueDoesNotExist"}'}},
        {"result": {"statusCode": 403, "body": "AccessDenied: role orders-queue"}},
        {"result": {"statusCode": 500, "body": ""}},
        {"result": {"statusCode": 503, "body": None}},
        {"result": {"statusCode": 302, "body": ""}},
        {"result": None, "error": {"message": "Connection reset", "type": "Http:Exception"}},
        {
            "result": {"statusCode": 200},
            "error": {"message": "Connection reset", "type": "Http:Exception"},
        },
    ],
    ids=str,
)
def test_what_the_queue_did_not_take_was_not_accepted(
    evaluate: Evaluate, answer: dict[str, Any]
) -> None:
    stash = evaluate("placeOrder", "request", args={"input": INPUT}).stash

    # Says nothing of what is behind the API.
    assert refused(evaluate("placeOrder", "response", stash=stash, **answer)) == {
        "message": "The order was not accepted; nothing was charged. Try again.",
        "errorType": "OrderNotQueued",
        "data": None,
        "errorInfo": None,
    }
