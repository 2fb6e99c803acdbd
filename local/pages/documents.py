"""Pages, what they load, and the data that they ask for again and again."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web

_HERE = Path(__file__).parent
_PAGE = Template((_HERE / "page.html").read_text())
# Names under /pages, in whichever room.
_ASSETS = (
    "pages.css",
    "icon.svg",
    "live.mjs",
    "mailbox/mailbox.css",
    "mailbox/mailbox.mjs",
    "flow/flow.css",
    "flow/flow.mjs",
    "flow/picture.mjs",
    "operations/operations.css",
    "operations/operations.mjs",
    "operations/chart.mjs",
)
# What a page shows was written by whoever orders: nothing of it can be code.
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_browser(request: web.Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def page(title: str, content: str, *, assets: str | None = None) -> web.Response:
    """A page with the header of all.

    Args:
        content: HTML of its `main`.
        assets: what its own style sheet and script are called, without `.css` and `.mjs`.
    """
    head = (
        f'<link rel="stylesheet" href="/pages/{assets}.css" />'
        f'<script type="module" src="/pages/{assets}.mjs"></script>'
        if assets
        else ""
    )
    text = _PAGE.substitute(title=escape(title), head=head, content=content)
    return web.Response(text=text, content_type="text/html", headers=SECURITY)


def asset_routes() -> list[web.RouteDef]:
    return [web.get(f"/pages/{asset}", _answer_with(_HERE / asset)) for asset in _ASSETS]


def _answer_with(asset: Path) -> Handler:
    async def answer(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(asset, headers={"Cache-Control": "no-cache", **SECURITY})

    return answer


def data(request: web.Request, found: Any) -> web.Response:
    """JSON; 304 without it for whoever has it already."""
    text = json.dumps(found)
    tag = hashlib.sha256(text.encode()).hexdigest()
    known = any(each.value == tag for each in request.if_none_match or ())
    answer = (
        web.Response(status=304)
        if known
        else web.Response(text=text, content_type="application/json")
    )
    answer.etag = tag
    answer.headers["Cache-Control"] = "no-cache"
    return answer
