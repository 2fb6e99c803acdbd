"""What a run shows: how the orders ended, what went wrong on the way, and what is not right."""

from collections import Counter
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from local.chaos.promises import MAILED_ORDER, Ends, Item, Violation

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run.

    Args:
        faults, clients: how often what was done, by what it is called.
        redriven: dead letters that were sent round again, by their cause.
        seconds: how long each phase took.
    """

    ends: Ends
    violations: list[Violation]
    faults: Counter[str]
    clients: Counter[str]
    redriven: Counter[str]
    seconds: dict[str, float]

    def show(self, console: Console) -> None:
        table = Table("", Column("number", justify="right"), box=SIMPLE)
        sections = (
            ("orders accepted", Counter({"": len(self.ends.orders)})),
            ("ended", Counter(map(_end, self._accepted_items()))),
            ("payments", Counter(map(_payment, self.ends.ledger))),
            ("mails to customers", Counter({"": self._mails()})),
            ("faults", self.faults),
            ("dead letters redriven", self.redriven),
            ("dead letters resting", Counter({"": len(self.ends.dead_letters)})),
            ("clients", self.clients),
            ("newest version learned by reading", Counter({"": len(self.ends.reads)})),
        )
        for title, numbers in sections:
            for name, number in sorted(numbers.items()):
                table.add_row(f"{title}: {name}" if name else title, str(number))
            table.add_section()
        for phase, taken in self.seconds.items():
            table.add_row(f"seconds: {phase}", f"{taken:.1f}")
        console.print(table)
        for violation in self.violations[:SHOWN]:
            console.print(f"[red]{violation.order_id} {violation.why}", highlight=False)
        colour, count = ("red" if self.violations else "green"), len(self.violations)
        console.print(f"[bold {colour}]{count} violations")

    def _accepted_items(self) -> list[Item | None]:
        items = {(item["customerId"], item["id"]): item for item in self.ends.items}
        return [items.get((order.customer.sub, order.id)) for order in self.ends.orders]

    def _mails(self) -> int:
        return sum(MAILED_ORDER.search(mail.text) is not None for mail in self.ends.mails)


def _end(item: Item | None) -> str:
    if item is None:
        return "nowhere"
    if "deletedAt" in item:
        return "deleted, its payment kept" if "paidAttempt" in item else "deleted"
    reason = item.get("statusReason")
    return f"{item['status']}, {reason}" if reason else item["status"]


def _payment(row: Item) -> str:
    if row["outcome"] != "ACCEPTED":
        return row["outcome"].lower()
    return "taken and given back" if "refundedAt" in row else "taken and kept"
