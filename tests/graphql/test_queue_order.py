"""queueOrder: SQS's SendMessage, and whether it took the message."""

import json
from typing import Any

import pytest

from functions.start_workflow.order_message import parse
from tests.graphql.api import ORDER
from tests.graphql.conftest import CUSTOMER, QUEUE_URL, Evaluate

STASH = {"order": {**ORDER, "customerId": CUSTOMER, "attempt": 3}}


def test_the_request_is_sqs_s_send_message(evaluate: Evaluate) -> None:
    request = evaluate("queueOrder", "request", stash=STASH).value

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
    message = body.pop("MessageBody")
    assert body == {"QueueUrl": QUEUE_URL}
    assert parse(message) == {
        "id": ORDER["id"],
        "customerId": CUSTOMER,
        "name": "Pizza",
        "quantity": 6,
        "restaurantId": "Dominos",
        "addOns": ["chili"],
        "placedAt": ORDER["placedAt"],
        "attempt": 3,
    }


def test_what_was_on_the_queue_before_is_not_put_on_it_again(evaluate: Evaluate) -> None:
    evaluation = evaluate("queueOrder", "request", stash={**STASH, "queued": True})

    assert (evaluation.status, evaluation.value) == ("earlyReturn", STASH["order"])


@pytest.mark.parametrize(
    ("answer", "queued"),
    [
        ({"result": {"statusCode": 200}}, True),
        ({"result": {"statusCode": 400}}, False),
        ({"result": None, "error": {"message": "reset", "type": "Http:Exception"}}, False),
    ],
)
def test_it_tells_whether_the_queue_took_it_and_raises_nothing(
    evaluate: Evaluate, answer: dict[str, Any], queued: bool
) -> None:
    evaluation = evaluate("queueOrder", "response", stash=STASH, **answer)

    assert evaluation.error is None
    assert evaluation.stash == {**STASH, "queued": queued}
