"""Looks at the stage for whoever looks at the page: nothing is done where nobody does.

It only reads: executions' histories, the functions' log, what lies in queues and in the table of
orders, and operators' mail. An EXPRESS execution has no history to ask for on AWS, only its log;
the emulator keeps one of either.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local import STAGE
from local.engine import program_name
from local.engine.aws import Aws
from local.mailbox import ORDER, Mail
from local.pages.flow.history import Execution, attempt_of, read_history
from local.pages.flow.log import OrderLog, events_of
from local.pages.flow.messages import (
    DEAD_LETTERS,
    ORDER_QUEUE,
    Message,
    depths,
    read_messages,
)
from local.pages.flow.story import Event, Flow, Journey, State, What, in_order
from local.pages.looks import Looks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_stepfunctions.type_defs import (
        ExecutionListItemTypeDef,
        StateMachineListItemTypeDef,
    )

# So many orders are shown, the latest; DynamoDB looks up 100 at once.
SHOWN = 40
# What has ended and will not be asked for again, and what was seen in a queue.
REMEMBERED = 2000
OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass
class _Order:
    """What was found of an order, or of a message that is none.

    Args:
        members: of the order, as a message carries them; empty of a message that is none.
    """

    members: Mapping[str, Any]
    messages: list[Message] = field(default_factory=list[Message])
    executions: list[Execution] = field(default_factory=list[Execution])
    item: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def began(self) -> datetime:
        """When it was placed, or its message sent."""
        sent = (message.sent for message in self.messages)
        return _read_moment(self.members.get("placedAt")) or min(sent, default=OLDEST)


class Observer:
    """Of one embedded cloud.

    Args:
        aws: its clients, once it runs.
        function_log: as local/cloud/function_log.py writes it.
        from_topics: the mails that SNS has sent.
    """

    def __init__(
        self, aws: Callable[[], Aws], function_log: Path, from_topics: Callable[[], list[Mail]]
    ) -> None:
        self._aws = aws
        self._log = OrderLog(function_log)
        self._from_topics = from_topics
        self._looks = Looks(self._look)
        self._ended = OrderedDict[str, Execution]()
        # Messages of the order queue, which are gone from it in a moment: by what they are about,
        # and by their ids.
        self._queued = OrderedDict[str, dict[str, Message]]()

    def flow(self, order_id: str | None = None) -> Flow:
        """The stage with its latest orders, or with this one alone; shared by all who ask.

        Raises:
            OSError, BotoCoreError, ClientError: the cloud does not answer.
        """
        return self._looks.at(order_id)

    def _look(self, wanted: str | None) -> Flow:
        aws = self._aws()
        messages = read_messages(aws.url)
        # After the queues: what rests there has been logged before.
        self._log.read()
        for message in messages.get(ORDER_QUEUE, []):
            self._queued.setdefault(message.about, {})[message.id] = message
        machines = [
            machine
            for machine in aws.step_functions.list_state_machines()["stateMachines"]
            if program_name(STAGE, machine["name"])
        ]
        found = dict[str, _Order]()
        running = 0
        for machine in machines:
            running += len(
                aws.step_functions.list_executions(
                    stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING"
                )["executions"]
            )
            for each in self._executions(aws, machine, wanted):
                execution = self._execution(aws, each)
                if order_id := execution.order.get("id"):
                    order = found.setdefault(str(order_id), _Order(execution.order))
                    order.executions.append(execution)
        for message in (message for theirs in messages.values() for message in theirs):
            found.setdefault(message.about, _Order(message.order)).messages.append(message)
        if wanted is not None:
            found = {of: order for of, order in found.items() if of.lower() == wanted.lower()}
        latest = sorted(found, key=lambda about: found[about].began, reverse=True)[:SHOWN]
        orders = {about: found[about] for about in latest}
        self._read_items(aws, orders)
        mails = self._mails()
        self._forget()
        return Flow(
            workflow_type=machines[-1]["type"] if machines else None,
            running=running,
            queues=depths(messages),
            journeys=tuple(
                self._journey(about, order, mails.get(about, [])) for about, order in orders.items()
            ),
        )

    def _executions(
        self, aws: Aws, machine: "StateMachineListItemTypeDef", wanted: str | None
    ) -> "Iterable[ExecutionListItemTypeDef]":
        """The latest, or all of one order: its id is in their names."""
        arn = machine["stateMachineArn"]
        if wanted is None:
            return aws.step_functions.list_executions(stateMachineArn=arn, maxResults=SHOWN)[
                "executions"
            ]
        pages = aws.step_functions.get_paginator("list_executions").paginate(stateMachineArn=arn)
        return [
            each
            for page in pages
            for each in page["executions"]
            if wanted.lower() in each["name"].lower()
        ]

    def _execution(self, aws: Aws, listed: "ExecutionListItemTypeDef") -> Execution:
        arn = listed["executionArn"]
        if arn not in self._ended:
            history = aws.step_functions.get_execution_history(executionArn=arn, maxResults=1000)
            execution = read_history(history["events"])
            if not execution.ended:
                return execution
            self._ended[arn] = execution
        return self._ended[arn]

    def _read_items(self, aws: Aws, orders: Mapping[str, _Order]) -> None:
        """Look the orders up in their table, where there is one.

        What no execution was started for is not there, and may be no key at all.
        """
        names = aws.dynamodb.list_tables()["TableNames"]
        tables = [name for name in names if program_name(STAGE, name) == "orders"]
        keys: list[Mapping[str, AttributeValueTypeDef]] = [
            {"customerId": {"S": str(customer)}, "id": {"S": about}}
            for about, order in orders.items()
            if order.executions and (customer := order.members.get("customerId"))
        ]
        for table in tables if keys else []:
            answer = aws.dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})
            for item in answer["Responses"].get(table, []):
                orders[item["id"].get("S", "")].item = item

    def _mails(self) -> dict[str, list[Mail]]:
        """Those to operators, by the order that they are about."""
        mails = dict[str, list[Mail]]()
        for mail in self._from_topics():
            for about in ORDER.findall(mail.text):
                mails.setdefault(about, []).append(mail)
        return mails

    def _journey(self, about: str, order: _Order, mails: Iterable[Mail]) -> Journey:
        events = [event for execution in order.executions for event in execution.events]
        events += events_of(self._log.about(about))
        there = {message.id: message for message in order.messages}
        for message in (self._queued.get(about, {}) | there).values():
            events += _of_message(message)
            if message.id != about:
                events += events_of(self._log.about(message.id))
        events += [Event(what=What.MAILED, at=mail.at, detail=f"to {mail.to}") for mail in mails]
        if placed := _read_moment(order.members.get("placedAt")):
            events.append(Event(what=What.ACCEPTED, at=placed, attempt=1))
        if deleted := _read_moment(order.item.get("deletedAt", {}).get("S")):
            events.append(Event(what=What.DELETED, at=deleted))
        return Journey(
            id=about,
            is_order=bool(order.members),
            title=_title(order),
            state=_state(order),
            events=in_order(events),
        )

    def _forget(self) -> None:
        for remembered in (self._ended, self._queued):
            while len(remembered) > REMEMBERED:
                remembered.popitem(last=False)


def _of_message(message: Message) -> list[Event]:
    """What a message tells by where it lies; when it was moved there, nothing has written down."""
    attempt = attempt_of(message.order)
    receives = f"received {message.receives} times" if message.receives > 1 else ""

    def event(what: What, at: datetime | None, *details: str) -> Event:
        return Event(what=what, at=at, attempt=attempt, detail=", ".join(filter(None, details)))

    queue = "" if message.queue.startswith(ORDER_QUEUE) else message.queue
    if not message.rests:
        return [event(What.QUEUED, message.sent, queue, receives)]
    if message.moved:
        source = queue.removesuffix(DEAD_LETTERS)
        return [
            event(What.QUEUED, message.sent, source),
            event(What.RESTED, None, queue, receives),
        ]
    return [] if message.by_workflow else [event(What.RESTED, message.sent, queue)]


def _state(order: _Order) -> State:
    if any(message.rests and _is_the_order(message) for message in order.messages):
        return State.RESTING
    if "deletedAt" in order.item:
        return State.DELETED
    if status := order.item.get("status", {}).get("S"):
        return State(status)
    if any(not execution.ended for execution in order.executions):
        return State.PENDING
    return State.QUEUED if order.messages else State.UNKNOWN


def _is_the_order(message: Message) -> bool:
    """Whether what rests is the order itself, and no mail or refund of it."""
    return message.queue.startswith(ORDER_QUEUE) or not message.order


def _title(order: _Order) -> str:
    """What was ordered last: the customer may have changed it."""
    if not order.members:
        return order.messages[0].body[:200]
    item = {name: next(iter(value.values())) for name, value in order.item.items()}
    now = {**order.members, **item}
    return f"{now.get('quantity', '?')} × {now.get('name', '?')}, {now.get('restaurantId', '?')}"


def _read_moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
