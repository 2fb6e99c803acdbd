"""What the workflow's TakePayment state gets back."""

import json

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.payments.environment import Environment
from functions.payments.event import PaymentEvent
from functions.payments.processor import Outcome, Payment, PaymentProcessorUnreachable
from functions.take_payment.handler import handle, take_payment
from tests.functions.conftest import Logs, Payments

EVENT: PaymentEvent = {"id": "01JAY0000000000000000000AA", "customerId": "alice", "attempt": 2}


class Answers:
    """A processor with one answer, or one error, which remembers what it was asked."""

    def __init__(self, answer: Outcome | Exception) -> None:
        self.answer = answer
        self.asked: list[Payment] = []

    def take(self, payment: Payment) -> Outcome:
        self.asked.append(payment)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def refund(self, payment: Payment) -> bool:
        raise AssertionError(f"{payment} must not be given back")


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Outcome.ACCEPTED, {"outcome": "ACCEPTED", "reason": None}),
        (Outcome.DECLINED, {"outcome": "DECLINED", "reason": "payment method declined"}),
        (Outcome.VOIDED, {"outcome": "VOIDED", "reason": "payment processor unreachable"}),
    ],
)
def test_an_answered_payment_is_a_result(outcome: Outcome, result: object) -> None:
    processor = Answers(outcome)

    assert json.loads(json.dumps(take_payment(EVENT, processor))) == result
    assert processor.asked == [Payment(customer_id="alice", order_id=EVENT["id"], attempt=2)]


@pytest.mark.parametrize(
    "error",
    [
        PaymentProcessorUnreachable(Payment(customer_id="alice", order_id=EVENT["id"], attempt=2)),
        RuntimeError("a fault"),
    ],
)
def test_an_error_passes_through_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        take_payment(EVENT, Answers(error))

    assert raised.value is error


def test_the_log_warns_of_a_processor_that_does_not_answer(logs: Logs) -> None:
    error = PaymentProcessorUnreachable(
        Payment(customer_id="alice", order_id=EVENT["id"], attempt=2)
    )
    with pytest.raises(PaymentProcessorUnreachable):
        take_payment(EVENT, Answers(error))

    [line] = logs.lines
    assert (line["level"], line["message"]) == ("WARNING", "Payment processor unreachable")
    assert line["orderId"] == EVENT["id"]


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (Outcome.ACCEPTED, "Payment taken"),
        (Outcome.DECLINED, "Payment declined"),
        (Outcome.VOIDED, "Payment was voided before"),
    ],
)
def test_the_log_line_says_whose_payment_came_to_what(
    logs: Logs, outcome: Outcome, message: str
) -> None:
    take_payment(EVENT, Answers(outcome))

    [line] = logs.lines
    assert line["message"] == message
    assert {key: line[key] for key in ("orderId", "customerId", "attempt")} == {
        "orderId": EVENT["id"],
        "customerId": "alice",
        "attempt": 2,
    }


@pytest.mark.parametrize(("rate", "outcome"), [("1", "ACCEPTED"), ("0.0", "DECLINED")])
def test_the_function_pays_at_the_stage_s_rate_and_enters_it_in_the_ledger(
    payments_table: Payments,
    context: LambdaContext,
    monkeypatch: pytest.MonkeyPatch,
    rate: str,
    outcome: str,
) -> None:
    monkeypatch.setenv("PAYMENT_SUCCESS_RATE", rate)

    assert handle(EVENT, context)["outcome"] == outcome

    [row] = payments_table.rows()
    assert row["customerId"] == {"S": "alice"}
    assert row["payment"] == {"S": f"{EVENT['id']}#2"}
    assert row["outcome"] == {"S": outcome}


def test_a_payment_asked_for_again_comes_to_what_it_came_to_first(
    payments_table: Payments, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_SUCCESS_RATE", "1")
    first = handle(EVENT, context)
    rows = payments_table.rows()

    # Even where the stage's rate has changed since.
    monkeypatch.setenv("PAYMENT_SUCCESS_RATE", "0")

    assert handle(EVENT, context) == first
    assert payments_table.rows() == rows


@pytest.mark.usefixtures("payments_table")
def test_a_call_s_log_has_no_keys_of_the_calls_before(
    logs: Logs, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_SUCCESS_RATE", "1")
    Logger().append_keys(earlier="call")

    handle(EVENT, context)

    [line] = logs.lines
    assert line["orderId"] == EVENT["id"]
    assert "earlier" not in line


def test_the_environment_is_typed() -> None:
    given = {"PAYMENT_SUCCESS_RATE": "0.8", "PAYMENTS_TABLE": "payments"}
    assert Environment.read(given) == Environment(
        payment_success_rate=0.8, payments_table="payments"
    )
    for name in given:
        with pytest.raises(KeyError, match=name):
            Environment.read({key: value for key, value in given.items() if key != name})
    with pytest.raises(ValueError, match="high"):
        Environment.read({**given, "PAYMENT_SUCCESS_RATE": "high"})
