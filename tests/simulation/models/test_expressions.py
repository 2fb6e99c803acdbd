"""What is remembered is what the library would say again."""

from typing import Any

import pytest

from tests.simulation.models.expressions import Expression, QueryEvaluationError, Scope
from tests.simulation.models.step_functions import deployed_definition
from tests.simulation.schedule import schedule_of
from tests.simulation.shrinking import story


def scope(now: str = "now", **variables: Any) -> Scope:
    return Scope(variables, {"input": {"a": {"b": 1}}, "result": None}, lambda: now)


@pytest.mark.parametrize(
    ("text", "variables", "value"),
    [
        ("$order", {"order": {"id": "x", "addOns": []}}, {"id": "x", "addOns": []}),
        ("$order.id", {"order": {"id": "x"}}, "x"),
        ("$order.lines.id", {"order": {"lines": [{"id": "x"}, {"id": "y"}]}}, ["x", "y"]),
        ("$order.id = $string($states.input.a.b)", {"order": {"id": "1"}}, True),
        ("$exists($order.id) ? 1 : 2", {"order": {}}, 2),
        ("$paid ? {'NULL': true} : $reason", {"paid": True, "reason": None}, {"NULL": True}),
        ("$reason", {"reason": None}, None),
        ("$order.{'S': $string(id)}", {"order": {"id": 1}}, {"S": "1"}),
        ("[$order.ids.{'S': $}]", {"order": {"ids": ["x"]}}, [{"S": "x"}]),
        ("[$order.ids.{'S': $}]", {"order": {"ids": []}}, []),
        ("$now()", {}, "now"),
    ],
)
def test_it_is_what_the_library_says(text: str, variables: dict[str, Any], value: Any) -> None:
    expression = Expression(text)

    for _ in range(2):
        assert expression.evaluate(scope(**variables)) == value
    assert expression.ask(scope(**variables)) == value


def test_other_values_and_another_time_have_another_value() -> None:
    expression = Expression("$now() & $string($order.paid) & $string($order.lines)")

    said = [
        expression.evaluate(scope(now, order={"paid": paid, "lines": lines}))
        for now in ("noon", "night")
        for paid in (True, 1, "true", None)
        for lines in (["x"], ["x", "y"])
    ]

    assert len(set(said)) == 12
    assert said == [
        Expression(expression.text).evaluate(scope(now, order={"paid": paid, "lines": lines}))
        for now in ("noon", "night")
        for paid in (True, 1, "true", None)
        for lines in (["x"], ["x", "y"])
    ]


@pytest.mark.parametrize("text", ["$order.none", "$nothing", "$states.input.c", "$number('x')"])
def test_what_has_no_value_is_an_error(text: str) -> None:
    expression = Expression(text)

    for _ in range(2):
        with pytest.raises(QueryEvaluationError):
            expression.evaluate(scope(order={}))


@pytest.mark.parametrize("text", ["$random()", "$now('[Y]')", "$millis()", "$uuid()"])
def test_what_follows_from_nothing_is_refused(text: str) -> None:
    with pytest.raises(NotImplementedError, match="the time or chance"):
        Expression(text)


def test_a_run_goes_as_it_would_if_nothing_were_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schedules = [schedule_of(seed, "EXPRESS") for seed in range(12)]
    remembered = [story(schedule) for schedule in schedules]

    monkeypatch.setattr(Expression, "evaluate", Expression.ask)
    deployed_definition.cache_clear()

    assert [story(schedule) for schedule in schedules] == remembered
    deployed_definition.cache_clear()
