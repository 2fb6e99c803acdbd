"""The payment processor: an interface, and the fake behind it. Nothing real is ever called."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What the processor said of a payment."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    # It was asked to give the payment back before it was asked to take it.
    VOIDED = "VOIDED"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One attempt at paying one customer's order; the three together are the idempotency key."""

    customer_id: str
    order_id: str
    attempt: int


class PaymentProcessorUnreachable(Exception):
    """The processor did not answer; it may have taken the payment all the same.

    Calling again with the same payment is safe. The workflow knows this failure by the class's
    name, which Lambda makes the error's.
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
        """Give back what was taken, so that it is never taken again.

        Returns:
            Whether there was anything to give back still.

        Raises:
            PaymentProcessorUnreachable: there was no answer.
        """
        ...


class Memory(Protocol):
    """What the fake processor remembers of payments, such as a Ledger."""

    def record(self, payment: Payment, outcome: Outcome) -> Outcome:
        """Keep the payment's first outcome, and answer with it."""
        ...

    def give_back(self, payment: Payment) -> bool:
        """Whether this call is the one that gave back what was taken."""
        ...


class RandomProcessor:
    """Draws each outcome from a generator seeded with the payment: the same one every time.

    Args:
        success_rate: share of payments accepted, 0 to 1.
        memory: which payments were taken, and given back.
    """

    # Of the payments not accepted, the share that gets no answer. Of these, half were taken.
    UNREACHABLE_SHARE = 0.05

    def __init__(self, success_rate: float, memory: Memory) -> None:
        self._success_rate = success_rate
        self._memory = memory

    def take(self, payment: Payment) -> Outcome:
        draw = random.Random(f"{payment.order_id}/{payment.attempt}").random()  # noqa: S311 (a fake)
        if draw < self._success_rate:
            return self._memory.record(payment, Outcome.ACCEPTED)
        unanswered = (1 - self._success_rate) * self.UNREACHABLE_SHARE
        if draw < 1 - unanswered:
            return self._memory.record(payment, Outcome.DECLINED)
        if draw >= 1 - unanswered / 2:
            self._memory.record(payment, Outcome.ACCEPTED)
        raise PaymentProcessorUnreachable(payment)

    def refund(self, payment: Payment) -> bool:
        return self._memory.give_back(payment)
