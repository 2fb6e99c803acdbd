"""What there is, and where."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from aiohttp import web

from local.engine.aws import Aws
from local.pages.documents import is_browser, page


@dataclass(frozen=True, kw_only=True)
class Address:
    """One of the embedded cloud's addresses.

    Args:
        opens: whether a browser opens it as a page.
        about: a sentence for who does not know it.
    """

    name: str
    url: str
    opens: bool = False
    about: str = ""


def index_routes(
    aws: Callable[[], Aws], storefront: Callable[[], str | None]
) -> list[web.RouteDef]:
    """The addresses at `/`: a page, or JSON with each address by its name."""

    async def index(request: web.Request) -> web.Response:
        found = await asyncio.to_thread(_addresses, aws(), storefront())
        if is_browser(request):
            return page("The embedded cloud", _content(found))
        return web.json_response({address.name: address.url for address in found})

    return [web.get("/", index)]


def _addresses(aws: Aws, storefront: str | None) -> list[Address]:
    found = list[Address]()
    if storefront:
        found.append(
            Address(
                name="Storefront",
                url=storefront,
                opens=True,
                about="Order as a customer, and see how it goes.",
            )
        )
    for api in aws.appsync.list_graphql_apis()["graphqlApis"]:
        name, uris = api.get("name", ""), api.get("uris", {})
        found += [
            Address(
                name=f"GraphQL, {name}",
                url=uris.get("GRAPHQL", ""),
                opens=True,
                about="In a browser GraphiQL: ask the API by hand, signed in as a customer.",
            ),
            Address(name=f"Real-time, {name}", url=uris.get("REALTIME", "")),
        ]
    gateway = aws.gateway_url
    return [
        *found,
        Address(
            name="Mailbox",
            url=f"{gateway}/mailbox",
            opens=True,
            about="What was mailed: codes, and how orders went.",
        ),
        Address(
            name="Flow",
            url=f"{gateway}/flow",
            opens=True,
            about="Orders on their way through the system, as it happens.",
        ),
        Address(
            name="Operations",
            url=f"{gateway}/operations",
            opens=True,
            about="The figures of the stage's dashboard: whether customers are well.",
        ),
        Address(name="Mail as JSON", url=f"{gateway}/mailbox.json"),
        Address(name="Flow as JSON", url=f"{gateway}/flow.json"),
        Address(name="Operations as JSON", url=f"{gateway}/operations.json"),
        Address(name="AWS's services, for an SDK or the CLI's --endpoint-url", url=aws.url),
        Address(name="AppSync's control plane, likewise", url=f"{gateway}/v1"),
    ]


def _content(addresses: list[Address]) -> str:
    pages = "".join(
        f'<li><a href="{escape(each.url)}">{escape(each.name)}</a><p>{escape(each.about)}</p></li>'
        for each in addresses
        if each.opens
    )
    others = "".join(
        f"<dt>{escape(each.name)}</dt><dd><code>{escape(each.url)}</code></dd>"
        for each in addresses
        if not each.opens
    )
    deployed = any(each.name.startswith("GraphQL") for each in addresses)
    nothing = "" if deployed else "<p>No API is deployed.</p>"
    return (
        f'<h1>The embedded cloud</h1>{nothing}<ul class="cards">{pages}</ul>'
        f'<h2>For clients</h2><dl class="addresses">{others}</dl>'
    )
