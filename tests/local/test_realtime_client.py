"""The page's client of AppSync's real-time protocol, run by Node.js against a server of ours."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from local.cloud import ensure_node
from tests.local.processes import ROOT

WITHIN_SECONDS = 20
QUERY = "subscription ($customerId: ID!) { onOrderUpdated(customerId: $customerId) { id } }"
SCRIPT = """
import { subscribe } from '%s';
let connection = 0;
const say = (what) => (value) => console.log(JSON.stringify([what, value ?? null]));
const end = subscribe(
  process.argv[1],
  async () => `token-${(connection += 1)}`,
  { query: process.argv[2], variables: { customerId: 'alice' } },
  { next: say('next'), error: say('error'), complete: say('complete') },
);
process.stdin.once('data', () => { end(); process.stdin.pause(); });
process.stdin.unref();
""" % (ROOT / "local/graphiql/realtime.mjs")

Socket = web.WebSocketResponse


class Client:
    """The Node.js process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self) -> list[Any]:
        """Its next `[what, value]`."""
        assert self._process.stdout
        return json.loads(await self._process.stdout.readline())

    def end(self) -> None:
        """Have it end the subscription."""
        assert self._process.stdin
        self._process.stdin.write(b"end\n")

    async def exit_code(self) -> int:
        return await self._process.wait()


@asynccontextmanager
async def client_of(
    connected: Callable[[web.Request, Socket], Awaitable[None]],
) -> AsyncGenerator[Client]:
    """A client that subscribes at a server which handles each connection so."""

    async def handle(request: web.Request) -> Socket:
        socket = Socket(protocols=["graphql-ws"])
        await socket.prepare(request)
        await connected(request, socket)
        return socket

    ensure_node()
    app = web.Application()
    app.router.add_get("/graphql", handle)
    async with TestServer(app) as server, asyncio.timeout(WITHIN_SECONDS):
        process = await asyncio.create_subprocess_exec(
            "node",
            "--experimental-websocket",
            "--no-warnings",
            "--input-type=module",
            "-e",
            SCRIPT,
            str(server.make_url("/graphql")),
            QUERY,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield Client(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def acknowledge(socket: Socket, timeout_ms: int = 300_000) -> None:
    assert await socket.receive_json() == {"type": "connection_init"}
    await socket.send_json(
        {"type": "connection_ack", "payload": {"connectionTimeoutMs": timeout_ms}}
    )


async def start(socket: Socket, timeout_ms: int = 300_000) -> dict[str, Any]:
    """Acknowledge the connection and the subscription, which is returned."""
    await acknowledge(socket, timeout_ms)
    asked = await socket.receive_json()
    assert asked["type"] == "start"
    await socket.send_json({"type": "start_ack", "id": asked["id"]})
    return asked


async def update(socket: Socket, asked: dict[str, Any], order_id: str) -> None:
    payload = {"data": {"onOrderUpdated": {"id": order_id}}}
    await socket.send_json({"type": "data", "id": asked["id"], "payload": payload})


def authorization(request: web.Request) -> dict[str, str]:
    assert base64.b64decode(request.query["payload"]) == b"{}"
    return json.loads(base64.b64decode(request.query["header"]))


def test_it_subscribes_as_appsync_documents_it_and_again_after_a_loss() -> None:
    async def run() -> None:
        seen: list[tuple[dict[str, str], dict[str, Any]]] = []
        told, stopped = asyncio.Event(), asyncio.Event()

        async def connected(request: web.Request, socket: Socket) -> None:
            asked = await start(socket)
            assert socket.ws_protocol == "graphql-ws"
            seen.append((authorization(request), asked))
            await update(socket, asked, f"order-{len(seen)}")
            if len(seen) == 1:
                # Lost once the client has it: no close frame, as where the server was killed.
                await told.wait()
                assert request.transport
                request.transport.abort()
                return
            assert await socket.receive_json() == {"type": "stop", "id": asked["id"]}
            assert (await socket.receive()).type == WSMsgType.CLOSE
            stopped.set()

        async with client_of(connected) as client:
            for number in (1, 2):
                result = {"data": {"onOrderUpdated": {"id": f"order-{number}"}}}
                assert await client.says() == ["next", result]
                told.set()
            client.end()
            await stopped.wait()
            assert await client.exit_code() == 0

        for number, (header, asked) in enumerate(seen, start=1):
            assert set(header) == {"host", "Authorization"}
            # A token of the moment at each connection.
            assert header["Authorization"] == f"token-{number}"
            assert asked["payload"]["extensions"] == {"authorization": header}
            assert json.loads(asked["payload"]["data"]) == {
                "query": QUERY,
                "variables": {"customerId": "alice"},
            }

    asyncio.run(run())


def test_a_connection_that_falls_silent_is_made_again() -> None:
    async def run() -> None:
        connections = 0

        async def connected(_request: web.Request, socket: Socket) -> None:
            nonlocal connections
            connections += 1
            asked = await start(socket, timeout_ms=300)
            if connections == 1:
                # Kept alive for longer than the time-out, then not.
                for _ in range(3):
                    await asyncio.sleep(0.2)
                    await socket.send_json({"type": "ka"})
                await update(socket, asked, "kept")
            else:
                await update(socket, asked, "again")
            await socket.receive()

        async with client_of(connected) as client:
            for order_id in ("kept", "again"):
                result = {"data": {"onOrderUpdated": {"id": order_id}}}
                assert await client.says() == ["next", result]

    asyncio.run(run())


def test_a_refusal_is_an_error_and_the_end() -> None:
    errors = {"errors": [{"errorType": "UnauthorizedException", "message": "no"}]}

    async def run(kind: str) -> None:
        async def connected(_request: web.Request, socket: Socket) -> None:
            assert await socket.receive_json() == {"type": "connection_init"}
            await socket.send_json({"type": kind, "payload": errors})
            await socket.receive()

        async with client_of(connected) as client:
            assert await client.says() == ["error", errors]
            # Nothing keeps it alive: it does not try again.
            assert await client.exit_code() == 0

    asyncio.run(run("connection_error"))
    asyncio.run(run("error"))


def test_the_servers_end_of_a_subscription_is_its_end() -> None:
    async def run() -> None:
        async def connected(_request: web.Request, socket: Socket) -> None:
            asked = await start(socket)
            await socket.send_json({"type": "complete", "id": asked["id"]})
            await socket.receive()

        async with client_of(connected) as client:
            assert await client.says() == ["complete", None]
            assert await client.exit_code() == 0

    asyncio.run(run())
