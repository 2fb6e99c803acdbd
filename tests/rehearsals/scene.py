"""A deployed stage, its customer while something goes wrong, and what is left of it."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress

from local.chaos.orders import Contents, Habit, Order
from local.chaos.promises import Ends, Violation, has_seen, violations
from local.chaos.stage import Stage
from local.customers import Customer
from local.live import order_updates
from ops.orders import Item
from tests.e2e.stage import RETRY, UPDATE, WITHIN_SECONDS, eventually
from tests.e2e.stage import Stage as Deployed
from tests.rehearsals.alarms import Watch
from tests.rehearsals.operator import Operator

# What live updates have told a customer, by the orders' ids and as it came.
Updates = defaultdict[str, list[Item]]


@contextmanager
def live_updates(deployed: Deployed, customer: Customer) -> Generator[Updates]:
    """All that come meanwhile, on a thread of their own."""
    told, subscribed = Updates(list), threading.Event()

    async def follow() -> None:
        async with order_updates(deployed.outputs["graphqlUrl"], customer) as updates:
            subscribed.set()
            while True:
                update = await updates.get()
                told[update["id"]].append(update)

    loop = asyncio.new_event_loop()
    following = loop.create_task(follow())

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(following)

    thread = threading.Thread(target=run)
    thread.start()
    assert subscribed.wait(WITHIN_SECONDS)
    try:
        yield told
    finally:
        loop.call_soon_threadsafe(following.cancel)
        thread.join()
        loop.close()


class Scene:
    """One incident.

    Attributes:
        orders: all that were accepted, as their customer knows them.
        faults: that go on; closed, all of them are mended.
    """

    def __init__(
        self, deployed: Deployed, stage: Stage, customer: Customer, updates: Updates
    ) -> None:
        self.deployed = deployed
        self.stage = stage
        self.operator = Operator(deployed)
        self.watch = Watch(deployed)
        self.orders: list[Order] = []
        self.faults = ExitStack()
        self._customer = customer
        self._updates = updates

    def place(self, *draws: str) -> Order:
        """An order whose payments the processor draws so, attempt by attempt, whenever it can."""
        token = self.deployed.order_id(*draws)
        placed = self.deployed.place(self._customer, clientRequestToken=token)
        order = Order(
            id=placed["id"],
            customer=self._customer,
            habit=Habit.WAIT,
            breaks=False,
            contents=[Contents.of(placed)],
            placed_at=placed["placedAt"],
        )
        self.orders.append(order)
        return order

    def retry(self, order: Order) -> None:
        """Have a failed order tried again, with other contents, so that its mails can be told."""
        wanted, token = order.contents[-1].changed(), order.customer.access_token
        version = (self.item(order) or {})["version"]
        given = {"id": order.id, "version": version, "quantity": wanted.quantity}
        self.deployed.graphql(token, UPDATE, input=given)
        self.deployed.graphql(token, RETRY, id=order.id)
        order.contents.append(wanted)
        order.retries.append(1)

    def item(self, order: Order) -> Item | None:
        return self.stage.item(order.customer.sub, order.id)

    def status(self, order: Order) -> str | None:
        """None where the table has no such order."""
        return (self.item(order) or {}).get("status")

    def have_ended(self, status: str, *orders: Order) -> bool:
        """Whether all of these come to that."""
        return self.comes(lambda: all(self.status(order) == status for order in orders))

    def resting(self) -> int:
        """How many orders rest."""
        return self.deployed.depth("deadLetterQueueUrl")

    def are_taken(self) -> bool:
        """Whether nothing is left on the queue of orders, sooner or later."""
        return self.comes(lambda: self.deployed.depth("orderQueueUrl") == 0)

    def is_paused(self) -> bool:
        """Whether orders stay on their queue."""
        consumer = self.deployed.outputs["orderConsumerId"]
        mapping = self.deployed.cloud.aws.functions.get_event_source_mapping(UUID=consumer)
        return mapping.get("State") == "Disabled"

    def comes(self, condition: Callable[[], bool]) -> bool:
        """Whether it holds in the end."""
        return eventually(condition, bool)

    def broken_promises(self) -> list[Violation]:
        """Of design.md, once nothing moves any more and the last live updates have come."""
        asyncio.run(self.stage.rest(WITHIN_SECONDS))
        items, ledger = (
            [row for row in self.stage.table(output) if row["customerId"] == self._customer.sub]
            for output in ("orderTableName", "paymentTableName")
        )
        self.comes(lambda: all(has_seen(item, self._updates[item["id"]]) for item in items))
        return violations(
            Ends(
                orders=self.orders,
                items=items,
                ledger=ledger,
                mails=self.deployed.cloud.mailbox.mails(),
                dead_letters=self.stage.dead_letters(),
                poison=[],
                updates=dict(self._updates),
                reads={},
            )
        )
