"""GraphiQL, the browser's console for a GraphQL address: index.html, and what it loads."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web
from botocore.exceptions import ClientError

from local.engine.aws import Aws

_HERE = Path(__file__).parent
_NODE_MODULES = Path(__file__).parents[2] / "node_modules"
ASSETS = (
    _HERE / "page.mjs",
    _HERE / "realtime.mjs",
    _NODE_MODULES / "amazon-cognito-identity-js/dist/amazon-cognito-identity.min.js",
    _NODE_MODULES / "graphiql/graphiql.min.css",
    _NODE_MODULES / "graphiql/graphiql.min.js",
    _NODE_MODULES / "react/umd/react.production.min.js",
    _NODE_MODULES / "react-dom/umd/react-dom.production.min.js",
)


def asset_routes() -> list[web.RouteDef]:
    """The scripts and styles that index.html asks for, by their names under /graphiql."""
    return [web.get(f"/graphiql/{asset.name}", _answer_with(asset)) for asset in ASSETS]


def _answer_with(asset: Path) -> Callable[[web.Request], Awaitable[web.FileResponse]]:
    async def answer(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(asset)

    return answer


def sign_in_routes(emulator_url: str, aws: Callable[[], Aws]) -> list[web.RouteDef]:
    """Where the page signs in: the API's user pool, whoever deployed it, and Cognito itself.

    Cognito is forwarded to: where the emulator enforces IAM, no page of another origin may read its
    answers.
    """

    async def pool(request: web.Request) -> web.Response:
        try:
            ids = await asyncio.to_thread(_pool_of, aws(), request.match_info["api_id"])
        except ClientError as error:
            raise web.HTTPNotFound from error
        return web.json_response(ids)

    async def cognito(request: web.Request) -> web.Response:
        target = request.headers.get("X-Amz-Target", "")
        if not target.startswith("AWSCognitoIdentityProviderService."):
            raise web.HTTPBadRequest
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(emulator_url, data=await request.read(), headers=headers) as answer,
        ):
            return web.Response(
                status=answer.status,
                body=await answer.read(),
                content_type="application/x-amz-json-1.1",
            )

    return [
        web.get("/graphiql/apis/{api_id}/pool.json", pool),
        web.post("/graphiql/cognito", cognito),
    ]


def _pool_of(aws: Aws, api_id: str) -> dict[str, str]:
    api = aws.appsync.get_graphql_api(apiId=api_id)["graphqlApi"]
    if "userPoolConfig" not in api:
        raise web.HTTPNotFound
    pool_id = api["userPoolConfig"]["userPoolId"]
    client = aws.cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"][0]
    return {"userPoolId": pool_id, "clientId": client.get("ClientId", "")}
