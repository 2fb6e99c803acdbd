"""What the customers of a run order, drawn beforehand, and what they were told."""

import random
import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from functions.payments.processor import (
    Outcome,
    Payment,
    PaymentProcessorUnreachable,
    RandomProcessor,
)
from local.customers import Customer
from local.demo import MENU

SUCCESS_RATE = 0.6
# The first of so many orders has no answer to its first payment; others have none by the rate.
UNREACHABLE_ONCE_IN = 50
BROKEN_SHARE = 0.15


class Habit(StrEnum):
    """What a customer does about an order, and how often of 100 times."""

    WAIT = "wait"
    REPEAT = "place it twice"
    RETRY = "update and retry a failed one"
    DELETE_EARLY = "delete it at once"
    DELETE_RETRIED = "delete it while it is tried again"
    DELETE_LATE = "delete it once it has ended"


SHARES = {
    Habit.WAIT: 25,
    Habit.REPEAT: 15,
    Habit.RETRY: 35,
    Habit.DELETE_EARLY: 8,
    Habit.DELETE_RETRIED: 9,
    Habit.DELETE_LATE: 8,
}


class Deletion(StrEnum):
    """What is known of an order's deletion."""

    NONE = "none"
    ASKED = "asked for"
    DONE = "answered"


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a customer can choose of an order."""

    name: str
    quantity: int
    restaurant: str
    add_ons: tuple[str, ...]

    @classmethod
    def of(cls, order: dict[str, Any]) -> "Contents":
        """Those of an order as the API, or the table, has it."""
        return cls(
            name=order["name"],
            quantity=int(order["quantity"]),
            restaurant=order["restaurantId"],
            add_ons=tuple(order["addOns"]),
        )

    def changed(self) -> "Contents":
        """With another quantity than all before, so that a mail tells which attempt it is about."""
        return replace(self, quantity=self.quantity + len(MENU) + 1)

    @property
    def line(self) -> str:
        """As the mail to the customer has it."""
        add_ons = f" with {', '.join(self.add_ons)}" if self.add_ons else ""
        return f"{self.quantity} x {self.name}{add_ons}"


@dataclass(kw_only=True)
class Order:
    """One order, as its customer knows it.

    Attributes:
        id: the client's token, as the API spells it.
        breaks: the connection is lost once after each mutation that is safe to send again.
        contents: as placed, then as updated before each retry.
        retries: of each of `contents` but the first, how often a retry was sent.
        placed_at: None until the order was accepted.
        complaints: answers that were not true.
    """

    id: str
    customer: Customer
    habit: Habit
    breaks: bool
    contents: list[Contents]
    retries: list[int] = field(default_factory=list[int])
    placed_at: str | None = None
    deletion: Deletion = Deletion.NONE
    complaints: list[str] = field(default_factory=list[str])


class Forgetful:
    """A processor's memory that keeps nothing."""

    def __init__(self) -> None:
        self.taken = False

    def record(self, payment: Payment, outcome: Outcome) -> Outcome:  # noqa: ARG002
        self.taken = outcome is Outcome.ACCEPTED
        return outcome

    def give_back(self, payment: Payment) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What the processor does about a payment, however often it is asked."""

    answered: bool
    outcome: Outcome | None


def draw_of(order_id: str, attempt: int) -> Draw:
    """The outcome that the ledger may hold, and whether the caller is told of it."""
    memory = Forgetful()
    payment = Payment(customer_id="", order_id=order_id, attempt=attempt)
    try:
        return Draw(answered=True, outcome=RandomProcessor(SUCCESS_RATE, memory).take(payment))
    except PaymentProcessorUnreachable:
        return Draw(answered=False, outcome=Outcome.ACCEPTED if memory.taken else None)


def draw_orders(chance: random.Random, number: int, customers: list[Customer]) -> list[Order]:
    """The orders of a run, in the order of placing."""
    habits = chance.choices(list(SHARES), weights=list(SHARES.values()), k=number)
    return [
        _draw_order(
            chance, habit, chance.choice(customers), unreachable=index % UNREACHABLE_ONCE_IN == 0
        )
        for index, habit in enumerate(habits)
    ]


def _draw_order(
    chance: random.Random, habit: Habit, customer: Customer, *, unreachable: bool
) -> Order:
    name, restaurant, add_ons = chance.choice(MENU)
    contents = Contents(
        name=name,
        quantity=chance.randint(1, len(MENU)),
        restaurant=restaurant,
        add_ons=tuple(add_ons),
    )
    return Order(
        id=_draw_id(chance, unreachable=unreachable),
        customer=customer,
        habit=habit,
        breaks=chance.random() < BROKEN_SHARE,
        contents=[contents],
    )


def _draw_id(chance: random.Random, *, unreachable: bool) -> str:
    while True:
        drawn = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        if not unreachable or not draw_of(drawn, 1).answered:
            return drawn
