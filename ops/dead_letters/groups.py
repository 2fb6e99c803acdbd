"""Dead letters by their cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.dead_letters.letter import Letter

EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Group:
    """Letters of one queue that rest for one cause.

    Args:
        orders: some of those that they are about.
    """

    queue: str
    cause: str
    letters: int
    oldest: datetime
    newest: datetime
    orders: list[str]

    def document(self) -> dict[str, Any]:
        return {
            "cause": self.cause,
            "letters": self.letters,
            "oldest": self.oldest,
            "newest": self.newest,
            "orders": self.orders,
        }


def groups_of(queue: str, letters: Iterable[Letter]) -> list[Group]:
    """The largest first."""
    by_cause = dict[str, list[Letter]]()
    for letter in letters:
        by_cause.setdefault(letter.group, []).append(letter)
    groups = [_group(queue, cause, each) for cause, each in by_cause.items()]
    return sorted(groups, key=lambda group: -group.letters)


def _group(queue: str, cause: str, letters: list[Letter]) -> Group:
    sent = [letter.sent_at for letter in letters]
    orders = dict.fromkeys(order_id for letter in letters for _, order_id in letter.orders)
    return Group(
        queue=queue,
        cause=cause,
        letters=len(letters),
        oldest=min(sent),
        newest=max(sent),
        orders=list(orders)[:EXAMPLES],
    )
