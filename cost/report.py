"""A stage's bill and what it can carry, for people, programs and the README."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import inf

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from cost.bill import Estimate
from cost.capacity import Need
from cost.items import counted, number, usd
from cost.monthly import FixedItem
from cost.prices import assumption, data

LEFT_OUT = (
    "Free tiers, taxes, traffic to the internet, reads by customers, and Cognito's customers are"
    " left out."
)
KINDS = {
    "paid": "paid",
    "paid_by_token": "paid, with a token",
    "declined": "declined",
    "unreachable": "without an answer of the processor",
    "retried": "retried",
    "deleted": "deleted",
}


def as_json(stage: str, estimate: Estimate, needs: Sequence[Need], rate: float | None) -> str:
    """One object; a rate that nothing limits is null."""
    return json.dumps(
        {
            "stage": stage,
            "region": data()["region"],
            "prices_noted": str(data()["noted"]),
            **asdict(estimate),
            "usd_per_million_orders": estimate.usd_per_million_orders,
            "fixed_usd_per_month": estimate.fixed_usd_per_month,
            "usd_per_month": estimate.usd_per_month,
            "rate": rate,
            "needs": [
                {
                    **asdict(need),
                    "binds_at": None if need.rate == inf else need.rate,
                    "binds_new_at": None if need.new_rate == inf else need.new_rate,
                    "used": None if rate is None else rate * need.per_order,
                }
                for need in needs
            ],
        },
        indent=2,
    )


def show(
    console: Console, stage: str, estimate: Estimate, needs: Sequence[Need], rate: float | None
) -> None:
    """Print it, within 80 columns."""
    traffic = estimate.traffic
    console.print(
        f"[bold]{stage}[/] in {data()['region']}, {traffic.orders:,} orders a month:"
        f" [bold]${usd(estimate.usd_per_month)}[/]"
    )
    console.print(_bill(estimate))
    console.print(_monthly("each month, orders or not", estimate.fixed))
    console.print(_monthly("each month that a million orders are kept", estimate.kept))
    if rate is not None:
        console.print(f"[bold]{number(rate)} orders a second[/] need")
        console.print(_needs(needs, rate))
    console.print(binding(needs))
    for note in _notes(estimate):
        console.print(note, markup=False, highlight=False)


def _bill(estimate: Estimate) -> Table:
    table = Table(
        "item",
        "counted for an order",
        Column("$ a million", justify="right", no_wrap=True),
        box=SIMPLE,
        show_footer=True,
    )
    for item in estimate.items:
        table.add_row(_plain(item.name), _plain(item.detail), usd(item.usd_per_million))
    table.columns[0].footer = "together"
    table.columns[2].footer = usd(estimate.usd_per_million_orders)
    return table


def _monthly(title: str, items: Sequence[FixedItem]) -> Table:
    table = Table(title, "", Column("$ a month", justify="right", no_wrap=True), box=SIMPLE)
    for item in items:
        table.add_row(_plain(item.name), _plain(item.detail), usd(item.usd_per_month))
    return table


def _needs(needs: Sequence[Need], rate: float) -> Table:
    table = Table("of", "needed", "quota", "reached at", "if new at", box=SIMPLE)
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for need in needs:
        needed = rate * need.per_order
        short = need.quota is not None and needed > need.quota
        table.add_row(
            f"{_plain(need.name)} ({need.unit})",
            f"[red]{number(needed)}[/]" if short else number(needed),
            "" if need.quota is None else number(need.quota),
            _rate(need.rate),
            _rate(need.new_rate),
        )
    return table


def _rate(rate: float) -> str:
    return "" if rate == inf else number(round(rate, 1))


def binding(needs: Sequence[Need]) -> str:
    """Which quota binds first."""
    first = min(needs, key=lambda need: need.rate)
    new = min(needs, key=lambda need: need.new_rate)
    return (
        f"What binds first: {_plain(first.name)}, at {_rate(first.rate)} orders a second;"
        f" in a new account {_plain(new.name)}, at {_rate(new.new_rate)}."
    )


def _notes(estimate: Estimate) -> list[str]:
    traffic = estimate.traffic
    mix = ", ".join(
        f"{share * 100:.4g} % {KINDS[kind]}" for kind, share in estimate.shares.items() if share
    )
    notes = [
        f"Of the orders {mix}.",
        f"They come evenly, {counted(traffic.batch, 'message')} in a batch of a queue's. Each is"
        f" followed by {counted(traffic.subscribers, 'front end')} for"
        f" {assumption('minutes_watched')} minutes.",
        "Calls and sizes are those of orders on the embedded cloud. So are the functions'"
        " milliseconds, stretched to the share of a processor that their memory gives them:"
        " AWS's own are not known here.",
        LEFT_OUT,
    ]
    if estimate.absent:
        notes.append(f"Not in this stage, and not counted: {', '.join(estimate.absent)}.")
    if estimate.unobserved:
        notes.append(f"Called by no order that was observed: {', '.join(estimate.unobserved)}.")
    if estimate.not_priced:
        notes.append(f"NOT PRICED: {', '.join(estimate.not_priced)}.")
    return notes


def _plain(text: str) -> str:
    """Without Markdown's marks of code."""
    return text.replace("`", "")


def markdown(standard: Estimate, express: Estimate) -> str:
    """The README's table, of one stage with either type of workflow."""
    rows = ["| item | counted for an order | STANDARD | EXPRESS |", "|---|---|---:|---:|"]
    for one, other in zip(standard.items, express.items, strict=True):
        details = dict.fromkeys((one.detail, other.detail))
        rows.append(
            f"| {one.name} | {'; or '.join(details)}"
            f" | ${usd(one.usd_per_million)} | ${usd(other.usd_per_million)} |"
        )
    rows.append(
        f"| **together** | | **${usd(standard.usd_per_million_orders)}**"
        f" | **${usd(express.usd_per_million_orders)}** |"
    )
    return "\n".join(rows)
