"""Subscribers in a process of their own: each has a connection, and follows an order of its own.

Standard input: `{"url", "customer", "subscribers"}`, `customer` as local.customers.Customer has it.
Exits with an error where a subscriber sees anything but its own order's changes, or not all.
"""

import asyncio
import json
import sys
import uuid
from contextlib import AsyncExitStack

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport

from local.customers import Customer
from local.live import order_updates

PLACE = "mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id } }"
WITHIN_SECONDS = 60


async def follow(url: str, customer: Customer, subscribers: int) -> None:
    """Subscribe, place an order for each subscriber, and see it through to its end."""
    orders = [str(uuid.uuid4()) for _ in range(subscribers)]
    http = AIOHTTPTransport(url=url, headers={"Authorization": customer.access_token})
    async with AsyncExitStack() as connections:
        followed = [
            await connections.enter_async_context(order_updates(url, customer, order))
            for order in orders
        ]
        session = await connections.enter_async_context(Client(transport=http))
        for order in orders:
            given = {"name": "Pizza", "quantity": 1, "restaurantId": "Dominos"}
            variables = {"input": {**given, "clientRequestToken": order}}
            await session.execute(GraphQLRequest(PLACE, variable_values=variables))
        async with asyncio.timeout(WITHIN_SECONDS):
            for order, updates in zip(orders, followed, strict=True):
                seen = [await updates.get() for _ in range(2)]
                assert [update["id"] for update in seen] == [order] * 2
                assert [update["status"] for update in seen] == ["PENDING", "PAID"]
        assert all(updates.empty() for updates in followed)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    customer = Customer(**given["customer"])
    asyncio.run(follow(given["url"], customer, given["subscribers"]))
