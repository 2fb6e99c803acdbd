"""listOrders: the caller's own orders, newest first, page by page."""

from typing import Any

import pytest

from tests.graphql.conftest import CUSTOMER, Evaluate, refused

QUERY: dict[str, Any] = {
    "operation": "Query",
    "index": "byPlacedAt",
    "query": {
        "expression": "customerId = :customerId",
        "expressionValues": {":customerId": {"S": CUSTOMER}},
    },
    "scanIndexForward": False,
    "consistentRead": True,
    "limit": 20,
}


def without_nulls(request: dict[str, Any]) -> dict[str, Any]:
    """AppSync takes a null for a part that is not there."""
    return {name: value for name, value in request.items() if value is not None}


@pytest.mark.parametrize("arguments", [{}, {"status": None, "limit": None, "nextToken": None}])
def test_without_arguments_it_asks_for_the_caller_s_newest_20(
    evaluate: Evaluate, arguments: dict[str, Any]
) -> None:
    evaluation = evaluate("listOrders", "request", args=arguments)

    assert evaluation.status == "ok"
    assert without_nulls(evaluation.value) == QUERY


@pytest.mark.parametrize("status", ["PENDING", "PAID", "PAYMENT_FAILED"])
def test_a_status_is_a_filter(evaluate: Evaluate, status: str) -> None:
    evaluation = evaluate("listOrders", "request", args={"status": status})

    assert evaluation.value == {
        **QUERY,
        "filter": {
            "expression": "#status = :status",
            "expressionNames": {"#status": "status"},
            "expressionValues": {":status": {"S": status}},
        },
    }


def test_nobody_else_can_be_named(evaluate: Evaluate) -> None:
    evaluation = evaluate("listOrders", "request", args={"customerId": "bob"})

    assert evaluation.value == QUERY


@pytest.mark.parametrize("limit", [1, 2, 99, 100])
def test_a_limit_within_its_bounds_is_the_page_s(evaluate: Evaluate, limit: int) -> None:
    assert evaluate("listOrders", "request", args={"limit": limit}).value == {
        **QUERY,
        "limit": limit,
    }


@pytest.mark.parametrize("limit", [-(2**31), -1, 0, 101, 2**31 - 1])
def test_a_limit_beyond_its_bounds_is_refused(evaluate: Evaluate, limit: int) -> None:
    assert refused(evaluate("listOrders", "request", args={"limit": limit})) == {
        "message": "limit must be from 1 to 100",
        "errorType": "ValidationError",
        "data": None,
        "errorInfo": {"field": "limit", "rule": "must be from 1 to 100"},
    }


def test_the_next_page_is_asked_for_by_its_token(evaluate: Evaluate) -> None:
    assert evaluate("listOrders", "request", args={"nextToken": "page 2"}).value == {
        **QUERY,
        "nextToken": "page 2",
    }


@pytest.mark.parametrize("token", ["page 2", None])
def test_a_page_is_its_orders_and_the_next_one_s_token(
    evaluate: Evaluate, token: str | None
) -> None:
    result = {"items": [{"id": "b"}, {"id": "a"}], "nextToken": token, "scannedCount": 2}

    evaluation = evaluate("listOrders", "response", result=result)

    assert evaluation.value == {"items": [{"id": "b"}, {"id": "a"}], "nextToken": token}


def test_an_empty_page_is_a_page(evaluate: Evaluate) -> None:
    evaluation = evaluate("listOrders", "response", result={"items": [], "nextToken": "page 2"})

    assert evaluation.value == {"items": [], "nextToken": "page 2"}


def test_the_table_s_error_is_passed_on_with_its_type(evaluate: Evaluate) -> None:
    error = {"message": "Invalid token", "type": "DynamoDB:ValidationException"}

    assert refused(evaluate("listOrders", "response", result=None, error=error)) == {
        "message": "Invalid token",
        "errorType": "DynamoDB:ValidationException",
        "data": None,
        "errorInfo": None,
    }
