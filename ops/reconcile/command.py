"""`reconcile [--mend]` and `retry-stuck`."""

from collections import Counter
from datetime import timedelta
from typing import Any

from ops.dead_letters.moving import Pace
from ops.dead_letters.queues import depth
from ops.orders import Orders, spelled
from ops.reconcile.finding import Finding, Mend
from ops.reconcile.mending import Mending
from ops.reconcile.scan import Reads, dollars
from ops.reconcile.search import Search
from ops.stage import OpsError, Stage
from ops.terminal import Terminal, number, whole

LEFT = 1
SHOWN = 50
# Queues whose messages may be what a finding waits for.
QUEUES = ("orderQueueUrl", "refundQueueUrl", "mailQueueUrl")


def reconcile(
    stage: Stage,
    terminal: Terminal,
    *,
    mend: bool,
    older_than: timedelta,
    read_units: float,
    rate: float,
) -> int:
    """Look through the stage; exit code 1 where something is left that is not right."""
    reads = Reads(stage, read_units)
    expected = reads.expected_units()
    terminal.say(
        f"Reads about {expected:,.0f} read units ({dollars(expected)}), {read_units:g} a second: "
        f"{expected / read_units / 60:.1f} minutes. What changed in the last "
        f"{_minutes(older_than)} is on its way, and left alone."
    )
    waiting = {name: depth(stage, stage.output(name)).all for name in QUEUES if stage.has(name)}
    with terminal.progress() as progress:
        bar = progress.add_task("looked at", total=None)
        search = Search(stage, reads, older_than, lambda more: progress.advance(bar, more))
        found = search.findings()
    counts = Counter(finding.kind for finding in found)
    seen = search.seen
    _show(terminal, found)
    if found:
        terminal.table(["finding", number("orders")], sorted(counts.items()))
    terminal.say(
        f"{seen.orders} orders, {seen.payments} payments that are kept and {seen.letters} dead "
        f"letters; {len(found)} findings; {reads.units:,.0f} read units ({dollars(reads.units)})"
    )
    if any(waiting.values()):
        told = ", ".join(
            f"{number} on {name.removesuffix('Url')}" for name, number in waiting.items()
        )
        terminal.say(f"Messages that wait: {told}. They may be about what was found.")
    mended = _mend(stage, terminal, search, found, rate) if mend else []
    terminal.document(
        {
            "stage": stage.name,
            "orders": seen.orders,
            "payments": seen.payments,
            "letters": seen.letters,
            "readUnits": reads.units,
            "waiting": waiting,
            "counts": dict(counts),
            "findings": [{**finding.document(), "mended": finding in mended} for finding in found],
        }
    )
    return LEFT if len(mended) < len(found) else 0


def retry_stuck(
    stage: Stage,
    terminal: Terminal,
    order_id: str | None,
    *,
    older_than: timedelta,
    read_units: float,
    rate: float,
) -> int:
    """Have pending orders that nothing moves go through the queue again, as the same attempt."""
    reads = Reads(stage, read_units)
    search = Search(stage, reads, older_than, lambda _: None)
    if order_id is None:
        found = search.stuck()
    else:
        keys = Orders(stage).keys_of(spelled(order_id))
        if not keys:
            raise OpsError(f"Stage {stage.name} has no order {order_id}.")
        found = [each for key in keys for each in search.of(key) if each.mend is Mend.ORDER]
    _show(terminal, found)
    if not found:
        terminal.say(f"Nothing has been stuck for {_minutes(older_than)}.")
    mended = _mend(stage, terminal, search, found, rate)
    terminal.document(
        {
            "stage": stage.name,
            "retried": [finding.order[1] for finding in mended],
            "readUnits": reads.units,
        }
    )
    return 0


def _mend(
    stage: Stage, terminal: Terminal, search: Search, found: list[Finding], rate: float
) -> list[Finding]:
    """Those that were mended."""
    mendable = [finding for finding in found if finding.mend]
    if not mendable:
        return []
    sent = Counter(finding.mend for finding in mendable)
    terminal.confirm(
        "\n".join(f"{number} times {mend} is sent" for mend, number in sent.items())
        + ". Each order is read again before; one that has changed is left alone."
    )
    mending, pace, mended = Mending(stage, search), Pace(rate), list[Finding]()
    with terminal.progress() as progress:
        for finding in progress.track(mendable, description="mended"):
            pace.wait(1)
            if mending.mend(finding):
                mended.append(finding)
    terminal.say(f"{len(mended)} are on their way; {len(found) - len(mended)} are not mended.")
    return mended


def _show(terminal: Terminal, found: list[Finding]) -> None:
    if not found:
        return
    terminal.table(
        [whole("order"), "finding", "why", "mended by"],
        [
            (finding.order[1], finding.kind, finding.why, finding.mend or finding.todo)
            for finding in found[:SHOWN]
        ],
    )
    if len(found) > SHOWN:
        terminal.say(f"… and {len(found) - SHOWN} more; --json has all of them.")


def _minutes(span: timedelta) -> Any:
    return f"{span.total_seconds() / 60:g} minutes"
