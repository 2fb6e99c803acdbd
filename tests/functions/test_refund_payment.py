"""What the workflow's RefundPayment state gets back."""

import json

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.payments.event import PaymentEvent
from functions.payments.processor import Outcome, Payment, PaymentProcessorUnreachable
from functions.refund_payment.handler import handle, refund_payment
from tests.functions.conftest import Logs

EVENT: PaymentEvent = {"id": "01JAY0000000000000000000AA", "customerId": "alice", "attempt": 2}


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


@pytest.mark.parametrize(
    ("taken", "message"),
    [(True, "Payment refunded"), (False, "There was no payment to refund")],
)
def test_the_result_says_whether_there_was_anything_to_give_back(
    logs: Logs, taken: bool, message: str
) -> None:
    processor = Till(taken)

    assert json.loads(json.dumps(refund_payment(EVENT, processor))) == {"refunded": taken}

    assert processor.asked == [Payment(order_id=EVENT["id"], attempt=2)]
    [line] = logs.lines
    assert line["message"] == message
    assert {key: line[key] for key in ("orderId", "customerId", "attempt")} == {
        "orderId": EVENT["id"],
        "customerId": "alice",
        "attempt": 2,
    }


def test_an_error_passes_through_as_it_is() -> None:
    error = PaymentProcessorUnreachable(Payment(order_id=EVENT["id"], attempt=2))

    with pytest.raises(PaymentProcessorUnreachable) as raised:
        refund_payment(EVENT, Till(True, error))

    assert raised.value is error


@pytest.mark.parametrize(("rate", "refunded"), [("1", True), ("0", False)])
def test_the_function_refunds_what_was_taken_at_the_stage_s_rate(
    context: LambdaContext,
    monkeypatch: pytest.MonkeyPatch,
    rate: str,
    refunded: bool,
) -> None:
    monkeypatch.setenv("PAYMENT_SUCCESS_RATE", rate)

    assert handle(EVENT, context) == {"refunded": refunded}
    assert handle(EVENT, context) == {"refunded": refunded}
