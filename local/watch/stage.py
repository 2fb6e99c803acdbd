"""Looks at a deployed stage on a thread of its own, and says what goes wrong there."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from local import STAGE
from local.engine import name_prefix
from local.engine.aws import Aws
from local.watch.log import Entry, LogFile
from ops.dead_letters.cause import cause_of

LOOK_SECONDS = 0.5
COUNT_SECONDS = 3
# How soon what has been told already may be told again, as one line with a number.
AGAIN_SECONDS = 10

# infra/dead_letters.py names them so; and what SNS cannot deliver.
DEAD_LETTERS = re.compile(r"-dead-letters-|-undelivered-mail-")

Show = Callable[[str], None]


class Watch:
    """Shows what functions warn of, fail by, and what comes to rest in dead-letter queues.

    Args:
        log: of the functions; what is in it already is left out.
        show: is handed each message, of one line or more; on the watch's own thread.
        warnings: whether warnings are shown, too.

    Attributes:
        errors: how many there were: entries of the log, and dead letters.
        failing: the functions whose last entry was an error.
    """

    def __init__(self, aws: Aws, log: LogFile, show: Show, *, warnings: bool) -> None:
        self.errors = 0
        self.failing: set[str] = set()
        self._log = log
        self._show = show
        self._warnings = warnings
        self._teller = Teller()
        self._queues = DeadLetters(aws)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._log.skip()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look once more, and end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        counted = float("-inf")
        while True:
            last = self._stopping.wait(LOOK_SECONDS)
            now = time.monotonic()
            try:
                self._tell(self._log.new(), now)
                if last or now - counted >= COUNT_SECONDS:
                    counted = now
                    for message, number in self._queues.grown():
                        self.errors += number
                        self._show(message)
            except (OSError, BotoCoreError, ClientError):
                # The cloud is ending, or its emulator was killed: others tell of that.
                pass
            if last:
                return

    def _tell(self, entries: list[Entry], now: float) -> None:
        for entry in entries:
            self.errors += entry.error
            (self.failing.add if entry.error else self.failing.discard)(entry.function)
        shown = [entry for entry in entries if entry.error or (entry.trouble and self._warnings)]
        for message in self._teller.messages(shown, now):
            self._show(message)


class Teller:
    """Makes messages of entries: what comes again and again is told in full once."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}
        self._untold: Counter[str] = Counter()

    def messages(self, entries: list[Entry], now: float) -> list[str]:
        """What to say of new entries, and of those that were held back before.

        Args:
            now: in seconds, of a clock that never goes back.
        """
        said: list[str] = []
        for entry in entries:
            what = f"{entry.function}: {entry.message}"
            if what in self._told:
                self._untold[what] += 1
                continue
            self._told[what] = now
            order = f" (order {entry.keys['orderId']})" if "orderId" in entry.keys else ""
            cause = f"\n  {entry.cause}" if entry.cause else ""
            said.append(f"{entry.level} in {what}{order}{cause}")
        for what, number in list(self._untold.items()):
            if now - self._told[what] >= AGAIN_SECONDS:
                self._told[what] = now
                del self._untold[what]
                said.append(f"{number} more in {what}")
        return said


class DeadLetters:
    """The stage's dead-letter queues, whoever deployed it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._held: Counter[str] = Counter()

    def grown(self) -> list[tuple[str, int]]:
        """What to say of each queue that has grown since this was asked last, and by how many."""
        grown: list[tuple[str, int]] = []
        queues = self._aws.sqs.list_queues(QueueNamePrefix=name_prefix(STAGE)).get("QueueUrls", [])
        for url in queues:
            if not DEAD_LETTERS.search(url):
                continue
            held, before = self._count(url), self._held[url]
            self._held[url] = held
            if held > before:
                cause = self._cause(url)
                grown.append(
                    (
                        f"ERROR {held} in the dead-letter queue {url.rpartition('/')[2]}"
                        + (f"\n  {cause}" if cause else ""),
                        held - before,
                    )
                )
        return grown

    def _count(self, url: str) -> int:
        attributes = self._aws.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])

    def _cause(self, url: str) -> str:
        """Why a message rests, as far as it says so itself; it goes on resting."""
        received = self._aws.sqs.receive_message(
            QueueUrl=url, VisibilityTimeout=0, MessageAttributeNames=["cause"]
        )
        return next(map(cause_of, received.get("Messages", [])), "")
