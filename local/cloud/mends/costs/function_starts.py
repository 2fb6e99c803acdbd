"""Has a Lambda worker start in a tenth of the time: forked from a process with the libraries.

The emulator starts a new interpreter for each, which imports boto3 anew: of a burst's first calls
some took longer than their functions may. A function that brings a library of those itself, in its
code or in a layer, still has an interpreter of its own.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO

from ministack.core import lambda_runtime  # pyright: ignore[reportMissingTypeStubs]
from ministack.services import lambda_svc  # pyright: ignore[reportMissingTypeStubs]

from local.cloud.worker import PROCESS_ID_BYTES, ROOT, Work

# What is imported by then, of which a function may bring its own.
LIBRARIES = {"boto3", "botocore", "aws_lambda_powertools"}
SCRIPT = "_worker.py"
WORK = "_work.json"

_functions: Any = lambda_svc
_runtime: Any = lambda_runtime


def fork_workers() -> None:
    """Patch the emulator that this process runs."""
    parent = Parent()
    create = _functions._create_function

    def prepare_and_create(*arguments: Any, **named: Any) -> Any:
        # Ready, or nearly so, when the function's first call comes.
        parent.start()
        return create(*arguments, **named)

    def start(command: list[str], **options: Any) -> Any:
        interpreter, *script = command
        ours = interpreter == sys.executable and [Path(name).name for name in script] == [SCRIPT]
        if ours and not _brings_libraries(options["cwd"], options["env"]):
            return parent.fork(script[0], options["cwd"], options["env"])
        return subprocess.Popen(command, **options)

    _functions._create_function = prepare_and_create
    _runtime.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": start})


def _brings_libraries(folder: str, environment: dict[str, str]) -> bool:
    own = {entry.stem for entry in Path(folder).iterdir()}
    return bool(environment.get("_LAMBDA_LAYERS_DIRS") or LIBRARIES & own)


class Parent:
    """The process that workers are forked from, and its control socket."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> socket.socket:
        """Start it, where it does not run; it goes on to prepare itself."""
        with self._lock:
            return self._started()

    def _started(self) -> socket.socket:
        if self._control and self._process and self._process.poll() is None:
            return self._control
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.cloud.worker", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        return self._control

    def fork(self, script: str, folder: str, environment: dict[str, str]) -> "Worker":
        """A new worker.

        Raises:
            RuntimeError: the process ended meanwhile.
        """
        file = Path(script).with_name(WORK)
        file.write_text(json.dumps(Work(script=script, folder=folder, environment=environment)))
        (stdin, its_input), (its_output, stdout), (its_log, stderr), (ended, lives) = (
            os.pipe() for _ in range(4)
        )
        theirs = [stdin, stdout, stderr, lives]
        try:
            with self._lock:
                control = self._started()
                socket.send_fds(control, [os.fsencode(file)], theirs)
                answer = control.recv(PROCESS_ID_BYTES)
        finally:
            for pipe in theirs:
                os.close(pipe)
        if not answer:
            raise RuntimeError("the process that Lambda workers are forked from has ended")
        return Worker(int.from_bytes(answer), its_input, its_output, its_log, ended)


class Worker:
    """What the emulator uses of a `subprocess.Popen`; its pipes carry text, by lines."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int, ended: int) -> None:
        self.pid = pid
        self.stdin: TextIO = os.fdopen(stdin, "w", buffering=1)
        self.stdout: TextIO = os.fdopen(stdout)
        self.stderr: TextIO = os.fdopen(stderr)
        self._ended = os.fdopen(ended)

    def poll(self) -> int | None:
        """None while it runs; its exit code is nobody's business."""
        return 0 if select.select([self._ended], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended.

        Raises:
            TimeoutExpired: it runs on, so many seconds later.
        """
        if not select.select([self._ended], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("worker", timeout or 0)
        return 0

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
