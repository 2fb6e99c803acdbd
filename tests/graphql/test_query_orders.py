"""queryOrders: a page of the orders that the field asks for, newest first."""

from typing import Any

import pytest

from tests.graphql.conftest import Evaluate, refused

STASH: dict[str, Any] = {
    "index": "byPlacedAt",
    "query": {
        "expression": "customerId = :customerId",
        "expressionValues": {":customerId": {"S": "alice"}},
    },
    "consistentRead": True,
}
QUERY: dict[str, Any] = {**STASH, "operation": "Query", "scanIndexForward": False, "limit": 20}
TOKEN_REFUSED = {
    "message": "nextToken must be the nextToken of a page of the same list",
    "errorType": "ValidationError",
    "data": None,
    "errorInfo": {
        "field": "nextToken",
        "rule": "must be the nextToken of a page of the same list",
    },
}


def without_nulls(request: dict[str, Any]) -> dict[str, Any]:
    """AppSync takes a null for a part that is not there."""
    return {name: value for name, value in request.items() if value is not None}


@pytest.mark.parametrize("arguments", [{}, {"status": None, "limit": None, "nextToken": None}])
def test_without_arguments_it_asks_for_the_newest_20(
    evaluate: Evaluate, arguments: dict[str, Any]
) -> None:
    evaluation = evaluate("queryOrders", "request", stash=STASH, args=arguments)

    assert evaluation.status == "ok"
    assert without_nulls(evaluation.value) == QUERY


@pytest.mark.parametrize("status", ["PENDING", "PAID", "PAYMENT_FAILED"])
def test_a_status_is_a_filter(evaluate: Evaluate, status: str) -> None:
    evaluation = evaluate("queryOrders", "request", stash=STASH, args={"status": status})

    assert evaluation.value == {
        **QUERY,
        "filter": {
            "expression": "#status = :status",
            "expressionNames": {"#status": "status"},
            "expressionValues": {":status": {"S": status}},
        },
    }


@pytest.mark.parametrize("limit", [1, 2, 99, 100])
def test_a_limit_within_its_bounds_is_the_page_s(evaluate: Evaluate, limit: int) -> None:
    assert evaluate("queryOrders", "request", stash=STASH, args={"limit": limit}).value == {
        **QUERY,
        "limit": limit,
    }


@pytest.mark.parametrize("limit", [-(2**31), -1, 0, 101, 2**31 - 1])
def test_a_limit_beyond_its_bounds_is_refused(evaluate: Evaluate, limit: int) -> None:
    assert refused(evaluate("queryOrders", "request", stash=STASH, args={"limit": limit})) == {
        "message": "limit must be from 1 to 100",
        "errorType": "ValidationError",
        "data": None,
        "errorInfo": {"field": "limit", "rule": "must be from 1 to 100"},
    }


def test_the_next_page_is_asked_for_by_its_token(evaluate: Evaluate) -> None:
    assert evaluate("queryOrders", "request", stash=STASH, args={"nextToken": "page 2"}).value == {
        **QUERY,
        "nextToken": "page 2",
    }


@pytest.mark.parametrize("token", ["page 2", None])
def test_a_page_is_its_orders_and_the_next_one_s_token(
    evaluate: Evaluate, token: str | None
) -> None:
    result = {"items": [{"id": "b"}, {"id": "a"}], "nextToken": token, "scannedCount": 2}

    evaluation = evaluate("queryOrders", "response", result=result)

    assert evaluation.value == {"items": [{"id": "b"}, {"id": "a"}], "nextToken": token}


def test_an_empty_page_is_a_page(evaluate: Evaluate) -> None:
    evaluation = evaluate("queryOrders", "response", result={"items": [], "nextToken": "page 2"})

    assert evaluation.value == {"items": [], "nextToken": "page 2"}


@pytest.mark.parametrize(
    "message",
    [
        # AppSync's own, of a token that it did not make, or made for another query.
        "com.amazonaws.deepdish.common.pagination.InvalidPaginationTokenException: "
        "Invalid pagination token given. (Service: null; Status Code: 400)",
        # DynamoDB's, of a token whose key is not of this query.
        "The provided starting key is outside query boundaries based on provided conditions",
        "The provided starting key is invalid",
    ],
)
def test_a_foreign_or_tampered_token_is_refused_and_shows_nothing(
    evaluate: Evaluate, message: str
) -> None:
    error = {"message": message, "type": "DynamoDB:UserIllegalArgumentException"}

    evaluation = evaluate(
        "queryOrders", "response", args={"nextToken": "stolen"}, result=None, error=error
    )

    assert refused(evaluation) == TOKEN_REFUSED


def test_an_empty_token_is_no_token(evaluate: Evaluate) -> None:
    evaluation = evaluate("queryOrders", "request", stash=STASH, args={"nextToken": ""})

    assert refused(evaluation) == TOKEN_REFUSED


@pytest.mark.parametrize("arguments", [{}, {"nextToken": "page 2"}])
def test_the_table_s_error_is_told_without_what_it_says(
    evaluate: Evaluate, arguments: dict[str, Any]
) -> None:
    error = {"message": "Rate exceeded", "type": "DynamoDB:RequestLimitExceeded"}

    evaluation = evaluate("queryOrders", "response", args=arguments, result=None, error=error)

    assert refused(evaluation) == {
        "message": "An internal error occurred; try again.",
        "errorType": "InternalError",
        "data": None,
        "errorInfo": None,
    }
