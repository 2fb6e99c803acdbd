"""An expression that was parsed once gives what it would give parsed anew."""

import pytest

from tests.local.cloud.mends.conftest import Alone

pytestmark = pytest.mark.cloud

EVALUATE = """
import json, sys, threading, time
import jsonata
from ministack.services import stepfunctions

parse, parses = jsonata.parser.Parser.parse, []

def counted(self, text, *arguments):
    parses.append(text)
    return parse(self, text, *arguments)

jsonata.parser.Parser.parse = counted

def evaluate(expression, **variables):
    try:
        return stepfunctions._evaluate_jsonata(expression, None, {"variables": variables})
    except stepfunctions._ExecutionError as error:
        return str(error)
"""

REPEATED = """
expressions = [
    "$n + 1",
    "{'list': [$items.{'S': $}], 'text': $string($items)}",
    "$map([1..3], function($i) { $i * $n })",
    "($f := function($x) { $x <= 1 ? 1 : $x * $f($x - 1) }; $f($n))",
    "$substring(?, 0, 2)($items[0])",
    "$items ~> $join('-')",
    "$match($items[0], /c(.)/).groups",
    "$hash($items[0], 'SHA-256')",
    "$sort($items, function($l, $r) { $l < $r })",
    "$n > 2 ? 'more' : $missing",
    "$n + 'text'",
    "$n +",
    "{'a': $n}.a",
    "$exists($missing)",
]
seen = [
    [evaluate(expression, n=n, items=["cheese", "chili"][:n]) for expression in expressions]
    for n in (1, 2, 3, 2, 1)
]
once = {text: parses.count(text) for text in set(parses)}
forget = sys.modules["local.cloud.mends.costs.parsed_expressions"]._idle.clear
anew = []
for n in (1, 2, 3, 2, 1):
    anew.append([])
    for expression in expressions:
        forget()
        anew[-1].append(evaluate(expression, n=n, items=["cheese", "chili"][:n]))
print(json.dumps({"seen": seen, "anew": anew, "once": once}))
"""

THREADS = """
sys.setswitchinterval(1e-6)
# The second has the library parse anew as it is evaluated.
expressions = [
    "$string($map([1..10], function($i) { $i * $n })) & $string($n)",
    "$substring(?, 0, 1)($string($n)) & $substring(?, 1)('-' & $string($n))",
]
expected = {n: [evaluate(each, n=n) for each in expressions] for n in range(8)}
wrong = []

def run(n):
    for _ in range(30):
        values = [evaluate(each, n=n) for each in expressions]
        if values != expected[n]:
            wrong.append([n, values])

threads = [threading.Thread(target=run, args=[n]) for n in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"wrong": wrong, "parses": [parses.count(each) for each in expressions]}))
"""

MOMENTS = """
def look():
    return evaluate("$millis()"), evaluate("$now()")
first = look()
endless = evaluate("($again := function() { $again() }; $again())")
print(json.dumps([first, endless, look()]))
"""


def test_an_expression_is_parsed_once_and_gives_the_same(alone: Alone) -> None:
    results = alone(EVALUATE + REPEATED)

    assert results["seen"] == results["anew"]
    for expression in ("$n + 1", "$items ~> $join('-')", "$exists($missing)"):
        assert results["once"][expression] == 1


def test_threads_that_evaluate_one_expression_at_once_do_not_disturb_each_other(
    alone: Alone,
) -> None:
    results = alone(EVALUATE + THREADS)

    assert results["wrong"] == []
    assert max(results["parses"]) <= 8


def test_each_evaluation_has_its_own_moment_and_a_second_of_its_own(alone: Alone) -> None:
    (millis, now), endless, (later_millis, later_now) = alone(EVALUATE + MOMENTS)

    assert "D1012" in endless
    assert 1000 <= later_millis - millis < 5000
    assert later_now > now
