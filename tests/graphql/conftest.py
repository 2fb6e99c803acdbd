"""Runs the resolvers as AppSync would, on a Node worker."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from infra.substitution import substitute
from local.appsync.javascript import Evaluation, ResolverRuntime
from local.cloud.node import ensure_node

RESOLVERS = Path(__file__).parents[2] / "graphql" / "resolvers"
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders"
CUSTOMER = "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11"


class Evaluate(Protocol):
    """Runs `request` or `response` of a field's resolver, for the customer `CUSTOMER`.

    `context` overrides parts of AppSync's `ctx`, such as `args` or `result`.
    """

    def __call__(self, field: str, handler: str, **context: Any) -> Evaluation: ...


@pytest.fixture(scope="session")
def evaluate() -> Iterator[Evaluate]:
    ensure_node()
    runtime = ResolverRuntime()
    with asyncio.Runner() as runner:

        def run(field: str, handler: str, **context: Any) -> Evaluation:
            code = (RESOLVERS / f"{field}.js").read_text()
            ctx = {
                "args": {},
                "identity": {"sub": CUSTOMER, "username": "alice", "claims": {"sub": CUSTOMER}},
                "stash": {},
                **context,
            }
            return runner.run(
                runtime.evaluate(substitute(code, {"OrderQueueUrl": QUEUE_URL}), handler, ctx)
            )

        yield run
        runner.run(runtime.close())


def refused(evaluation: Evaluation) -> dict[str, Any]:
    """The error that the resolver raised; it returned nothing."""
    assert evaluation.error is not None, evaluation
    assert evaluation.value is None
    return evaluation.error
