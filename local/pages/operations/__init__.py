"""How the stage is: the figures of its dashboard, as far as the embedded cloud can observe them."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from local.appsync import Answered
from local.engine.aws import Aws
from local.pages.documents import page
from local.pages.looks import answer
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
        return await answer(request, observer.operations)

    return [web.get("/operations", show), web.get("/operations.json", look)]
