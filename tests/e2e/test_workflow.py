"""What becomes of an order when a step of its workflow goes wrong, or is gone twice."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.customers import Customer
from tests.e2e.conftest import Deploy
from tests.e2e.faults import (
    EXITS_ONCE_IT_HAS_TAKEN,
    FAULTS,
    HAS_TAKEN_AND_DOES_NOT_COME_BACK,
    TAKES_TWO_AT_ONCE,
    TAKES_WHAT_IS_DELETED_MEANWHILE,
    definition_of,
    take_payment_that,
)
from tests.e2e.stage import DELETE, RETRY, Stage, eventually, message


@pytest.fixture(params=["STANDARD", "EXPRESS"])
def stage(request: pytest.FixtureRequest, deploy: Deploy) -> Stage:
    """A stage that these tests may break."""
    return _stage(deploy, request.param)


@pytest.fixture
def standard(deploy: Deploy) -> Stage:
    return _stage(deploy, "STANDARD")


def _stage(deploy: Deploy, workflow_type: str) -> Stage:
    return deploy(workflowType=workflow_type, logRetentionDays=3)


def _item(stage: Stage, customer: Customer, order_id: str) -> dict[str, Any]:
    return stage.orders(customer.sub)[order_id]


def _pending(stage: Stage, customer: Customer, order_id: str) -> None:
    assert eventually(lambda: stage.orders(customer.sub).get(order_id), bool)


def _is_paid_once(stage: Stage, customer: Customer, order_id: str) -> None:
    """Saved, marked, and nothing else; one payment that is kept, one mail."""
    item = _item(stage, customer, order_id)
    assert (item["status"], item["version"]) == ({"S": "PAID"}, {"N": "2"})
    [payment] = stage.payments(order_id, customer.sub).values()
    assert payment["outcome"] == {"S": "ACCEPTED"}
    assert "refundedAt" not in payment
    [mail] = stage.mails(order_id, customer.email)
    assert "is paid" in mail.subject


@pytest.mark.parametrize("outcome", ["ACCEPTED", "DECLINED"])
def test_an_order_enters_four_states(standard: Stage, outcome: str) -> None:
    customer_id, order_id = "customer-of-four", standard.order_id(outcome)
    standard.send(message(customer_id, id=order_id))
    standard.settle()

    status, entered = standard.execution(f"{customer_id}-{order_id}")
    assert entered == ["SaveOrder", "TakePayment", "MarkOrder", "Notify"]
    assert status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("state", "outcome", "rests_as"),
    [
        ("SaveOrder", "ACCEPTED", None),
        ("TakePayment", "ACCEPTED", "PENDING"),
        ("MarkOrder", "ACCEPTED", "PENDING"),
        ("MarkUnreachable", "UNANSWERED", "PENDING"),
        ("RefundPayment", "UNANSWERED", "PAYMENT_FAILED"),
        ("Notify", "ACCEPTED", "PAID"),
    ],
)
def test_a_fault_lays_the_message_to_rest_and_a_redrive_brings_the_order_to_its_end(
    stage: Stage, state: str, outcome: str, rests_as: str | None
) -> None:
    alice = stage.customer()
    order_id = stage.order_id(outcome)
    body = message(alice.sub, id=order_id)
    name = f"{alice.sub}-{order_id}"
    with FAULTS[state](stage):
        stage.send(body)
        resting = stage.at_rest(order_id)
        stage.settle()
    item = stage.orders(alice.sub).get(order_id)
    assert (item and item["status"]["S"]) == rests_as
    assert stage.mails(order_id, alice.email) == []
    assert json.loads(resting.get("Body", "")) == json.loads(body)
    attributes = resting.get("MessageAttributes", {})
    assert name in attributes["execution"].get("StringValue", "")
    cause = json.loads(attributes["cause"].get("StringValue", ""))
    assert cause["Error"]
    if state == "TakePayment":
        assert (cause["Error"], "a bug" in cause["Cause"]) == ("ValueError", True)

    stage.redrive(resting)
    stage.settle()

    if outcome == "ACCEPTED":
        _is_paid_once(stage, alice, order_id)
    else:
        _is_unreachable(stage, alice, order_id)
        assert "refundedAt" in stage.payments(order_id, alice.sub)["1"]
    # Nothing is left of it, and no event of the execution that failed has come there too.
    assert stage.depth("deadLetterQueueUrl") == 0
    if ":express:" not in attributes["execution"].get("StringValue", ""):
        assert stage.executions(order_id) == {name, f"{name}_1"}


def _is_unreachable(stage: Stage, customer: Customer, order_id: str) -> None:
    item = _item(stage, customer, order_id)
    assert (item["status"], item["version"]) == ({"S": "PAYMENT_FAILED"}, {"N": "2"})
    assert item["statusReason"] == {"S": "payment processor unreachable"}
    [mail] = stage.mails(order_id, customer.email)
    assert "failed: payment processor unreachable." in mail.text


@pytest.mark.parametrize("outcome", ["UNREACHABLE", "UNANSWERED"])
def test_what_an_unreachable_processor_may_have_taken_is_given_back(
    stage: Stage, outcome: str
) -> None:
    alice = stage.customer()
    order_id = stage.order_id(outcome)

    stage.send(message(alice.sub, id=order_id))
    stage.settle()

    _is_unreachable(stage, alice, order_id)
    payments = stage.payments(order_id, alice.sub)
    # What was not taken can be taken no more.
    taken = {"UNREACHABLE": "VOIDED", "UNANSWERED": "ACCEPTED"}[outcome]
    assert payments["1"]["outcome"] == {"S": taken}
    assert "refundedAt" in payments["1"]
    # The workflow asked, and has called again before.
    refunds = [line["message"] for line in stage.log_lines("refund-payment", order_id)]
    assert len(refunds) == 1
    assert len(stage.log_lines("take-payment", order_id)) == 4


def test_throttling_makes_a_payment_late_and_fails_none(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED")
    functions = stage.cloud.aws.functions
    name = definition_of(stage)["States"]["TakePayment"]["Arguments"]["FunctionName"]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    stage.send(message(alice.sub, id=order_id))
    _pending(stage, alice, order_id)
    # Longer than the retries of an error that has none of its own.
    time.sleep(0.7)
    functions.delete_function_concurrency(FunctionName=name)

    stage.settle()

    _is_paid_once(stage, alice, order_id)
    assert stage.depth("deadLetterQueueUrl") == 0


def test_a_payment_whose_answer_was_lost_is_not_taken_again(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED")

    with take_payment_that(stage, EXITS_ONCE_IT_HAS_TAKEN):
        stage.send(message(alice.sub, id=order_id))
        stage.settle()

    assert _calls(stage, order_id) == 2
    _is_paid_once(stage, alice, order_id)


def _calls(stage: Stage, order_id: str) -> int:
    return int(stage.orders("calls")[order_id]["calls"]["N"])


@pytest.mark.parametrize("outcome", ["ACCEPTED", "DECLINED"])
def test_an_order_deleted_during_its_payment_stays_deleted_and_has_it_back(
    stage: Stage, outcome: str
) -> None:
    alice = stage.customer()
    order_id = stage.order_id(outcome)
    with take_payment_that(stage, TAKES_WHAT_IS_DELETED_MEANWHILE):
        stage.send(message(alice.sub, id=order_id))
        assert eventually(lambda: stage.payments(order_id, alice.sub), bool)

        stage.graphql(alice.access_token, DELETE, id=order_id)
        stage.settle()

    tombstone = _item(stage, alice, order_id)
    assert set(tombstone) == {"customerId", "id", "deletedAt", "expiresAt"}
    [payment] = stage.payments(order_id, alice.sub).values()
    assert ("refundedAt" in payment) == (outcome == "ACCEPTED")
    assert stage.mails(order_id, alice.email) == []
    _deliver_again(stage, message(alice.sub, id=order_id))
    assert _item(stage, alice, order_id) == tombstone
    assert stage.payments(order_id, alice.sub) == {"1": payment}


def _deliver_again(stage: Stage, body: str) -> None:
    """As to a workflow that knows of no execution before: any EXPRESS one, or 90 days later."""
    stage.cloud.aws.step_functions.start_execution(
        stateMachineArn=stage.outputs["workflowArn"], input=body
    )
    stage.settle()


def test_a_twin_delivery_gives_back_nothing_of_a_paid_order(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED")
    body = message(alice.sub, id=order_id)

    with take_payment_that(stage, TAKES_TWO_AT_ONCE) if _is_express(stage) else _as_it_is():
        stage.send(body, body)
        stage.settle()

    _is_paid_once(stage, alice, order_id)
    assert not _is_express(stage) or _calls(stage, order_id) == 2
    _deliver_again(stage, body)
    _is_paid_once(stage, alice, order_id)


@contextmanager
def _as_it_is() -> Generator[None]:
    yield


def _is_express(stage: Stage) -> bool:
    described = stage.cloud.aws.step_functions.describe_state_machine(
        stateMachineArn=stage.outputs["workflowArn"]
    )
    return described["type"] == "EXPRESS"


def test_a_paid_order_that_is_deleted_keeps_its_payment_however_often_it_comes(
    stage: Stage,
) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED")
    body = message(alice.sub, id=order_id)
    stage.send(body)
    stage.settle()
    stage.graphql(alice.access_token, DELETE, id=order_id)
    tombstone = _item(stage, alice, order_id)

    stage.send(body)
    _deliver_again(stage, body)

    assert _item(stage, alice, order_id) == tombstone
    assert tombstone["paidAttempt"] == {"N": "1"}
    [payment] = stage.payments(order_id, alice.sub).values()
    assert "refundedAt" not in payment
    assert len(stage.mails(order_id, alice.email)) == 1


def test_a_stuck_order_is_paid_by_the_payment_that_was_taken(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED", "ACCEPTED")
    with FAULTS["MarkOrder"](stage):
        stage.send(message(alice.sub, id=order_id))
        resting = stage.at_rest(order_id)
        stage.settle()
    taken = stage.payments(order_id, alice.sub)
    stuck_since = datetime.now(UTC) - timedelta(minutes=16)
    stage.cloud.aws.dynamodb.update_item(
        TableName=stage.outputs["orderTableName"],
        Key={"customerId": {"S": alice.sub}, "id": {"S": order_id}},
        UpdateExpression="SET updatedAt = :then",
        ExpressionAttributeValues={
            ":then": {"S": f"{stuck_since.replace(tzinfo=None).isoformat('T', 'milliseconds')}Z"}
        },
    )

    stage.graphql(alice.access_token, RETRY, id=order_id)
    stage.settle()

    paid = _item(stage, alice, order_id)
    assert (paid["status"], paid["attempt"]) == ({"S": "PAID"}, {"N": "1"})
    stage.redrive(resting)
    stage.settle()
    assert _item(stage, alice, order_id) == paid
    assert stage.payments(order_id, alice.sub) == taken
    assert len(stage.mails(order_id, alice.email)) == 1


def test_an_execution_that_was_cut_off_is_followed_by_another(standard: Stage) -> None:
    alice = standard.customer()
    order_id = standard.order_id("ACCEPTED")
    body, name = message(alice.sub, id=order_id), f"{alice.sub}-{order_id}"
    arn = standard.outputs["workflowArn"].replace(":stateMachine:", ":execution:")
    with take_payment_that(standard, HAS_TAKEN_AND_DOES_NOT_COME_BACK):
        standard.send(body)
        assert eventually(lambda: standard.payments(order_id, alice.sub), bool)

        standard.cloud.aws.step_functions.stop_execution(executionArn=f"{arn}:{name}")
        resting = standard.at_rest(order_id)
        # Now it may come back: nobody listens any more.
        standard.store("calls", id=order_id, calls=1)

    event = json.loads(resting.get("Body", ""))
    assert (event["status"], event["input"]) == ("ABORTED", body)
    assert _item(standard, alice, order_id)["status"] == {"S": "PENDING"}
    standard.redrive(resting)
    standard.settle()
    _is_paid_once(standard, alice, order_id)
    assert standard.executions(order_id) == {name, f"{name}_1"}
    assert standard.depth("deadLetterQueueUrl") == 0


def test_an_earlier_attempt_that_arrives_late_changes_nothing_but_is_given_back(
    stage: Stage,
) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED", "ACCEPTED")
    stage.store(alice.sub, id=order_id, status="PENDING", attempt=2, version=1)
    stage.send(message(alice.sub, id=order_id, attempt=2))
    stage.settle()
    [payment] = stage.payments(order_id, alice.sub).values()
    paid = _item(stage, alice, order_id)
    # By a workflow that did not come to see it.
    stage.cloud.aws.dynamodb.put_item(
        TableName=stage.outputs["paymentTableName"],
        Item={
            "customerId": {"S": alice.sub},
            "payment": {"S": f"{order_id}#1"},
            "outcome": {"S": "ACCEPTED"},
        },
    )

    stage.send(message(alice.sub, id=order_id, attempt=1))
    stage.settle()

    assert _item(stage, alice, order_id) == paid
    assert paid["status"] == {"S": "PAID"}
    payments = stage.payments(order_id, alice.sub)
    assert payments["2"] == payment
    assert "refundedAt" not in payment
    assert "refundedAt" in payments["1"]
    assert len(stage.mails(order_id, alice.email)) == 1
