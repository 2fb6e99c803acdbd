"""Orders on their way through the system: a page that shows it, and the same as JSON."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from string import Template

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from local.engine.aws import Aws
from local.mailbox import Mail
from local.pages.documents import data, page
from local.pages.flow.observer import Observer

_HERE = Path(__file__).parent
_CONTENT = Template((_HERE / "page.html").read_text()).substitute(
    picture=(_HERE / "picture.svg").read_text()
)


def flow_routes(
    aws: Callable[[], Aws], function_log: Path, from_topics: Callable[[], list[Mail]]
) -> list[web.RouteDef]:
    """`/flow`, and `/flow.json`: a `Flow` of story.py; `?order=` an order's id, of that alone."""
    observer = Observer(aws, function_log, from_topics)

    async def show(_request: web.Request) -> web.Response:
        return page("Flow", _CONTENT, assets="flow/flow")

    async def look(request: web.Request) -> web.Response:
        order_id = request.query.get("order", "").strip() or None
        try:
            flow = await asyncio.to_thread(observer.flow, order_id)
        except (OSError, BotoCoreError, ClientError) as error:
            message = f"The embedded cloud does not answer: {error}"
            return web.json_response({"message": message}, status=503)
        return data(request, flow.as_json())

    return [web.get("/flow", show), web.get("/flow.json", look)]
