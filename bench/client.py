"""A load generator in a process of its own: places orders, prints each one's milliseconds.

python -m bench.client URL TOKEN ORDERS CLIENTS
"""

import asyncio
import json
import sys
import time

import aiohttp

PLACE = """
  mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id status } }
"""
ORDER = {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos", "addOns": ["chili"]}


async def place(url: str, token: str, orders: int, clients: int) -> list[tuple[str, float]]:
    """Place `orders` orders over `clients` connections; each one's id and milliseconds."""
    body = json.dumps({"query": PLACE, "variables": {"input": ORDER}}).encode()
    headers = {"authorization": token, "content-type": "application/json"}
    share = iter(range(orders))
    placed: list[tuple[str, float]] = []

    async def client() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as http:
            for _ in share:
                began = time.perf_counter()
                async with http.post(url, data=body, headers=headers) as answer:
                    order = (await answer.json())["data"]["placeOrder"]
                placed.append((order["id"], (time.perf_counter() - began) * 1000))

    await asyncio.gather(*(client() for _ in range(clients)))
    return placed


if __name__ == "__main__":
    _, url, token, orders, clients = sys.argv
    print(json.dumps(asyncio.run(place(url, token, int(orders), int(clients)))))
