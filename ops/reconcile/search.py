"""Looks through the whole stage for orders that are not right.

Twice: the scans find suspects, which are read again one by one once everything else was looked at.
What has changed in between, or a short while before, is on its way and left alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look, all_letters
from ops.dead_letters.queues import (
    BROADCAST,
    MAIL,
    ORDERS,
    REFUNDS,
    UNDELIVERED_MAIL,
    queues_of,
)
from ops.dead_letters.stream import with_orders
from ops.mails import KEPT_FOR, Ended, Mails, ended_of
from ops.orders import Item, OrderKey, Orders, key_of, latest, payment_key
from ops.reconcile.executions import Executions
from ops.reconcile.finding import Finding, Kind, Mend
from ops.reconcile.rules import changed_at, is_order, judge
from ops.reconcile.scan import Reads
from ops.stage import Stage

# A mail that is as old as its record may be was mailed about, and forgotten.
REMEMBERED = KEPT_FOR - timedelta(days=1)
# What rests is as good as done once its cause is mended and it is sent round again.
AT_REST = {ORDERS: Kind.RESTING, REFUNDS: Kind.UNREFUNDED, BROADCAST: Kind.UNANNOUNCED}
SENT = {
    ORDERS: Mend.ORDER,
    REFUNDS: Mend.REFUND,
    MAIL: Mend.MAIL,
    UNDELIVERED_MAIL: Mend.MAIL,
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How much was looked through."""

    orders: int
    payments: int
    letters: int


class Search:
    """One look through a stage.

    Args:
        older_than: what has changed since is not judged.
        told: is told how many orders and payments were looked at.
    """

    def __init__(
        self, stage: Stage, reads: Reads, older_than: timedelta, told: Callable[[int], None]
    ) -> None:
        self._stage = stage
        self._reads = reads
        self._older_than = older_than
        self._told = told
        self._executions = Executions(stage)
        self._mails = Mails(stage) if stage.has("mailTableName") else None
        self._orders = Orders(stage)
        self.seen = Seen(orders=0, payments=0, letters=0)

    def findings(self) -> list[Finding]:
        """Of every order, and of everything that rests."""
        suspects, orders = self._in_orders()
        more, payments = self._in_payments()
        failed = {
            key: each["executionArn"]
            for key, each in self._executions.failed()
            if self._old(each.get("stopDate"))
        }
        letters = self._resting()
        self.seen = Seen(orders=orders, payments=payments, letters=len(letters))
        # What would be sent is not lost: it is found where it rests.
        resting = {(key, SENT.get(each.queue)) for each in letters for key in each.orders}
        found = [
            finding
            for key in sorted(suspects | more)
            for finding in self.of(key)
            if finding.mend is None or (key, finding.mend) not in resting
        ]
        found += self._unsaved(
            {key: arn for key, arn in failed.items() if (key, Mend.ORDER) not in resting}
        )
        return [*found, *(finding for letter in letters for finding in _at_rest(letter))]

    def stuck(self) -> list[Finding]:
        """Pending orders alone that nothing moves; what rests is not among them."""
        keys = [
            key_of(item)
            for page in self._reads.scan("orderTableName", "#status = :status", status="PENDING")
            for item in page
        ]
        resting = {key for letter in self._resting(ORDERS) for key in letter.orders}
        return [
            finding
            for key in keys
            if key not in resting
            for finding in self.of(key)
            if finding.mend is Mend.ORDER
        ]

    def of(self, key: OrderKey) -> list[Finding]:
        """What is wrong with one order, as it is read now."""
        item, payments = self._orders.order(key), self._orders.payments(key)
        if not self._old(changed_at(item, payments)):
            return []
        found = judge(key, item, payments, datetime.now(UTC))
        if self._mails and item:
            found += self._unmailed([item])
        if any(finding.mend is Mend.ORDER for finding in found) and key in self._running:
            return []
        return found

    @cached_property
    def _running(self) -> set[OrderKey]:
        """Known once: what has been started since finds that its message came twice."""
        return self._executions.running()

    def _in_orders(self) -> tuple[set[OrderKey], int]:
        """Orders that do not fit their payments or mails, and how many there are."""
        suspects, number = set[OrderKey](), 0
        for items in self._reads.scan("orderTableName"):
            wanted = [(key_of(item), attempt) for item in items for attempt in _attempts(item)]
            payments = self._reads.payments(wanted)
            for item in items:
                key = key_of(item)
                rows = payments.get(key, {})
                if self._old(changed_at(item, rows)) and judge(key, item, rows, datetime.now(UTC)):
                    suspects.add(key)
            suspects |= {finding.order for finding in self._unmailed(items)}
            number += len(items)
            self._told(len(items))
        return suspects, number

    def _in_payments(self) -> tuple[set[OrderKey], int]:
        """Orders whose payments are kept though nothing says so; and how many payments are."""
        suspects, number = set[OrderKey](), 0
        kept = "outcome = :accepted AND attribute_not_exists(refundedAt)"
        for rows in self._reads.scan("paymentTableName", kept, accepted="ACCEPTED"):
            booked = [payment_key(row) for row in rows]
            items = self._reads.orders(sorted({key for key, _ in booked}))
            suspects |= {key for key, attempt in booked if not _covers(items.get(key), attempt)}
            number += len(rows)
            self._told(len(rows))
        return suspects, number

    def _unmailed(self, items: Iterable[Item]) -> list[Finding]:
        """Ends of which no mail is on record, of those that are still remembered."""
        if not self._mails:
            return []
        now = datetime.now(UTC)
        ends = dict[Ended, Item]()
        for item in items:
            end, changed = ended_of(item), latest([item.get("updatedAt")])
            if end and changed and self._older_than <= now - changed < REMEMBERED:
                ends[end] = item
        mailed = self._mails.of(ends)
        return [
            Finding(
                kind=Kind.UNMAILED,
                order=end.order,
                attempt=end.attempt,
                why=f"attempt {end.attempt} ended {end.status}, and no mail about it is on record",
                mend=Mend.MAIL,
            )
            for end in ends
            if end not in mailed
        ]

    def _unsaved(self, failed: dict[OrderKey, str]) -> list[Finding]:
        """Orders of executions that failed before they had saved them."""
        saved = self._reads.orders(sorted(failed))
        gone = {key: arn for key, arn in failed.items() if key not in saved}
        return [
            Finding(
                kind=Kind.UNSAVED,
                order=key,
                why="its execution failed before it was saved, and its message rests nowhere",
                mend=Mend.EXECUTION,
                execution=arn,
            )
            for key, arn in gone.items()
            if key not in self._running
        ]

    def _resting(self, name: str | None = None) -> list[Letter]:
        found = list[Letter]()
        for queue in queues_of(self._stage, name):
            with Look(self._stage, queue) as look:
                letters = list(all_letters(look))
            found += letters if queue.destination else with_orders(self._stage, letters)
        return found

    def _old(self, at: datetime | None) -> bool:
        return at is None or datetime.now(UTC) - at >= self._older_than


def _attempts(item: Item) -> Iterable[int]:
    """At paying an order, as far as the item knows of them."""
    if "deletedAt" in item:
        return [item["paidAttempt"]] if "paidAttempt" in item else []
    return range(1, item["attempt"] + 1) if is_order(item) else []


def _covers(item: Item | None, attempt: int) -> bool:
    """Whether a look at the order has seen this payment too."""
    return item is not None and attempt in _attempts(item)


def _at_rest(letter: Letter) -> list[Finding]:
    kind = AT_REST.get(letter.queue, Kind.UNMAILED)
    return [
        Finding(
            kind=kind,
            order=key,
            why=f"rests in dead-letter queue {letter.queue}: {letter.cause}",
            todo=f"mend the cause, then: dead-letters redrive {letter.queue}",
        )
        for key in letter.orders or [("", "")]
    ]
