"""getOrder: the caller's own order, or null."""

from typing import Any

import pytest

from tests.graphql.api import Api
from tests.graphql.conftest import CUSTOMER, Evaluate

ITEM: dict[str, Any] = {"id": "01JAY0000000000000000000AA", "customerId": CUSTOMER, "version": 1}


def test_it_reads_by_the_caller_s_own_key(evaluate: Evaluate) -> None:
    evaluation = evaluate("getOrder", "request", args={"id": ITEM["id"]})

    assert evaluation.status == "ok"
    assert evaluation.value == {
        "operation": "GetItem",
        "key": {"customerId": {"S": CUSTOMER}, "id": {"S": ITEM["id"]}},
        "consistentRead": True,
    }


def test_nobody_else_can_be_named(evaluate: Evaluate) -> None:
    evaluation = evaluate(
        "getOrder", "request", args={"id": ITEM["id"], "customerId": "bob"}, source={"sub": "bob"}
    )

    assert evaluation.value["key"]["customerId"] == {"S": CUSTOMER}


def test_it_answers_with_the_item(evaluate: Evaluate) -> None:
    assert evaluate("getOrder", "response", result=ITEM).value == ITEM


def test_no_item_is_null(evaluate: Evaluate) -> None:
    evaluation = evaluate("getOrder", "response", result=None)

    assert (evaluation.status, evaluation.value, evaluation.appended) == ("ok", None, [])


def test_a_deleted_order_is_null(api: Api) -> None:
    api.bury(ITEM["id"], paidAttempt=1)

    assert api("getOrder", id=ITEM["id"]) is None


@pytest.mark.parametrize("order_id", ["", "x", "x" * 37, "x" * 5000, "ß" * 26])
def test_what_can_be_no_order_s_id_is_null_and_asks_no_table(
    evaluate: Evaluate, order_id: str
) -> None:
    evaluation = evaluate("getOrder", "request", args={"id": order_id})

    assert (evaluation.status, evaluation.value) == ("earlyReturn", None)
