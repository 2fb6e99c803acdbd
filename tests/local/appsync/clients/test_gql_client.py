"""gql's AppSync transport, unchanged."""

import asyncio
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from gql import Client, gql
from gql.transport.appsync_auth import (
    AppSyncApiKeyAuthentication,
    AppSyncAuthentication,
    AppSyncJWTAuthentication,
)
from gql.transport.appsync_websockets import AppSyncWebsocketsTransport
from gql.transport.exceptions import TransportQueryError, TransportServerError

from tests.local.appsync.deployment import Api, UserPool, deploy, none, user_pool_settings

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { a: Int }
type Mutation {
  publish(customerId: ID!, id: ID!): Order @aws_api_key @aws_cognito_user_pools
}
type Order @aws_api_key @aws_cognito_user_pools { customerId: ID! id: ID! }
type Subscription {
  onOrderUpdated(customerId: ID!, id: ID): Order
    @aws_api_key @aws_cognito_user_pools @aws_subscribe(mutations: ["publish"])
}
"""


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient", pool: UserPool) -> Api:
    provider = user_pool_settings(pool)
    del provider["userPoolConfig"]["defaultAction"]
    api = deploy(appsync, SDL, additionalAuthenticationProviders=[provider])
    api.resolver("Mutation.publish", none("ctx.args"))
    api.resolver(
        "Subscription.onOrderUpdated",
        none(
            "null",
            "if (ctx.identity && ctx.args.customerId !== ctx.identity.sub) util.unauthorized();",
        ),
    )
    return api


async def watch(
    api: Api, authentication: AppSyncAuthentication, customer_id: str, ca: Path | None
) -> list[Any]:
    """Subscribe, publish three orders of the customer and one of another, return what came."""
    scheme = "wss" if ca else "ws"
    transport = AppSyncWebsocketsTransport(
        url=f"{scheme}{api.url.removeprefix('http')}",
        auth=authentication,
        ssl=ssl.create_default_context(cafile=ca) if ca else False,
    )
    received: list[Any] = []
    async with Client(transport=transport) as session:
        query = gql("subscription ($of: ID!) { onOrderUpdated(customerId: $of) { id } }")
        query.variable_values = {"of": customer_id}
        events = session.subscribe(query)
        waiting = asyncio.ensure_future(anext(events))
        # gql does not tell of an acknowledgement: publish until something comes.
        while not waiting.done():
            await asyncio.to_thread(publish, api, customer_id, "first")
            await asyncio.wait([waiting], timeout=0.01)
        received.append(await waiting)
        await asyncio.to_thread(publish, api, "somebody else", "foreign")
        await asyncio.to_thread(publish, api, customer_id, "last")
        async for event in events:
            received.append(event)
            if event["onOrderUpdated"]["id"] == "last":
                break
        await events.aclose()
    return [event["onOrderUpdated"]["id"] for event in received]


def publish(api: Api, customer_id: str, identifier: str) -> None:
    assert api.run(
        "mutation ($of: ID!, $id: ID!) { publish(customerId: $of, id: $id) { customerId id } }",
        of=customer_id,
        id=identifier,
    ).data


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("mode", ["key", "id", "access"])
def test_receives(api: Api, pool: UserPool, ca: Path, tls: bool, mode: str) -> None:
    host = api.url.split("/")[2]
    if mode == "key":
        customer_id = "alice"
        authentication: AppSyncAuthentication = AppSyncApiKeyAuthentication(
            host=host, api_key=api.headers["x-api-key"]
        )
    else:
        token = pool.sign_in("alice")[mode]
        customer_id = jwt.decode(token, options={"verify_signature": False})["sub"]
        authentication = AppSyncJWTAuthentication(host=host, jwt=token)
    received = asyncio.run(watch(api, authentication, customer_id, ca if tls else None))
    assert set(received) == {"first", "last"}
    assert received[-1] == "last"


def test_is_refused_as_another_customer(api: Api, pool: UserPool) -> None:
    token = pool.sign_in("alice")["access"]
    authentication = AppSyncJWTAuthentication(host=api.url.split("/")[2], jwt=token)
    with pytest.raises(TransportQueryError, match="Not Authorized to access onOrderUpdated"):
        asyncio.run(watch(api, authentication, "bob", None))


def test_is_refused_with_a_wrong_key(api: Api) -> None:
    authentication = AppSyncApiKeyAuthentication(host=api.url.split("/")[2], api_key="unknown")
    with pytest.raises(TransportServerError, match="UnauthorizedException"):
        asyncio.run(watch(api, authentication, "alice", None))
