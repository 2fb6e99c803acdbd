"""AppSync's real-time protocol: GraphQL subscriptions over WebSocket.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import asyncio
import base64
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientConnectionResetError, WSCloseCode, WSMsgType, web

from local.appsync.access.authorization import Caller
from local.appsync.access.signature import INVALID_SIGNATURE
from local.appsync.errors import RequestRefused
from local.appsync.execution.api import DeployedApi
from local.appsync.execution.request import RequestInvalid
from local.appsync.execution.subscriptions import Subscription, Subscriptions, start_subscription
from local.appsync.json_text import parse_json
from local.appsync.resolvers.javascript import ResolverRuntime

_SUBPROTOCOL = "graphql-ws"
# A client may hand its authorization over as a second subprotocol.
_HEADER_SUBPROTOCOL = "header-"
_CONNECTION_TIMEOUT_MS = 300_000
_KEEP_ALIVE_SECONDS = 60
_FIRST_MESSAGE_SECONDS = 30
_START_SECONDS = 30
_CLOSE_SECONDS = 1
# https://docs.aws.amazon.com/general/latest/gr/appsync.html
_PAYLOAD_BYTES = 240 * 1024
_SUBSCRIPTIONS_PER_CONNECTION = 200
# AWS limits how fast connections come, not how many there are; this machine has an end.
_CONNECTIONS = 2_000
# What waits for a client that reads too slowly; beyond it the client is disconnected.
_OUTBOX_MESSAGES = 1_000
_OUTBOX_BYTES = 2**20

_KEEP_ALIVE = {"type": "ka"}

_UNKNOWN = RequestRefused(
    400, "UnsupportedOperation", "unknown not supported through the realtime channel"
)
_NOT_AN_OBJECT = RequestRefused(400, "BadRequestException", "The message is no JSON object.")
_TIMEOUT = RequestRefused(408, "ExecutionTimeout", "Execution timed out.")
_INTERNAL_FAILURE = RequestRefused(500, "InternalFailure", "An internal failure occurred.")

log = logging.getLogger("appsync")


class RealtimeService:
    """Connections to all APIs.

    Args:
        find_api: the deployed API of an id; raises RequestRefused where there is none.
    """

    def __init__(
        self,
        find_api: Callable[[str], Awaitable[DeployedApi]],
        runtime: ResolverRuntime,
        subscriptions: Subscriptions,
    ) -> None:
        self._find_api = find_api
        self._runtime = runtime
        self._subscriptions = subscriptions
        self._connections: set[Connection] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(
            protocols=[_SUBPROTOCOL],
            max_msg_size=_PAYLOAD_BYTES,
            timeout=_CLOSE_SECONDS,
            # Its buffers would be most of what a connection takes.
            compress=False,
        )
        await socket.prepare(request)
        try:
            connection = await self._connect(request, socket)
        except RequestRefused as refusal:
            await _refuse_connection(socket, refusal)
            return socket
        except Exception:
            log.exception("Internal failure")
            await _refuse_connection(socket, _INTERNAL_FAILURE)
            return socket
        self._connections.add(connection)
        try:
            await connection.serve()
            await connection.close(WSCloseCode.OK)
        finally:
            self._connections.discard(connection)
        return socket

    async def _connect(self, request: web.Request, socket: web.WebSocketResponse) -> "Connection":
        if socket.ws_protocol is None:
            raise RequestRefused(400, "BadRequestException", "NoProtocolError")
        if len(self._connections) >= _CONNECTIONS:
            raise RequestRefused(429, "LimitExceededError", "Rate limit exceeded")
        api_id = request.match_info["api_id"]
        api = await self._find_api(api_id)
        url = str(request.url.with_path(f"/apis/{api_id}/graphql").with_query(None))
        headers, payload = _handshake(request)
        source_ip = request.remote or ""
        await _authenticate(api, f"{url}/connect", headers, payload, source_ip)

        async def start(headers: dict[str, str], body: bytes) -> Subscription:
            api = await self._find_api(api_id)
            caller = await _authenticate(api, url, headers, body, source_ip)
            return await start_subscription(api, self._runtime, caller, headers, body)

        assert request.transport is not None
        return Connection(api_id, socket, request.transport, self._subscriptions, start)

    async def close(self, _: web.Application) -> None:
        """Close all connections."""
        await asyncio.gather(
            *(connection.close(WSCloseCode.GOING_AWAY) for connection in self._connections)
        )


async def _authenticate(
    api: DeployedApi, url: str, headers: dict[str, str], body: bytes, source_ip: str
) -> Caller:
    """The caller, as over HTTP; but a wrong signature is a bad request here.

    https://github.com/awslabs/aws-mobile-appsync-sdk-js/pull/561
    """
    try:
        return await api.authenticator.authenticate(url, headers, body, source_ip)
    except RequestRefused as refusal:
        if refusal.error_type != INVALID_SIGNATURE:
            raise
        raise RequestRefused(400, "BadRequestException", refusal.message) from refusal


def _handshake(request: web.Request) -> tuple[dict[str, str], bytes]:
    """What authorizes a connection: headers, with names in lower case, and the body they sign.

    Raises:
        RequestRefused: 400, where it is missing or malformed.
    """
    offered = request.headers.get("sec-websocket-protocol", "").split(",")
    for subprotocol in map(str.strip, offered):
        if subprotocol.startswith(_HEADER_SUBPROTOCOL):
            return _headers(_decode(subprotocol.removeprefix(_HEADER_SUBPROTOCOL))), b"{}"
    if "header" not in request.query or "payload" not in request.query:
        raise RequestRefused(
            400,
            "BadRequestException",
            'Both, the "header", and the "payload" query string parameters are missing',
        )
    return _headers(_decode(request.query["header"])), _decode(request.query["payload"])


def _decode(text: str) -> bytes:
    """Base64 of either alphabet, with or without padding; a query's `+` may have become a space."""
    text = text.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise RequestRefused(400, "BadRequestException", "The header is no base64.") from error


def _headers(encoded: bytes | str) -> dict[str, str]:
    try:
        headers: Any = parse_json(encoded)
    except ValueError:
        headers = None
    return _lower_case(headers)


def _authorization(payload: dict[str, Any]) -> dict[str, str]:
    """The headers that authorize a subscription; none where its message has none.

    Raises:
        RequestRefused: 400, where they are malformed.
    """
    match payload:
        case {"extensions": {"authorization": headers}}:
            return _lower_case(headers)
        case _:
            return {}


def _lower_case(headers: Any) -> dict[str, str]:
    if not isinstance(headers, dict):
        raise RequestRefused(400, "BadRequestException", "The header is no JSON object.")
    members: dict[str, Any] = headers
    return {name.lower(): str(value) for name, value in members.items()}


async def _refuse_connection(socket: web.WebSocketResponse, refusal: RequestRefused) -> None:
    """Say why; the caller closes.

    Clients listen from their first message on, and see no reason but a closed socket before that.
    """
    error = {
        "errorType": refusal.error_type,
        "message": refusal.message,
        "errorCode": refusal.status,
    }
    with contextlib.suppress(TimeoutError):
        await socket.receive(_CLOSE_SECONDS)
    # It may have left meanwhile.
    with contextlib.suppress(ClientConnectionResetError):
        await socket.send_json({"type": "connection_error", "payload": {"errors": [error]}})


class Connection:
    """One client's WebSocket.

    Args:
        start: authenticates by headers and starts the subscription of a request's body.
    """

    def __init__(
        self,
        api_id: str,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport,
        subscriptions: Subscriptions,
        start: Callable[[dict[str, str], bytes], Awaitable[Subscription]],
    ) -> None:
        self._api_id = api_id
        self._socket = socket
        self._transport = transport
        self._subscriptions = subscriptions
        self._start_subscription = start
        self._started: dict[str, Subscription] = {}
        self._outbox: asyncio.Queue[str] = asyncio.Queue(_OUTBOX_MESSAGES)
        self._outbox_bytes = 0

    async def serve(self) -> None:
        """Answer the client's messages, one after another, until the connection ends."""
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._keep_alive())]
        seconds: float | None = _FIRST_MESSAGE_SECONDS
        try:
            while (message := await self._socket.receive(seconds)).type is WSMsgType.TEXT:
                seconds = None
                await self._receive(message.data)
        except TimeoutError:
            refusal = RequestRefused(408, "TimeoutError", "Connection initialization timed out.")
            await _refuse_connection(self._socket, refusal)
        finally:
            for subscription in self._started.values():
                self._subscriptions.remove(self._api_id, subscription)
            self._started.clear()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def close(self, code: WSCloseCode) -> None:
        """Tell the client, and do not wait long for its answer."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._socket.close(code=code)
        except TimeoutError:
            self._transport.abort()

    async def _write(self) -> None:
        try:
            while True:
                text = await self._outbox.get()
                self._outbox_bytes -= len(text)
                await self._socket.send_str(text)
        except ClientConnectionResetError:
            return

    def _send(self, message: dict[str, Any]) -> None:
        self._queue(json.dumps(message, separators=(",", ":")))

    def _queue(self, text: str) -> None:
        """Let the writer send a message, or drop a client that has too many to read."""
        if self._transport.is_closing():
            return
        if self._outbox.full() or self._outbox_bytes + len(text) > _OUTBOX_BYTES:
            log.warning("A client of API %s reads too slowly: disconnected.", self._api_id)
            self._transport.abort()
            return
        self._outbox_bytes += len(text)
        self._outbox.put_nowait(text)

    async def _keep_alive(self) -> None:
        """From the beginning: a client need not say `connection_init`."""
        while True:
            await asyncio.sleep(_KEEP_ALIVE_SECONDS)
            self._send(_KEEP_ALIVE)

    def _refuse(self, name: str | None, payload: dict[str, Any]) -> None:
        about = {} if name is None else {"id": name}
        self._send({"type": "error"} | about | {"payload": payload})

    async def _receive(self, text: str) -> None:
        try:
            message: Any = parse_json(text)
        except ValueError:
            message = None
        match message:
            case {"type": "connection_init"}:
                self._acknowledge()
            case {"type": "start", "id": str(name), "payload": {"data": str(data)} as payload}:
                await self._start(name, data, payload)
            case {"type": "stop", "id": str(name)}:
                self._stop(name)
            case dict():
                # Whatever its id is, AppSync leaves that out:
                # https://github.com/ChilliCream/graphql-platform/issues/6468
                self._refuse(None, _UNKNOWN.body)
            case _:
                self._refuse(None, _NOT_AN_OBJECT.body)

    def _acknowledge(self) -> None:
        self._send(
            {
                "type": "connection_ack",
                "payload": {"connectionTimeoutMs": _CONNECTION_TIMEOUT_MS},
            }
        )
        self._send(_KEEP_ALIVE)

    async def _start(self, name: str, data: str, payload: dict[str, Any]) -> None:
        try:
            if name in self._started:
                raise RequestRefused(
                    400, "DuplicatedOperationError", f"Duplicated operation with id {name}"
                )
            if len(self._started) >= _SUBSCRIPTIONS_PER_CONNECTION:
                raise RequestRefused(
                    400,
                    "MaxSubscriptionsReachedError",
                    f"Max number of {_SUBSCRIPTIONS_PER_CONNECTION} subscriptions reached",
                )
            headers = _authorization(payload)
            async with asyncio.timeout(_START_SECONDS):
                subscription = await self._start_subscription(headers, data.encode())
        except RequestInvalid as invalid:
            self._refuse(name, {"errors": list(map(_short, invalid.errors))})
        except RequestRefused as refusal:
            self._refuse(name, refusal.body)
        except TimeoutError:
            self._refuse(name, _TIMEOUT.body)
        except Exception:
            log.exception("Internal failure")
            self._refuse(name, _INTERNAL_FAILURE.body)
        else:
            self._started[name] = subscription
            self._send({"type": "start_ack", "id": name})
            self._subscriptions.add(
                self._api_id, subscription, lambda event: self._deliver(name, event)
            )

    def _deliver(self, name: str, event: dict[str, Any]) -> None:
        text = json.dumps({"type": "data", "id": name, "payload": event}, separators=(",", ":"))
        if len(text) > _PAYLOAD_BYTES:
            # AppSync says nothing to the client, either.
            log.warning("An event of API %s is larger than 240 KB: dropped.", self._api_id)
            return
        self._queue(text)

    def _stop(self, name: str) -> None:
        subscription = self._started.pop(name, None)
        if subscription is None:
            refusal = RequestRefused(400, "UnknownOperationError", f"Unknown operation id {name}")
            self._refuse(name, refusal.body)
            return
        self._subscriptions.remove(self._api_id, subscription)
        self._send({"type": "complete", "id": name})


def _short(error: dict[str, Any]) -> dict[str, Any]:
    """An error as the real-time endpoint has it: without places, and without what is null."""
    names = ("errorType", "message", "data", "errorInfo")
    return {name: error[name] for name in names if error.get(name) is not None}
