"""The promises of the design, checked at every write, mail and dead letter, and at the end.

A mail that SES took and of which nothing is on record (the function was killed between the two, or
the table was away) may come again: SES has no key by which it would know it.
"""

import json
from collections.abc import Mapping
from typing import Any

from functions.payments.processor import Payment
from tests.simulation.models.definition import End
from tests.simulation.models.door import BY_DOOR, Answer, Order
from tests.simulation.models.functions import Mail, Outbox
from tests.simulation.models.queues import DeadLetters, Message
from tests.simulation.models.step_functions import Execution
from tests.simulation.models.tables import Item, Table
from tests.simulation.schedule import Place
from tests.simulation.world import World

CONTENTS = ("name", "quantity", "restaurantId", "addOns")
TOMBSTONE = {"customerId", "id", "deletedAt", "expiresAt"}
# A write that got stuck on its way was asked for so many seconds before at most.
LATEST_SECONDS = 60
REASONS = {"payment method declined", "payment processor unreachable"}
# Errors that only a mistake in the definition makes.
OWN_ERRORS = {
    "States.QueryEvaluationError",
    "States.NoChoiceMatched",
    "States.Runtime",
    "DynamoDB.DynamoDbException",
}

OrderKey = tuple[str, str]
PaymentKey = tuple[str, str, int]


class Watch:
    """Sees everything that the back half does, and says which promise it breaks."""

    def __init__(self, world: World, orders: Table, ledger: Table) -> None:
        self.accepted: dict[OrderKey, int] = {}
        self.poison: list[str] = []
        self._world = world
        self._orders = orders
        self._ledger = ledger
        self._messages: set[str] = set()
        # As what each call of the processor asked for the payment, and which call took which.
        self._asked: dict[str, tuple[Any, ...]] = {}
        self._takers: dict[PaymentKey, str] = {}
        self._said: dict[PaymentKey, set[str]] = {}
        # What an order had come to when, and by which attempt it last came to what it is.
        self._outcomes: dict[tuple[str, str, int, str], Item] = {}
        self._decided_by: dict[OrderKey, int] = {}
        self._executions: dict[str, list[Execution]] = {}
        orders.watchers.append(self._order_written)
        ledger.watchers.append(self._payment_written)

    # What happens.

    def answered(self, answer: Answer) -> None:
        """By the door."""
        if answer.order is not None and isinstance(answer.request, Place):
            order = answer.order
            self.accepted[order["customerId"], order["id"]] = answer.request.number

    def queued(self, message: Order) -> None:
        """By the door."""
        self._messages.add(_canonical(message))

    def asked(self, invocation: str, event: Mapping[str, Any]) -> None:
        """The processor, to take a payment."""
        self._asked[invocation] = tuple(_canonical(event[name]) for name in CONTENTS)

    def said(self, payment: Payment, what: str) -> None:
        """By the processor."""
        key = (payment.customer_id, payment.order_id, payment.attempt)
        self._said.setdefault(key, set()).add(what)

    def executed(self, execution: Execution, end: End | None) -> None:
        """An execution begins, or ends."""
        if end is None:
            self._executions.setdefault(execution.arn, []).append(execution)
            return
        if own := OWN_ERRORS.intersection(execution.progress.errors):
            self._broken(f"the definition itself fails: {min(own)} {end.cause}")

    def mailed(self, outbox: Outbox, mail: Mail) -> None:
        what = f"{mail.key[3]} of attempt {mail.key[2]} at order {mail.key[1]} of {mail.key[0]}"
        if mail.key in outbox.recorded:
            self._broken(f"one mail per outcome, not two: {what}")
        ended = self._outcomes.get(mail.key)
        if ended is None:
            self._broken(f"mails say what is true: {what}")
        elif mail.text.partition("\n")[0] != _line(ended):
            self._broken(f"mails are about what was to be paid: {what}, {_line(ended)}")
        if mail.to != f"{mail.key[0]}@example.com":
            self._broken(f"mails go to the customer: {what}")

    def rested(self, queue: str, message: Message) -> None:
        """In a dead-letter queue."""
        body = message.body
        if message.attributes:
            causes = [
                each.progress.caught
                for each in self._executions.get(message.attributes["execution"], ())
            ]
            if not any(cause and cause in message.attributes["cause"] for cause in causes):
                self._broken(f"a dead letter says why it rests: {message.attributes}")
        if queue == "order queue" and body not in self.poison:
            content = json.loads(body)
            if "executionArn" in content:
                content = json.loads(content["input"])
            if _canonical(content) not in self._messages:
                self._broken(f"a dead letter's body is what was sent: not {body}")
        elif queue == "refund queue":
            content = json.loads(body)
            if set(content) != {"id", "customerId", "attempt"}:
                self._broken(f"a dead letter's body is what was sent: not {body}")
        elif queue == "mail queue":
            content = json.loads(body)
            outcome = (content["customerId"], content["id"], content["attempt"], content["status"])
            if outcome not in self._outcomes:
                self._broken(f"a dead letter's body is what was sent: not {body}")

    # What is written.

    def _order_written(self, old: Item | None, new: Item | None, by: str) -> None:
        if self._world.telling:
            self._world.tell(by, _change(old, new))
        if new is None:
            return self._broken("a deleted order leaves a tombstone: an item is gone")
        key = (new["customerId"]["S"], new["id"]["S"])
        if old is not None and "deletedAt" in old:
            return self._broken(f"a deleted order stays deleted: {by} wrote to {key[1]}")
        if "deletedAt" in new:
            return self._deleted(old, new)
        self._kept(key, old, new, by)
        if "status" not in new:
            return self._broken(f"items are orders: {dict(new)}")
        status, attempt = new["status"]["S"], int(new["attempt"]["N"])
        if by != BY_DOOR:
            # An update of it is not what was to be paid.
            self._outcomes[*key, attempt, status] = new
        if old is not None and old["status"]["S"] == status:
            return None
        if status == "PAID":
            self._decided_by[key] = attempt
            self._paid(key, attempt, new)
        elif status == "PAYMENT_FAILED":
            if by == BY_DOOR:
                # An attempt that was not made after all.
                return None
            self._decided_by[key] = attempt
            reason = new.get("statusReason", {}).get("S")
            if reason not in REASONS or reason not in self._said.get((*key, attempt), ()):
                self._broken(
                    f"an outage is not a decline: attempt {attempt} at order {key[1]} failed for"
                    f" {reason!r}, and the processor never said so"
                )
        return None

    def _deleted(self, old: Item | None, new: Item) -> None:
        if old is None:
            return self._broken("a tombstone is of an order: there was none")
        paid = old["attempt"] if old["status"]["S"] == "PAID" else None
        if new.keys() - {"paidAttempt"} != TOMBSTONE or new.get("paidAttempt") != paid:
            self._broken(f"a tombstone holds {dict(new)}")
        return None

    def _kept(self, key: OrderKey, old: Item | None, new: Item, by: str) -> None:
        """What no write may do to an order."""
        if old is None:
            if (new["version"]["N"], new["status"]["S"]) != ("1", "PENDING"):
                self._broken(f"orders begin PENDING: {dict(new)}")
            if _canonical(_message(new)) not in self._messages:
                self._broken(f"orders are saved as they were sent: {dict(new)}")
            return
        if by != BY_DOOR and new["updatedAt"]["S"] < self._world.iso(LATEST_SECONDS):
            self._broken(f"each write says when: {by} wrote {new['updatedAt']}")
        if int(new["version"]["N"]) <= int(old["version"]["N"]):
            self._broken(f"versions only rise: {by} wrote {new['version']} after {old['version']}")
        if int(new["attempt"]["N"]) < int(old["attempt"]["N"]):
            self._broken(f"attempts only rise: {by} wrote {new['attempt']}")
        if old["status"]["S"] == "PAID":
            self._broken(f"PAID is final: {by} wrote to order {key[1]}")
        if old["status"]["S"] != "PAYMENT_FAILED" and _contents(old) != _contents(new):
            self._broken(f"what is being paid stays: order {key[1]}, by {by}")

    def _paid(self, key: OrderKey, attempt: int, order: Item) -> None:
        row = self._row(key, attempt)
        if row is None or row["outcome"]["S"] != "ACCEPTED":
            return self._broken(f"what is PAID was taken: order {key[1]}, attempt {attempt}")
        if "refundedAt" in row:
            return self._broken(f"what is PAID is kept: order {key[1]}, attempt {attempt}")
        asked = self._asked[self._takers[(*key, attempt)]]
        if asked != _contents(order):
            return self._broken(
                f"what is PAID is what was asked for: {_contents(order)}, not {asked}"
            )
        return None

    def _payment_written(self, old: Item | None, new: Item | None, by: str) -> None:
        if new is None:
            return self._broken("the ledger keeps: a row is gone")
        customer, payment = new["customerId"]["S"], new["payment"]["S"]
        order_id, _, attempt = payment.rpartition("#")
        if self._world.telling:
            self._world.tell(by, _entry(old, new))
        if old is None and new["outcome"]["S"] == "ACCEPTED":
            if by not in self._asked:
                self._broken(f"only what was asked for is taken: {payment} of {customer}")
            self._takers[customer, order_id, int(attempt)] = by
        if old is not None:
            if new["outcome"] != old["outcome"] or new.get("takenAt") != old.get("takenAt"):
                self._broken(f"a payment is taken at most once: {payment} of {customer}, by {by}")
            if old.get("refundedAt", new.get("refundedAt")) != new.get("refundedAt"):
                self._broken(f"a payment is given back once: {payment} of {customer}, by {by}")
        if "refundedAt" in new and self._pays((customer, order_id), int(attempt)):
            self._broken(f"what is PAID is kept: {payment} of {customer} is given back")
        return None

    # What there is in the end.

    def check_end(
        self,
        executions: list[Execution],
        outbox: Outbox,
        resting: Mapping[str, DeadLetters],
    ) -> None:
        """With the faults over, and everything drained and redriven."""
        for execution in executions:
            if execution.status == "RUNNING":
                self._broken(f"executions end: {execution.label} still runs")
        for key in self.accepted:
            if key not in self._orders.items:
                self._broken(f"no order is lost: {key[1]} of {key[0]} was accepted, and is nowhere")
        mailed = {mail.key for mail in outbox.mails}
        for key, item in self._orders.items.items():
            if "deletedAt" in item:
                continue
            status = item["status"]["S"]
            if status == "PENDING":
                self._broken(f"orders come to an end: {key[1]} of {key[0]} stays PENDING")
                continue
            # Attempts that were not made after all have counted since, and changed nothing.
            attempts = range(self._decided_by[key[0], key[1]], int(item["attempt"]["N"]) + 1)
            told = [each for each in attempts if (key[0], key[1], each, status) in mailed]
            if len(told) != 1:
                how = f"of attempts {told}" if told else "none"
                self._broken(f"one mail per outcome: {how} of order {key[1]}, {status}")
        for row in self._ledger.items.values():
            self._check_row(row)
        for name, letters in resting.items():
            bodies = sorted(each.body for each in letters.resting)
            if bodies != (sorted(self.poison) if name == "order queue" else []):
                self._broken(f"what rests goes on after a redrive: {name} {bodies}")

    def _check_row(self, row: Item) -> None:
        customer, payment = row["customerId"]["S"], row["payment"]["S"]
        order_id, _, attempt = payment.rpartition("#")
        if row["outcome"]["S"] != "ACCEPTED":
            return
        if not self._pays((customer, order_id), int(attempt)) and "refundedAt" not in row:
            self._broken(
                f"no money is lost: {payment} of {customer} was taken, the order is not PAID by it,"
                " and it was not given back"
            )

    def _pays(self, key: OrderKey, attempt: int) -> bool:
        """Whether the order is PAID by this attempt, or was when it was deleted."""
        item = self._orders.items.get(key)
        if item is None:
            return False
        if "deletedAt" in item:
            return item.get("paidAttempt") == {"N": str(attempt)}
        return item["status"]["S"] == "PAID" and item["attempt"]["N"] == str(attempt)

    def _row(self, key: OrderKey, attempt: int) -> Item | None:
        return self._ledger.items.get((key[0], f"{key[1]}#{attempt}"))

    def _broken(self, promise: str) -> None:
        self._world.broken(promise)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _message(item: Item) -> Order:
    """The message that an order was saved of."""
    texts = ("id", "customerId", "name", "restaurantId", "placedAt")
    numbers = ("quantity", "attempt")
    return {
        **{name: item[name]["S"] for name in texts if name in item},
        **{name: int(item[name]["N"]) for name in numbers if name in item},
        "addOns": [each["S"] for each in item["addOns"]["L"]],
    }


def _line(item: Item) -> str:
    """The order as a mail has it."""
    add_ons = ", ".join(each["S"] for each in item["addOns"]["L"])
    return f"{item['quantity']['N']} x {item['name']['S']}" + (
        f" with {add_ons}" if add_ons else ""
    )


def _contents(item: Item) -> tuple[Any, ...]:
    """As `asked` keeps them."""
    return (
        _canonical(item["name"]["S"]),
        _canonical(int(item["quantity"]["N"])),
        _canonical(item["restaurantId"]["S"]),
        _canonical([each["S"] for each in item["addOns"]["L"]]),
    )


def _change(old: Item | None, new: Item | None) -> str:
    def told(item: Item | None) -> str:
        if item is None:
            return "nothing"
        if "deletedAt" in item:
            paid = item.get("paidAttempt", {}).get("N")
            return "deleted" + (f", paid by attempt {paid}" if paid else "")
        if "status" not in item:
            return "no order"
        reason = item.get("statusReason", {}).get("S")
        return (
            f"{item['status']['S']}{f' ({reason})' if reason else ''},"
            f" attempt {item['attempt']['N']}, version {item['version']['N']}"
        )

    item = new or old or {}
    return f"order {item['id']['S']} of {item['customerId']['S']}: {told(old)} → {told(new)}"


def _entry(old: Item | None, new: Item) -> str:
    what = "given back" if "refundedAt" in new else new["outcome"]["S"]
    again = " again" if old is not None and ("refundedAt" in old or "refundedAt" not in new) else ""
    return f"payment {new['payment']['S']} of {new['customerId']['S']} is {what}{again}"
