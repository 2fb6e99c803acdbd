"""writeOrder: the caller's own order, and what became of a condition that failed."""

from tests.graphql.conftest import CUSTOMER, Evaluate, refused

STASH = {
    "id": "01JAY0000000000000000000AA",
    "update": {"expression": "SET x = :x"},
    "condition": {"expression": "x <> :x"},
    "conflict": "The order is not as it should be.",
}
CONDITION_FAILED = {
    "message": "The conditional request failed",
    "type": "DynamoDB:ConditionalCheckFailedException",
}


def test_it_writes_by_the_caller_s_own_key(evaluate: Evaluate) -> None:
    stash = {**STASH, "customerId": "bob"}

    evaluation = evaluate("writeOrder", "request", args={"customerId": "bob"}, stash=stash)

    assert evaluation.value == {
        "operation": "UpdateItem",
        "key": {"customerId": {"S": CUSTOMER}, "id": {"S": STASH["id"]}},
        "update": STASH["update"],
        "condition": STASH["condition"],
    }


def test_the_order_as_written_goes_on(evaluate: Evaluate) -> None:
    evaluation = evaluate("writeOrder", "response", stash=STASH, result={"id": "a"})

    assert evaluation.value == evaluation.stash["order"] == {"id": "a"}


def test_a_condition_that_failed_is_a_conflict_with_the_order_as_it_is(evaluate: Evaluate) -> None:
    evaluation = evaluate(
        "writeOrder", "response", stash=STASH, error=CONDITION_FAILED, result={"id": "a"}
    )

    assert refused(evaluation) == {
        "message": "The order is not as it should be.",
        "errorType": "OrderConflict",
        "data": {"id": "a"},
        "errorInfo": None,
    }


def test_a_condition_that_failed_for_want_of_an_order_is_not_found(evaluate: Evaluate) -> None:
    evaluation = evaluate(
        "writeOrder", "response", stash=STASH, error=CONDITION_FAILED, result=None
    )

    assert refused(evaluation)["errorType"] == "OrderNotFound"


def test_the_table_s_error_is_passed_on_with_its_type(evaluate: Evaluate) -> None:
    error = {"message": "Rate exceeded", "type": "DynamoDB:RequestLimitExceeded"}

    evaluation = evaluate("writeOrder", "response", stash=STASH, error=error, result=None)

    assert refused(evaluation)["errorType"] == "DynamoDB:RequestLimitExceeded"
