"""Orders whose payments go as one wants: the fake processor draws what it does by their ids."""

import uuid

from functions.payments.processor import (
    Outcome,
    Payment,
    PaymentProcessorUnreachable,
    RandomProcessor,
)


class _LastOutcome:
    """A processor's memory of what it did last."""

    outcome: Outcome | None = None

    def record(self, payment: Payment, outcome: Outcome) -> Outcome:  # noqa: ARG002
        self.outcome = outcome
        return outcome

    def give_back(self, payment: Payment) -> bool:  # noqa: ARG002
        return False


def token_for(success_rate: float, *wanted: str) -> str:
    """A `clientRequestToken` of an order whose payments will be, attempt by attempt, as wanted.

    Args:
        success_rate: the stage's `paymentSuccessRate`.
        wanted: each ACCEPTED, DECLINED, UNREACHABLE, or UNANSWERED: taken, but nobody says so.
    """
    while True:
        token = str(uuid.uuid4())
        if all(_outcome(success_rate, token, n) == each for n, each in enumerate(wanted, 1)):
            return token


def _outcome(success_rate: float, order_id: str, attempt: int) -> str:
    last = _LastOutcome()
    payment = Payment(customer_id="", order_id=order_id, attempt=attempt)
    try:
        return RandomProcessor(success_rate, last).take(payment)
    except PaymentProcessorUnreachable:
        return "UNANSWERED" if last.outcome else "UNREACHABLE"
