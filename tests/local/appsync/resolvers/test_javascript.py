"""The Node workers that run handlers."""

import asyncio
from typing import Any

import pytest

from local.appsync.resolvers.javascript import Evaluation, ResolverRuntime

CODE = """
export function request(ctx) {
  ctx.stash.seen = ctx.args.n;
  if (ctx.args.forever) { while (true) { } }
  if (ctx.args.fail) { util.appendError('first'); util.error('second', 'Type', { a: 1 }, [2]); }
  return ctx.args.n;
}
"""


async def evaluate(runtime: ResolverRuntime, **arguments: Any) -> Evaluation:
    context = {"args": arguments, "stash": {}}
    return await runtime.evaluate(CODE, "request", context, "API Key Authorization")


def test_a_handler_s_value_and_stash_come_back() -> None:
    async def run() -> None:
        runtime = ResolverRuntime()
        try:
            many = await asyncio.gather(*(evaluate(runtime, n=n) for n in range(20)))
            assert [(each.value, each.stash) for each in many] == [
                (n, {"seen": n}) for n in range(20)
            ]
        finally:
            await runtime.close()

    asyncio.run(run())


def test_errors_appended_before_a_failure_are_kept() -> None:
    async def run() -> None:
        runtime = ResolverRuntime()
        try:
            failed = await evaluate(runtime, fail=True)
            assert failed.status == "error"
            assert failed.error == {
                "message": "second",
                "errorType": "Type",
                "data": {"a": 1},
                "errorInfo": [2],
            }
            assert [each["message"] for each in failed.appended] == ["first"]
        finally:
            await runtime.close()

    asyncio.run(run())


def test_a_handler_that_never_ends_is_cut_off_and_its_worker_replaced() -> None:
    async def run() -> None:
        runtime = ResolverRuntime()
        try:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await evaluate(runtime, forever=True)
            assert (await evaluate(runtime, n=1)).value == 1
        finally:
            await runtime.close()

    asyncio.run(run())
