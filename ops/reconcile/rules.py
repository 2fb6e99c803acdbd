"""What must hold between an order, its payments and its mail, once nothing moves any more.

The promises of local/chaos/promises.py, which knows what its customers did, and judges a stage at
rest. Here it is one order at a time, and one that has changed a moment ago is not judged.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from ops.orders import (
    DECLINED,
    MESSAGE,
    TOMBSTONE,
    UNREACHABLE,
    Item,
    OrderKey,
    kept_attempt,
    latest,
)
from ops.reconcile.finding import TODO, Finding, Kind, Mend

STATUSES = {"PENDING", "PAID", "PAYMENT_FAILED"}
# A tombstone is kept for a year (graphql/functions/eraseOrder.js), and a ledger's row for ever.
TOMBSTONES_LAST = timedelta(days=365)

Payments = Mapping[int, Item]


def changed_at(item: Item | None, payments: Payments) -> datetime | None:
    """When anything last changed that is known of an order; None where nobody wrote it down."""
    order = item or {}
    rows = [row.get(name) for row in payments.values() for name in ("takenAt", "refundedAt")]
    return latest([order.get("updatedAt"), order.get("deletedAt"), *rows])


def judge(key: OrderKey, item: Item | None, payments: Payments, now: datetime) -> list[Finding]:
    """What is wrong between an order and its payments; nothing of it is on its way.

    Args:
        payments: all rows of the ledger, by the attempt.
    """
    if item is None:
        return list(_lost(key, payments, now))
    if "deletedAt" not in item and not is_order(item):
        return [_named(Kind.UNREADABLE, key, "is no order, though it is in the table")]
    found = [*_booked(key, payments), *_kept(key, item, payments)]
    if "deletedAt" in item:
        if surplus := sorted(item.keys() - TOMBSTONE):
            found.append(_named(Kind.UNDELETED, key, f"is deleted, but has {', '.join(surplus)}"))
    elif item["status"] == "PENDING":
        found += _pending(key, item, payments)
    elif item["status"] == "PAYMENT_FAILED":
        found += _failed(key, item, payments)
    return [*found, *_unrefunded(key, item, payments)]


def is_order(item: Item) -> bool:
    """Whether it has what every order has."""
    return (
        {*MESSAGE, "version"} <= item.keys()
        and item.get("status") in STATUSES
        and isinstance(item["attempt"], int)
        and latest([item.get("updatedAt")]) is not None
    )


def _lost(key: OrderKey, payments: Payments, now: datetime) -> Iterator[Finding]:
    for attempt, row in payments.items():
        taken = latest([row.get("takenAt")])
        # Older ones are of orders that were deleted: their tombstones have expired.
        if _taken(row) and (taken is None or now - taken < TOMBSTONES_LAST):
            why = f"payment {attempt} was taken, and the table has no such order"
            yield _named(Kind.ORPHANED, key, why, attempt)


def _booked(key: OrderKey, payments: Payments) -> Iterator[Finding]:
    """Rows that say two things at once."""
    for attempt, row in payments.items():
        outcome, given_back, taken = row.get("outcome"), "refundedAt" in row, "takenAt" in row
        said = {"ACCEPTED": taken, "DECLINED": not taken and not given_back}
        if not said.get(str(outcome), outcome == "VOIDED" and given_back and not taken):
            why = f"the ledger contradicts itself about payment {attempt}, {outcome}"
            yield _named(Kind.MISBOOKED, key, why, attempt)


def _kept(key: OrderKey, item: Item, payments: Payments) -> Iterator[Finding]:
    """What is paid was taken, and is kept."""
    kept = kept_attempt(item)
    if kept is None:
        return
    row = payments.get(kept)
    if row is None or row.get("outcome") != "ACCEPTED":
        why = f"is paid by payment {kept}, which was never taken"
        yield _named(Kind.UNTAKEN, key, why, kept)
    elif "refundedAt" in row:
        why = f"is paid by payment {kept}, which was given back"
        yield _named(Kind.GIVEN_BACK, key, why, kept)


def _pending(key: OrderKey, item: Item, payments: Payments) -> Iterator[Finding]:
    attempt = int(item["attempt"])
    row = payments.get(attempt, {})
    if row.get("outcome") == "ACCEPTED" and "refundedAt" in row:
        # Its message would have it paid by a payment that was given back.
        why = f"waits for payment {attempt}, which was taken and given back"
        yield _named(Kind.MISBOOKED, key, why, attempt)
    elif _taken(row):
        why = f"payment {attempt} was taken, and it is PENDING"
        yield Finding(kind=Kind.UNPAID, order=key, why=why, attempt=attempt, mend=Mend.ORDER)
    else:
        why = f"is PENDING at attempt {attempt} since {item['updatedAt']}, and no execution runs"
        yield Finding(kind=Kind.STUCK, order=key, why=why, attempt=attempt, mend=Mend.ORDER)


def _failed(key: OrderKey, item: Item, payments: Payments) -> Iterator[Finding]:
    """Only the processor's word fails a payment."""
    # An attempt that was not made after all has counted since, and changed nothing.
    attempt = int((item.get("ended") or item)["attempt"])
    row, reason = payments.get(attempt), item.get("statusReason")
    if reason == DECLINED:
        if row is None or row.get("outcome") != "DECLINED":
            said = row.get("outcome") if row else "nothing"
            why = f"failed as declined; of payment {attempt} the ledger says {said}"
            yield _named(Kind.UNDECIDED, key, why, attempt)
    elif reason != UNREACHABLE:
        why = f"failed for no reason of the processor's: {reason}"
        yield _named(Kind.UNDECIDED, key, why, attempt)
    elif row is None:
        # Whoever asks for it late would still have it taken.
        why = f"payment {attempt} had no answer, and was not voided"
        yield _refund(key, why, attempt)


def _unrefunded(key: OrderKey, item: Item, payments: Payments) -> Iterator[Finding]:
    """Taken, and the order neither is paid by it nor can be."""
    deleted, kept = "deletedAt" in item, kept_attempt(item)
    present = 0 if deleted else int(item["attempt"])
    for attempt, row in payments.items():
        if not _taken(row) or attempt == kept:
            continue
        if not deleted and attempt > present:
            why = f"payment {attempt} was taken, and the order is at attempt {present}"
            yield _named(Kind.MISBOOKED, key, why, attempt)
        elif deleted or attempt < present or item["status"] == "PAYMENT_FAILED":
            stands = "deleted" if deleted else item["status"]
            why = f"payment {attempt} was taken and not given back; the order is {stands}"
            yield _refund(key, why, attempt)


def _taken(row: Item) -> bool:
    return row.get("outcome") == "ACCEPTED" and "refundedAt" not in row


def _refund(key: OrderKey, why: str, attempt: int) -> Finding:
    return Finding(kind=Kind.UNREFUNDED, order=key, why=why, attempt=attempt, mend=Mend.REFUND)


def _named(kind: Kind, key: OrderKey, why: str, attempt: int | None = None) -> Finding:
    return Finding(kind=kind, order=key, why=why, attempt=attempt, todo=TODO[kind])
