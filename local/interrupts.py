"""Ctrl-C and SIGTERM, as one interrupt that ends what runs here and leaves nothing behind."""

import os
import signal
import sys
import threading
from types import FrameType

from local.cloud.emulator import SAVE_WITHIN_SECONDS

ENDING = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130
AGAIN_AFTER_SECONDS = 0.5
# An emulator that saves its state has a minute for it.
ENDED_WITHIN_SECONDS = SAVE_WITHIN_SECONDS + 10


def raise_interrupts() -> None:
    """From now on the main thread has a KeyboardInterrupt of it, until that has its effect."""
    # Both, also where a shell started us in the background, with SIGINT ignored.
    for number in ENDING:
        signal.signal(number, _interrupt)
    signal.signal(signal.SIGALRM, _interrupt_again)
    sys.unraisablehook = _tell


def take_interrupt() -> None:
    """In the `except` of whoever goes on after it: it does not come again."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def ignore_interrupts() -> None:
    """What follows would only interrupt the cleaning up."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    ignore_interrupts()
    # The last resort, where the cleaning up does not end; the emulator ends with this process.
    last_resort = threading.Timer(ENDED_WITHIN_SECONDS, os._exit, [INTERRUPTED])
    last_resort.daemon = True
    last_resort.start()
    signal.setitimer(signal.ITIMER_REAL, AGAIN_AFTER_SECONDS, AGAIN_AFTER_SECONDS)
    raise KeyboardInterrupt


def _interrupt_again(_signal: int, _frame: FrameType | None) -> None:
    """Raise it once more where it was lost: in a finalizer, or in code that catches everything."""
    being_handled = sys.exception()
    while being_handled and not isinstance(being_handled, KeyboardInterrupt):
        being_handled = being_handled.__context__
    if being_handled is None:
        raise KeyboardInterrupt


def _tell(unraisable: "sys.UnraisableHookArgs") -> None:
    # Of an interrupt that a finalizer has lost there is nothing to tell: it comes again.
    if unraisable.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(unraisable)
