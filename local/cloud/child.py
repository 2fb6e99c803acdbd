"""Runs MiniStack in this process, and ends the whole process group when the parent is gone.

The parent holds the other end of our standard input. However it ends, by `kill -9` too, the kernel
closes that end, and everything the emulator started (Lambda and Node workers) ends with it.

Its one argument, where the state persists, is a file to make once all of it has been saved.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from local.cloud.callers import App, answering_for_callers
from local.cloud.emulator import (
    CALL_LOG_VARIABLE,
    FUNCTION_LOG_VARIABLE,
    SAVE_WITHIN_SECONDS,
)

# Functions and workflows go on while MiniStack saves one service after the other. In this order
# nothing is lost: what was taken from a queue is in an execution, what an execution did is in its
# table. What is there twice has one effect, as where a queue delivers twice.
SAVED_FIRST = ("sqs", "stepfunctions")

# Services by name, with what gives the state of each.
States = dict[str, Callable[[], Any]]


class _Failures(logging.Handler):
    """MiniStack goes on where it cannot save a service's state, and only logs it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _in_order(save_all: Callable[[States], None]) -> Callable[[States], None]:
    def save(states: States) -> None:
        first = {name: states[name] for name in SAVED_FIRST if name in states}
        save_all(first | states)

    return save


def _end_with_parent(saving: bool) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    if saving:
        # MiniStack saves as it ends; then `main` ends the group.
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SAVE_WITHIN_SECONDS)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    saved = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    threading.Thread(target=_end_with_parent, args=[saved is not None], daemon=True).start()
    sys.argv = ["ministack"]
    from ministack import app as ministack  # pyright: ignore[reportMissingTypeStubs]

    from local.cloud.call_log import write_call_log
    from local.cloud.function_log import write_function_log
    from local.cloud.mends import mend

    mend()
    write_function_log(Path(os.environ[FUNCTION_LOG_VARIABLE]))
    app = cast(App, ministack.app)
    if calls := os.environ.get(CALL_LOG_VARIABLE):
        app = write_call_log(Path(calls))(app)
    ministack.app = answering_for_callers(app)
    failures = _Failures()
    if saved:
        saved.unlink(missing_ok=True)
        logging.getLogger("persistence").addHandler(failures)
        ministack.save_all = _in_order(ministack.save_all)  # pyright: ignore[reportUnknownArgumentType]
    ministack.main()
    if saved and not failures.records:
        saved.touch()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
