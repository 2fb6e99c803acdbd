"""The stage's GraphQL API, asked as a front end asks it."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

FIELDS = "id status statusReason placedAt updatedAt"
PLACE = f"mutation ($input: PlaceOrderInput!) {{ placeOrder(input: $input) {{ {FIELDS} }} }}"
DELETE = f"mutation ($id: ID!) {{ deleteOrder(id: $id) {{ {FIELDS} }} }}"
LIST = f"""
  query ($nextToken: String) {{
    listOrders(limit: 100, nextToken: $nextToken) {{ items {{ {FIELDS} }} nextToken }}
  }}
"""
# AppSync gives up on a request after as many (its quota), and the way there and back.
ANSWER_WITHIN = aiohttp.ClientTimeout(total=35)
ACCEPTED = "accepted"


@dataclass(kw_only=True)
class Measured:
    """How requests of one kind went.

    Args:
        outcomes: how many were accepted, or were refused for what.
        milliseconds: of those that were accepted, from when each was due.
    """

    outcomes: Counter[str] = field(default_factory=Counter[str])
    milliseconds: list[float] = field(default_factory=list[float])


class Door:
    """One customer's requests."""

    def __init__(self, url: str, token: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._headers = {"Authorization": token}
        self._http = http

    async def ask(
        self, measured: Measured, query: str, due: float | None = None, **variables: Any
    ) -> Any:
        """The answer to the query's one field; None where there is none.

        Args:
            due: when it was to be sent, by time.perf_counter: what a slow sender adds counts.
        """
        began = time.perf_counter() if due is None else due
        try:
            async with self._http.post(
                self._url,
                json={"query": query, "variables": variables},
                headers=self._headers,
                timeout=ANSWER_WITHIN,
            ) as response:
                answer = await response.json(content_type=None)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            measured.outcomes[f"no answer: {type(error).__name__}"] += 1
            return None
        if not isinstance(answer, dict) or "errors" in answer or "data" not in answer:
            measured.outcomes[_refusal(answer, status)] += 1
            return None
        measured.outcomes[ACCEPTED] += 1
        measured.milliseconds.append((time.perf_counter() - began) * 1000)
        [data] = answer["data"].values()
        return data


def _refusal(answer: Any, status: int) -> str:
    """What was refused, or by whom: a firewall answers otherwise than AppSync."""
    match answer:
        case {"errors": [{"errorType": str(kind)}, *_]}:
            return kind
        case _:
            return f"HTTP {status}"
