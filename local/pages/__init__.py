"""Pages about what the embedded cloud has: an index of it, its mail, and orders on their way.

A browser, which accepts `text/html`, gets a page; whoever else asks gets JSON.
"""

from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from local.engine.aws import Aws
from local.mailbox import Mailbox
from local.pages.documents import asset_routes
from local.pages.flow import flow_routes
from local.pages.index import index_routes
from local.pages.mailbox import mailbox_routes


def page_routes(
    aws: Callable[[], Aws],
    mailbox: Mailbox,
    function_log: Path,
    storefront: Callable[[], str | None],
) -> list[web.RouteDef]:
    """The index at `/`, `/mailbox` and `/flow`, what they load, and their data.

    Args:
        function_log: as local/cloud/function_log.py writes it.
        storefront: the storefront's address, where it is served.
    """
    return [
        *index_routes(aws, storefront),
        *mailbox_routes(mailbox.mails),
        *flow_routes(aws, function_log, mailbox.from_topics),
        *asset_routes(),
    ]
