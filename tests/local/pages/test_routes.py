"""What the pages' data is where there is no cloud, or very much in it."""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from local.appsync import Answered
from local.engine.aws import Aws
from local.mailbox import Mail
from local.pages.flow import flow_routes
from local.pages.mailbox import SHOWN, mailbox_routes
from local.pages.operations import operations_routes

NOWHERE = Aws("http://127.0.0.1:1", "http://127.0.0.1:1", "us-east-1")


def answer(routes: Iterable[web.RouteDef], path: str) -> tuple[int, Any]:
    """Status and JSON."""

    async def ask() -> tuple[int, Any]:
        app = web.Application()
        app.router.add_routes(routes)
        async with TestClient(TestServer(app)) as client, client.get(path) as response:
            return response.status, await response.json()

    return asyncio.run(ask())


def test_a_cloud_that_has_gone_is_told_in_a_line(tmp_path: Path) -> None:
    log = tmp_path / "functions.jsonl"
    routes = flow_routes(lambda: NOWHERE, log, list)
    status, body = answer(routes, "/flow.json")
    assert status == 503
    assert body["message"].startswith("The embedded cloud does not answer: ")

    log.touch()
    status, body = answer(routes, "/flow.json?order=1")
    assert status == 503
    assert "\n" not in body["message"]

    routes = operations_routes(lambda: NOWHERE, log, deque[Answered])
    status, body = answer(routes, "/operations.json")
    assert status == 503
    assert body["message"].startswith("The embedded cloud does not answer: ")


def test_the_page_has_the_newest_of_very_many_mails() -> None:
    began = datetime(2026, 11, 24, tzinfo=UTC)
    mails = [
        Mail(sender="s", to="t", subject=str(n), text="", at=began + timedelta(seconds=n))
        for n in range(SHOWN + 1)
    ]
    status, body = answer(mailbox_routes(lambda: mails), "/mailbox/mails.json")
    assert (status, body["total"], len(body["mails"])) == (200, SHOWN + 1, SHOWN)
    assert body["mails"][0]["subject"] == str(SHOWN)
    _, everything = answer(mailbox_routes(lambda: mails), "/mailbox.json")
    assert everything[0] == {"sender": "s", "to": "t", "subject": "0", "text": ""}
    assert len(everything) == SHOWN + 1
