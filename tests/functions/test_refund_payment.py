"""Payments that paid no order are given back: each once, and each failure alone comes again."""

import json

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.payments import environment
from functions.payments.event import PaymentEvent
from functions.payments.ledger import Ledger
from functions.payments.processor import Outcome, Payment, PaymentProcessorUnreachable
from functions.refund_payment.handler import handle, refund_payment
from tests.functions.conftest import (
    Counted,
    Logs,
    Payments,
    failures,
    refuse_calls,
    sqs_event,
)

EVENT: PaymentEvent = {"id": "01JAY0000000000000000000AA", "customerId": "alice", "attempt": 2}
PAYMENT = Payment(customer_id="alice", order_id=EVENT["id"], attempt=2)


class Till:
    """A processor that gives back each payment once, unless it fails."""

    def __init__(self, taken: bool, error: Exception | None = None) -> None:
        self.taken = taken
        self.error = error
        self.asked: list[Payment] = []

    def take(self, payment: Payment) -> Outcome:
        raise AssertionError(f"{payment} must not be taken")

    def refund(self, payment: Payment) -> bool:
        self.asked.append(payment)
        if self.error:
            raise self.error
        return self.taken


def record(event: object = EVENT) -> SQSRecord:
    return SQSRecord(sqs_event(event)["Records"][0])


@pytest.mark.parametrize(
    ("taken", "message"),
    [(True, "Payment refunded"), (False, "There was no payment to refund")],
)
def test_the_log_line_says_whose_payment_was_given_back_if_any(
    logs: Logs, taken: bool, message: str
) -> None:
    processor = Till(taken)

    refund_payment(processor, record())

    assert processor.asked == [PAYMENT]
    [line] = logs.lines
    assert line["message"] == message
    assert {key: line[key] for key in ("orderId", "customerId", "attempt", "messageId")} == {
        "orderId": EVENT["id"],
        "customerId": "alice",
        "attempt": 2,
        "messageId": "m0",
    }


def test_an_error_passes_through_as_it_is() -> None:
    error = PaymentProcessorUnreachable(PAYMENT)

    with pytest.raises(PaymentProcessorUnreachable) as raised:
        refund_payment(Till(True, error), record())

    assert raised.value is error


@pytest.mark.parametrize(
    ("body", "error"), [("{", ValueError), ({"id": EVENT["id"]}, KeyError), ("7", TypeError)]
)
def test_a_message_that_names_no_payment_fails_by_what_is_wrong_and_is_logged(
    logs: Logs, body: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        refund_payment(Till(True), record(body))

    [line] = logs.lines
    assert (line["level"], line["message"]) == ("ERROR", "Message names no payment")
    assert line["messageId"] == "m0"


@pytest.fixture
def ledger(payments_table: Payments, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setenv("PAYMENT_SUCCESS_RATE", "1")
    return Ledger(payments_table.name, payments_table.client)


def test_what_was_taken_is_given_back_once_however_often_it_is_asked(
    ledger: Ledger, payments_table: Payments, context: LambdaContext, logs: Logs
) -> None:
    ledger.record(PAYMENT, Outcome.ACCEPTED)

    assert handle(sqs_event(EVENT, EVENT), context) == failures()
    [row] = payments_table.rows()
    assert handle(sqs_event(EVENT), context) == failures()

    assert "refundedAt" in row
    assert payments_table.rows() == [row]
    assert [line["message"] for line in logs.lines] == [
        "Payment refunded",
        "There was no payment to refund",
        "There was no payment to refund",
    ]


def test_another_customers_payment_for_the_same_token_stays_taken(
    ledger: Ledger, payments_table: Payments, context: LambdaContext
) -> None:
    ledger.record(PAYMENT, Outcome.ACCEPTED)

    assert handle(sqs_event({**EVENT, "customerId": "mallory"}), context) == failures()

    [alices] = [row for row in payments_table.rows() if row["customerId"] == {"S": "alice"}]
    assert "refundedAt" not in alices


@pytest.mark.usefixtures("ledger")
def test_exactly_the_messages_that_name_no_payment_come_again(context: LambdaContext) -> None:
    batch = [EVENT, "{", {**EVENT, "id": "another"}, {"id": EVENT["id"]}, "7"]

    assert handle(sqs_event(*batch), context) == failures("m1", "m3", "m4")


def test_a_refund_that_the_ledger_refuses_comes_again(
    ledger: Ledger, payments_table: Payments, context: LambdaContext, logs: Logs
) -> None:
    ledger.record(PAYMENT, Outcome.ACCEPTED)
    throttled = {**EVENT, "id": "throttled"}
    refuse_calls(
        environment._dynamodb(),  # pyright: ignore[reportPrivateUsage]
        "dynamodb.UpdateItem",
        "ProvisionedThroughputExceededException",
        when=lambda call: "throttled" in json.dumps(call),
    )

    assert handle(sqs_event(throttled, EVENT), context) == failures("m0")

    [row] = payments_table.rows()
    assert "refundedAt" in row
    [error] = [line for line in logs.lines if line["level"] == "ERROR"]
    assert (error["message"], error["orderId"]) == ("Payment could not be refunded", "throttled")


def test_a_refund_is_counted_by_the_call_that_made_it_alone(
    ledger: Ledger, context: LambdaContext, metrics: Counted
) -> None:
    ledger.record(PAYMENT, Outcome.ACCEPTED)
    handle(sqs_event(EVENT, EVENT, {**EVENT, "id": "never-taken"}), context)
    assert metrics.take() == {"PaymentsRefunded": [1]}
    handle(sqs_event(EVENT), context)
    assert metrics.take() == {}


@pytest.mark.usefixtures("ledger")
def test_a_refund_s_log_has_the_trace_of_its_order(context: LambdaContext, logs: Logs) -> None:
    event = sqs_event(EVENT)
    trace = "1-5759e988-bd862e3fe1be46a994272793"
    event["Records"][0]["attributes"]["AWSTraceHeader"] = f"Root={trace};Sampled=0"
    handle(event, context)
    [line] = logs.lines
    assert line["traceId"] == trace
