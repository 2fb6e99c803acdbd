"""GraphiQL, the browser's console for a GraphQL address: index.html, and what it loads."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

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


def sign_in_route(aws: Callable[[], Aws]) -> web.RouteDef:
    """Where the page signs in: the API's user pool, whoever deployed it, and Cognito's address."""

    async def answer(request: web.Request) -> web.Response:
        try:
            place = await asyncio.to_thread(_sign_in_place, aws(), request.match_info["api_id"])
        except ClientError as error:
            raise web.HTTPNotFound from error
        return web.json_response(place)

    return web.get("/graphiql/apis/{api_id}/sign-in.json", answer)


def _sign_in_place(aws: Aws, api_id: str) -> dict[str, str]:
    api = aws.appsync.get_graphql_api(apiId=api_id)["graphqlApi"]
    assert "userPoolConfig" in api
    pool_id = api["userPoolConfig"]["userPoolId"]
    (client,) = aws.cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"]
    return {"cognitoUrl": aws.url, "userPoolId": pool_id, "clientId": client.get("ClientId", "")}
