"""The customers' door: the rules of graphql/, step by step, each of which others can come between.

Leaves out: signing in, the limits of what can be ordered, and reading. Another test compares it
with the resolvers themselves.
"""

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeVar, cast

from tests.simulation.models.queues import Queue
from tests.simulation.models.tables import ConditionalCheckFailed, Table
from tests.simulation.schedule import (
    Contents,
    Delete,
    Fault,
    Place,
    Retry,
    Service,
    Update,
    minted_id,
)
from tests.simulation.world import BEGINNING, World

STUCK_AFTER_SECONDS = 15 * 60
MOST_ATTEMPTS = 99
TOMBSTONE_SECONDS = 365 * 24 * 60 * 60
KEY = ("customerId", "id")
BY_DOOR = "door"

Request = Place | Update | Retry | Delete
Order = dict[str, Any]
Done = TypeVar("Done")
# Yields the seconds that each step takes.
Steps = Generator[float, None, Done]


class Refused(Exception):
    """A GraphQL error, by AppSync's errorType."""


class ConditionFailed(Exception):
    """DynamoDB:ConditionalCheckFailedException."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer is told: the order, or the type of the error."""

    request: Request
    order: Order | None
    error: str | None


class Door:
    """Answers requests; a request is made of steps, each at a moment of its own."""

    def __init__(self, world: World, orders: Table, queue: Queue) -> None:
        self.answers: list[Answer] = []
        self.watchers: list[Callable[[Answer], None]] = []
        self.sent: list[Callable[[Order], None]] = []
        self._world = world
        self._orders = orders
        self._queue = queue

    def knock(self, request: Request) -> None:
        """A customer's request comes in."""
        self._advance(request, self._steps(request))

    def _advance(self, request: Request, steps: Steps[Order]) -> None:
        try:
            delay = next(steps)
        except StopIteration as end:
            self._answer(Answer(request, cast(Order, end.value), None))
        except Refused as refusal:
            self._answer(Answer(request, None, str(refusal)))
        else:
            self._world.after(delay, lambda: self._advance(request, steps))

    def _answer(self, answer: Answer) -> None:
        self.answers.append(answer)
        if self._world.telling:
            order = answer.order or {}
            said = answer.error or f"{order['status']}, version {order['version']}"
            request = f"{_what(answer.request)} {answer.request.number}"
            self._world.tell(answer.request.customer, f"is answered ({request}): {said}")
        for watcher in self.watchers:
            watcher(answer)

    def _steps(self, request: Request) -> Steps[Order]:
        match request:
            case Place():
                return self._place(request)
            case Update():
                return self._update(request)
            case Retry():
                return self._retry(request)
            case Delete():
                return self._delete(request)

    def _place(self, request: Place) -> Steps[Order]:
        now = self._world.iso()
        contents = request.contents
        order: Order = {
            "id": spelled(request.token or minted_id(request.number)),
            "customerId": request.customer,
            **_fields(contents),
            "restaurantId": contents.restaurant_id,
            "status": "PENDING",
            "placedAt": now,
            "updatedAt": now,
            "version": 1,
            "attempt": 1,
        }
        if request.token is not None:
            placed = yield from self._read(request, "recallOrder", order["id"])
            if placed is not None:
                if "deletedAt" in placed:
                    _refuse("OrderConflict")
                for field in ("name", "quantity", "restaurantId", "addOns"):
                    if placed[field] != order[field]:
                        _refuse("OrderConflict")
                return placed
        if not (yield from self._queue_order(request, order)):
            _refuse("OrderNotQueued")
        return order

    def _update(self, request: Update) -> Steps[Order]:
        order_id = spelled(request.id)
        known = self._orders.get(_key(request.customer, order_id))
        version = int(known["version"]["N"]) if known and "version" in known else 1
        changes = {**_fields(request.contents), "updatedAt": self._world.iso()}
        try:
            return (
                yield from self._write(
                    request,
                    "changeOrder",
                    order_id,
                    sets=changes,
                    condition="version = :expected AND #status = :failed",
                    values={
                        ":expected": version - 1 if request.stale else version,
                        ":failed": "PAYMENT_FAILED",
                    },
                )
            )
        except ConditionFailed:
            yield from self._read_own(request, "readOrder", order_id)
            _refuse("OrderConflict")

    def _retry(self, request: Retry) -> Steps[Order]:
        order_id = spelled(request.id)
        former = yield from self._read_own(request, "readOrder", order_id)
        failed = former["status"] == "PAYMENT_FAILED"
        is_stuck = self._world.now - self._seconds(former["updatedAt"]) > STUCK_AFTER_SECONDS
        if former["status"] == "PAID" or not (failed or is_stuck):
            _refuse("OrderConflict")
        if failed and former["attempt"] >= MOST_ATTEMPTS:
            _refuse("OrderConflict")
        attempt = former["attempt"] + 1 if failed else former["attempt"]
        try:
            order = yield from self._write(
                request,
                "beginAttempt",
                order_id,
                sets={"status": "PENDING", "attempt": attempt, "updatedAt": self._world.iso()},
                removes=("statusReason",),
                condition="version = :expected",
                values={":expected": former["version"]},
            )
        except ConditionFailed:
            yield from self._read_own(request, "readOrder", order_id)
            _refuse("OrderConflict")
        if (yield from self._queue_order(request, order)):
            return order
        try:
            yield from self._write(
                request,
                "undoAttempt",
                order_id,
                sets={
                    "status": former["status"],
                    "statusReason": former.get("statusReason"),
                    "updatedAt": former["updatedAt"],
                },
                condition="version = :expected",
                values={":expected": order["version"]},
            )
        except ConditionFailed:
            # The queue did take it, and the order has moved on.
            return (yield from self._read_own(request, "readOrder", order_id))
        _refuse("OrderNotQueued")

    def _delete(self, request: Delete) -> Steps[Order]:
        order_id = spelled(request.id)
        for _ in range(2):
            order = yield from self._read_own(request, "readOrder", order_id)
            tombstone: dict[str, Any] = {
                "deletedAt": self._world.iso(),
                "expiresAt": int(self._world.datetime().timestamp()) + TOMBSTONE_SECONDS,
            }
            if order["status"] == "PAID":
                tombstone["paidAttempt"] = order["attempt"]
            try:
                yield from self._write(
                    request,
                    "eraseOrder",
                    order_id,
                    sets=tombstone,
                    removes=tuple(name for name in order if name not in KEY),
                    condition="version = :expected",
                    values={":expected": order["version"]},
                    raises_version=False,
                )
            except ConditionFailed:
                continue
            return order
        yield from self._read_own(request, "readOrder", order_id)
        _refuse("OrderConflict")

    # What the steps are made of.

    def _read_own(self, request: Request, step: str, order_id: str) -> Steps[Order]:
        order = yield from self._read(request, step, order_id)
        if order is None or "deletedAt" in order:
            _refuse("OrderNotFound")
        return order

    def _read(self, request: Request, step: str, order_id: str) -> Steps[Order | None]:
        point = yield from self._reach(request, step)
        if self._world.strike(Service.ORDERS, point, (Fault.REFUSED,)):
            _refuse("InternalError")
        item = self._orders.get(_key(request.customer, order_id))
        return None if item is None else {name: _read(each) for name, each in item.items()}

    def _write(
        self,
        request: Request,
        step: str,
        order_id: str,
        *,
        sets: dict[str, Any],
        condition: str,
        values: dict[str, Any],
        removes: tuple[str, ...] = (),
        raises_version: bool = True,
    ) -> Steps[Order]:
        point = yield from self._reach(request, step)
        strike = self._world.strike(Service.ORDERS, point, (Fault.REFUSED, Fault.LOST))
        if strike and strike.fault is Fault.REFUSED:
            _refuse("InternalError")
        assignments = [f"#{name} = :{name}" for name in sets]
        names = {f"#{name}": name for name in (*sets, *removes)}
        values = {**values, **{f":{name}": value for name, value in sets.items()}}
        if raises_version:
            assignments.append("version = version + :one")
            values[":one"] = 1
        if "#status" in condition:
            names["#status"] = "status"
        removal = f" REMOVE {', '.join(f'#{name}' for name in removes)}" if removes else ""
        try:
            item = self._orders.update(
                _key(request.customer, order_id),
                BY_DOOR,
                f"SET {', '.join(assignments)}{removal}",
                condition,
                names,
                {name: _written(value) for name, value in values.items()},
            )
        except ConditionalCheckFailed:
            raise ConditionFailed from None
        if strike:
            _refuse("InternalError")
        return {name: _read(each) for name, each in item.items()}

    def _queue_order(self, request: Request, order: Order) -> Steps[bool]:
        point = yield from self._reach(request, "queueOrder")
        strike = self._world.strike(Service.ORDER_QUEUE, point, (Fault.REFUSED, Fault.LOST))
        if strike and strike.fault is Fault.REFUSED:
            return False
        fields = ("id", "customerId", "name", "quantity", "restaurantId", "addOns")
        message = {name: order[name] for name in (*fields, "placedAt", "attempt")}
        for watcher in self.sent:
            watcher(message)
        message_id = f"{_what(request)} {request.number}"
        self._queue.send(message_id, json.dumps(message, ensure_ascii=False), {})
        return strike is None

    def _reach(self, request: Request, step: str) -> Steps[str]:
        """The name of the moment at which the step is taken."""
        point = f"{_what(request)} {request.number} {step}"
        yield self._world.takes(point, 0.005, 2)
        return point

    def _seconds(self, iso: str) -> float:
        return (datetime.fromisoformat(iso) - BEGINNING).total_seconds()


def spelled(order_id: str) -> str:
    """A ULID in capitals, a UUID in small letters."""
    return order_id.lower() if "-" in order_id else order_id.upper()


def _what(request: Request) -> str:
    return type(request).__name__.lower()


def _refuse(error: str) -> NoReturn:
    raise Refused(error)


def _fields(contents: Contents) -> dict[str, Any]:
    return {
        "name": contents.name,
        "quantity": contents.quantity,
        "addOns": list(contents.add_ons),
    }


def _key(customer: str, order_id: str) -> dict[str, dict[str, Any]]:
    return {"customerId": {"S": customer}, "id": {"S": order_id}}


def _read(attribute: dict[str, Any]) -> Any:
    """The plain value of an attribute."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return value
        case "N":
            return int(value)
        case "L":
            return [_read(each) for each in value]
        case "NULL":
            return None
        case "M":
            return {name: _read(each) for name, each in value.items()}
        case _:
            raise NotImplementedError(f"an attribute of type {kind}")


def _written(value: Any) -> dict[str, Any]:
    """The attribute of a plain value."""
    match value:
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case list():
            return {"L": [_written(each) for each in cast(list[Any], value)]}
        case None:
            return {"NULL": True}
        case _:
            raise NotImplementedError(f"an attribute of {value!r}")
