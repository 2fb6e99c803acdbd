"""Where dead letters go: round again, or into a file; only then are they taken off their queue."""

import json
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ops.dead_letters.letter import Letter
from ops.dead_letters.stream import publish_again
from ops.stage import OpsError, Stage
from ops.terminal import plain_json

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

# SQS's most for all messages of a batch is more; one message alone may have as much as it likes.
MOST_BATCH_BYTES = 200_000


class Door(Protocol):
    """Takes letters, and says which are safely elsewhere."""

    def take(self, letters: Sequence[Letter]) -> list[Letter]: ...


class QueueDoor:
    """Sends their bodies to a queue.

    Not their attributes: why a message rested once would be said of it for ever.
    """

    def __init__(self, stage: Stage, url: str) -> None:
        self._stage = stage
        self._url = url

    def take(self, letters: Sequence[Letter]) -> list[Letter]:
        return [letter for batch in _by_size(letters) for letter in self._send(batch)]

    def _send(self, letters: Sequence[Letter]) -> list[Letter]:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(index), "MessageBody": letter.body} for index, letter in enumerate(letters)
        ]
        answer = self._stage.sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        return [letters[int(sent["Id"])] for sent in answer.get("Successful", [])]


def _by_size(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    batch, size = list[Letter](), 0
    for letter in letters:
        more = len(letter.body.encode())
        if batch and size + more > MOST_BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch, size = [*batch, letter], size + more
    if batch:
        yield batch


class BroadcastDoor:
    """Has the orders whose changes the letters tell of published as they are now."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def take(self, letters: Sequence[Letter]) -> list[Letter]:
        return [letter for letter in letters if publish_again(self._stage, letter)]


class FileDoor:
    """Appends them to a file, a line of JSON each, that is on the disk before they are deleted."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def take(self, letters: Sequence[Letter]) -> list[Letter]:
        lines = [json.dumps(letter.document(), default=plain_json) + "\n" for letter in letters]
        written = "".join(lines).encode()
        while written:
            written = written[os.write(self._descriptor, written) :]
        os.fsync(self._descriptor)
        return list(letters)


@contextmanager
def file_door(file: Path) -> Generator[FileDoor]:
    """A door into a file, which is made for its owner alone, or added to.

    Raises:
        OpsError: it cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise OpsError(f"{file} cannot be written ({error.strerror}): name another.") from error
    try:
        yield FileDoor(descriptor)
    except OSError as error:
        raise OpsError(
            f"{file} cannot be written ({error.strerror}); what is not in it rests."
        ) from error
    finally:
        os.close(descriptor)
