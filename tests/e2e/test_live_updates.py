"""onOrderUpdated: every change of the caller's own orders, in order, and nobody else's."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from local.customers import Customer
from local.live import order_updates
from tests.e2e.conftest import Deploy
from tests.e2e.stage import DELETE, UPDATE, Stage

Updates = asyncio.Queue[dict[str, Any]]
WITHIN_SECONDS = 60


async def next_update(updates: Updates) -> dict[str, Any]:
    async with asyncio.timeout(WITHIN_SECONDS):
        return await updates.get()


async def changes(updates: Updates, number: int) -> list[tuple[str, int]]:
    """Status and version of the next updates."""
    seen = [await next_update(updates) for _ in range(number)]
    return [(update["status"], update["version"]) for update in seen]


def test_every_change_is_seen_in_order_whoever_made_it(stage: Stage) -> None:
    alice, bob = stage.customer(), stage.customer()
    order_id = stage.order_id("DECLINED")

    async def follow() -> None:
        url = stage.outputs["graphqlUrl"]
        async with (
            order_updates(url, alice) as all_of_alice,
            order_updates(url, alice, order_id) as this_order,
            order_updates(url, alice, stage.order_id("ACCEPTED")) as another_order,
            order_updates(url, bob) as all_of_bob,
        ):
            await asyncio.to_thread(stage.place, alice, clientRequestToken=order_id)
            # By the workflow.
            assert await changes(this_order, 2) == [("PENDING", 1), ("PAYMENT_FAILED", 2)]
            # By the customer.
            change = {"id": order_id, "version": 2, "quantity": 3}
            changed = await asyncio.to_thread(
                stage.graphql, alice.access_token, UPDATE, input=change
            )
            update = await next_update(this_order)
            assert update == {**changed["updateOrder"], "deletedAt": None}
            await asyncio.to_thread(stage.graphql, alice.access_token, DELETE, id=order_id)
            deletion = await next_update(this_order)
            deleted_at = deletion["deletedAt"]
            assert deletion == {**update, "deletedAt": deleted_at}
            assert deleted_at > update["updatedAt"]
            # An order of Bob's comes after all of these.
            last = await asyncio.to_thread(stage.place, bob)
            assert (await next_update(all_of_bob))["id"] == last["id"]

            assert this_order.empty()
            assert another_order.empty()
            assert [(await next_update(all_of_alice))["id"] for _ in range(4)] == [order_id] * 4
            assert all_of_alice.empty()

    asyncio.run(follow())


def test_of_200_subscribers_each_sees_its_own_order_and_no_other(deploy: Deploy) -> None:
    stage = deploy(workflowType="STANDARD", paymentSuccessRate=1)
    customers = [stage.customer() for _ in range(20)]
    orders = [(customers[number % 20], stage.order_id("ACCEPTED")) for number in range(200)]

    async def follow() -> None:
        at_once = asyncio.Semaphore(8)

        async def place(customer: Customer, order_id: str) -> None:
            async with at_once:
                await asyncio.to_thread(stage.place, customer, clientRequestToken=order_id)

        async with AsyncExitStack() as subscriptions:
            followed = [
                await subscriptions.enter_async_context(
                    order_updates(stage.outputs["graphqlUrl"], customer, order_id)
                )
                for customer, order_id in orders
            ]
            await asyncio.gather(*(place(*order) for order in orders))
            for updates, (customer, order_id) in zip(followed, orders, strict=True):
                seen = [await next_update(updates) for _ in range(2)]
                assert {update["id"] for update in seen} == {order_id}
                assert {update["customerId"] for update in seen} == {customer.sub}
                assert [(update["status"], update["version"]) for update in seen] == [
                    ("PENDING", 1),
                    ("PAID", 2),
                ]
            # An order that is told of after all of these: there was nothing more for anyone.
            customer = customers[0]
            async with order_updates(stage.outputs["graphqlUrl"], customer) as last:
                await asyncio.to_thread(stage.place, customer)
                assert await changes(last, 2) == [("PENDING", 1), ("PAID", 2)]
            assert all(updates.empty() for updates in followed)

    asyncio.run(follow())
