"""Orders on their way through the system: a page that shows it, and the same as JSON."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from string import Template

from aiohttp import web

from local.engine.aws import Aws
from local.mailbox import Mail
from local.pages.documents import page
from local.pages.flow.observer import Observer
from local.pages.looks import answer

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
        return await answer(request, partial(observer.flow, order_id))

    return [web.get("/flow", show), web.get("/flow.json", look)]
