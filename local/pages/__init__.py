"""Pages about what the embedded cloud has: an index of it, and its mail.

A browser, which accepts `text/html`, gets a page; whoever else asks gets JSON.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from local.engine.aws import Aws
from local.mailbox import Mail

_PAGE = Template((Path(__file__).parent / "page.html").read_text())


def page_routes(aws: Callable[[], Aws], mails: Callable[[], list[Mail]]) -> list[web.RouteDef]:
    """The index at `/`, the mail at `/mailbox`, and as JSON alone at `/mailbox.json`."""

    async def index(request: web.Request) -> web.Response:
        addresses = await asyncio.to_thread(_addresses, aws())
        if _is_browser(request):
            return _page("The embedded cloud", _definitions(addresses))
        return web.json_response(addresses)

    async def mailbox(request: web.Request) -> web.Response:
        found = await asyncio.to_thread(mails)
        if _is_browser(request) and not request.path.endswith(".json"):
            return _page(f"Mailbox ({len(found)})", _articles(found))
        return web.json_response([asdict(mail) for mail in found])

    return [
        web.get("/", index),
        web.get("/mailbox", mailbox),
        web.get("/mailbox.json", mailbox),
    ]


def _is_browser(request: web.Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _addresses(aws: Aws) -> dict[str, str]:
    """What there is, by what it is for."""
    apis = aws.appsync.list_graphql_apis()["graphqlApis"]
    addresses = dict[str, str]()
    for api in apis:
        name, uris = api.get("name", ""), api.get("uris", {})
        addresses[f"{name}: GraphQL, and GraphiQL in a browser"] = uris.get("GRAPHQL", "")
        addresses[f"{name}: real-time"] = uris.get("REALTIME", "")
    return addresses | {
        "Mail that the stage has sent": f"{aws.gateway_url}/mailbox",
        "The same as JSON": f"{aws.gateway_url}/mailbox.json",
        "AWS's services, for an SDK or the CLI's --endpoint-url": aws.url,
        "AppSync's control plane, likewise": f"{aws.gateway_url}/v1",
    }


def _definitions(addresses: Mapping[str, str]) -> str:
    def link(url: str) -> str:
        # What a browser cannot open is no link.
        opened = url.startswith("http") and "/v1" not in url
        return f'<a href="{escape(url)}">{escape(url)}</a>' if opened else escape(url)

    items = "".join(
        f"<dt>{escape(what)}</dt><dd>{link(url)}</dd>" for what, url in addresses.items()
    )
    nothing = "" if any("GraphQL" in what for what in addresses) else "<p>No API is deployed.</p>"
    return f"{nothing}<dl>{items}</dl>"


def _articles(mails: Iterable[Mail]) -> str:
    """The newest first, as the order of sending is all that is known of their time."""
    articles = [
        f"<article><h2>{escape(mail.subject)}</h2>"
        f"<p>to {escape(mail.to)}, from {escape(mail.sender)}</p>"
        f"<pre>{escape(mail.text)}</pre></article>"
        for mail in mails
    ]
    return "".join(reversed(articles)) or "<p>Nothing has been mailed yet.</p>"


def _page(title: str, content: str) -> web.Response:
    text = _PAGE.substitute(title=escape(title), content=content)
    return web.Response(text=text, content_type="text/html")
