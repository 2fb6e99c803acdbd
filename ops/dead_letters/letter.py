"""A dead letter, and which of them an operator means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.start_workflow.order_message import MalformedOrderMessage, order_body, parse
from ops.dead_letters.cause import cause_of, group_of
from ops.dead_letters.queues import BROADCAST, ORDERS
from ops.orders import OrderKey, spelled


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message at rest.

    Args:
        queue: as an operator calls it, such as `orders`.
        handle: by which it is deleted or put back, until it is received again.
        sent_at: when it was first sent to the queue that it comes from.
        cause: why it rests, for people.
        orders: which it is about; none where it does not say.
        attributes: what was sent along with its body.
    """

    queue: str
    id: str
    handle: str
    body: str
    sent_at: datetime
    cause: str
    orders: tuple[OrderKey, ...]
    attributes: Mapping[str, str]

    @property
    def group(self) -> str:
        return group_of(self.cause)

    def document(self) -> dict[str, Any]:
        """As an export has it."""
        return {
            "queue": self.queue,
            "messageId": self.id,
            "sentAt": self.sent_at,
            "cause": self.cause,
            "orders": [order_id for _, order_id in self.orders],
            "attributes": dict(self.attributes),
            "body": self.body,
        }


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which letters are meant.

    Args:
        cause: a part of it, in capitals or small letters.
        order_id: that they are about.
    """

    cause: str | None = None
    older_than: timedelta | None = None
    order_id: str | None = None

    @property
    def everything(self) -> bool:
        return self == Chosen()

    def has(self, letter: Letter, now: datetime) -> bool:
        if self.cause and self.cause.lower() not in letter.cause.lower():
            return False
        if self.older_than and now - letter.sent_at < self.older_than:
            return False
        about = {order_id for _, order_id in letter.orders}
        return not self.order_id or spelled(self.order_id) in about


def letter_of(queue: str, message: Mapping[str, Any]) -> Letter:
    """Of a message that was received with all its attributes."""
    body, cause = message["Body"], cause_of(message)
    orders = list[OrderKey]()
    if queue == ORDERS:
        try:
            order = parse(order_body(body))
            orders.append((order["customerId"], order["id"]))
        except MalformedOrderMessage as error:
            cause = f"no order: {error}"
    elif queue != BROADCAST:
        try:
            about = json.loads(body)
            orders.append((about["customerId"], about["id"]))
        except (ValueError, KeyError, TypeError):
            cause = "names no order"
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    attributes = message.get("MessageAttributes", {})
    return Letter(
        queue=queue,
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        body=body,
        sent_at=datetime.fromtimestamp(sent, UTC),
        cause=cause,
        orders=tuple(orders),
        attributes={name: value.get("StringValue", "") for name, value in attributes.items()},
    )
