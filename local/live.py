"""A customer's live view of the own orders, over gql's transport for AppSync subscriptions."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from gql import Client, GraphQLRequest
from gql.transport.appsync_auth import AppSyncJWTAuthentication
from gql.transport.appsync_websockets import AppSyncWebsocketsTransport

from local.customers import Customer

FIELDS = """
  id customerId name quantity restaurantId addOns status statusReason
  placedAt updatedAt version deletedAt
"""
ON_ORDER_UPDATED = f"""
  subscription ($customerId: ID!, $id: ID) {{
    onOrderUpdated(customerId: $customerId, id: $id) {{ {FIELDS} }}
  }}
"""
STARTED_WITHIN_SECONDS = 10


class LiveTransport(AppSyncWebsocketsTransport):
    """gql's transport, which also says when the first subscription has begun."""

    def __init__(self, url: str, token: str) -> None:
        auth = AppSyncJWTAuthentication(host=urlsplit(url).netloc, jwt=token)
        # gql knows AppSync by https only; the embedded cloud's address begins with http.
        super().__init__(url.replace("http", "ws", 1), auth=auth)
        self.started = asyncio.Event()

    def _parse_answer(self, answer: str) -> Any:
        parsed = super()._parse_answer(answer)
        if parsed[0] == "start_ack":
            self.started.set()
        return parsed


@asynccontextmanager
async def order_updates(
    url: str, customer: Customer, order_id: str | None = None
) -> AsyncGenerator[asyncio.Queue[dict[str, Any]]]:
    """Updates of the customer's orders, or of the one, from the moment that this is entered.

    Raises:
        gql.transport.exceptions.TransportError: the subscription was refused.
        TimeoutError: AppSync did not answer.
    """
    variables = {"customerId": customer.sub} | ({"id": order_id} if order_id else {})
    request = GraphQLRequest(ON_ORDER_UPDATED, variable_values=variables)
    updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    transport = LiveTransport(url, customer.access_token)

    async with Client(transport=transport) as session:

        async def receive() -> None:
            async for update in session.subscribe(request):
                updates.put_nowait(update["onOrderUpdated"])

        receiving = asyncio.create_task(receive())
        started = asyncio.create_task(transport.started.wait())
        try:
            await asyncio.wait(
                {receiving, started},
                timeout=STARTED_WITHIN_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if receiving.done():
                receiving.result()
            if not transport.started.is_set():
                raise TimeoutError(f"{url} did not answer the subscription.")
            yield updates
        finally:
            for task in (receiving, started):
                task.cancel()
            await asyncio.wait({receiving, started})
