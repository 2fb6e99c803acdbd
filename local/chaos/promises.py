"""The promises of the design, held against what was left of a run.

What a customer could not know is asked of the seeded draw (local/chaos/orders.py), never of the
code under test.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from local.chaos.orders import Contents, Deletion, Order, draw_of
from local.mailbox import Mail
from ops.orders import DECLINED, TOMBSTONE, UNREACHABLE, Item, kept_attempt

MAILED_ORDER = re.compile(r"^Order (\S+), placed at ", re.MULTILINE)
MAILED_PAID = "Your payment was accepted."


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A promise that was broken, and for which order or message."""

    order_id: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Ends:
    """All that a run has left behind.

    Args:
        orders: every accepted one, as its customer knows it.
        items: the table of orders.
        ledger: the table of payments.
        mails: to customers.
        dead_letters: the bodies of what rests after it was sent round again.
        poison: the bodies that must rest.
        updates: what live updates told, by the orders' ids and as it came.
        reads: what getOrder answered in the end for orders whose newest version was not seen.
    """

    orders: list[Order]
    items: list[Item]
    ledger: list[Item]
    mails: list[Mail]
    dead_letters: list[str]
    poison: list[str]
    updates: dict[str, list[Item]]
    reads: dict[str, Item | None]


def violations(ends: Ends) -> list[Violation]:
    """Every promise that was broken."""
    items = {(item["customerId"], item["id"]): item for item in ends.items}
    rows: defaultdict[tuple[str, str], dict[int, Item]] = defaultdict(dict)
    for row in ends.ledger:
        order_id, _, attempt = row["payment"].rpartition("#")
        rows[row["customerId"], order_id][int(attempt)] = row
    mails: defaultdict[str, list[Mail]] = defaultdict(list)
    for mail in ends.mails:
        if named := MAILED_ORDER.search(mail.text):
            mails[named[1]].append(mail)
    known = {(order.customer.sub, order.id) for order in ends.orders}
    found = [
        *(
            Violation(order_id=key[1], why="is in the table unasked")
            for key in items.keys() - known
        ),
        *(Violation(order_id=key[1], why="was paid for unasked") for key in rows.keys() - known),
        *_resting(ends),
    ]
    for order in ends.orders:
        key = (order.customer.sub, order.id)
        item = items.get(key)
        reasons = [
            *order.complaints,
            *_ended(order, item),
            *_paid(order, item, rows[key]),
            *_mailed(order, item, mails[order.id]),
            *_told(
                item,
                ends.updates.get(order.id, []),
                [ends.reads[order.id]] if order.id in ends.reads else [],
            ),
        ]
        found += [Violation(order_id=order.id, why=why) for why in reasons]
    return found


def _resting(ends: Ends) -> Iterator[Violation]:
    """Poison rests with its body intact, and nothing else does."""
    resting, poison = Counter(ends.dead_letters), Counter(ends.poison)
    for body in (poison - resting).elements():
        yield Violation(order_id=body, why="is poison that does not rest")
    for body in (resting - poison).elements():
        yield Violation(order_id=body, why="rests still, though it was sent round again")


def _ended(order: Order, item: Item | None) -> Iterator[str]:
    """No order is lost, a deleted one stays deleted, and what is kept is what was asked for."""
    if item is None:
        yield "was accepted and is lost"
    elif "deletedAt" in item:
        if order.deletion is Deletion.NONE:
            yield "was deleted unasked"
        if surplus := sorted(item.keys() - TOMBSTONE):
            yield f"was deleted, but its {', '.join(surplus)} stayed"
    else:
        if order.deletion is Deletion.DONE:
            yield "was deleted and came back"
        if item["status"] not in {"PAID", "PAYMENT_FAILED"}:
            yield f"is {item['status']} for ever"
        if Contents.of(item) != order.contents[-1]:
            yield "has other contents than its customer gave it last"
        if item["attempt"] > 1 + sum(order.retries):
            yield f"is at attempt {item['attempt']}, though {sum(order.retries)} were asked for"


def _paid(order: Order, item: Item | None, rows: dict[int, Item]) -> Iterator[str]:
    """No money is lost, and only the processor's word fails a payment."""
    kept = kept_attempt(item)
    for attempt, row in rows.items():
        outcome, given_back = row["outcome"], "refundedAt" in row
        # A payment that is given back before it is taken is voided, whatever would have come of it.
        if outcome not in {draw_of(order.id, attempt).outcome, "VOIDED"}:
            yield f"has payment {attempt} {outcome}, which the processor never said"
        if outcome != "DECLINED" and attempt != kept and not given_back:
            yield f"is not paid by payment {attempt}, which is {outcome} and not given back"
        if outcome == "ACCEPTED" and attempt == kept and given_back:
            yield f"is paid by payment {attempt}, which was given back"
        if outcome == "DECLINED" and given_back:
            yield f"had payment {attempt} given back, which was declined"
        if ("takenAt" in row) is not (outcome == "ACCEPTED"):
            yield f"has payment {attempt} {outcome}, but the ledger has another time of taking it"
    if kept is not None and rows.get(kept, {}).get("outcome") != "ACCEPTED":
        yield f"is paid by payment {kept}, which was never taken"
    if item and item.get("status") == "PAID" and item.get("statusReason") is not None:
        yield "is paid, and has a reason why not"
    if item and item.get("status") == "PAYMENT_FAILED":
        yield from _failed(order, item, rows.get(int(item["attempt"])))


def _failed(order: Order, item: Item, row: Item | None) -> Iterator[str]:
    attempt, reason = int(item["attempt"]), item.get("statusReason")
    if reason == DECLINED:
        if row is None or row["outcome"] != "DECLINED":
            yield f"failed as declined, but payment {attempt} was not"
    elif reason == UNREACHABLE:
        if draw_of(order.id, attempt).answered:
            yield f"failed as unreachable, but payment {attempt} had an answer"
    else:
        yield f"failed for no reason of the processor's: {reason}"


def _mailed(order: Order, item: Item | None, mails: list[Mail]) -> Iterator[str]:
    """One mail for each attempt that ended, and none twice.

    Each attempt has contents of its own, which its mail is known by. Only where a retry had to be
    sent more than once, so many attempts may have the same.
    """
    mailed: Counter[tuple[str, bool]] = Counter()
    for mail in mails:
        if mail.to != order.customer.email:
            yield f"was mailed about to {mail.to}"
        mailed[mail.text.partition("\n")[0], MAILED_PAID in mail.text] += 1
    most = dict(zip([each.line for each in order.contents], [1, *order.retries], strict=True))
    for (line, paid), times in mailed.items():
        if line not in most:
            yield f"was mailed about as {line}, which it never was"
        elif times > (1 if paid else most[line]):
            yield f"was mailed about {times} times as {line}, {'paid' if paid else 'failed'}"
    if sum(times for (_, paid), times in mailed.items() if paid) > 1:
        yield "was mailed about as paid more than once"
    if item and "status" in item:
        end = (order.contents[-1].line, item["status"] == "PAID")
        if not mailed[end]:
            yield f"ended {item['status']} and was not mailed about"


def position_of(item: Item | None) -> tuple[int, bool]:
    """The newest of an order that its subscribers can be told: its version, and if it is deleted.

    A tombstone has no version: whatever was told of last has to be the deletion.
    """
    if item is None or "deletedAt" in item:
        return (0, True)
    return (int(item["version"]), False)


def has_seen(item: Item | None, updates: list[Item]) -> bool:
    """Whether the newest there is to tell is among what was told."""
    version, deleted = position_of(item)
    return any(
        (update["deletedAt"] is not None) if deleted else update["version"] == version
        for update in updates
    )


def _told(item: Item | None, updates: list[Item], reads: list[Item | None]) -> Iterator[str]:
    """Subscribers converge.

    Updates may come again, as they came the first time. What was not seen before is newer than all
    that was, and the newest was seen, or is read.
    """
    seen: dict[tuple[int, bool], Item] = {}
    newest = (0, False)
    for update in updates:
        position = (update["version"], update["deletedAt"] is not None)
        if position not in seen and position < newest:
            yield f"was told of as version {position[0]} after version {newest[0]}"
        if seen.setdefault(position, update) != update:
            yield f"was told of in two ways as version {position[0]}"
        newest = max(newest, position)
    version, deleted = position_of(item)
    if not deleted and newest > (version, False):
        yield f"was told of as version {newest[0]}, and is {version}"
    if not has_seen(item, updates):
        if not reads:
            yield "is neither seen nor read as it is"
        for read in reads:
            if (read is None) is not deleted or (read and read["version"] != version):
                yield "is read otherwise than the table has it"
