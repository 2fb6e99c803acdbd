"""The stage's mail: a page that reads it, and the mail as JSON."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from local.mailbox import ORDER, Mail
from local.pages.documents import data, is_browser, page

_CONTENT = (Path(__file__).parent / "page.html").read_text()
# The page has the newest; all are in /mailbox.json.
SHOWN = 500
# "Your verification code is 123456."
CODE = re.compile(r"\bcode\b\D{0,40}\b(\d{6})\b", re.IGNORECASE)


def mailbox_routes(mails: Callable[[], list[Mail]]) -> list[web.RouteDef]:
    """`/mailbox`, JSON for whoever is no browser, as `/mailbox.json`; and the page's own data.

    `/mailbox/mails.json` is `{"total", "mails": [{"sender", "to", "subject", "text", "at", "code",
    "order"}]}`, newest first: `code` is a confirmation code, `order` the id of the order that the
    mail is about; null where there is none.
    """

    async def mailbox(request: web.Request) -> web.Response:
        if is_browser(request) and not request.path.endswith(".json"):
            return page("Mailbox", _CONTENT, assets="mailbox/mailbox")
        found = await asyncio.to_thread(mails)
        return web.json_response([as_json(mail) for mail in found])

    async def newest(request: web.Request) -> web.Response:
        found = await asyncio.to_thread(mails)
        newest = sorted(found, key=lambda mail: mail.at, reverse=True)[:SHOWN]
        return data(request, {"total": len(found), "mails": [_shown(mail) for mail in newest]})

    return [
        web.get("/mailbox", mailbox),
        web.get("/mailbox.json", mailbox),
        web.get("/mailbox/mails.json", newest),
    ]


def as_json(mail: Mail) -> dict[str, str]:
    return {
        "sender": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
    }


def _shown(mail: Mail) -> dict[str, Any]:
    code, order = CODE.search(mail.text), ORDER.search(mail.text)
    return as_json(mail) | {
        "at": mail.at.isoformat(timespec="milliseconds"),
        "code": code and code[1],
        "order": order and order[1],
    }
