"""deleteOrder: the caller's own order, answered as it was."""

import pytest

from tests.graphql.api import ORDER, Api, Refused
from tests.graphql.conftest import CUSTOMER, Evaluate, refused

ID = ORDER["id"]


@pytest.mark.parametrize("status", ["PENDING", "PAID", "PAYMENT_FAILED"])
def test_it_answers_with_what_was_deleted(api: Api, status: str) -> None:
    before = api.put(status=status)

    assert api("deleteOrder", id=ID) == before
    assert api.item(ID) is None


def test_an_order_is_deleted_once(api: Api) -> None:
    api.put()
    api("deleteOrder", id=ID)

    with pytest.raises(Refused, match="OrderNotFound: You have no order by that id"):
        api("deleteOrder", id=ID)


@pytest.mark.parametrize("order_id", ["", "x", "x" * 37, "x" * 5000])
def test_what_is_no_order_s_id_is_not_found(api: Api, order_id: str) -> None:
    with pytest.raises(Refused, match="OrderNotFound"):
        api("deleteOrder", id=order_id)


def test_nobody_else_can_be_named(evaluate: Evaluate) -> None:
    evaluation = evaluate("deleteOrder", "request", args={"id": ID, "customerId": "bob"})

    assert evaluation.value == {
        "operation": "DeleteItem",
        "key": {"customerId": {"S": CUSTOMER}, "id": {"S": ID}},
    }


def test_the_table_s_error_is_passed_on_with_its_type(evaluate: Evaluate) -> None:
    error = {"message": "Rate exceeded", "type": "DynamoDB:RequestLimitExceeded"}

    evaluation = evaluate("deleteOrder", "response", result=None, error=error)

    assert refused(evaluation)["errorType"] == "DynamoDB:RequestLimitExceeded"
