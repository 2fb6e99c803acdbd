"""How the stage is: the figures of its dashboard, as far as the embedded cloud can observe them."""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from local.appsync import Answered
from local.engine.aws import Aws
from local.pages.documents import data, page
from local.pages.operations.observer import Observer

_CONTENT = (Path(__file__).parent / "page.html").read_text()


def operations_routes(
    aws: Callable[[], Aws], function_log: Path, answered: Callable[[], deque[Answered]]
) -> list[web.RouteDef]:
    """`/operations`, and `/operations.json`: an `Operations` of figures.py."""
    observer = Observer(aws, function_log, answered)

    async def show(_request: web.Request) -> web.Response:
        return page("Operations", _CONTENT, assets="operations/operations")

    async def look(request: web.Request) -> web.Response:
        try:
            operations = await asyncio.to_thread(observer.operations)
        except (OSError, BotoCoreError, ClientError) as error:
            message = f"The embedded cloud does not answer: {error}"
            return web.json_response({"message": message}, status=503)
        return data(request, operations.as_json())

    return [web.get("/operations", show), web.get("/operations.json", look)]
