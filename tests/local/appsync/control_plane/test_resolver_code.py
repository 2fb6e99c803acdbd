"""Code that APPSYNC_JS takes, and code that it refuses."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.appsync.control_plane.resolver_code import check_code

RESOLVERS = sorted((Path(__file__).parents[4] / "graphql").glob("*/*.js"))
# What it says of code that has a name from elsewhere, as snippets have.
UNKNOWN = "there is no such name"
GOOD = """import { util } from '@aws-appsync/utils';
import * as ddb from '@aws-appsync/utils/dynamodb';
const async = 1;
export function request(ctx) {
  for (const item of ctx.args.items) { if (item) { break; } }
  for (const name in ctx.args) { ctx.stash[name] = !ctx.args[name] ?? typeof name; }
  const text = `while (true) { throw ${ctx.args.id} }`;
  return { payload: { ...ctx.args, text, class: 1, this: 2 } };
}
export const response = (ctx) => ctx.result;
"""


def body(statement: str) -> str:
    return (
        f"export function request(ctx) {{\n  {statement}\n}}\n"
        "export function response(ctx) { return ctx.result; }\n"
    )


def test_takes_what_the_runtime_supports() -> None:
    assert check_code(GOOD) == []


@pytest.mark.parametrize("path", RESOLVERS, ids=lambda path: path.name)
def test_takes_the_api_s_own_resolvers(path: Path) -> None:
    assert check_code(path.read_text()) == []


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("try { } catch (e) { }", "try statements"),
        ("throw 1;", "throw statements"),
        ("while (true) { }", "while statements"),
        ("do { } while (true);", "do...while"),
        ("for (let i = 0; i < 1; i += 1) { }", "for statements"),
        ("for (const a of []) { continue; }", "continue statements"),
        ("outer: for (const a of []) { }", "labels"),
        ("const f = async () => 1;", "async functions"),
        ("class A { }", "classes"),
        ("const A = class { };", "classes"),
        ("return this.a;", "this is not"),
        ("return /a/;", "regex literals"),
        ("let i = 0; i++;", "++"),
        ("return ~1;", "operator ~"),
        ("return 'a' in ctx;", "the in operator"),
        ("return ctx instanceof Object;", "instanceof"),
        ("function* g() { }", "generators"),
        ("return new Promise(() => 1);", "Promise"),
        ("return import('fs');", "dynamic imports"),
        ("return eval('1');", "eval is not supported"),
        ("return new Function('return 1');", "Function is not supported"),
        ("return new Map();", "Map is not supported"),
        ("return fetch('https://example.com');", "fetch is not supported"),
        ("const { a = missing } = ctx;", "missing is not supported"),
        ("return { missing };", "missing is not supported"),
        ("return util.error.call(null, 'a');", "apply, bind and call"),
        ("return [2, 1].sort((a, b) => a - b);", "sort does not support"),
        ("return ctx.args.id.padStart(3);", "padStart"),
        ("return Array.from(ctx.args.items);", "from is not"),
        ("return Object.freeze(ctx.args);", "freeze is not"),
        ("return [1].keys();", "keys is not"),
        ("return request(ctx);", "recursive"),
        ("return ctx.args.items.map((each) => request(each));", "recursive"),
        ("const f = (g) => g(); return f(() => 1);", "passed as an argument"),
        ("return response;", "returned"),
        ("const f = (a) => (b) => a + b;", "returned"),
        ("const f = response;", "assigned anew"),
        ("ctx.args = {};", "ctx.args is readonly"),
        ("ctx = {};", "ctx is readonly"),
        ("delete ctx.stash;", "ctx.stash is readonly"),
    ],
)
def test_refuses_a_construct_and_says_where(statement: str, reason: str) -> None:
    (error, *_) = check_code(body(statement))
    assert reason in error.message
    assert error.line == 2


def test_refuses_broken_syntax() -> None:
    (error,) = check_code("export function request(ctx) { return { ; }")
    assert "syntax error" in error.message


def test_refuses_a_module_that_the_runtime_does_not_have() -> None:
    (error,) = check_code("import fs from 'fs';\n" + body("return {};"))
    assert "the module fs cannot be imported" in error.message


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("export function request(ctx) { return {}; }", ["response"]),
        ("function request() {}\nfunction response() {}", ["request", "response"]),
        ("const request = 1, other = 2;\nexport { request, other as response };", []),
    ],
)
def test_asks_for_both_handlers(code: str, missing: list[str]) -> None:
    assert [error.message for error in check_code(code)] == [
        f"the code must export a function `{name}`" for name in missing
    ]


def plugin_cases() -> list[Any]:
    script = Path(__file__).with_name("plugin_cases.mjs")
    ran = subprocess.run(  # noqa: S603 (our own script)
        ["node", script],  # noqa: S607 (whichever is first on the path)
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(ran.stdout)


def reasons(code: str) -> list[str]:
    return [each.message for each in check_code(code) if "must export" not in each.message]


def test_judges_as_the_plugin_s_own_tests_do() -> None:
    cases = plugin_cases()
    # Their code does what only other rules refuse.
    of_others = (UNKNOWN, "++ and --")

    assert len(cases) == 22
    for case in cases:
        for code in case["invalid"]:
            assert reasons(code), f"{case['rule']} refuses {code}"
        for code in case["valid"]:
            refused = [each for each in reasons(code) if not any(map(each.__contains__, of_others))]
            assert not refused, f"{case['rule']} takes {code}"
