"""A load generator in a process of its own: sends GraphQL requests, prints each one's milliseconds.

Standard input: `{"url", "headers", "clients", "requests": [{"query", "variables"}]}`. Standard
output: `[[data, milliseconds]]`, in the order in which they were answered.
"""

import asyncio
import json
import sys
import time
from typing import Any

import aiohttp


async def send(
    url: str, headers: dict[str, str], clients: int, requests: list[dict[str, Any]]
) -> list[tuple[Any, float]]:
    """Send the requests over as many connections as there are clients."""
    bodies = iter([json.dumps(request).encode() for request in requests])
    answered: list[tuple[Any, float]] = []

    async def client() -> None:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1),
            headers={"content-type": "application/json", **headers},
        ) as http:
            for body in bodies:
                began = time.perf_counter()
                async with http.post(url, data=body) as response:
                    answer = await response.json()
                taken = (time.perf_counter() - began) * 1000
                if "errors" in answer:
                    sys.exit(f"A request failed: {answer['errors']}")
                answered.append((answer["data"], taken))

    await asyncio.gather(*(client() for _ in range(clients)))
    return answered


if __name__ == "__main__":
    print(json.dumps(asyncio.run(send(**json.load(sys.stdin)))))
