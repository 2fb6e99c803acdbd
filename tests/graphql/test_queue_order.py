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


ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793"


@pytest.mark.parametrize(
    ("header", "carried"),
    [
        (ROOT, ROOT),
        (f"{ROOT};Parent=53995c3f42cd8ad8;Sampled=1", f"{ROOT};Parent=53995c3f42cd8ad8;Sampled=1"),
        # As a load balancer has it, and with what a customer may put there.
        (f"Self=1-67891234-12456789abcdef012345678;{ROOT}", ROOT),
        (f"{ROOT};Lineage=a87bd80c:1|68fd508a:5;customer=alice", ROOT),
        (f"{ROOT};Sampled=?", ROOT),
        ("Sampled=1", None),
        ("Root=1-5759e988-BD862E3FE1BE46A994272793", None),
        ("Root=2-5759e988-bd862e3fe1be46a994272793x", None),
        ("", None),
        (None, None),
    ],
)
def test_the_message_carries_the_request_s_trace_on_as_far_as_the_queue_takes_it(
    evaluate: Evaluate, header: str | None, carried: str | None
) -> None:
    headers = {} if header is None else {"x-amzn-trace-id": header}
    request = evaluate("queueOrder", "request", stash=STASH, request={"headers": headers}).value

    body = json.loads(request["params"]["body"])
    attribute = {"AWSTraceHeader": {"DataType": "String", "StringValue": carried}}
    assert body.get("MessageSystemAttributes") == (attribute if carried else None)
