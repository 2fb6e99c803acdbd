"""Steps that are taken here give what the library gives, and are told when their time is over."""

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonata import Jsonata, jexception, timebox  # pyright: ignore[reportMissingTypeStubs]

from local.cloud.mends.costs.expression_steps import Steps

WORKFLOW = Path(__file__).parents[5] / "infra" / "order_workflow.asl.yaml"
EXPRESSIONS = [
    # Paths, and what looks like one.
    *("$a", "$a.b", "$a.b.c", "$a.b.c.d", "b.c", "b", "$", "$.b", "$.b.c", "$$", "$$.b", "`b`.c"),
    *("$a.'b'.c", "$a.b[0]", "$a.b[-1].c", "$a.b[c = 1].c", "$a.b[].c", "$a.b.c[]", "[$a.b.c]"),
    *(
        "[$a.b]",
        "$a.*",
        "$a.**.c",
        "$a.b.%.c",
        "$a.b#$i.{'i': $i}",
        "$a@$x.{'x': $x.b}",
        "$a.b^(c)",
    ),
    *(
        "$a.b{c: $}",
        "$a.$string(b)",
        "$a.(b)",
        "$a.b.(c; $)",
        "$a.[b]",
        "$a.b.$",
        "$missing.b",
        "$f.b",
    ),
    # What follows a value that is none of a path's.
    *(
        "$f(1)[]",
        "$a[]",
        "($a.b.c)[]",
        "$string(1)[]",
        "[$a.b.c][]",
        "$f(1)[0]",
        "$a[0]",
        "[3, 4][1]",
    ),
    *("$sort([2, 1])[0]", "$a{'k': 1}", "$f(1){'k': $}", "[1, 2]{'k': $}", "$f(1)[$ > 0]{'k': $}"),
    *(
        "$a.(b#$i).{'i': $i}",
        "$a.(b@$x).{'x': $x}",
        "(b@$x)",
        "$a.(b.c.%).n",
        "($a.b)@$x.{'x': $x}",
    ),
    # Objects.
    *(
        "{}",
        "{'k': $a.b}",
        "{'k': $missing, 'l': null}",
        "{'k': 1, 'k': 2}",
        "{$a.k: 1}",
        "$a.{'k': b}",
    ),
    *(
        "$a.b.{'k': c, 'all': $}",
        "{'k': $a.b}.k.c",
        "$merge([{'k': 1}, $a.b])",
        "$a.b.{c: $count($)}",
    ),
    *("{'k': {'l': [$a.b, {'m': $a}]}}", "{'k': function($x) { $x }}.k(1)"),
    # Everything else that is plain.
    *(
        "1 + $a.n",
        "$a.n > 1 and $a.t",
        "-$a.n",
        "$a.n = '1'",
        "$a.t & $a.n",
        "1 in $a.b.c",
        "[1..$a.n]",
    ),
    *(
        "$a.t ? 'yes' : 'no'",
        "$a.missing ? 1",
        "($x := $a.b; $x.c)",
        "$a.t + 1",
        "'t' < 1",
        "null",
        "true",
    ),
    # Calls, which may be of anything.
    *(
        "$string($a)",
        "$count($a.b)",
        "$map($a.b, function($v) { $v.c })",
        "$a.b ~> $count()",
        "$b.c()",
    ),
    *(
        "$substring(?, 0, 1)($a.t)",
        "$eval('b.c')",
        "$a.$eval('b')",
        "$a.$eval({'b': 9}.$string('b'))",
        "$a.b ~> $eval('$count($)')",
        "$f(1)",
    ),
    *(
        "$sort($a.b, function($l, $r) { $l.c > $r.c }).c",
        "$reduce($a.b.c, function($x, $y) { $x + $y })",
    ),
    *(
        "$each($a, function($v, $k) { $k })",
        "$a ~> |b|{'z': 1}|",
        "$lookup($a, 'b').c",
        "$a.b.$f(c)",
    ),
    *(
        "($g := function($n) { $n < 1 ? 0 : $n + $g($n - 1) }; $g(20))",
        "$string()",
        "$a.t.$string()",
    ),
]
VALUES: list[Any] = [
    *(None, 1, "text", True, [], {}, [1, [2]]),
    *({"b": each, "n": 3, "t": "tea", "k": "key"} for each in (None, 1, [], {}, "s", False)),
    {"b": {"c": 1}, "n": 2.5, "t": True, "k": 5},
    {"b": {"c": {"d": [1]}}, "n": None, "t": "", "k": "b"},
    {"b": {"c": [1, 2], "d": 0}, "n": 0, "t": "x"},
    {"b": [{"c": 2}, {"c": 1}, {"d": None}], "n": 2, "t": "two", "k": "k"},
    {"b": [{"c": [1]}, {"c": []}, [{"c": None}]], "n": -1},
    [{"b": {"c": 1}}, {"b": [{"c": 2}]}, 3],
]


def twice(value: Any) -> list[Any]:
    return [value, value]


def outcome(kind: type[Jsonata], expression: str, document: Any, **variables: Any) -> str:
    """What comes of an expression, as text."""
    try:
        parsed: Any = kind(expression)
        parsed.register_lambda("f", twice)
        value = parsed.evaluate(json.loads(document), variables)
        return json.dumps(value, default=lambda each: type(each).__name__)
    except jexception.JException as failure:
        return f"{failure.error} at {failure.location} of {failure.current}: {failure}"
    except Exception as failure:
        return repr(failure)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_gives_what_the_library_gives(expression: str) -> None:
    for document, value in itertools.product(["null", '{"b": {"c": 1}}', '[{"b": 2}]'], VALUES):
        expected = outcome(Jsonata, expression, document, a=value)

        assert outcome(Steps, expression, document, a=value) == expected, (document, value)


def expressions_in(part: Any) -> Iterator[str]:
    match part:
        case dict():
            for each in part.values():  # pyright: ignore[reportUnknownVariableType]
                yield from expressions_in(each)
        case list():
            for each in part:  # pyright: ignore[reportUnknownVariableType]
                yield from expressions_in(each)
        case str() if part.startswith("{%"):
            yield part[2:-2]
        case _:
            pass


def test_asks_for_the_time_now_and_then_and_the_library_at_each_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[None] = []

    def now() -> int:
        asked.append(None)
        return 0

    monkeypatch.setattr(timebox.Timebox, "current_milli_time", staticmethod(now))
    order = {"id": "1", "customerId": "c", "attempt": 1, "quantity": 1, "addOns": ["chili"]}

    def times(kind: type[Jsonata]) -> int:
        asked.clear()
        for expression in expressions_in(yaml.safe_load(WORKFLOW.read_text())):
            parsed = kind(expression)
            parsed.environment.set_runtime_bounds(1000, None)
            known: Any = {"order": order, "paid": True, "states": {"input": order}}
            with contextlib.suppress(jexception.JException):
                parsed.evaluate(None, known)
        return len(asked)

    assert times(Steps) < times(Jsonata) / 3


@pytest.mark.parametrize(
    "expression",
    [
        "($again := function() { $again() }; $again())",
        "[1..300000].($ + 1)",
        "$map([1..300000], function($i) { $i })",
        "[1..300000].{'k': $}",
    ],
)
def test_ends_when_the_time_is_over(expression: str) -> None:
    parsed = Steps(expression)
    parsed.bound(20)

    with pytest.raises(jexception.JException) as failure:
        parsed.evaluate(None, {})
    assert failure.value.error == "D1012"
