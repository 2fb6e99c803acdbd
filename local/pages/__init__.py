"""Pages about the embedded cloud: an index, its mail, orders on their way, and how the stage is.

A browser, which accepts `text/html`, gets a page; whoever else asks gets JSON.
"""

from collections import deque
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from local.appsync import Answered
from local.engine.aws import Aws
from local.mailbox import Mailbox
from local.pages.documents import asset_routes
from local.pages.flow import flow_routes
from local.pages.index import index_routes
from local.pages.mailbox import mailbox_routes
from local.pages.operations import operations_routes


def page_routes(
    aws: Callable[[], Aws],
    mailbox: Mailbox,
    function_log: Path,
    answered: Callable[[], deque[Answered]],
    storefront: Callable[[], str | None],
) -> list[web.RouteDef]:
    """The index at `/`, `/mailbox`, `/flow` and `/operations`, what they load, and their data.

    Args:
        function_log: as local/cloud/function_log.py writes it.
        answered: the API's requests.
        storefront: the storefront's address, where it is served.
    """
    return [
        *index_routes(aws, storefront),
        *mailbox_routes(mailbox.mails),
        *flow_routes(aws, function_log, mailbox.from_topics),
        *operations_routes(aws, function_log, answered),
        *asset_routes(),
    ]
