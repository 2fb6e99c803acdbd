"""Runs the resolvers and functions as AppSync would, on a Node worker."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import boto3
import pytest
from moto import mock_aws

from infra.substitution import substitute
from local.appsync.resolvers.javascript import Evaluation, ResolverRuntime
from local.cloud.node import ensure_node
from tests.graphql.api import Api

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

GRAPHQL = Path(__file__).parents[2] / "graphql"
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders"
CUSTOMER = "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11"


class Evaluate(Protocol):
    """Runs `request` or `response` of a field's resolver or a function, for `CUSTOMER`.

    `context` overrides parts of AppSync's `ctx`, such as `args` or `result`.
    """

    def __call__(self, name: str, handler: str, **context: Any) -> Evaluation: ...


@pytest.fixture(scope="session")
def evaluate() -> Iterator[Evaluate]:
    ensure_node()
    runtime = ResolverRuntime()
    with asyncio.Runner() as runner:

        def run(name: str, handler: str, **context: Any) -> Evaluation:
            ctx = {
                "args": {},
                "identity": {"sub": CUSTOMER, "username": "alice", "claims": {"sub": CUSTOMER}},
                "stash": {},
                "request": {"headers": dict[str, str]()},
                **context,
            }
            evaluation = runtime.evaluate(code(name), handler, ctx, "User Pool Authorization")
            return runner.run(evaluation)

        yield run
        runner.run(runtime.close())


def code(name: str) -> str:
    """What a field or a function is deployed with."""
    [file] = GRAPHQL.glob(f"*/{name}.js")
    return substitute(file.read_text(), {"OrderQueueUrl": QUEUE_URL})


def refused(evaluation: Evaluation) -> dict[str, Any]:
    """The error that the resolver raised; it returned nothing."""
    assert evaluation.error is not None, evaluation
    assert evaluation.value is None
    return evaluation.error


@pytest.fixture(scope="session")
def dynamodb() -> "DynamoDBClient":
    return boto3.client(
        "dynamodb",
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def api(evaluate: Evaluate, dynamodb: "DynamoDBClient") -> Iterator[Api]:
    """The fields as the program wires them, for `CUSTOMER`, with an empty table and queue."""
    with mock_aws():
        yield Api(evaluate, dynamodb, CUSTOMER)
