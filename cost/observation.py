"""What orders of each kind were seen to call: observed.json, which `observe` has written."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

OBSERVED = Path(__file__).with_name("observed.json")
AGAIN = "make cost OBSERVE=1"
# An order that is paid, placed without a token or with one of the client's; whose payment is
# declined; whose processor never answers; a declined one's next attempt, which is paid; and the
# deletion of a paid one.
KINDS = ("paid", "paid_by_token", "declined", "unreachable", "retried", "deleted")


class ObservationError(Exception):
    """What orders call is not known; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that an order of some kind made so often, alike each time. Sizes are in bytes.

    Args:
        service: as IAM names it.
        by: the role or state machine that called; empty: AWS itself; `customer`: whoever ordered.
        on: the table, queue, topic, function or state machine; empty where there is none.
        bytes: of what was sent, or of the request.
        before, after: each attribute of the item that a write found and left, by name.
        changed: the attributes that the write changed.
        read: what a read returned; `consistent`, whether strongly.
        ms: the quickest call of a function, on the embedded cloud; whether it `failed`.
        log: what a function wrote; `lines`, in so many events.
        transitions: an execution's.
    """

    service: str
    action: str
    by: str
    on: str
    count: int = 1
    bytes: int = 0
    before: dict[str, int] = field(default_factory=dict[str, int])
    after: dict[str, int] = field(default_factory=dict[str, int])
    changed: Sequence[str] = ()
    read: int = 0
    consistent: bool = False
    ms: float = 0
    failed: bool = False
    log: int = 0
    lines: int = 0
    transitions: int = 0

    @property
    def kind(self) -> tuple[str, ...]:
        """What is the same whenever it is observed; what a write changes can depend on clocks."""
        return (
            *(self.service, self.action, self.by, self.on),
            *(",".join(sorted(each)) for each in (self.before, self.after)),
            *map(str, (self.consistent, self.failed, self.transitions)),
        )

    @property
    def is_write(self) -> bool:
        """Of a table."""
        return bool(self.before or self.after)

    def __str__(self) -> str:
        changed = f" ({', '.join(self.changed)})" if self.changed else ""
        transitions = f" of {self.transitions} transitions" if self.transitions else ""
        caller = f" by {self.by}" if self.by else ""
        on = f" {self.on}" if self.on else ""
        failed = " failed" if self.failed else ""
        return f"{self.service} {self.action}{failed}{on}{changed}{transitions}{caller}"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What orders call, by their kind: KINDS."""

    kinds: dict[str, list[Call]]

    @classmethod
    def read(cls, file: Path = OBSERVED) -> Self:
        """What was written.

        Raises:
            ObservationError: it cannot be read.
        """
        try:
            written = json.loads(file.read_text())
            return cls(kinds={kind: [Call(**call) for call in written[kind]] for kind in KINDS})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ObservationError(
                f"{file.name} cannot be read: {error!r}. Run {AGAIN}."
            ) from error

    def write(self, file: Path = OBSERVED) -> None:
        """One line a call, so that a change of the calls is a change of these lines."""
        kinds = ",\n".join(
            f'  "{kind}": [\n'
            + ",\n".join(f"    {json.dumps(_short(call))}" for call in self.kinds[kind])
            + "\n  ]"
            for kind in KINDS
        )
        file.write_text(f"{{\n{kinds}\n}}\n")

    def differences(self, other: "Observation") -> list[str]:
        """What the other has more or less of, one sentence each; sizes and times apart."""
        told: list[str] = []
        for kind in sorted(self.kinds.keys() | other.kinds.keys()):
            ours, theirs = self.kinds.get(kind, []), other.kinds.get(kind, [])
            names = {call.kind: str(call) for call in (*ours, *theirs)}
            mine, yours = _counts(ours), _counts(theirs)
            told += [
                f"{kind}: {mine[key]} x {name}, and now {yours[key]}"
                for key, name in sorted(names.items())
                if mine[key] != yours[key]
            ]
        return told


def _counts(calls: Sequence[Call]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for call in calls:
        counts[call.kind] += call.count
    return counts


def _short(call: Call) -> dict[str, Any]:
    """Without the members that say nothing."""
    needed = {"service", "action", "by", "on"}
    members = asdict(call)
    return {
        name: value
        for name, value in members.items()
        if name in needed or (value and not (name == "count" and value == 1))
    }
