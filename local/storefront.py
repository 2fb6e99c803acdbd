"""The storefront as the embedded cloud has it: built here, and served at an origin of its own.

It is sent as on AWS: with the headers of storefront/headers.json, its page for each address that
names no file, and a `/config.json` made of what is deployed.
"""

import fcntl
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import unquote, urlsplit

from infra.security_headers import security_headers
from infra.storefront_build import (
    ASK_EACH_TIME,
    CONFIG,
    CONTENT_TYPES,
    PAGE,
    StorefrontBuildError,
    built_files,
)
from local.cloud import CloudError, free_port
from local.cloud.emulator import require_free
from local.embedded_cloud import make_folder
from local.make_environment import npm

ROOT = Path(__file__).parents[1]
DIST = Path("storefront/dist")
# Folders of it that nothing is built from.
NO_SOURCES = {"dist", "node_modules", "screenshots"}
BUILD = ("run", "--silent", "build", "--workspace", "storefront")
# A browser would keep it for all else on this machine, which does not speak TLS.
NOT_SENT = {"Strict-Transport-Security"}
# Beginnings of the content types that CloudFront compresses, of those that there are.
COMPRESSED = ("text/", "application/json", "image/svg+xml")
# How often it is looked whether the server should end.
LOOK_SECONDS = 0.1


def build(root: Path = ROOT, npm: Callable[[], list[str]] = npm) -> None:
    """Build it where that is not done, or a source has been saved since; another waits.

    Raises:
        CloudError: it cannot be built.
    """
    make_folder(root / ".local")
    with (root / ".local" / "storefront.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_built(root):
            # By the clock of files, which is behind the other.
            began = os.fstat(lock.fileno()).st_mtime
            _build(root, npm())
            # What was saved meanwhile may not be in it.
            os.utime(root / DIST / PAGE, (began, began))


def is_built(root: Path = ROOT) -> bool:
    """Whether it is built, and of the sources as they are."""
    index = root / DIST / PAGE
    sources = [root / "package-lock.json", *(root / "storefront").rglob("*")]
    return index.exists() and all(
        source.stat().st_mtime < index.stat().st_mtime
        for source in sources
        if not NO_SOURCES & set(source.relative_to(root).parts)
    )


def _build(root: Path, npm: list[str]) -> None:
    try:
        process = subprocess.Popen(
            [*npm, *BUILD],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # What npm starts ends with it.
            process_group=0,
        )
    except OSError as error:
        raise CloudError(f"The storefront cannot be built: npm does not run ({error}).") from error
    with process:
        try:
            said, _ = process.communicate()
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        raise CloudError(f"The storefront cannot be built:\n{said.strip()}")


class Storefront:
    """Serves a build on a thread of its own, as a context manager.

    Args:
        config: makes the contents of `/config.json`, at each request.
        port: TCP port of 127.0.0.1; a free one where None.
        dist: what has been built.
    """

    def __init__(
        self,
        config: Callable[[], Mapping[str, Any]],
        *,
        port: int | None = None,
        dist: Path = ROOT / DIST,
    ) -> None:
        self._port = port or free_port()
        self.url = f"http://127.0.0.1:{self._port}/"
        self._site = _Site(config, dist)

    def __enter__(self) -> Self:
        """Raises CloudError: the port is taken."""
        require_free(self._port)
        self._server = _Server(("127.0.0.1", self._port), self._site)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(LOOK_SECONDS,), name="storefront", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: HTTPStatus
    content_type: str
    body: bytes
    cache_control: str = ASK_EACH_TIME


class _Site:
    """What there is at which path."""

    def __init__(self, config: Callable[[], Mapping[str, Any]], dist: Path) -> None:
        self._config = config
        self._dist = dist

    def headers(self) -> dict[str, str]:
        headers = security_headers(self._config())
        return {name: value for name, value in headers.items() if name not in NOT_SENT}

    def answer(self, path: str) -> _Answer:
        path = path.removeprefix("/")
        if path == CONFIG:
            body = json.dumps(self._config()).encode()
            return _Answer(status=HTTPStatus.OK, content_type=CONTENT_TYPES[".json"], body=body)
        # The application knows its own addresses; what has a dot in its last part is a file.
        path = path if "." in path.rpartition("/")[2] else PAGE
        try:
            files = {each.path: each for each in built_files(self._dist)}
        except StorefrontBuildError as error:
            # Someone else is building it.
            return _told(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        if path not in files:
            return _told(HTTPStatus.NOT_FOUND, f"There is no {path}.")
        return _Answer(
            status=HTTPStatus.OK,
            content_type=files[path].content_type,
            body=files[path].file.read_bytes(),
            cache_control=files[path].cache_control,
        )


def _told(status: HTTPStatus, text: str) -> _Answer:
    return _Answer(status=status, content_type=CONTENT_TYPES[".txt"], body=f"{text}\n".encode())


class _Server(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], site: _Site) -> None:
        super().__init__(address, _Handler)
        self.site = site

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A browser may go away in the middle.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = cast(_Server, self.server).site
        answer = site.answer(unquote(urlsplit(self.path).path))
        body = answer.body
        self.send_response(answer.status)
        for name, value in site.headers().items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Cache-Control", answer.cache_control)
        self.send_header("Vary", "Accept-Encoding")
        accepted = self.headers.get("Accept-Encoding", "")
        if "gzip" in accepted and answer.content_type.startswith(COMPRESSED):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: `make up` shows what goes wrong in the cloud."""
