"""Looks at what rests, and puts it back: it is hidden from others for as long as that takes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ops.dead_letters.letter import Letter, letter_of
from ops.dead_letters.queues import DeadLetterQueue, depth
from ops.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import DeleteMessageBatchRequestEntryTypeDef

BATCH = 10
# A command that is killed hides what it held for so long; where it holds all of a long queue, for
# as long as it may take to look through that.
HOLD_SECONDS = 30
LETTERS_A_SECOND = 50
# SQS then asks all of its servers, not some.
LONG_POLL_SECONDS = 1


class Look:
    """Receives every letter of a queue once, as a context manager that puts them back.

    Args:
        completed: what is to be added to letters that were received.
        keeps: letters are held to the end, and not deleted as they come.
    """

    def __init__(
        self,
        stage: Stage,
        queue: DeadLetterQueue,
        completed: Callable[[list[Letter]], list[Letter]] = lambda letters: letters,
        *,
        keeps: bool = True,
    ) -> None:
        self._stage = stage
        self._queue = queue
        self._completed = completed
        self._held: dict[str, str] = {}
        self.depth = depth(stage, queue.url)
        self._hold_seconds = HOLD_SECONDS + (self.depth.all // LETTERS_A_SECOND if keeps else 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        handles = list(self._held.values())
        for start in range(0, len(handles), BATCH):
            # One that is not held any more has come back by itself.
            self._stage.sqs.change_message_visibility_batch(
                QueueUrl=self._queue.url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                    for index, handle in enumerate(handles[start : start + BATCH])
                ],
            )

    def batches(self, most: int = BATCH) -> Iterator[list[Letter]]:
        """Ten at most at a time, until there are no more.

        Args:
            most: how many at a time.
        """
        seen = set[str]()
        while True:
            received = self._stage.sqs.receive_message(
                QueueUrl=self._queue.url,
                MaxNumberOfMessages=most,
                VisibilityTimeout=self._hold_seconds,
                WaitTimeSeconds=LONG_POLL_SECONDS if len(seen) < self.depth.visible else 0,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["SentTimestamp"],
            ).get("Messages", [])
            if not received:
                return
            letters = [letter_of(self._queue.name, message) for message in received]
            self._held |= {letter.id: letter.handle for letter in letters}
            new = [letter for letter in letters if letter.id not in seen]
            seen |= {letter.id for letter in new}
            if new:
                yield self._completed(new)

    def delete(self, letters: Sequence[Letter]) -> int:
        """Take them off the queue for good; how many that could be done with."""
        if not letters:
            return 0
        entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
            {"Id": str(index), "ReceiptHandle": letter.handle}
            for index, letter in enumerate(letters)
        ]
        answer = self._stage.sqs.delete_message_batch(QueueUrl=self._queue.url, Entries=entries)
        for done in answer.get("Successful", []):
            del self._held[letters[int(done["Id"])].id]
        return len(answer.get("Successful", []))


def all_letters(look: Look) -> Iterable[Letter]:
    for letters in look.batches():
        yield from letters
