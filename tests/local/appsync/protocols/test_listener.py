"""Plain and TLS connections on one port."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiohttp import web

from local.appsync import Gateway
from local.appsync.protocols import listener

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    return tmp_path / "ca.pem"


@pytest.fixture
def gateway(ca: Path) -> Iterator[Gateway]:
    async def scheme(request: web.Request) -> web.Response:
        return web.Response(text=request.scheme)

    with Gateway(NOWHERE, ca=ca, routes=[web.get("/scheme", scheme)]) as gateway:
        yield gateway


def address(gateway: Gateway) -> tuple[str, int]:
    host, port = gateway.url.removeprefix("http://").split(":")
    return host, int(port)


def get(connection: HTTPConnection) -> str:
    try:
        connection.request("GET", "/scheme")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_one_port_takes_plain_and_tls(gateway: Gateway, ca: Path, host: str) -> None:
    port = address(gateway)[1]
    trusting = ssl.create_default_context(cafile=ca)
    assert get(HTTPConnection(host, port, timeout=10)) == "http"
    assert get(HTTPSConnection(host, port, timeout=10, context=trusting)) == "https"


def test_the_authority_is_new_at_each_start_and_its_key_is_nowhere(ca: Path) -> None:
    texts: list[str] = []
    for _ in range(2):
        with Gateway(NOWHERE, ca=ca) as gateway:
            texts.append(ca.read_text())
            trusting = ssl.create_default_context(cafile=ca)
            with (
                socket.create_connection(address(gateway), timeout=10) as plain,
                trusting.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted,
            ):
                assert encrypted.version() in ("TLSv1.2", "TLSv1.3")
    assert texts[0] != texts[1]
    assert "PRIVATE" not in texts[1]
    assert [path.name for path in ca.parent.iterdir()] == ["ca.pem"]


def test_a_client_that_does_not_trust_the_certificate_harms_nobody(gateway: Gateway) -> None:
    with (
        socket.create_connection(address(gateway), timeout=10) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")
    # Not a handshake, though it begins like one.
    with socket.create_connection(address(gateway), timeout=10) as plain:
        plain.sendall(b"\x16garbage")
        plain.shutdown(socket.SHUT_WR)
        assert plain.recv(100)[:1] in (b"", b"\x15")
    assert get(HTTPConnection(*address(gateway), timeout=10)) == "http"


def test_a_client_that_says_nothing_is_dropped(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_FIRST_BYTE_SECONDS", 0.05)
    with socket.create_connection(address(gateway), timeout=10) as silent:
        assert silent.recv(1) == b""
    with socket.create_connection(address(gateway), timeout=10):
        pass
    assert get(HTTPConnection(*address(gateway), timeout=10)) == "http"


def test_stopping_drops_silent_clients_and_leaves_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = set(threading.enumerate())
    with Gateway(NOWHERE) as gateway:
        silent = socket.create_connection(address(gateway), timeout=10)
        # An answer shows that the silent one, which came before, has been accepted.
        connection = HTTPConnection(*address(gateway), timeout=10)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
    with silent:
        assert silent.recv(1) == b""
    assert not set(threading.enumerate()) - before
    assert not caplog.records


def test_survives_a_failure_to_accept(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [OSError(24, "Too many open files")]

    class FailingOnce(uvloop.Loop):
        async def sock_accept(self, sock: socket.socket) -> tuple[socket.socket, object]:
            if failures:
                raise failures.pop()
            return await super().sock_accept(sock)

    monkeypatch.setattr(uvloop, "new_event_loop", FailingOnce)
    with Gateway(NOWHERE) as gateway:
        connection = HTTPConnection(*address(gateway), timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().status == 404
        connection.close()
    assert "could not accept" in caplog.text


def test_a_connection_that_speaks_while_all_stops_is_dropped_in_silence() -> None:
    told: list[dict[str, Any]] = []

    async def speak_and_stop() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            waiting = asyncio.create_task(listener._readable(ours))  # pyright: ignore[reportPrivateUsage]
            await asyncio.sleep(0)
            # In one turn of the loop: the task is cancelled, then the byte is noticed.
            loop.call_soon(waiting.cancel)
            theirs.send(b"a")
            await asyncio.wait({waiting})

    asyncio.run(speak_and_stop())
    assert told == []
