"""The stage's mail, to read back: SES's to customers, SNS's to a topic's subscribers."""

import asyncio
import json
import re
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from local.engine.aws import ACCOUNT

# What a mail about an order begins with, and its id.
ORDER = re.compile(r"^Order (\S+), placed at", re.MULTILINE)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail, as its reader sees it.

    Args:
        at: when it was sent; two mails that differ in nothing else are equal.
    """

    sender: str
    to: str
    subject: str
    text: str
    at: datetime = field(default_factory=_now, compare=False)


class Mailbox:
    """Reads what SES sent from the emulator; receives what SNS mails by a subscription of its own.

    The emulator confirms an e-mail subscription by itself and sends nothing, so the engine
    subscribes this mailbox over HTTP beside it (local/engine/providers/sns.py).
    """

    def __init__(self, emulator_url: str) -> None:
        self._emulator_url = emulator_url
        self._from_topics: list[Mail] = []
        self.routes = (web.post("/mailbox/{address}", self._receive),)

    def mails(self) -> list[Mail]:
        """Every mail so far."""
        url = f"{self._emulator_url}/_ministack/ses/messages?account={ACCOUNT}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            sent: list[dict[str, Any]] = json.load(answer)["messages"].get(ACCOUNT, [])
        from_ses = [
            Mail(
                sender=mail["Source"],
                to=", ".join(mail["To"]),
                subject=mail["Subject"],
                text=mail["BodyText"],
                at=datetime.fromtimestamp(mail["Timestamp"], UTC),
            )
            for mail in sent
        ]
        return from_ses + self._from_topics

    def from_topics(self) -> list[Mail]:
        """What SNS has mailed; nobody is asked for it."""
        return list(self._from_topics)

    async def _receive(self, request: web.Request) -> web.Response:
        message = json.loads(await request.text())
        if message["Type"] == "SubscriptionConfirmation":
            confirm = f"{self._emulator_url}/?Action=ConfirmSubscription"
            confirm += f"&TopicArn={message['TopicArn']}&Token={message['Token']}"
            await asyncio.to_thread(lambda: urllib.request.urlopen(confirm, timeout=10).close())
        else:
            self._from_topics.append(
                Mail(
                    sender="no-reply@sns.amazonaws.com",
                    to=request.match_info["address"],
                    subject=message["Subject"],
                    text=message["Message"],
                )
            )
        return web.Response()
