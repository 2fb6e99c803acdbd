"""What the functions' logs tell of an order."""

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from local.pages.flow.story import Event, What
from local.watch import Entry, LogFile

# Of as many orders what was logged is remembered.
REMEMBERED = 2000
TOLD = {
    ("start_workflow", "Workflow was started already"): What.DELIVERED_AGAIN,
    ("refund_payment", "Payment refunded"): What.REFUNDED,
    ("refund_payment", "There was no payment to refund"): What.NOTHING_TO_REFUND,
    ("email_customer", "Customer mailed"): What.MAILED,
    ("broadcast_update", "Update published"): What.UPDATED,
}
# What start_workflow says of a message that cannot be an order begins so.
REFUSED = "Message refused: "
# What it says, the execution's history says too.
IN_HISTORY = "take_payment"


class OrderLog:
    """The functions' log by order; by message, where an entry names no order."""

    def __init__(self, file: Path) -> None:
        self._file = LogFile(file)
        self._entries = OrderedDict[str, list[Entry]]()

    def read(self) -> None:
        """Take in what has come since.

        Raises:
            FileNotFoundError: the cloud has gone.
        """
        for entry in self._file.new():
            about = entry.keys.get("orderId") or entry.keys.get("messageId")
            if about:
                self._entries.setdefault(str(about), []).append(entry)
                self._entries.move_to_end(str(about))
        while len(self._entries) > REMEMBERED:
            self._entries.popitem(last=False)

    def about(self, an_id: str) -> list[Entry]:
        return self._entries.get(an_id, [])


def events_of(entries: Iterable[Entry]) -> list[Event]:
    """What the entries about one order tell; what others tell better is left out."""
    return [event for entry in entries if (event := _event(entry))]


def _event(entry: Entry) -> Event | None:
    what = TOLD.get((entry.function, entry.message))
    detail = {
        What.MAILED: "to the customer",
        What.UPDATED: f"{entry.keys.get('status')}, version {entry.keys.get('version')}",
    }.get(what or What.TROUBLE, "")
    if what is None:
        if not entry.trouble or entry.function == IN_HISTORY:
            return None
        what = What.REFUSED if entry.message.startswith(REFUSED) else What.TROUBLE
        told = entry.message.removeprefix(REFUSED)
        if what is What.TROUBLE:
            told = f"{entry.function}: {told}"
        detail = f"{told} ({entry.cause})" if entry.cause else told
    attempt = entry.keys.get("attempt")
    return Event(
        what=what,
        at=entry.at,
        attempt=attempt if isinstance(attempt, int) else None,
        detail=detail,
    )
