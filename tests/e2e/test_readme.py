"""The README's API by example: its requests give its answers."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError

from local.customers import Customer
from local.live import LiveTransport
from tests.e2e.conftest import Deploy
from tests.e2e.stage import Stage, eventually

README = Path(__file__).parents[2] / "README.md"
EXAMPLE = re.compile(r"```graphql\n(?P<query>.+?)```\n```json\n(?P<answer>.+?)```", re.DOTALL)
SUB = "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def timeless(value: Any) -> Any:
    """The same answer with every time alike."""
    return json.loads(TIME.sub("a time", json.dumps(value)))


@pytest.fixture(scope="module")
def stage(deploy: Deploy) -> Stage:
    return deploy(workflowType="STANDARD")


def test_the_examples_are_true(stage: Stage) -> None:
    alice = stage.customer()
    text = README.read_text().replace(SUB, alice.sub)
    examples = [
        (match["query"], timeless(json.loads(match["answer"]))) for match in EXAMPLE.finditer(text)
    ]
    [(watch, updates)] = [each for each in examples if each[0].startswith("subscription")]
    requests = [each for each in examples if not each[0].startswith("subscription")]
    assert len(requests) == 6

    async def follow() -> list[Any]:
        transport = LiveTransport(stage.outputs["graphqlUrl"], alice.access_token)
        seen: list[Any] = []

        async def run() -> None:
            await transport.started.wait()
            for query, answer in requests:
                await asyncio.to_thread(_assert_answer, stage, alice, query, answer)

        async with Client(transport=transport) as session, asyncio.timeout(60):
            running = asyncio.create_task(run())
            async for update in session.subscribe(GraphQLRequest(watch)):
                seen.append(timeless(update))
                if len(seen) == len(updates):
                    break
            await running
        return seen

    assert asyncio.run(follow()) == updates


def _assert_answer(stage: Stage, customer: Customer, query: str, answer: Any) -> None:
    """A query has its answer in a moment; a mutation as soon as the order is ready for it."""

    def ask() -> Any:
        try:
            return timeless(stage.graphql(customer.access_token, query))
        except TransportQueryError as refused:
            return refused

    if query.startswith("query"):
        assert eventually(ask, lambda seen: seen == answer) == answer
        return
    if "deleteOrder" in query:
        eventually(
            lambda: [item["status"]["S"] for item in stage.items(customer.sub)],
            lambda statuses: statuses == ["PAID"],
        )
    assert ask() == answer
