"""Starts and stops MiniStack on a port of its own, with a state folder of its own."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from local.cloud.environment import settle_environment

READY_WITHIN_SECONDS = 30
STOP_WITHIN_SECONDS = 5
LAST_LINES = 5
# Below those that systems give to outgoing connections.
PORTS = range(20_000, 32_000)
SAVE_WITHIN_SECONDS = 60
# In a state folder: the emulator's last run there saved all of its state as it ended.
SAVED = "saved"
# In a state folder: what the functions log; and the variable by which the child knows of it.
FUNCTION_LOG = "functions.jsonl"
FUNCTION_LOG_VARIABLE = "ORDERFLOW_FUNCTION_LOG"
# In the environment of whoever wants every call of a service written down, and where.
CALL_LOG_VARIABLE = "ORDERFLOW_CALL_LOG"


class CloudError(Exception):
    """The embedded cloud cannot go on; the message says what to do."""


def free_port() -> int:
    """A TCP port that nothing listens on, and that no outgoing connection is given meanwhile."""
    while True:
        port = secrets.choice(PORTS)
        with contextlib.suppress(CloudError):
            require_free(port)
            return port


def require_free(port: int, otherwise: str = "choose another port") -> None:
    """Refuse a port that something listens on.

    Args:
        otherwise: what to do where it cannot be freed.

    Raises:
        CloudError: the port is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CloudError(
                f"Port {port} of 127.0.0.1 is taken ({error.strerror}). "
                f"Stop what listens there, or {otherwise}."
            ) from error


class Emulator:
    """MiniStack as a child process.

    Args:
        state: folder for its log, its temporary files and, where `persist` is set, its data.
        port: TCP port; a free one where None.
        persist: load the data of the last run at start, and save it at the end, also where that
            is this process's own by `kill -9`.
        lock: descriptor that the child holds open too, until it has saved.
    """

    def __init__(
        self,
        state: Path,
        *,
        port: int | None = None,
        persist: bool = False,
        lock: int | None = None,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = state / "emulator.log"
        self.function_log = state / FUNCTION_LOG
        self._state = state
        self._persist = persist
        self._lock = lock
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The child's process id, which is its process group's too."""
        assert self._child is not None
        return self._child.pid

    def start(self) -> None:
        """Start the child and return when it answers.

        Raises:
            CloudError: the port is taken, or the child ended or did not answer in time.
        """
        require_free(self.port)
        folders = {
            "STATE_DIR": self._state / "state",
            "S3_DATA_DIR": self._state / "s3",
            "TMPDIR": self._state / "tmp",
        }
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        settle_environment()
        environment = os.environ | {name: str(folder) for name, folder in folders.items()}
        environment |= {
            FUNCTION_LOG_VARIABLE: str(self.function_log),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1" if self._persist else "0",
            # Objects are kept apart from all else.
            "S3_PERSIST": "1" if self._persist else "0",
            # IAM is enforced: signatures, roles, the functions' own permissions.
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            # A burst leaves dozens of workers, which keep their memory until they end.
            "LAMBDA_WARM_TTL_SECONDS": "30",
            # Between a workflow's retries it waits a tenth of the time.
            "SFN_WAIT_SCALE": "0.1",
        }
        saved = [str(self._state / SAVED)] if self._persist else []
        # Compiled modules are kept, so that a Lambda worker starts in a fraction of the time.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "local.cloud.child", *saved],
                cwd=Path(__file__).parents[2],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[] if self._lock is None else [self._lock],
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def require_running(self) -> None:
        """Refuse an emulator that has ended by itself.

        Raises:
            CloudError: it has; with the end of its log.
        """
        if self._child is None or self._child.poll() is not None:
            raise CloudError(f"The AWS emulator has ended.{self._last_words()}")

    def _wait_until_ready(self) -> None:
        assert self._child is not None
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                raise CloudError(f"The AWS emulator ended at its start.{self._last_words()}")
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise CloudError(
            f"The AWS emulator did not answer in {READY_WITHIN_SECONDS} s.{self._last_words()}"
        )

    def _last_words(self) -> str:
        """The end of its log, which may not outlive the failure."""
        lines = self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return "".join(f"\n  {line}" for line in (f"{self.log} ends:", *lines))

    def stop(self) -> None:
        """Stop the child and all that it started; harmless where it does not run."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(SAVE_WITHIN_SECONDS if self._persist else STOP_WITHIN_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdin:
            child.stdin.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
