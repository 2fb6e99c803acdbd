"""What is known of an order's way through the system, in a shape that does not know how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class What(StrEnum):
    """What happened to an order."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    REFUSED = "refused"
    DELIVERED_AGAIN = "delivered again"
    STARTED = "started"
    SAVED = "saved"
    FOUND = "found saved"
    READ = "read"
    TAKEN = "payment taken"
    DECLINED = "payment declined"
    VOIDED = "payment voided"
    TRIED = "tried in vain"
    PAID = "paid"
    FAILED = "failed"
    DONE = "done"
    REFUND_ASKED = "refund asked"
    REFUNDED = "refunded"
    NOTHING_TO_REFUND = "nothing to refund"
    NOTIFIED = "notified"
    MAILED = "mailed"
    UPDATED = "live update"
    DELETED = "deleted"
    CUT_OFF = "cut off"
    RESTED = "dead letter"
    TROUBLE = "trouble"


class State(StrEnum):
    """How an order stands, or a message that is none."""

    QUEUED = "QUEUED"
    PENDING = "PENDING"
    PAID = "PAID"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    DELETED = "DELETED"
    # In a dead-letter queue.
    RESTING = "RESTING"
    # Neither in the table nor in a queue.
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to an order.

    Args:
        at: when; None where nothing has written that down.
        attempt: at the order's payment; None where that is not known.
        detail: what more there is to say; empty where there is nothing.
    """

    what: What
    at: datetime | None
    attempt: int | None = None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "at": moment(self.at),
            "attempt": self.attempt,
            "detail": self.detail,
        }


@dataclass(frozen=True, kw_only=True)
class Journey:
    """The way of an order, or of a message that is none.

    Args:
        id: the order's; of a message that is none, the message's.
        title: what was ordered; of a message that is none, its text.
        events: in the order of their time; those that have none come last.
    """

    id: str
    is_order: bool
    title: str
    state: State
    events: tuple[Event, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "isOrder": self.is_order,
            "title": self.title,
            "state": self.state,
            "events": [event.as_json() for event in self.events],
        }


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How many messages a queue has."""

    waiting: int
    in_flight: int

    def as_json(self) -> dict[str, int]:
        return {"waiting": self.waiting, "inFlight": self.in_flight}


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The stage at one moment.

    Args:
        workflow_type: STANDARD or EXPRESS; None where no stage is deployed.
        running: executions that have not ended.
        queues: by the name that the program gives them, such as `order-queue`.
        journeys: those of the latest orders, or the one that was asked for; newest first.
    """

    workflow_type: str | None
    running: int
    queues: dict[str, Depth]
    journeys: tuple[Journey, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "workflowType": self.workflow_type,
            "running": self.running,
            "queues": {name: depth.as_json() for name, depth in self.queues.items()},
            "journeys": [journey.as_json() for journey in self.journeys],
        }


LATEST = datetime.max.replace(tzinfo=UTC)


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """By their time, those without one last; of one moment, as they were given."""
    return tuple(sorted(events, key=lambda event: event.at or LATEST))


def moment(at: datetime | None) -> str | None:
    """ISO 8601 of UTC, to the millisecond."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
