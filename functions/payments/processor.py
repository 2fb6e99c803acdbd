"""The payment processor: an interface, and the fake behind it. Nothing real is ever called."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What the processor said of a payment."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One attempt at paying one order; the two together are the idempotency key."""

    order_id: str
    attempt: int


class PaymentProcessorUnreachable(Exception):
    """The processor did not answer. Calling again with the same payment is safe.

    The workflow knows this failure by the first three words of its message.
    """

    def __init__(self, payment: Payment) -> None:
        super().__init__(
            "payment processor unreachable: "
            f"no answer to attempt {payment.attempt} at paying order {payment.order_id}"
        )


class PaymentProcessor(Protocol):
    """Takes payments and gives them back, each once however often it is asked."""

    def take(self, payment: Payment) -> Outcome:
        """Take the payment, or say again what came of it.

        Raises:
            PaymentProcessorUnreachable: there was no answer.
        """
        ...

    def refund(self, payment: Payment) -> bool:
        """Give back what was taken; whether there was anything to give back.

        Raises:
            PaymentProcessorUnreachable: there was no answer.
        """
        ...


class RandomProcessor:
    """Draws each outcome from a generator seeded with the payment: the same one every time.

    Args:
        success_rate: share of payments accepted, 0 to 1.
    """

    # Of the payments not accepted, the share for which the processor cannot be reached.
    UNREACHABLE_SHARE = 0.05

    def __init__(self, success_rate: float) -> None:
        self._success_rate = success_rate

    def take(self, payment: Payment) -> Outcome:
        draw = random.Random(f"{payment.order_id}/{payment.attempt}").random()  # noqa: S311 (a fake)
        if draw < self._success_rate:
            return Outcome.ACCEPTED
        if draw < 1 - (1 - self._success_rate) * self.UNREACHABLE_SHARE:
            return Outcome.DECLINED
        raise PaymentProcessorUnreachable(payment)

    def refund(self, payment: Payment) -> bool:
        try:
            return self.take(payment) is Outcome.ACCEPTED
        except PaymentProcessorUnreachable:
            return False  # What never reached the processor was never taken.
