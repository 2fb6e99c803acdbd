"""A run: the whole back half, from the door to the mails, through one schedule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from infra.consumed_queue import MAX_RECEIVE_COUNT, VISIBILITY_PER_FUNCTION_TIMEOUT
from infra.payments import MOST_REFUND_RECEIVES, REFUND_SECONDS
from tests.simulation.models.door import Answer, Door
from tests.simulation.models.functions import Functions, Mail, silence
from tests.simulation.models.queues import DeadLetters, Message, Queue, Topic
from tests.simulation.models.step_functions import OrderWorkflow, deployed_definition
from tests.simulation.models.tables import Item, Table
from tests.simulation.promises import Watch
from tests.simulation.schedule import (
    Abort,
    Action,
    Delete,
    Outage,
    Place,
    Poison,
    Redrive,
    Retry,
    Schedule,
    Service,
    Strike,
    Update,
)
from tests.simulation.world import World

# Of start_workflow and email_customer, as infra/order_queue.py and order_notifications.py have it.
CONSUMER_SECONDS = 30
MOST_REDRIVES = 5
STUCK_SECONDS = 16 * 60


@dataclass(frozen=True, slots=True)
class Ended:
    """An execution, when all was over: the states it entered, and how often it tried each task."""

    name: str
    status: str
    path: tuple[str, ...]
    tries: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a schedule.

    Args:
        violation: the promise that did not hold, in words.
        struck, felt: what failed by chance, and the outages that were felt.
        executions: in the order they began.
        orders, ledger: the tables' items as they are in the end.
        rested: every message that came to rest, by its dead-letter queue; resting: those still
            there.
    """

    violation: str | None
    struck: Mapping[str, Strike]
    felt: frozenset[Outage]
    story: list[tuple[float, str, str]]
    answers: list[Answer]
    executions: list[Ended]
    orders: Mapping[tuple[str, ...], Item]
    ledger: Mapping[tuple[str, ...], Item]
    mails: list[Mail]
    rested: Mapping[str, list[Message]]
    resting: Mapping[str, list[Message]]


def run(schedule: Schedule, *, telling: bool = False) -> Run:
    """Run a schedule to its end: until nothing moves, or a promise is broken.

    Args:
        telling: have its story told.
    """
    with silence():
        return BackHalf(schedule, telling=telling).run()


class BackHalf:
    """Everything behind the door, wired as __main__.py wires it."""

    def __init__(self, schedule: Schedule, *, telling: bool) -> None:
        world = self.world = World(schedule)
        world.telling = telling
        self._schedule = schedule
        self._rested: dict[str, list[Message]] = {}
        self.orders = Table("orders", ("customerId", "id"))
        self.ledger = Table("payments", ("customerId", "payment"))
        self.watch = Watch(world, self.orders, self.ledger)
        self.functions = Functions(
            world,
            self.ledger,
            self.watch,
            success_rate=schedule.success_rate,
            unreachable_share=schedule.unreachable_share,
        )
        self.order_queue = Queue(
            world,
            "order queue",
            self._start_workflow,
            service=Service.ORDER_QUEUE,
            visibility=VISIBILITY_PER_FUNCTION_TIMEOUT * CONSUMER_SECONDS,
            most_receives=MAX_RECEIVE_COUNT,
        )
        self.refund_queue = Queue(
            world,
            "refund queue",
            self.functions.refund_payment,
            service=Service.REFUND_QUEUE,
            visibility=VISIBILITY_PER_FUNCTION_TIMEOUT * REFUND_SECONDS,
            most_receives=MOST_REFUND_RECEIVES,
        )
        self.mail_queue = Queue(
            world,
            "mail queue",
            self.functions.email_customer,
            service=Service.TOPIC,
            visibility=VISIBILITY_PER_FUNCTION_TIMEOUT * CONSUMER_SECONDS,
            most_receives=MAX_RECEIVE_COUNT,
        )
        self.workflow = OrderWorkflow(
            world,
            schedule.workflow_type,
            definition=deployed_definition(),
            functions=self.functions,
            orders=self.orders,
            refunds=self.refund_queue,
            dead_letters=self.order_queue.dead_letters,
            topic=Topic(world, self.mail_queue),
        )
        self.door = Door(world, self.orders, self.order_queue)
        self._show()

    def _start_workflow(self, batch: Sequence[Message]) -> Sequence[Message] | None:
        return self.functions.start_workflow(self.workflow, batch)

    def _show(self) -> None:
        """Have everything watched."""
        outbox = self.functions.outbox
        outbox.watchers.append(partial(self.watch.mailed, outbox))
        self.workflow.watchers.append(self.watch.executed)
        self.door.watchers.append(self.watch.answered)
        self.door.sent.append(self.watch.queued)
        for queue in self._queues:
            rested = self._rested[queue.name] = list[Message]()
            queue.dead_letters.watchers.append(rested.append)
            queue.dead_letters.watchers.append(partial(self.watch.rested, queue.name))

    @property
    def _queues(self) -> tuple[Queue, Queue, Queue]:
        return self.order_queue, self.refund_queue, self.mail_queue

    @property
    def _resting(self) -> dict[str, DeadLetters]:
        return {queue.name: queue.dead_letters for queue in self._queues}

    def run(self) -> Run:
        world = self.world
        for action in self._schedule.actions:
            world.after(action.at, partial(self._act, action))
        world.after(self._schedule.calm_at, self._calm)
        world.run()
        world.calm = True
        self._drain()
        if world.violation is None:
            self.watch.check_end(self.workflow.executions, self.functions.outbox, self._resting)
        return self._result()

    def _act(self, action: Action) -> None:
        if self.world.telling:
            self._tell(action)
        match action:
            case Poison():
                self.watch.poison.append(action.body)
                self.order_queue.send(f"poison {action.number}", action.body, {})
            case Redrive():
                self._redrive()
            case Abort():
                if self.workflow.type == "STANDARD":
                    self.workflow.abort(action.place)
            case _:
                self.door.knock(action)

    def _tell(self, action: Action) -> None:
        match action:
            case Redrive() | Abort():
                return
            case Poison():
                self.world.tell("somebody", f"puts {action.body!r} on the order queue")
            case Place():
                token = f" with the token {action.token}" if action.token else ""
                what = f"place {action.number}: {action.contents}{token}"
                self.world.tell(action.customer, what)
            case Update():
                what = f"update {action.number}: order {action.id} to {action.contents}"
                self.world.tell(action.customer, what + (" (stale)" if action.stale else ""))
            case Retry():
                self.world.tell(action.customer, f"retry {action.number}: order {action.id}")
            case Delete():
                self.world.tell(action.customer, f"delete {action.number}: order {action.id}")

    def _calm(self) -> None:
        self.world.calm = True
        self.world.tell("calm", "from here on nothing fails")

    def _redrive(self) -> None:
        for queue in self._queues:
            queue.redrive()

    def _drain(self) -> None:
        """Redrive what rests and can go on, and have customers retry what got stuck at the door."""
        for _ in range(MOST_REDRIVES):
            resting = [
                message
                for letters in self._resting.values()
                for message in letters.resting
                if message.body not in self.watch.poison
            ]
            stuck = [] if resting else self._stuck_at_the_door()
            if self.world.violation or not (resting or stuck):
                return
            self._redrive()
            for number, (customer, order_id) in enumerate(stuck, 900):
                retry = Retry(number, 0, customer, order_id)
                self.world.after(STUCK_SECONDS, partial(self._act, retry))
            self.world.run()

    def _stuck_at_the_door(self) -> list[tuple[str, str]]:
        """Orders whose retry the customer was told had failed: PENDING, and no message about them.

        The customer may retry them when 15 minutes have gone by, and does.
        """
        told: set[tuple[str, str]] = set()
        for answer in self.door.answers:
            request = answer.request
            if isinstance(request, Retry) and answer.error in ("InternalError", "OrderNotQueued"):
                told.add((request.customer, request.id))
        return [
            key
            for key in sorted(told)
            if (item := self.orders.items.get(key)) and item.get("status") == {"S": "PENDING"}
        ]

    def _result(self) -> Run:
        executions = self.workflow.executions
        return Run(
            violation=self.world.violation,
            struck=self.world.struck,
            felt=frozenset(self.world.felt),
            story=self.world.story,
            answers=self.door.answers,
            executions=[
                Ended(each.name, each.status, tuple(each.progress.path), each.progress.tries)
                for each in executions
            ],
            orders=self.orders.items,
            ledger=self.ledger.items,
            mails=self.functions.outbox.mails,
            rested=self._rested,
            resting={name: letters.resting for name, letters in self._resting.items()},
        )
