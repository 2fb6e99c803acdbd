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


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("ctx.nothing.more", "Cannot read properties of undefined"),
        ("util.time.nowFormatted('w')", "the pattern letter w is not supported here"),
        ("util.time.nowFormatted('yyyy', 'Nowhere/Else')", "Invalid time zone"),
        # Java has no moment for a day without a time, or a time without a zone.
        (
            "util.time.parseFormattedToEpochMilliSeconds('2018-02-01', 'yyyy-MM-dd', 'UTC')",
            "could not be parsed",
        ),
        (
            "util.time.parseFormattedToEpochMilliSeconds('2018-02-01 10', 'yyyy-MM-dd HH')",
            "could not be parsed",
        ),
        ("util.time.parseISO8601ToEpochMilliSeconds('1 February 2018')", "could not be parsed"),
        ("(() => 1).constructor('return 1')()", "Code generation from strings disallowed"),
        ("({ loop: ctx }).loop.self = ctx", "circular"),
    ],
)
def test_a_fault_of_the_code_is_told(expression: str, fault: str) -> None:
    code = f"export function request(ctx) {{ util.appendError('first'); return {expression}; }}"

    async def run() -> Evaluation:
        runtime = ResolverRuntime()
        try:
            return await runtime.evaluate(code, "request", {"stash": {}}, "IAM Authorization")
        finally:
            await runtime.close()

    evaluation = asyncio.run(run())
    assert evaluation.status == "fault"
    assert fault in (evaluation.fault or "")


def test_code_is_an_es_module_however_it_exports() -> None:
    code = """
    import {
      util as u,
      runtime,
    } from '@aws-appsync/utils';
    import ddb, { get as read } from "@aws-appsync/utils/dynamodb";
    const request = () => [u.authType(), read({ key: { id: 1 } }), ddb.get({ key: { id: 1 } })];
    export { request, request as response };
    """

    async def run() -> list[Any]:
        runtime = ResolverRuntime()
        try:
            return [
                (await runtime.evaluate(code, handler, {}, "IAM Authorization")).value
                for handler in ("request", "response")
            ]
        finally:
            await runtime.close()

    get = {"operation": "GetItem", "key": {"id": {"N": 1}}}
    assert asyncio.run(run()) == [["IAM Authorization", get, get]] * 2


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
