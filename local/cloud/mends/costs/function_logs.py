"""Has a call end as soon as its log is complete, which the worker says itself.

The emulator looks a thousand times a second for more of the log: up to 50 ms after a handler that
wrote nothing, and 5 ms after the last line. What came later went to the next call's log.
"""

import contextlib
import queue
from typing import Any

from ministack.core import lambda_runtime  # pyright: ignore[reportMissingTypeStubs]

_runtime: Any = lambda_runtime

# Where a worker of the emulator goes on when a handler has returned or raised.
ANSWERS = "        _real_stdout.flush()\n\nrun()"
LAST = "\x00the log of this call is complete"
SAYS_SO = f'        sys.stderr.write({LAST!r} + "\\n")\n        sys.stderr.flush()\n'
# On a busy machine the log is read long after it was written. It is never complete where a handler
# closed it, or died and left a process behind that holds it open.
AT_MOST_SECONDS = 10


def end_logs_at_once() -> None:
    """Patch the emulator that this process runs."""
    assert _runtime._PYTHON_WORKER_SCRIPT.count(ANSWERS) == 1
    _runtime._PYTHON_WORKER_SCRIPT = _runtime._PYTHON_WORKER_SCRIPT.replace(
        ANSWERS, SAYS_SO + ANSWERS
    )
    _runtime.Worker._read_stderr = _read
    _runtime.Worker._drain_stderr = _so_far
    _runtime.Worker._drain_stderr_bounded = until_complete


def _read(worker: Any) -> None:
    lines, log = worker._stderr_queue, worker._proc.stderr
    # It may be closed meanwhile.
    with contextlib.suppress(OSError, ValueError):
        for line in log:
            lines.put(line.rstrip("\n"))
    lines.put(LAST)


def _so_far(worker: Any) -> str:
    lines: list[str] = []
    while not worker._stderr_queue.empty():
        lines.append(worker._stderr_queue.get_nowait())
    return "\n".join(lines).replace(LAST, "").removesuffix("\n")


def until_complete(worker: Any) -> str:
    lines: list[str] = []
    with contextlib.suppress(queue.Empty):
        while not (line := worker._stderr_queue.get(timeout=AT_MOST_SECONDS)).endswith(LAST):
            lines.append(line)
        # Of a line that the handler has not ended.
        if begun := line.removesuffix(LAST):
            lines.append(begun)
    return "\n".join(lines)
