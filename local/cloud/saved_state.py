"""Keeps the state of one run for the next: whole, or as the run before it left it."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from local.cloud.emulator import SAVED, CloudError

LOCK_WITHIN_SECONDS = 3


class SavedState:
    """A folder whose content outlives a run; one run at a time has it.

    A run works on a copy. The emulator saves as it ends, and the copy counts from then on; a run
    that was killed before leaves the state that it began with.

    Args:
        folder: is created where there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = folder / "running"
        self._saved = folder / "saved"
        self._lock: int | None = None

    @property
    def lock(self) -> int:
        """Descriptor of the lock, for the emulator to hold too: it may outlive its parent."""
        assert self._lock is not None
        return self._lock

    @property
    def whole(self) -> bool:
        """Whether the emulator has saved all of its state."""
        return (self.running / SAVED).is_file()

    def clear(self) -> None:
        """Begin with nothing instead."""
        shutil.rmtree(self.running)
        self.running.mkdir()

    def __enter__(self) -> Self:
        """Take the folder, with the state that was saved last.

        Raises:
            CloudError: another run has it, or what was saved is damaged.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(self._lock):
            self.__exit__()
            raise CloudError(
                f"Another embedded cloud runs on {self.folder}, or is saving to it as it ends. "
                "Stop it first, or run without PERSIST=1 (--persist)."
            )
        if self.whole:
            shutil.rmtree(self._saved, ignore_errors=True)
            self.running.rename(self._saved)
        shutil.rmtree(self.running, ignore_errors=True)
        if self._saved.is_dir():
            shutil.copytree(self._saved, self.running, ignore=shutil.ignore_patterns("tmp", SAVED))
            try:
                self._change("sqs", _return_messages)
                self._change("lambda", _rewind_streams)
            except BaseException:
                self.__exit__()
                raise
        else:
            self.running.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _change(self, service: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change a service's state, where it has any."""
        file = self.running / "state" / f"{service}.json"
        try:
            with contextlib.suppress(FileNotFoundError):
                state = json.loads(file.read_text())
                change(state["payload"])
                file.write_text(json.dumps(state))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise damaged(file, error, self.folder) from error


def damaged(file: Path, error: Exception, folder: Path) -> CloudError:
    """Says which file of a state folder cannot be used, and what to do."""
    what = f"{type(error).__name__}: {error}"
    return CloudError(f"{file} is damaged ({what}). To begin anew: rm -r {folder}")


def _locked(lock: int) -> bool:
    """Whether the lock could be had, at once or as soon as a run that was killed has saved."""
    deadline = time.monotonic() + LOCK_WITHIN_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True


def _return_messages(sqs: dict[str, Any]) -> None:
    """Make messages visible that were in flight: their receivers ended with the emulator.

    Otherwise they would come again only after the visibility timeout, which is minutes.
    """
    for queue in sqs["queues"]["data"].values():
        for message in queue["messages"]:
            if message["receive_count"]:
                message["visible_at"] = 0


def _rewind_streams(functions: dict[str, Any]) -> None:
    """Have streams read from their beginning: the emulator keeps positions, but no records."""
    functions["dynamodb_stream_positions"]["data"].clear()
