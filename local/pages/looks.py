"""Looks at the stage, each shared by all who ask for it while it is good."""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from local.pages.documents import data

LOOK_SECONDS = 0.4
# Of a processor's time, what is spent on looks at most: many orders are not slowed down by it.
SHARE = 0.2


class _Shown(Protocol):
    def as_json(self) -> dict[str, Any]: ...


Of = TypeVar("Of", bound=Hashable)
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class _Look(Generic[Seen]):
    seen: Seen
    # By the monotonic clock.
    good_until: float


class Looks(Generic[Of, Seen]):
    """What was seen, by what it is of.

    Args:
        look: at the stage, by one thread at a time.
    """

    def __init__(self, look: Callable[[Of], Seen]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._looks = dict[Of, _Look[Seen]]()

    def at(self, of: Of) -> Seen:
        """What is to be seen now.

        Raises:
            OSError, BotoCoreError, ClientError: the cloud does not answer.
        """
        with self._lock:
            now, spent = time.monotonic(), time.thread_time()
            self._looks = {key: look for key, look in self._looks.items() if now < look.good_until}
            if of not in self._looks:
                seen = self._look(of)
                spent = time.thread_time() - spent
                good_until = time.monotonic() + max(LOOK_SECONDS, spent / SHARE)
                self._looks[of] = _Look(seen, good_until)
            return self._looks[of].seen


async def answer(request: web.Request, look: Callable[[], _Shown]) -> web.Response:
    """What is seen, as JSON; 503 where the cloud does not answer."""
    try:
        seen = await asyncio.to_thread(look)
    except (OSError, BotoCoreError, ClientError) as error:
        message = f"The embedded cloud does not answer: {error}"
        return web.json_response({"message": message}, status=503)
    return data(request, seen.as_json())
