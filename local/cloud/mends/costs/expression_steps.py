"""Has the steps of a JSONata expression cost less: they were the half of what a workflow cost.

At each step the library asks for the thread's parser, twice through all frames for what watches the
time, and twice for the time. A path such as `$order.addOns` it takes for four steps with seven
lists, an object for as many groups as it has keys. Here the time is looked at now and then, and
what is plain is done at once. All else is the library's.
"""

import time
from collections.abc import Callable
from typing import Any, cast

from jsonata import Jsonata, jexception, utils  # pyright: ignore[reportMissingTypeStubs]

# Taken in less than a millisecond.
STEPS_BETWEEN_LOOKS = 64
TIMED_OUT = "D1012"

_NONE: Any = utils.Utils.NONE
_List: Any = utils.Utils.JList
_LEFT_TO_LIBRARY = object()
_VALUES = (dict, str, int, float)
# What a name may have beside it that makes it more than a name.
_MORE_THAN_NAMES = (
    *("ancestor", "consarray", "focus", "group", "index", "keep_array", "keep_singleton_array"),
    *("predicate", "seeking_parent", "stages", "tuple"),
)


class Steps(Jsonata):
    """An expression whose plain steps are taken here."""

    _taken = 0
    _until = float("inf")
    _milliseconds: int | None = None

    def bound(self, milliseconds: int | None) -> None:
        """From now on it may take so long."""
        self.environment.set_runtime_bounds(milliseconds, None)
        self._milliseconds = milliseconds
        self._until = time.monotonic() + (milliseconds or float("inf")) / 1000

    def eval(self, expr: Any, input: Any, environment: Any) -> Any:  # noqa: A002 (its name there)
        """The value of one step.

        Raises:
            JException: as the library; where all of them have taken too long.
        """
        evaluate = _PLAIN.get(expr.type)
        if evaluate is None or expr.predicate is not None or expr.group is not None:
            return super().eval(expr, input, environment)
        self._taken += 1
        if self._taken % STEPS_BETWEEN_LOOKS == 0 and time.monotonic() > self._until:
            raise jexception.JException(TIMED_OUT, -1, self._milliseconds)
        value = evaluate(self, expr, input, environment)
        # A sequence of one is that one, and an empty one is nothing.
        if isinstance(value, _List) and value.sequence and not value.tuple_stream:
            if expr.keep_array:
                value.keep_singleton = True
            if not value:
                return None
            return value[0] if len(value) == 1 and not value.keep_singleton else value
        return value

    def evaluate_path(self, expr: Any, input: Any, environment: Any) -> Any:  # noqa: A002
        """What a path leads to: through objects, at once."""
        value = _follow(expr, input, environment)
        if value is _LEFT_TO_LIBRARY:
            return super().evaluate_path(expr, input, environment)
        return value

    def evaluate_group_expression(
        self,
        expr: Any,
        input: Any,  # noqa: A002
        environment: Any,
    ) -> Any:
        """An object: of one input and with keys that are written out, there is nothing to group."""
        keys = None if isinstance(input, list) else _once(expr, "keys", _keys)
        if keys is None:
            return super().evaluate_group_expression(expr, cast(Any, input), environment)
        made: dict[str, Any] = {}
        for key, (_, written) in zip(keys, expr.lhs_object, strict=True):
            value = self.eval(written, input, environment)
            if value is not None:
                made[key] = value
        return made

    def call(self, expr: Any, input: Any, environment: Any) -> Any:  # noqa: A002
        """What a function gives, which may ask where it was called."""
        before = self.input, self.environment
        self.input, self.environment = input, environment
        try:
            return self.evaluate_function(expr, input, environment, _NONE)
        finally:
            self.input, self.environment = before

    def register_lambda(self, name: str, implementation: Callable[..., Any]) -> None:
        """Once: it is the same at each evaluation."""
        if name not in self.environment.bindings:
            super().register_lambda(name, implementation)


def _literal(expression: Jsonata, literal: Any, *_: Any) -> Any:
    return expression.evaluate_literal(literal)


_PLAIN: dict[str | None, Callable[[Steps, Any, Any, Any], Any]] = {
    "binary": Jsonata.evaluate_binary,
    "block": Jsonata.evaluate_block,
    "condition": Jsonata.evaluate_condition,
    "function": Steps.call,
    "name": Jsonata.evaluate_name,
    "number": _literal,
    "path": Steps.evaluate_path,
    "string": _literal,
    "unary": Jsonata.evaluate_unary,
    "value": _literal,
    "variable": Jsonata.evaluate_variable,
}


def _once(expr: Any, name: str, find: Callable[[Any], Any]) -> Any:
    """What is found out of an expression, and kept with it."""
    known = vars(expr)
    if name not in known:
        known[name] = find(expr)
    return known[name]


def _keys(written: Any) -> list[str] | None:
    """An object's keys, where each is written out and there once."""
    keys = [key.value for key, _ in written.lhs_object]
    plain = all(key.type == "string" for key, _ in written.lhs_object)
    return keys if plain and len({*keys}) == len(keys) else None


def _follow(path: Any, value: Any, environment: Any) -> Any:
    """The one value at the end of a path through objects, of which the last may lack it."""
    variable, names = _once(path, "names", _names)
    if variable:
        value = environment.lookup(variable)
    for name in names:
        if not isinstance(value, dict):
            return _LEFT_TO_LIBRARY
        if name not in value:
            return None
        value = value[name]
    return value if names and isinstance(value, _VALUES) else _LEFT_TO_LIBRARY


def _names(path: Any) -> tuple[str, list[str]]:
    """The variable that a path begins with, or "", and its names: none where it is more."""
    steps = path.steps
    if any(getattr(each, more) for each in (path, *steps) for more in _MORE_THAN_NAMES):
        return "", []
    variable = str(steps[0].value) if steps[0].type == "variable" else ""
    rest = steps[1:] if variable else steps
    plain = all(step.type == "name" for step in rest)
    return (variable, [str(step.value) for step in rest]) if plain else ("", [])
