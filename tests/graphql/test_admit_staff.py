"""admitStaff: whoever has a row for the restaurant, and nobody else."""

import asyncio
import logging
from typing import Any

import pytest

from local.appsync.resolvers.javascript import NodeWorker
from local.cloud.node import ensure_node
from tests.graphql.conftest import CUSTOMER, Evaluate, code, refused

ROW = {"restaurantId": "Dominos", "userId": CUSTOMER}


def test_it_reads_the_caller_s_row_for_the_restaurant_consistently(evaluate: Evaluate) -> None:
    # Neither what a client sends nor an earlier step can say who is asking, or for what.
    arguments = {"restaurantId": "Dominos", "userId": "bob", "sub": "bob"}
    stash = {"restaurantId": "Kyoto", "userId": "bob"}

    evaluation = evaluate("admitStaff", "request", args=arguments, stash=stash)

    assert evaluation.status == "ok"
    assert evaluation.value == {
        "operation": "GetItem",
        "key": {"restaurantId": {"S": "Dominos"}, "userId": {"S": CUSTOMER}},
        "consistentRead": True,
    }


def test_whoever_has_a_row_is_let_in(evaluate: Evaluate) -> None:
    stash = {"index": "byRestaurant"}

    evaluation = evaluate("admitStaff", "response", result=ROW, stash=stash)

    assert (evaluation.status, evaluation.error) == ("ok", None)
    assert evaluation.stash == stash


def test_without_a_row_it_refuses_as_appsync_itself_does(evaluate: Evaluate) -> None:
    by_appsync = evaluate("onOrderUpdated", "request", args={"customerId": "bob"})

    evaluation = evaluate("admitStaff", "response", result=None)

    # AppSync makes of it that the field may not be accessed.
    assert refused(evaluation) == refused(by_appsync)
    assert refused(evaluation)["errorType"] == "Unauthorized"


@pytest.mark.parametrize("result", [None, ROW])
def test_the_table_s_error_lets_nobody_in_and_is_logged_and_not_shown(
    caplog: pytest.LogCaptureFixture, result: dict[str, str] | None
) -> None:
    error = {"message": "Rate of restaurant-staff exceeded", "type": "DynamoDB:Throttling"}
    context = {"args": {}, "identity": {"sub": CUSTOMER}, "stash": {}}
    ensure_node()

    async def respond() -> dict[str, Any]:
        worker = NodeWorker()
        given = {**context, "result": result, "error": error}
        try:
            return await worker.call(
                {"code": code("admitStaff"), "handler": "response", "context": given}
            )
        finally:
            # Waits for what was logged, too.
            await worker.stop()

    with caplog.at_level(logging.INFO, "appsync.resolver"):
        reply = asyncio.run(respond())

    assert reply["error"] == {
        "message": "An internal error occurred; try again.",
        "errorType": "InternalError",
        "data": None,
        "errorInfo": None,
    }
    assert caplog.messages == [f"Fault: {error['type']}"]
