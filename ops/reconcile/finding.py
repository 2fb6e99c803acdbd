"""What can be wrong with an order, and what is done about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ops.orders import OrderKey


class Kind(StrEnum):
    """Each breaks a promise (README, "When something fails"), or keeps it at rest alone."""

    STUCK = "stuck"
    UNPAID = "unpaid-but-taken"
    UNREFUNDED = "unrefunded"
    UNMAILED = "unmailed"
    UNSAVED = "unsaved"
    UNTAKEN = "paid-but-not-taken"
    GIVEN_BACK = "paid-but-given-back"
    UNDECIDED = "failed-undecided"
    ORPHANED = "payment-without-order"
    MISBOOKED = "misbooked"
    UNDELETED = "deleted-but-kept"
    UNREADABLE = "unreadable"
    RESTING = "resting"
    UNANNOUNCED = "unannounced"


class Mend(StrEnum):
    """The message that sets it right, by the queue that it is put on.

    Each is what the stage itself would have sent, and has its effect once however often it comes.
    """

    ORDER = "a message on the order queue"
    REFUND = "a message on the refund queue"
    MAIL = "a message on the mail queue"
    EXECUTION = "the execution's input on the order queue"


# What a person does about the others.
TODO = {
    Kind.UNTAKEN: "ask the processor for the payment; the order is delivered unpaid, or deleted",
    Kind.GIVEN_BACK: "ask the processor; what was given back is not taken again",
    Kind.UNDECIDED: "ask the processor, and tell the customer; the payment may be tried again",
    Kind.ORPHANED: "the order is lost (was the table restored?): ask the customer, or give it back",
    Kind.MISBOOKED: "ask the processor what really happened",
    Kind.UNDELETED: "somebody wrote to a deleted order: find out who, and remove what it kept",
    Kind.UNREADABLE: "somebody wrote what is no order: find out who, and delete it",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with one order.

    Args:
        attempt: at paying it, that it is about; None where it is about none.
        why: what contradicts what.
        todo: what a person does about it; empty where it is mended.
        execution: whose input is the message, where that is the mend.
    """

    kind: Kind
    order: OrderKey
    why: str
    attempt: int | None = None
    mend: Mend | None = None
    todo: str = ""
    execution: str = ""

    def document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.order[1],
            "customerId": self.order[0],
            "attempt": self.attempt,
            "why": self.why,
            "mend": self.mend,
            "todo": self.todo or None,
        }
