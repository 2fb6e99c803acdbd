"""`find ORDER_ID | ADDRESS`."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from ops.dead_letters.letter import Chosen, Letter
from ops.dead_letters.look import all_letters
from ops.dead_letters.moving import looking
from ops.dead_letters.queues import DeadLetterQueue, queues_of
from ops.find.entry import Entry, in_order
from ops.find.executions import of_executions
from ops.find.logs import customer_in, of_function, window_of
from ops.find.tables import of_item, of_mails, of_payments
from ops.orders import Item, OrderKey, Orders, moment, spelled
from ops.stage import OpsError, Stage
from ops.terminal import Terminal, number, whole

NOT_FOUND = 1
ORDER_ID = re.compile(r"[0-9A-Za-z]{26}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# Of a customer's orders, the newest.
MOST_ORDERS = 100
# Of each dead-letter queue; `dead-letters show --order` looks at all.
MOST_LETTERS = 1000
AT_ONCE = 12
# Of what scripts are told of an entry, what people need too.
SHOWN = ("mailId", "status", "version", "error")


@dataclass(frozen=True, kw_only=True)
class Known:
    """Everything that is known of one order.

    Args:
        item: as the table has it; None where it is not saved.
    """

    key: OrderKey
    item: Item | None
    payments: dict[int, Item]
    entries: list[Entry]


def run(stage: Stage, terminal: Terminal, name: str) -> int:
    """Tell an order's story, or list a customer's orders."""
    if "@" in name:
        return _customer(stage, terminal, name)
    if not ORDER_ID.fullmatch(name):
        raise OpsError(
            f"{name} is neither an order's id (a ULID or UUID) nor a customer's address."
        )
    order_id = spelled(name)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        queues = queues_of(stage, None)
        looks = [pool.submit(_resting, stage, queue, order_id) for queue in queues]
        indexed = pool.submit(Orders(stage).keys_of, order_id)
        resting = {queue.name: look.result() for queue, look in zip(queues, looks, strict=True)}
        letters = [letter for found, _ in resting.values() for letter in found]
        named = {key for letter in letters for key in letter.orders if key[1] == order_id}
        keys = set(indexed.result()) | named
        if not keys:
            keys |= set(customer_in(stage, order_id, window_of(order_id, [])))
        known = [_known(stage, pool, key, letters) for key in sorted(keys)]
    unseen = {name: left for name, (_, left) in resting.items() if left}
    for each in known:
        _tell(terminal, each)
    for name, left in unseen.items():
        terminal.say(
            f"About {left} letters of {name} were not looked at: "
            f"dead-letters show {name} --order {order_id}"
        )
    if not known:
        terminal.say(
            f"Stage {stage.name} knows no order {order_id}: none is saved, none rests, and no "
            "function has logged of one. One that was placed a moment ago waits in the queue."
        )
    terminal.document(
        {
            "stage": stage.name,
            "id": order_id,
            "orders": [_document(each) for each in known],
            "lettersUnseen": unseen,
        }
    )
    return 0 if known else NOT_FOUND


def _customer(stage: Stage, terminal: Terminal, address: str) -> int:
    orders = Orders(stage)
    customer_id = orders.customer_id(address)
    items = orders.newest_of(customer_id, MOST_ORDERS)
    terminal.say(f"{address} is customer {customer_id}; the newest {MOST_ORDERS} orders at most:")
    terminal.table(
        ["placed", whole("order"), "restaurant", "item", number("attempt"), "status", "reason"],
        [
            (
                moment(item["placedAt"]),
                *(item[name] for name in ("id", "restaurantId", "name", "attempt", "status")),
                item.get("statusReason"),
            )
            for item in items
        ],
    )
    terminal.document({"stage": stage.name, "customerId": customer_id, "orders": items})
    return 0


def _resting(stage: Stage, queue: DeadLetterQueue, order_id: str) -> tuple[list[Letter], int]:
    """The letters about the order; and how many were too many to look at."""
    chosen = Chosen(order_id=order_id)
    with looking(stage, queue, chosen) as look:
        looked_at = islice(all_letters(look), MOST_LETTERS)
        found = [letter for letter in looked_at if chosen.has(letter, letter.sent_at)]
    return found, max(0, look.depth.visible - MOST_LETTERS)


def _known(stage: Stage, pool: ThreadPoolExecutor, key: OrderKey, letters: list[Letter]) -> Known:
    reading = pool.submit(Orders(stage).payments, key)
    item = Orders(stage).order(key)
    payments = reading.result()
    resting = [letter for letter in letters if key in letter.orders]
    stood = [*of_item(item), *of_payments(payments)]
    moments = [each.at for each in stood if each.at] + [letter.sent_at for letter in resting]
    window = window_of(key[1], moments)
    attempts = max(1, (item or {}).get("attempt", 1), *payments)
    sources: list[Callable[[], list[Entry]]] = [
        lambda: of_executions(stage, key, attempts, window),
        lambda: list(of_mails(stage, item)),
        *(
            lambda function=function: of_function(stage, function, key[1], window)
            for function in stage.functions
        ),
    ]
    found = [pool.submit(source) for source in sources]
    entries = [*stood, *(entry for each in found for entry in each.result())]
    entries += [_rests(letter) for letter in resting]
    return Known(key=key, item=item, payments=payments, entries=in_order(entries))


def _rests(letter: Letter) -> Entry:
    return Entry(
        at=None,
        where="dead letters",
        what=f"rests in {letter.queue}: {letter.cause}",
        detail={"messageId": letter.id, "sentAt": letter.sent_at},
    )


def _tell(terminal: Terminal, known: Known) -> None:
    customer_id, order_id = known.key
    terminal.say(f"order {order_id} of customer {customer_id}: {_stands(known.item)}")
    terminal.table(
        ["time", "where", "what"],
        [(_time(entry.at), entry.where, _what(entry)) for entry in known.entries],
    )


def _what(entry: Entry) -> str:
    more = [f"{name}={value}" for name, value in entry.detail.items() if name in SHOWN]
    return " ".join([entry.what, *more])


def _time(at: datetime | None) -> str | None:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S.%f}"[:-3] if at else None


def _stands(item: Item | None) -> str:
    if item is None:
        return "not saved"
    if "deletedAt" in item:
        return "deleted"
    add_ons = f" with {', '.join(item['addOns'])}" if item.get("addOns") else ""
    what = f"{item.get('quantity')} x {item.get('name')}{add_ons} from {item.get('restaurantId')}"
    reason = f", {item['statusReason']}" if item.get("statusReason") else ""
    return f"{item.get('status')}{reason}; {what}"


def _document(known: Known) -> dict[str, Any]:
    return {
        "customerId": known.key[0],
        "order": known.item,
        "payments": [row for _, row in sorted(known.payments.items())],
        "timeline": [entry.document() for entry in known.entries],
    }
