"""What each task of the workflow puts up with before its message rests, and what it does not."""

from collections.abc import Mapping

import pytest

from tests.simulation.schedule import Contents, Delete, Fault, Place, Strike, WorkflowType
from tests.simulation.test_incidents import DECLINES, PAYS, played, rested

HANGS, LOST, RETRIED = Strike(Fault.HANGS), Strike(Fault.LOST), Strike(Fault.RETRIED)
UNREACHABLE = {"take_payment for alice-* TakePayment *: take": Strike(Fault.REFUSED)}
# What has to happen, so that an execution gets to each task.
WAYS: Mapping[str, Mapping[str, Strike]] = {
    "SaveOrder": {},
    "TakePayment": {},
    "MarkOrder": {},
    "Notify": {},
    "ReadOrder": {"alice-* SaveOrder 1": RETRIED},
    "MarkUnreachable": UNREACHABLE,
    "RefundPayment": UNREACHABLE,
}
TABLE_TASKS = ("SaveOrder", "ReadOrder", "MarkOrder", "MarkUnreachable")
# As AWS names what passes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
# Programming.Errors.html
TABLE_ERRORS = (
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceeded",
    "DynamoDB.ThrottlingException",
    "DynamoDB.InternalServerError",
    "DynamoDB.ServiceUnavailable",
)
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
LAMBDA_ERRORS = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
)
UNFORESEEN = "Some.Exception"


def at(task: str, times: int, strike: Strike) -> dict[str, Strike]:
    return {f"alice-* {task} {number}": strike for number in range(1, times + 1)}


def refused(error: str) -> Strike:
    return Strike(Fault.REFUSED, error)


def is_overcome(
    workflow_type: WorkflowType, task: str, strikes: Mapping[str, Strike], times: int
) -> bool:
    """Whether the execution does its part, however often the task has failed before."""
    result = played(workflow_type, Place(0, 0, "alice", PAYS), strikes={**strikes, **WAYS[task]})
    [execution] = result.executions
    assert execution.tries[task] <= times + 1
    return execution.status == "SUCCEEDED" and rested(result) == []


@pytest.fixture(params=["STANDARD", "EXPRESS"])
def workflow_type(request: pytest.FixtureRequest) -> WorkflowType:
    return request.param


@pytest.mark.parametrize("task", TABLE_TASKS)
@pytest.mark.parametrize("strike", [*map(refused, TABLE_ERRORS), HANGS])
def test_a_table_that_is_away_for_three_attempts_is_waited_for(
    workflow_type: WorkflowType, task: str, strike: Strike
) -> None:
    assert is_overcome(workflow_type, task, at(task, 3, strike), 3)


@pytest.mark.parametrize("error", LAMBDA_ERRORS)
def test_lambda_is_asked_seven_times(workflow_type: WorkflowType, error: str) -> None:
    assert is_overcome(workflow_type, "TakePayment", at("TakePayment", 6, refused(error)), 6)


@pytest.mark.parametrize("strike", [HANGS, LOST, refused(UNFORESEEN)])
def test_a_payment_is_asked_for_three_times_whatever_the_error(
    workflow_type: WorkflowType, strike: Strike
) -> None:
    assert is_overcome(workflow_type, "TakePayment", at("TakePayment", 2, strike), 2)


def test_an_unreachable_processor_is_asked_four_times(workflow_type: WorkflowType) -> None:
    strikes = {
        f"take_payment for alice-* TakePayment {number}: take": Strike(Fault.REFUSED)
        for number in range(1, 4)
    }

    result = played(workflow_type, Place(0, 0, "alice", PAYS), strikes=strikes)

    assert [mail.key[3] for mail in result.mails] == ["PAID"]


@pytest.mark.parametrize("task", TABLE_TASKS)
def test_a_table_s_other_errors_are_tried_once_more(workflow_type: WorkflowType, task: str) -> None:
    assert is_overcome(workflow_type, task, at(task, 1, refused(UNFORESEEN)), 1)


@pytest.mark.parametrize("task", ["Notify", "RefundPayment"])
@pytest.mark.parametrize("strike", [HANGS, LOST, refused(UNFORESEEN)])
def test_messages_are_sent_four_times(
    workflow_type: WorkflowType, task: str, strike: Strike
) -> None:
    assert is_overcome(workflow_type, task, at(task, 3, strike), 3)


@pytest.mark.parametrize("strike", [HANGS, LOST, refused(UNFORESEEN)])
def test_the_last_resort_is_tried_six_times(strike: Strike) -> None:
    result = played(
        "STANDARD",
        Place(0, 0, "alice", PAYS),
        strikes={**at("RestMessage", 5, strike), "alice-* Notify *": refused(UNFORESEEN)},
        calm_at=200,
    )

    assert result.executions[0].tries["RestMessage"] == 6
    assert result.executions[0].path[-1] == "MessageRests"


def test_an_execution_whose_last_resort_is_away_as_well_is_brought_back_by_its_event() -> None:
    result = played(
        "STANDARD",
        Place(0, 0, "alice", PAYS),
        strikes={
            "alice-* Notify *": refused(UNFORESEEN),
            "alice-* RestMessage *": refused(UNFORESEEN),
        },
        calm_at=200,
    )

    assert [each.status for each in result.executions] == ["FAILED", "SUCCEEDED"]
    assert '"status": "FAILED"' in rested(result)[0]


@pytest.mark.parametrize(
    ("task", "strikes"),
    [
        ("SaveOrder", WAYS["ReadOrder"]),
        ("MarkOrder", {"alice-* MarkOrder 1": RETRIED}),
        ("MarkUnreachable", {**UNREACHABLE, "alice-* MarkUnreachable 1": RETRIED}),
    ],
)
def test_a_write_whose_condition_has_failed_is_not_tried_again(
    workflow_type: WorkflowType, task: str, strikes: Mapping[str, Strike]
) -> None:
    result = played(workflow_type, Place(0, 0, "alice", PAYS), strikes=strikes)

    assert [each.tries[task] for each in result.executions] == [1]


def test_all_that_an_express_execution_puts_up_with_fits_into_its_five_minutes() -> None:
    takes = [HANGS] * 2 + [refused(LAMBDA_ERRORS[0])] * 6
    strikes = {
        **at("SaveOrder", 3, HANGS),
        "alice-* SaveOrder 4": RETRIED,
        **at("ReadOrder", 3, HANGS),
        **{f"alice-* TakePayment {number}": each for number, each in enumerate(takes, 1)},
        "take_payment for alice-* TakePayment 9: take": Strike(Fault.REFUSED),
        "take_payment for alice-* TakePayment 10: take": Strike(Fault.REFUSED),
        "take_payment for alice-* TakePayment 11: take": Strike(Fault.REFUSED),
        **at("MarkOrder", 3, HANGS),
        "alice-* MarkOrder 4": RETRIED,
        "alice-* ReadOrder 5": HANGS,
        "alice-* ReadOrder 6": HANGS,
        "alice-* ReadOrder 7": HANGS,
        **at("Notify", 4, HANGS),
        **at("RestMessage", 3, HANGS),
    }

    result = played("EXPRESS", Place(0, 0, "alice", PAYS), strikes=strikes)

    assert result.executions[0].status == "FAILED"
    assert result.executions[0].path[-1] == "MessageRests"


def test_a_failed_payment_is_told_though_nobody_heard_that_it_was_marked(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", DECLINES, Contents()),
        strikes={"alice-* MarkOrder 1": RETRIED},
    )

    assert [mail.key[3] for mail in result.mails] == ["PAYMENT_FAILED"]


def test_a_paid_order_deleted_before_its_message_comes_again_keeps_its_payment(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        Delete(1, 100, "alice", PAYS),
        strikes={"alice-* Notify *": refused(UNFORESEEN)},
        calm_at=200,
    )

    [row] = result.ledger.values()
    assert "refundedAt" not in row
    assert result.mails == []
