"""What is in the queues, looked at without receiving it.

To receive a message is to count as one who could not work on it; the emulator shows them.
"""

import json
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local import STAGE
from local.engine import program_name
from local.engine.aws import ACCOUNT
from local.pages.flow.history import json_object
from local.pages.flow.story import Depth

ORDER_QUEUE = "order-queue"
# infra/dead_letters.py names them so.
DEAD_LETTERS = "-dead-letters"
# What SNS cannot deliver.
UNDELIVERED = "undelivered-mail"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message in a queue.

    Args:
        queue: by the name that the program gives it.
        order: what the body tells of an order: its members; empty where that is none.
        sent: when it came to its first queue.
        visible: whether nobody works on it, or has lately.
        receives: how often it was received.
        moved: whether another queue has given it up.
        by_workflow: whether an execution has sent it, whose history tells of it.
    """

    id: str
    queue: str
    body: str
    order: Mapping[str, Any]
    sent: datetime
    visible: bool
    receives: int
    moved: bool
    by_workflow: bool

    @property
    def about(self) -> str:
        """The order's id; of a message that is none, its own."""
        return str(self.order.get("id", self.id))

    @property
    def rests(self) -> bool:
        return self.queue.endswith(DEAD_LETTERS) or self.queue == UNDELIVERED


def read_messages(emulator_url: str) -> dict[str, list[Message]]:
    """The messages of the stage's queues, by the queues' names.

    Raises:
        OSError: the emulator does not answer.
    """
    url = f"{emulator_url}/_ministack/sqs/messages?account={ACCOUNT}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        regions: dict[str, dict[str, list[dict[str, Any]]]] = json.load(answer)["messages"].get(
            ACCOUNT, {}
        )
    found = dict[str, list[Message]]()
    for queues in regions.values():
        for address, messages in queues.items():
            if name := program_name(STAGE, address.rpartition("/")[2]):
                found.setdefault(name, []).extend(_message(name, each) for each in messages)
    return found


def depths(messages: Mapping[str, Iterable[Message]]) -> dict[str, Depth]:
    """How many messages each queue has."""
    counted = dict[str, Depth]()
    for queue, theirs in sorted(messages.items()):
        visible = [message.visible for message in theirs]
        counted[queue] = Depth(waiting=sum(visible), in_flight=len(visible) - sum(visible))
    return counted


def _message(queue: str, shown: Mapping[str, Any]) -> Message:
    sent = int(shown["Attributes"].get("SentTimestamp", shown["SentTimestamp"] * 1000))
    return Message(
        id=shown["MessageId"],
        queue=queue,
        body=shown["Body"],
        order=_order(shown["Body"]),
        sent=datetime.fromtimestamp(sent / 1000, UTC),
        visible=shown["IsVisible"],
        receives=shown["ReceiveCount"],
        moved="DeadLetterQueueSourceArn" in shown["Attributes"],
        by_workflow="execution" in shown["MessageAttributes"],
    )


def _order(body: str) -> Mapping[str, Any]:
    """As functions/start_workflow/order_message.py reads it."""
    found = json_object(body)
    match found:
        case {"executionArn": _, "input": str(order)}:
            found = json_object(order)
        case _:
            pass
    return found if isinstance(found.get("id"), str) else {}
