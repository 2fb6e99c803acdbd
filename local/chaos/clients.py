"""The customers' clients: through the public door, and by subscription."""

import asyncio
import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from local.chaos.orders import Contents, Deletion, Habit, Order
from local.cloud import CloudError
from local.customers import Customer

FIELDS = """
  id customerId name quantity restaurantId addOns status statusReason placedAt updatedAt version
"""
PLACE = f"mutation ($input: PlaceOrderInput!) {{ placeOrder(input: $input) {{ {FIELDS} }} }}"
UPDATE = f"mutation ($input: UpdateOrderInput!) {{ updateOrder(input: $input) {{ {FIELDS} }} }}"
RETRY = f"mutation ($id: ID!) {{ retryPayment(id: $id) {{ {FIELDS} }} }}"
DELETE = f"mutation ($id: ID!) {{ deleteOrder(id: $id) {{ {FIELDS} }} }}"
GET = f"query ($id: ID!) {{ getOrder(id: $id) {{ {FIELDS} }} }}"

# What is no answer is asked again; these are answers.
REFUSALS = {"OrderConflict", "OrderNotFound"}
WRONG = {"ValidationError", "UnauthorizedException", "Unauthorized"}
ANSWER_WITHIN = aiohttp.ClientTimeout(total=15)
MOST_TRIES = 40
PAUSE_SECONDS = 0.1
# How long a customer waits for an outcome before giving up on acting on it.
PATIENCE_SECONDS = 20
MOST_RETRIES = 2

Update = dict[str, Any]


class Refused(Exception):
    """The API says no, and why.

    Args:
        error_type: one of REFUSALS.
    """

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


class Watch:
    """All that live updates have told, by the orders' ids and as it came."""

    def __init__(self) -> None:
        self.updates: defaultdict[str, list[Update]] = defaultdict(list)
        self._news = asyncio.Condition()

    async def follow(self, queue: asyncio.Queue[Update]) -> None:
        while True:
            update = await queue.get()
            async with self._news:
                self.updates[update["id"]].append(update)
                self._news.notify_all()

    def newest(self, order_id: str) -> Update | None:
        return max(
            self.updates[order_id],
            key=lambda update: (update["version"], update["deletedAt"] is not None),
            default=None,
        )

    async def end(self, order_id: str, beyond: int) -> Update | None:
        """The order's first end of a later version; None where patience is over before."""

        def ended() -> Update | None:
            newest = self.newest(order_id)
            if newest is None or newest["version"] <= beyond or newest["status"] == "PENDING":
                return None
            return newest

        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._news:
                await self._news.wait_for(ended)
        except TimeoutError:
            return None
        return ended()

    async def come_to(self, accept: Callable[[], bool], within_seconds: float) -> None:
        """Wait until what was told is accepted, or for as long as that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds), self._news:
                await self._news.wait_for(accept)


class Door:
    """The stage's GraphQL API, asked until it answers.

    Attributes:
        done: what the clients did, by what that is called in the table.
    """

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http
        self.done: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()

    async def ask(
        self, customer: Customer, query: str, breaking: bool = False, **variables: Any
    ) -> Any:
        """The answer to the query's one field.

        Args:
            breaking: send it before that, and close the connection without reading an answer.

        Raises:
            Refused: the answer is a refusal.
            CloudError: there was no answer, or one that no customer should ever get.
        """
        body = json.dumps({"query": query, "variables": variables}).encode()
        if breaking:
            await self._send_and_leave(customer, body)
            self.done["connections broken"] += 1
        why = ""
        for _ in range(MOST_TRIES):
            self.sent[variables.get("id", "")] += query is RETRY
            try:
                async with self._http.post(
                    self._url, data=body, headers=_headers(customer), timeout=ANSWER_WITHIN
                ) as response:
                    answer = await response.json(content_type=None)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                why = repr(error)
            else:
                if not answer.get("errors"):
                    (data,) = answer["data"].values()
                    return data
                [error] = answer["errors"]
                if error.get("errorType") in REFUSALS:
                    raise Refused(error["errorType"], error["message"])
                why = f"{error.get('errorType')}: {error['message']}"
                if error.get("errorType") in {*WRONG, None}:
                    break
            self.done["requests without an answer"] += 1
            await asyncio.sleep(PAUSE_SECONDS)
        raise CloudError(f"The API does not answer a customer: {why}")

    async def _send_and_leave(self, customer: Customer, body: bytes) -> None:
        address = urlsplit(self._url)
        headers = _headers(customer) | {"Host": address.netloc, "Content-Length": str(len(body))}
        lines = [f"POST {address.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


def _headers(customer: Customer) -> dict[str, str]:
    return {"Authorization": customer.access_token, "Content-Type": "application/json"}


class Client:
    """Does with each order what its customer does."""

    def __init__(self, door: Door, watch: Watch) -> None:
        self._door = door
        self._watch = watch

    async def place(self, order: Order) -> None:
        """Until it is accepted."""
        placed = await self._place(order, order.id, breaking=order.breaks)
        order.placed_at = placed["placedAt"]
        if placed["id"] != order.id:
            order.complaints.append(f"was placed as {placed['id']}")

    async def act(self, order: Order) -> None:
        """What its customer does about an accepted order."""
        match order.habit:
            case Habit.WAIT:
                await self._watch.end(order.id, 0)
            case Habit.REPEAT:
                await self._repeat(order)
                await self._watch.end(order.id, 0)
            case Habit.RETRY:
                version: int | None = 0
                for _ in range(MOST_RETRIES):
                    if version is not None:
                        version = await self._retry_failed(order, version)
            case Habit.DELETE_EARLY:
                await self._delete(order)
            case Habit.DELETE_RETRIED:
                await self._retry_failed(order, 0)
                await self._delete(order)
            case Habit.DELETE_LATE:
                await self._watch.end(order.id, 0)
                await self._delete(order)

    async def read(self, order: Order) -> Update | None:
        return await self._door.ask(order.customer, GET, id=order.id)

    async def _place(self, order: Order, token: str, *, breaking: bool = False) -> Any:
        contents = order.contents[0]
        given = {
            "name": contents.name,
            "quantity": contents.quantity,
            "restaurantId": contents.restaurant,
            "addOns": contents.add_ons,
            "clientRequestToken": token,
        }
        return await self._door.ask(order.customer, PLACE, breaking, input=given)

    async def _repeat(self, order: Order) -> None:
        try:
            again = await self._place(order, order.id.upper())
        except Refused as refused:
            order.complaints.append(f"was refused when it was placed again: {refused}")
            return
        self._door.done["placed twice"] += 1
        if again["id"] != order.id or Contents.of(again) != order.contents[0]:
            order.complaints.append("was answered with another order when it was placed again")

    async def _retry_failed(self, order: Order, beyond: int) -> int | None:
        """Update an order whose payment failed, and have it tried again.

        Args:
            beyond: the version that its payment was last tried at.

        Returns:
            The version that it is tried at now; None where it is not.
        """
        ended = await self._watch.end(order.id, beyond)
        if ended is None:
            return None
        if ended["status"] == "PAID":
            await self._touch_paid(order, ended)
            return None
        wanted = order.contents[-1].changed()
        if not await self._update(order, ended["version"], wanted):
            return None
        order.contents.append(wanted)
        before = self._door.sent[order.id]
        try:
            retried = await self._door.ask(order.customer, RETRY, id=order.id)
        except Refused as refused:
            # Only where an earlier request got through whose answer was lost.
            if self._door.sent[order.id] == before + 1:
                order.complaints.append(f"could not be tried again: {refused}")
            return None
        finally:
            order.retries.append(self._door.sent[order.id] - before)
        self._door.done["retried"] += 1
        return retried["version"]

    async def _update(self, order: Order, version: int, wanted: Contents) -> bool:
        given = {"id": order.id, "version": version, "quantity": wanted.quantity}
        try:
            await self._door.ask(order.customer, UPDATE, order.breaks, input=given)
        except Refused:
            # Of a request that was sent twice, the first may have done it.
            order_now = await self.read(order)
            if order_now is None or Contents.of(order_now) != wanted:
                order.complaints.append("could not be updated though its payment had failed")
                return False
        self._door.done["updated"] += 1
        return True

    async def _touch_paid(self, order: Order, paid: Update) -> None:
        """What is paid is final."""
        given = {"id": order.id, "version": paid["version"], "quantity": 99}
        changes: tuple[tuple[str, dict[str, Any]], ...] = (
            (UPDATE, {"input": given}),
            (RETRY, {"id": order.id}),
        )
        for query, variables in changes:
            try:
                await self._door.ask(order.customer, query, False, **variables)
                order.complaints.append("was changed though it was paid")
            except Refused:
                self._door.done["changes of paid orders refused"] += 1

    async def _delete(self, order: Order) -> None:
        """Until it is deleted, or has not been saved for as long as the customer has patience."""
        order.deletion = Deletion.ASKED
        breaking = order.breaks
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        await self._door.ask(order.customer, DELETE, breaking, id=order.id)
                    except Refused:
                        breaking = False
                        await asyncio.sleep(PAUSE_SECONDS)
                    else:
                        break
        except TimeoutError:
            return
        order.deletion = Deletion.DONE
        self._door.done["deleted"] += 1
