"""Follows what the functions of the running embedded cloud log."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from local.cloud import FUNCTION_LOG, CloudError
from local.running import addresses
from local.watch import Entry, LogFile

LOOK_SECONDS = 0.3


def run(order_id: str | None) -> int:
    """Print it from the cloud's start on, until the cloud or the reader has gone.

    Args:
        order_id: of the order whose entries alone are printed.

    Raises:
        CloudError: no embedded cloud runs.
    """
    log = LogFile(Path(addresses()["folder"]) / FUNCTION_LOG)
    try:
        follow(log, order_id, addresses, lambda entry: print(entry, flush=True))  # noqa: T201
    except BrokenPipeError:
        # Nobody reads any more: nor is there anything to flush at the end.
        sys.stdout = None
    return 0


def follow(
    log: LogFile,
    order_id: str | None,
    look: Callable[[], object],
    show: Callable[[Entry], None],
) -> None:
    """As `run`; `look` raises CloudError once the cloud has gone."""
    while True:
        try:
            for entry in log.new():
                if order_id is None or entry.is_about(order_id):
                    show(entry)
            look()
        except (FileNotFoundError, CloudError):
            return
        time.sleep(LOOK_SECONDS)
