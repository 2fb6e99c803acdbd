"""SQS and SNS.

Leaves out: retention (days, where a run has an hour), batches that wait for more, and the poller's
scaling: messages that can be received are, ten at a time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.schedule import Fault, Service
from tests.simulation.world import World


@dataclass(eq=False, slots=True)
class Message:
    """One message; its id says where it came from."""

    id: str
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    receives: int = 0
    visible_at: float = 0.0
    is_deleted: bool = False


class QueueUnavailable(Exception):
    """The queue did not take the message, or did not say so."""


# Takes a batch; answers with those to be delivered again, or None where nothing came of it.
Consumer = Callable[[Sequence[Message]], "Sequence[Message] | None"]


class DeadLetters:
    """What rests, until an operator sends it round again."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.resting: list[Message] = []
        self.watchers: list[Callable[[Message], None]] = []
        self._world = world

    def send(self, message_id: str, body: str, attributes: Mapping[str, str]) -> None:
        self.rest(Message(message_id, body, attributes))

    def rest(self, message: Message) -> None:
        self._world.tell(self.name, f"{message.id} rests: {message.body[:200]}")
        self.resting.append(message)
        for watcher in self.watchers:
            watcher(message)


class Queue:
    """At least once, in any order; what is received too often in vain rests.

    Args:
        consumer: what its event source mapping calls.
        visibility: seconds.
        most_receives: the redrive policy's maxReceiveCount.
    """

    def __init__(
        self,
        world: World,
        name: str,
        consumer: Consumer,
        *,
        service: Service,
        visibility: float,
        most_receives: int,
        batch_size: int = 10,
    ) -> None:
        self.name = name
        self.dead_letters = DeadLetters(world, f"{name}'s dead letters")
        self._world = world
        self._consumer = consumer
        self._service = service
        self._visibility = visibility
        self._most_receives = most_receives
        self._batch_size = batch_size
        self._waiting: list[Message] = []

    def send(self, message_id: str, body: str, attributes: Mapping[str, str]) -> None:
        """Take a message, and deliver it."""
        message = Message(message_id, body, attributes, visible_at=self._world.now)
        self._waiting.append(message)
        self._deliver_later(message)
        if self._world.strike(self._service, f"{message_id} delivery", (Fault.TWICE,)):
            again = self._world.takes(f"{message_id} again", 0.1, 900)
            self._world.after(again, lambda: self._receive(message, is_copy=True))

    def redrive(self) -> None:
        """Send round again what rests here."""
        resting, self.dead_letters.resting = self.dead_letters.resting, []
        for message in resting:
            self._world.tell("operator", f"redrives {message.id} to the {self.name}")
            self.send(f"{message.id}+", message.body, {})

    def _deliver_later(self, message: Message) -> None:
        wait = max(0.0, message.visible_at - self._world.now)
        delay = self._world.takes(f"{message.id} delivery {message.receives}", 0.02, 3)
        self._world.after(wait + delay, lambda: self._receive(message))

    def _receive(self, message: Message, *, is_copy: bool = False) -> None:
        now = self._world.now
        if not is_copy and (message.is_deleted or message.visible_at > now):
            return
        batch = [message]
        for other in self._waiting:
            if len(batch) == self._batch_size:
                break
            if other is not message and other.visible_at <= now:
                batch.append(other)
        received: list[Message] = []
        for each in batch:
            if each.receives == self._most_receives and not each.is_deleted:
                self._delete(each)
                self.dead_letters.rest(Message(each.id, each.body, each.attributes))
                continue
            each.receives += 1
            each.visible_at = now + self._visibility
            received.append(each)
        if not received:
            return
        failed = self._consumer(received)
        for each in received:
            if failed is None or each in failed:
                if not each.is_deleted:
                    self._deliver_later(each)
            else:
                self._delete(each)

    def _delete(self, message: Message) -> None:
        if not message.is_deleted:
            message.is_deleted = True
            self._waiting.remove(message)


class Topic:
    """An SNS topic with one subscription: the mail queue, by raw delivery."""

    def __init__(self, world: World, queue: Queue) -> None:
        self._world = world
        self._queue = queue

    def publish(self, message_id: str, body: str) -> None:
        strike = self._world.strike(
            Service.TOPIC, f"{message_id} to {self._queue.name}", (Fault.REFUSED, Fault.TWICE)
        )
        if strike and strike.fault is Fault.REFUSED:
            # The subscription's redrive policy.
            self._queue.dead_letters.send(message_id, body, {})
            return
        for copy in ("", "'") if strike else ("",):
            delay = self._world.takes(f"{message_id}{copy} to queue", 0.02, 30)
            self._world.after(delay, lambda copy=copy: self._send(message_id + copy, body))

    def _send(self, message_id: str, body: str) -> None:
        self._queue.send(message_id, body, {})
