"""The HTTP server in front of deployed APIs, on a thread and an event loop of its own."""

import asyncio
import functools
import gc
import logging
import os
import threading
import time
import uuid
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import NamedTuple, Self

import aiohttp
import uvloop
from aiohttp import web
from botocore.exceptions import ClientError

from local.appsync.aws import AwsCaller
from local.appsync.control_plane.proxy import ControlPlane
from local.appsync.documents.schema import SchemaRefused
from local.appsync.errors import RequestRefused, malformed
from local.appsync.execution.api import DeployedApi, read_description
from local.appsync.execution.request import (
    Answer,
    read_body,
    read_query_string,
    run_request,
)
from local.appsync.execution.subscriptions import Subscriptions
from local.appsync.protocols.listener import Listener, localhost_context
from local.appsync.protocols.realtime import RealtimeService
from local.appsync.resolvers.javascript import ResolverRuntime
from local.cloud import CloudError, ensure_node, free_port
from local.cloud.emulator import require_free

_GRAPHIQL = Path(__file__).parents[2] / "graphiql" / "index.html"
# https://docs.aws.amazon.com/general/latest/gr/appsync.html
_BODY_LIMIT_BYTES = 2**20
_REQUEST_SECONDS = 30
# A data source gives up first, so that the response handler still has time.
_DATA_SOURCE_SECONDS = 28
# So many requests are remembered for who asks how they went.
_REMEMBERED = 50_000

log = logging.getLogger("appsync")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Answered(NamedTuple):
    """A GraphQL request that was answered.

    Args:
        at: when, as Unix time.
        status: of HTTP.
        milliseconds: from when the request had come to when the answer went.
    """

    at: float
    api_id: str
    status: int
    milliseconds: float


class Gateway:
    """Serves AppSync's control plane and the GraphQL addresses of the APIs deployed through it.

    Args:
        emulator_url: the emulator, which holds the control plane's state.
        port: TCP port; a free one where None.
        region: the region of the APIs.
        routes: more routes to serve.
        ca: where to write the certificate of the authority behind the gateway's own, for clients
            that speak TLS: the port takes plain and TLS connections alike.

    Attributes:
        answered: the latest GraphQL requests, the last of them last; whoever reads takes them out.
    """

    def __init__(
        self,
        emulator_url: str,
        *,
        port: int | None = None,
        region: str = "us-east-1",
        routes: Iterable[web.AbstractRouteDef] = (),
        ca: Path | None = None,
    ) -> None:
        self._port = port or free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._emulator_url = emulator_url
        self._region = region
        self._routes = tuple(routes)
        self._ca = ca
        self.answered = deque[Answered](maxlen=_REMEMBERED)
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Start the thread and return when the server answers.

        Raises:
            CloudError: the port is taken, or Node.js is missing.
        """
        require_free(self._port)
        ensure_node()
        self._ready.clear()
        self._failure = None
        self._thread = threading.Thread(target=self._run, name="appsync", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            self._thread.join()
            self._thread = None
            raise CloudError(f"The AppSync gateway did not start: {failure}") from failure

    def stop(self) -> None:
        """Stop the server and its Node workers; harmless where it does not run."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        # An interrupt may come while it starts.
        self._ready.wait()
        if self._failure is None and self._loop and self._stopping:
            self._loop.call_soon_threadsafe(self._stopping.set)
        thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            # The half of what a request costs is the loop's, where that is in Python.
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except Exception as error:
            self._failure = error
            log.exception("The AppSync gateway ended.")
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        timeout = aiohttp.ClientTimeout(total=_DATA_SOURCE_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(
            timeout=timeout,
            connector=connector,
            # One API's cookies must not travel with another's requests.
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Content-Type", "User-Agent"),
        ) as http:
            caller = AwsCaller(http, self._emulator_url, self._region)
            service = GraphqlService(http, caller, self._emulator_url, self.answered)
            realtime = RealtimeService(service.api, service.runtime, service.subscriptions)
            control = ControlPlane(
                http, caller, self._emulator_url, self.url, service.runtime, service.forget
            )
            app = web.Application(client_max_size=_BODY_LIMIT_BYTES)
            app.router.add_routes(
                [
                    web.post("/apis/{api_id}/graphql", service.handle),
                    web.options("/apis/{tail:.*}", _preflight),
                    web.options("/graphiql/cognito", _preflight),
                    web.get("/apis/{api_id}/graphql", _get(service.handle, realtime.handle)),
                    web.get("/apis/{api_id}/graphql/realtime", realtime.handle),
                    web.route("*", "/v1/{tail:.*}", control.handle),
                    *self._routes,
                ]
            )
            app.on_response_prepare.append(_add_headers)
            app.on_shutdown.append(realtime.close)
            # aiohttp has words of its own for a body that is not encoded as its header says.
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, auto_decompress=False)
            await runner.setup()
            assert runner.server is not None
            listener = Listener(runner.server, localhost_context(self._ca))
            try:
                await listener.start(self._port)
                # What there is by now stays: looking through it takes the collector a tenth of a
                # second, in which nobody is answered.
                gc.freeze()
                self._ready.set()
                await self._stopping.wait()
            finally:
                await listener.stop()
                await runner.cleanup()
                await service.close()


async def _preflight(_: web.Request) -> web.Response:
    return web.Response()


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """As AppSync does: every origin may call, for it is the token that lets one in, no cookie."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "*, Authorization"
    response.headers["Access-Control-Allow-Methods"] = "POST, GET, OPTIONS"
    response.headers["Access-Control-Expose-Headers"] = "x-amzn-RequestId,x-amzn-ErrorType"
    response.headers["Access-Control-Max-Age"] = "172800"
    response.headers.setdefault("x-amzn-RequestId", str(uuid.uuid4()))


def _get(graphql: _Handler, realtime: _Handler) -> _Handler:
    """An API's address by GET: a request, a WebSocket of some clients, or a browser's page."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.headers.get("upgrade", "").lower() == "websocket":
            return await realtime(request)
        if "query" not in request.query and "text/html" in request.headers.get("accept", ""):
            return _graphiql()
        return await graphql(request)

    return handle


def _graphiql() -> web.FileResponse:
    if not _GRAPHIQL.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(_GRAPHIQL)


async def _body(request: web.Request) -> bytes:
    try:
        body = await request.read()
    except ConnectionResetError as gone:
        raise malformed("The connection ended before the request did.") from gone
    encoding = request.headers.get("content-encoding", "identity")
    return body if encoding == "identity" else _decompressed(body, encoding)


def _decompressed(body: bytes, encoding: str) -> bytes:
    """The body as it was before the client compressed it."""
    if encoding not in ("gzip", "deflate"):
        raise malformed()
    # Of either, by the header that it has.
    zlib_or_gzip = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        text = zlib_or_gzip.decompress(body, _BODY_LIMIT_BYTES + 1)
    except zlib.error as error:
        raise malformed() from error
    if len(text) > _BODY_LIMIT_BYTES:
        raise _too_large()
    if not zlib_or_gzip.eof:
        raise malformed()
    return text


def _too_large() -> RequestRefused:
    return RequestRefused(413, "RequestEntityTooLargeException", "The request is larger than 1 MB.")


def _refuse(refusal: RequestRefused) -> web.Response:
    return web.json_response(
        refusal.body, status=refusal.status, headers={"x-amzn-ErrorType": refusal.error_type}
    )


class GraphqlService:
    """GraphQL over HTTP, for every API that the control plane knows."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        caller: AwsCaller,
        emulator_url: str,
        answered: deque[Answered],
    ) -> None:
        self._http = http
        self._answered = answered
        self._caller = caller
        self._emulator_url = emulator_url
        self.runtime = ResolverRuntime()
        self.subscriptions = Subscriptions()
        self._apis: dict[str, asyncio.Task[DeployedApi]] = {}
        self._token_key = os.urandom(32)

    def forget(self, api_id: str) -> None:
        """Read the API again at its next request.

        Subscriptions live on with the API as they found it; mutations still reach them.
        """
        self._apis.pop(api_id, None)

    async def close(self) -> None:
        """End the Node workers."""
        await self.runtime.close()

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one GraphQL request, whatever happens, and remember how that went."""
        begun = time.perf_counter()
        response = await self._respond(request)
        milliseconds = 1000 * (time.perf_counter() - begun)
        api_id = request.match_info["api_id"]
        self._answered.append(Answered(time.time(), api_id, response.status, milliseconds))
        return response

    async def _respond(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                answer = await self._answer(request)
                return web.Response(
                    text=await answer.text(),
                    content_type="application/json",
                    headers=answer.headers,
                )
        except RequestRefused as refusal:
            return _refuse(refusal)
        except web.HTTPRequestEntityTooLarge:
            return _refuse(_too_large())
        except TimeoutError:
            error = {"errorType": "ExecutionTimeout", "message": "Execution timed out."}
            return web.json_response({"data": None, "errors": [error]})
        except Exception:
            log.exception("Internal failure")
            return _refuse(RequestRefused(500, "InternalFailure", "An internal failure occurred."))

    async def _answer(self, request: web.Request) -> Answer:
        api_id = request.match_info["api_id"]
        api = await self.api(api_id)
        body = await _body(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        caller = await api.authenticator.authenticate(
            str(request.url), headers, body, request.remote or "", request.method
        )
        asked = read_query_string(request.query) if request.method == "GET" else read_body(body)
        publish = functools.partial(self.subscriptions.publish, api_id)
        return await run_request(api, self.runtime, caller, headers, asked, publish)

    async def api(self, api_id: str) -> DeployedApi:
        """The API as it is deployed.

        Raises:
            RequestRefused: 404, where it cannot be served.
        """
        reading = self._apis.get(api_id)
        if reading is None:
            reading = asyncio.create_task(self._read(api_id))
            self._apis[api_id] = reading
        try:
            return await asyncio.shield(reading)
        except BaseException:
            if self._apis.get(api_id) is reading and reading.done():
                self.forget(api_id)
            raise

    async def _read(self, api_id: str) -> DeployedApi:
        try:
            description = await asyncio.to_thread(
                read_description, self._emulator_url, self._caller.region, api_id
            )
        except (ClientError, SchemaRefused) as error:
            log.warning("API %s cannot be served: %s", api_id, error)
            raise RequestRefused(
                404, "NotFoundException", f"GraphQL API {api_id} not found."
            ) from error
        return DeployedApi(
            description,
            caller=self._caller,
            http=self._http,
            emulator_url=self._emulator_url,
            token_key=self._token_key,
        )
