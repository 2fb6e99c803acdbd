"""onOrderUpdated: a caller's own orders alone."""

import asyncio
from typing import Any

import pytest

from local.appsync.resolvers.javascript import NodeWorker
from local.cloud.node import ensure_node
from tests.graphql.conftest import CUSTOMER, Evaluate, code, refused


def subscribe(**arguments: Any) -> dict[str, Any]:
    """The worker's whole reply, with what the handler asked of AppSync itself."""
    ensure_node()

    async def reply() -> dict[str, Any]:
        worker = NodeWorker()
        context = {
            "args": arguments,
            "identity": {"sub": CUSTOMER},
            "stash": {},
            "result": None,
        }
        try:
            return await worker.call(
                {"code": code("onOrderUpdated"), "handler": "response", "context": context}
            )
        finally:
            await worker.stop()

    return asyncio.run(reply())


def test_a_caller_may_subscribe_to_its_own_orders(evaluate: Evaluate) -> None:
    evaluation = evaluate("onOrderUpdated", "request", args={"customerId": CUSTOMER})

    assert (evaluation.status, evaluation.value) == ("ok", {"payload": None})


@pytest.mark.parametrize("customer", ["bob", "", CUSTOMER.upper(), f"{CUSTOMER} "])
def test_nobody_may_subscribe_to_another_s(evaluate: Evaluate, customer: str) -> None:
    evaluation = evaluate("onOrderUpdated", "request", args={"customerId": customer})

    assert refused(evaluation)["errorType"] == "Unauthorized"


def test_a_caller_that_is_no_customer_may_not_subscribe(evaluate: Evaluate) -> None:
    identity = {"userArn": "arn:aws:iam::123456789012:role/other"}

    evaluation = evaluate(
        "onOrderUpdated", "request", args={"customerId": CUSTOMER}, identity=identity
    )

    assert refused(evaluation)["errorType"] == "Unauthorized"


@pytest.mark.parametrize("arguments", [{}, {"id": None}])
def test_only_the_caller_s_orders_pass_the_filter(arguments: dict[str, Any]) -> None:
    reply = subscribe(customerId=CUSTOMER, **arguments)

    own = {"fieldName": "customerId", "operator": "eq", "value": CUSTOMER}
    assert (reply["status"], reply["value"]) == ("ok", None)
    assert reply["extensions"] == [
        {"op": "setSubscriptionFilter", "filter": {"filterGroup": [{"filters": [own]}]}}
    ]


@pytest.mark.parametrize(
    ("given", "order_id"),
    [
        ("01JAY0000000000000000000AA", "01JAY0000000000000000000AA"),
        ("01jay0000000000000000000aa", "01JAY0000000000000000000AA"),
        ("6F0C6B0E-6A55-4F2C-9D8E-0C6F3C1B2A19", "6f0c6b0e-6a55-4f2c-9d8e-0c6f3c1b2a19"),
        ("", ""),
    ],
)
def test_with_an_id_only_that_order_passes_however_it_is_spelled(given: str, order_id: str) -> None:
    [extension] = subscribe(customerId=CUSTOMER, id=given)["extensions"]

    # Filters of one group must all match; groups are alternatives.
    assert extension["filter"]["filterGroup"] == [
        {
            "filters": [
                {"fieldName": "customerId", "operator": "eq", "value": CUSTOMER},
                {"fieldName": "id", "operator": "eq", "value": order_id},
            ]
        }
    ]
