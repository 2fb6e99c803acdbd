"""Amplify's JavaScript client, unchanged: it opens `wss://` at the one address that it is given."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from tests.local.appsync.deployment import (
    REGION,
    Api,
    UserPool,
    deploy,
    none,
    user_pool_settings,
)
from tests.local.processes import run_node

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

CLIENT = Path(__file__).parent / "amplify_client.mjs"
SDL = """
type Query { a: Int }
type Mutation { publish(customerId: ID!, status: String!): Order }
type Order { customerId: ID! status: String! }
type Subscription {
  onOrderUpdated(customerId: ID!): Order @aws_subscribe(mutations: ["publish"])
}
"""


def run(api: Api, ca: Path, pool: UserPool, **arguments: Any) -> dict[str, Any]:
    outputs = {
        "graphqlUrl": api.url,
        "region": REGION,
        "userPoolId": pool.pool_id,
        "userPoolClientId": pool.client_id,
    }
    return run_node(CLIENT, ca, {"outputs": outputs} | arguments)


def operations(customer_id: str) -> dict[str, str]:
    return {
        "subscription": f'subscription {{ onOrderUpdated(customerId: "{customer_id}") '
        "{ status } }",
        "mutation": f'mutation {{ publish(customerId: "{customer_id}", status: "PAID") '
        "{ customerId status } }",
    }


def test_receives_by_api_key(appsync: "AppSyncClient", pool: UserPool, ca: Path) -> None:
    api = deploy(appsync, SDL)
    api.resolver("Mutation.publish", none("ctx.args"))
    outcome = run(api, ca, pool, apiKey=api.headers["x-api-key"], **operations("alice"))
    assert outcome == {"data": {"onOrderUpdated": {"status": "PAID"}}}


def test_is_told_why_it_may_not_connect(appsync: "AppSyncClient", pool: UserPool, ca: Path) -> None:
    api = deploy(appsync, SDL)
    outcome = run(api, ca, pool, apiKey="unknown", **operations("alice"))
    assert outcome == {"errors": [{"message": "Connection failed: UnauthorizedException"}]}


@pytest.fixture(scope="module")
def orders(appsync: "AppSyncClient", pool: UserPool) -> Api:
    api = deploy(appsync, SDL, **user_pool_settings(pool))
    api.resolver("Mutation.publish", none("ctx.args"))
    api.resolver(
        "Subscription.onOrderUpdated",
        none("null", "if (ctx.args.customerId !== ctx.identity.sub) util.unauthorized();"),
    )
    return api


def test_receives_as_a_customer(orders: Api, pool: UserPool, ca: Path) -> None:
    tokens = pool.sign_in("alice")
    sub = jwt.decode(tokens["access"], options={"verify_signature": False})["sub"]
    outcome = run(orders, ca, pool, tokens=tokens, **operations(sub))
    assert outcome == {"data": {"onOrderUpdated": {"status": "PAID"}}}


def test_is_told_why_it_may_not_subscribe(orders: Api, pool: UserPool, ca: Path) -> None:
    outcome = run(orders, ca, pool, tokens=pool.sign_in("alice"), **operations("bob"))
    (error,) = outcome["errors"]
    assert "Not Authorized to access onOrderUpdated on type Subscription" in error["message"]
