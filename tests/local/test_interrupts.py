"""An interrupt is lost nowhere, and does not interrupt what cleans up after it."""

import signal
from pathlib import Path

import pytest

from tests.local.processes import run_python

BEGIN = """
import contextlib, signal, time
from local.interrupts import AGAIN_AFTER_SECONDS, raise_interrupts, take_interrupt

def wait():
    print("waits", flush=True)
    while True:
        time.sleep(0.01)

def take_longer():
    until = time.monotonic() + 3 * AGAIN_AFTER_SECONDS
    while time.monotonic() < until:
        time.sleep(0.01)

@contextlib.contextmanager
def resource():
    try:
        yield
    finally:
        take_longer()
        print("cleaned up", flush=True)

raise_interrupts()
"""
IN_CODE_THAT_CATCHES_EVERYTHING = """
with contextlib.suppress(BaseException):
    wait()
with resource():
    wait()
"""
IN_A_FINALIZER = """
class Finalized:
    def __del__(self):
        wait()

with resource():
    Finalized()
    wait()
"""
WHILE_CLEANING_UP = """
with resource():
    wait()
"""
WHILE_CLEANING_UP_FAILS = """
with resource():
    try:
        wait()
    finally:
        try:
            raise OSError
        except OSError:
            take_longer()
            print("went on", flush=True)
"""
TAKEN = """
with resource():
    try:
        wait()
    except KeyboardInterrupt:
        take_interrupt()
    take_longer()
    print("went on", flush=True)
"""


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (IN_CODE_THAT_CATCHES_EVERYTHING, ["waits", "waits", "cleaned up"]),
        (IN_A_FINALIZER, ["waits", "waits", "cleaned up"]),
        (WHILE_CLEANING_UP, ["waits", "cleaned up"]),
        (WHILE_CLEANING_UP_FAILS, ["waits", "went on", "cleaned up"]),
        (TAKEN, ["waits", "went on", "cleaned up"]),
    ],
    ids=["catches everything", "finalizer", "cleans up", "cleaning up fails", "taken"],
)
def test_it_ends_what_runs_once(tmp_path: Path, code: str, printed: list[str]) -> None:
    run = run_python(tmp_path, "-c", BEGIN + code)
    try:
        run.wait_for("waits")
        run.signal(signal.SIGTERM)
        ended = run.exit_code
    finally:
        run.end()

    assert run.stdout.splitlines() == printed
    assert run.stderr.count("Traceback") == (0 if code == TAKEN else 1)
    assert (ended == 0) == (code == TAKEN)
