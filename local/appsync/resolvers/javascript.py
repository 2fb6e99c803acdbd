"""Runs APPSYNC_JS handlers on Node workers, driven from the event loop.

The workers run `runtime/worker.mjs`, which has AppSync's `util`, `runtime` and `extensions` and its
module of DynamoDB requests.
"""

import asyncio
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("runtime") / "worker.mjs"
_WORKERS = 2
_HEAP_MEGABYTES = 256
_REPLY_LIMIT_BYTES = 16 * 2**20

log = logging.getLogger("appsync.resolver")


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a handler did.

    Attributes:
        status: `ok`, `earlyReturn`, `missing` (no such handler), `error` or `fault`.
        value: what it returned, or handed to `runtime.earlyReturn`.
        appended: errors of `util.appendError`: `message`, `errorType`, `data`, `errorInfo`.
        error: the error of `util.error`, in the same shape.
        fault: what is wrong with the code.
        stash: `ctx.stash` as the handler left it.
        skip_to: `END`, `NEXT` or None.
        headers: names and values of the response's headers, as handed to `util.http`.
        extensions: calls of `extensions`: `op` is the function's name, such as
            `setSubscriptionFilter`, whose argument is `filter`.
    """

    status: str
    value: Any
    appended: list[dict[str, Any]]
    error: dict[str, Any] | None
    fault: str | None
    stash: dict[str, Any]
    skip_to: str | None
    headers: list[tuple[str | None, Any]]
    extensions: list[dict[str, Any]]


class NodeWorker:
    """One Node process, which answers one call at a time."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._console: asyncio.Task[None] | None = None
        # Of the codes that the process has been given, which it knows by them.
        self._numbers: dict[str, int] = {}

    async def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request, one reply; a process that ended is replaced first.

        Raises:
            RuntimeError: the process ended without a reply.
        """
        process = self._process
        if process is None or process.returncode is not None:
            process = await self._spawn()
        assert process.stdin is not None
        assert process.stdout is not None
        code: str = request["code"]
        given = code in self._numbers
        number = self._numbers.setdefault(code, len(self._numbers))
        sent = request | {"code": None if given else code, "number": number}
        try:
            process.stdin.write(json.dumps(sent).encode() + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
            if not line:
                raise RuntimeError("The Node worker ended without a reply.")
            return json.loads(line)
        except BaseException:
            # A handler that never ends cannot be interrupted from inside Node, and a reply that
            # was not read whole would answer the next call.
            await self.stop()
            raise

    async def _spawn(self) -> asyncio.subprocess.Process:
        await self.stop()
        self._numbers.clear()
        self._process = await asyncio.create_subprocess_exec(
            "node",
            f"--max-old-space-size={_HEAP_MEGABYTES}",
            "--experimental-vm-modules",
            "--no-warnings",
            str(WORKER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_REPLY_LIMIT_BYTES,
        )
        assert self._process.stderr is not None
        self._console = asyncio.create_task(_log_console(self._process.stderr))
        return self._process

    async def stop(self) -> None:
        """End the process; harmless where there is none."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if self._console:
            await self._console


async def _log_console(stderr: asyncio.StreamReader) -> None:
    """What resolvers write with console.log, which goes to CloudWatch on AWS."""
    while line := await stderr.readline():
        log.info("%s", line.decode(errors="replace").rstrip())


class ResolverRuntime:
    """A fixed number of Node workers; a call waits for a free one."""

    def __init__(self) -> None:
        self._workers = [NodeWorker() for _ in range(_WORKERS)]
        self._free: asyncio.LifoQueue[NodeWorker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._free.put_nowait(worker)

    async def evaluate(
        self, code: str, handler: str, context: dict[str, Any], auth_type: str
    ) -> Evaluation:
        """Run `request` or `response` of the code with `ctx`.

        Args:
            auth_type: what `util.authType()` answers.
        """
        reply = await self._call(
            {"code": code, "handler": handler, "context": context, "authType": auth_type}
        )
        return Evaluation(
            status=reply["status"],
            value=reply.get("value"),
            appended=reply.get("appended") or [],
            error=reply.get("error"),
            fault=reply.get("fault"),
            stash=reply.get("stash") or {},
            skip_to=reply.get("skipTo"),
            headers=reply.get("headers") or [],
            extensions=reply.get("extensions") or [],
        )

    async def compile(self, code: str) -> str | None:
        """Why the code cannot be loaded; None: it can."""
        return (await self._call({"code": code, "handler": None}))["value"]

    async def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        worker = await self._free.get()
        try:
            return await worker.call(request)
        finally:
            self._free.put_nowait(worker)

    async def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            await worker.stop()
