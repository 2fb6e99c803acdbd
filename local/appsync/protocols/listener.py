"""Plain and TLS connections on one port.

AppSync's clients open `wss://` whatever the address of the API begins with, and a stack has one.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path

import trustme

# The first byte of a TLS handshake; no HTTP request begins with it.
_HANDSHAKE = b"\x16"
_FIRST_BYTE_SECONDS = 60
_HANDSHAKE_SECONDS = 15
_BACKLOG = 512

log = logging.getLogger("appsync")


def localhost_context(ca: Path | None) -> ssl.SSLContext:
    """TLS for this machine's names, by an authority made for the purpose, whose key is not kept.

    Args:
        ca: where to write the authority's certificate (PEM), for clients that shall trust it.
    """
    authority = trustme.CA(organization_name="orderflow's embedded cloud")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1", "::1").configure_cert(context)
    if ca is not None:
        authority.cert_pem.write_to_path(str(ca))
    return context


class Listener:
    """Accepts connections, and hands each to a protocol, decrypted where it begins a handshake.

    Args:
        protocol: makes the protocol of a connection.
        context: for those that speak TLS.
    """

    def __init__(self, protocol: Callable[[], asyncio.Protocol], context: ssl.SSLContext) -> None:
        self._protocol = protocol
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> None:
        """Listen on the port of 127.0.0.1.

        Raises:
            OSError: the port is taken.
        """
        server = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        server.setblocking(False)
        self._run(self._accept(server))

    async def stop(self) -> None:
        """Accept nothing more, and drop what has not said yet what it speaks."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, server: socket.socket) -> None:
        with server:
            while True:
                try:
                    connection, _ = await asyncio.get_running_loop().sock_accept(server)
                except OSError:
                    # Out of file descriptors, most likely: let some be closed.
                    log.exception("The AppSync gateway could not accept a connection.")
                    await asyncio.sleep(1)
                else:
                    self._run(self._open(connection))

    async def _open(self, connection: socket.socket) -> None:
        try:
            async with asyncio.timeout(_FIRST_BYTE_SECONDS):
                await _readable(connection)
            encrypted = connection.recv(1, socket.MSG_PEEK) == _HANDSHAKE
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self._context if encrypted else None,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS if encrypted else None,
            )
        except OSError as error:
            # A client that left, said nothing, or does not trust the certificate.
            log.debug("A connection was not opened: %s", error)
            connection.close()
        except BaseException:
            connection.close()
            raise


async def _readable(connection: socket.socket) -> None:
    """Return when there is something to read, or the client has left."""
    loop = asyncio.get_running_loop()
    # Not a future: a reader may be called once more after its task has been cancelled.
    ready = asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)
