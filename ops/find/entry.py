"""One line of an order's timeline."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that happened.

    Args:
        at: None where nobody has written down when.
        where: it is known from, such as `ledger`.
        what: happened, for people.
        detail: more of it, for scripts.
    """

    at: datetime | None
    where: str
    what: str
    detail: dict[str, Any] = field(default_factory=dict[str, Any])

    def document(self) -> dict[str, Any]:
        return {"at": self.at, "where": self.where, "what": self.what, **self.detail}


def in_order(entries: list[Entry]) -> list[Entry]:
    """As it happened; what has no time comes last."""
    timed = sorted((each for each in entries if each.at), key=_at)
    return [*timed, *(each for each in entries if not each.at)]


def _at(entry: Entry) -> float:
    return entry.at.timestamp() if entry.at else 0
