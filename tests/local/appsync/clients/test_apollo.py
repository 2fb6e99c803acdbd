"""Apollo's client with AppSync's own links for it, unchanged."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from tests.local.appsync.deployment import REGION, Api, UserPool, deploy, none, user_pool_settings
from tests.local.processes import run_node

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

CLIENT = Path(__file__).parent / "apollo_client.cjs"
SDL = """
type Query { order(id: ID!): Order @aws_api_key @aws_iam @aws_cognito_user_pools }
type Mutation {
  publish(customerId: ID!, status: String!): Order @aws_api_key @aws_iam @aws_cognito_user_pools
}
type Order @aws_api_key @aws_iam @aws_cognito_user_pools { customerId: ID! status: String! }
type Subscription {
  onOrderUpdated(customerId: ID!): Order
    @aws_api_key @aws_iam @aws_cognito_user_pools @aws_subscribe(mutations: ["publish"])
}
"""


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient", pool: UserPool) -> Api:
    provider = user_pool_settings(pool)
    del provider["userPoolConfig"]["defaultAction"]
    providers = [provider, {"authenticationType": "AWS_IAM"}]
    api = deploy(appsync, SDL, additionalAuthenticationProviders=providers)
    api.resolver("Query.order", none("({ customerId: ctx.args.id, status: 'PENDING' })"))
    api.resolver("Mutation.publish", none("ctx.args"))
    api.resolver(
        "Subscription.onOrderUpdated",
        none(
            "null",
            "if (ctx.identity?.sub && ctx.args.customerId !== ctx.identity.sub) "
            "{ util.unauthorized(); }",
        ),
    )
    return api


def run(api: Api, ca: Path, auth: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """What a query and a subscription, and the mutation that it waits for, come to."""
    given = {
        "url": api.url,
        "region": REGION,
        "auth": auth,
        "query": f'{{ order(id: "{customer_id}") {{ status }} }}',
        "subscription": f'subscription {{ onOrderUpdated(customerId: "{customer_id}") '
        "{ status } }",
        "mutation": f'mutation {{ publish(customerId: "{customer_id}", status: "PAID") '
        "{ customerId status } }",
    }
    return run_node(CLIENT, ca, given)


def by_token(token: str) -> dict[str, Any]:
    return {"type": "AMAZON_COGNITO_USER_POOLS", "jwtToken": token}


@pytest.mark.parametrize("mode", ["key", "token", "signature"])
def test_queries_and_receives(api: Api, pool: UserPool, ca: Path, mode: str) -> None:
    customer_id = "alice"
    match mode:
        case "key":
            auth = {"type": "API_KEY", "apiKey": api.headers["x-api-key"]}
        case "token":
            token = pool.sign_in("alice")["id"]
            customer_id = jwt.decode(token, options={"verify_signature": False})["sub"]
            auth = by_token(token)
        case _:
            root = {"accessKeyId": "test", "secretAccessKey": "test"}
            auth = {"type": "AWS_IAM", "credentials": root}
    came = run(api, ca, auth, customer_id)
    assert came["queried"]["data"]["order"]["status"] == "PENDING"
    assert came["outcome"]["data"]["onOrderUpdated"]["status"] == "PAID"


def test_is_told_why_it_may_not_subscribe(api: Api, pool: UserPool, ca: Path) -> None:
    came = run(api, ca, by_token(pool.sign_in("alice")["id"]), "bob")
    message = "Not Authorized to access onOrderUpdated on type Subscription"
    assert message in came["outcome"]["error"]


def test_is_told_why_it_may_not_connect(api: Api, ca: Path) -> None:
    came = run(api, ca, {"type": "API_KEY", "apiKey": "unknown"}, "alice")
    assert "401" in came["queried"]["error"]
    assert "UnauthorizedException" in came["outcome"]["error"]
