"""Child processes, and what is left of them and of all that they started."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

from local.cloud import ensure_node

ROOT = Path(__file__).parents[2]
# A machine may be busy with something else; what comes never is only told later for it.
WITHIN_SECONDS = 120
MARK = "ORDERFLOW_TEST_RUN"

T = TypeVar("T")


def eventually(look: Callable[[], T], accept: Callable[[T], object]) -> T:
    """What `look` sees once `accept` takes it; the last thing seen where it never does."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while True:
        seen = look()
        if accept(seen) or time.monotonic() > deadline:
            return seen
        time.sleep(0.02)


def gone(look: Callable[[], list[str]]) -> bool:
    """Whether `look` comes to see nothing any more."""
    return eventually(look, lambda seen: not seen) == []


def members(group: int) -> list[str]:
    """The command lines of the processes of a process group."""
    return [
        _command_line(process)
        for process in psutil.process_iter()
        if _alive(process) and _group(process) == group
    ]


@dataclass(frozen=True, kw_only=True)
class Run:
    """A Python child, and all that it started: they inherit a mark in their environment."""

    process: subprocess.Popen[bytes]
    mark: str
    folder: Path

    @property
    def stdout(self) -> str:
        return (self.folder / "stdout").read_text()

    @property
    def stderr(self) -> str:
        return (self.folder / "stderr").read_text()

    @property
    def exit_code(self) -> int:
        """Waits for the end."""
        return self.process.wait(WITHIN_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait_for(self, text: str) -> None:
        """Until the child has printed this, or has ended."""
        eventually(
            lambda: text in self.stdout + self.stderr,
            lambda printed: printed or self.process.poll() is not None,
        )
        assert text in self.stdout + self.stderr, self.stdout + self.stderr

    def alive(self) -> list[str]:
        """The command lines of all that still run."""
        return [_command_line(process) for process in self._processes()]

    def end(self) -> None:
        """Kill what still runs."""
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(WITHIN_SECONDS)

    def _processes(self) -> list[psutil.Process]:
        return [
            process
            for process in psutil.process_iter()
            if _alive(process) and _environment(process).get(MARK) == self.mark
        ]


def run_python(folder: Path, *arguments: str, cwd: Path = ROOT) -> Run:
    """Start Python with these arguments; what it prints goes to files in a folder of its own."""
    mark = uuid.uuid4().hex
    output = folder / mark
    output.mkdir()
    # Compiled modules are kept and used, as in the Makefile.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with (output / "stdout").open("wb") as stdout, (output / "stderr").open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            [sys.executable, *arguments],
            cwd=cwd,
            env={**environment, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
    return Run(process=process, mark=mark, folder=output)


def run_node(script: Path, ca: Path, given: dict[str, Any]) -> Any:
    """What a script prints as JSON, given its one argument, and an authority to trust for TLS."""
    ensure_node()
    ran = subprocess.run(  # noqa: S603 (our own scripts)
        ["node", script, json.dumps(given)],  # noqa: S607
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(ca)},
        capture_output=True,
        text=True,
        timeout=2 * WITHIN_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _command_line(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return f"process {process.pid}"


def _environment(process: psutil.Process) -> dict[str, str]:
    # Other users' processes do not show theirs.
    with contextlib.suppress(psutil.Error, OSError):
        return process.environ()
    return {}


def _group(process: psutil.Process) -> int | None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        return os.getpgid(process.pid)
    return None
