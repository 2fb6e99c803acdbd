"""JSONata in a state machine's definition: each expression parsed once, its values remembered."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from jsonata import Jsonata, utils  # pyright: ignore[reportMissingTypeStubs]

# A variable and the fields taken of it, and not a function's name.
REFERENCE = re.compile(r"\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)(?![\w(])")
# The library asks for these at each of its steps, through all frames.
NO_CALLBACKS = {"__evaluate_entry": None, "__evaluate_exit": None}
MOST_REMEMBERED = 20_000
MISSING = object()


class QueryEvaluationError(Exception):
    """States.QueryEvaluationError."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can name: the variables, `$states`, and what `$now()` says."""

    variables: Mapping[str, Any]
    states: Mapping[str, Any]
    now: Callable[[], str]


class Expression:
    """What stands in `{% %}`.

    Its value depends on the values that its references name and on the time, if it asks for it;
    where these are what they were before, so is the value, and a reference alone is just looked up.
    Values are never changed in place.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._is_reference = REFERENCE.fullmatch(text) is not None
        self._parsed = _parse(text)
        self._exists = _parse(f"$exists(({text}))")
        self._references = [
            (match[1], tuple(match[2].split(".")[1:])) for match in REFERENCE.finditer(text)
        ]
        self._is_timed = "$now()" in text
        if re.search(r"\$(millis|random|uuid)\b|\$now\((?!\))", text):
            raise NotImplementedError(f"the time or chance in {text}")
        self._remembered: dict[tuple[Any, ...], Any] = {}

    def evaluate(self, scope: Scope) -> Any:
        """The value, as JSON has it.

        Raises:
            QueryEvaluationError: there is none.
        """
        values = [_value(scope, name, fields) for name, fields in self._references]
        if self._is_reference and isinstance(values[0], str | dict):
            return values[0]
        key = tuple(map(_frozen, values))
        if self._is_timed:
            key = (*key, scope.now())
        if (value := self._remembered.get(key, MISSING)) is not MISSING:
            return value
        value = self.ask(scope)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = value
        return value

    def ask(self, scope: Scope) -> Any:
        """As `evaluate`, by the library."""
        # The library takes None for undefined.
        null: Any = utils.Utils.NULL_VALUE
        bindings = {
            name: null if value is None else value for name, value in scope.variables.items()
        }
        bindings = {**NO_CALLBACKS, **bindings, "states": scope.states}
        try:
            value = _run(self._parsed, bindings, scope.now)
            is_defined = value is not None or _run(self._exists, bindings, scope.now)
        except Exception as error:
            raise QueryEvaluationError(f"{self.text}: {error}") from error
        if not is_defined:
            raise QueryEvaluationError(f"{self.text} did not return a result")
        return _plain(value)


def _parse(text: str) -> Any:
    parsed = cast(Any, Jsonata(text))
    # The library would share it with the next expression, which it goes on using.
    del cast(Any, Jsonata).PARSER.parser
    return parsed


def _run(parsed: Any, bindings: dict[str, Any], now: Callable[[], str]) -> Any:
    # What the library's functions take for the expression that calls them.
    cast(Any, Jsonata).CURRENT.jsonata = parsed
    parsed.register_lambda("now", now)
    return parsed.evaluate(None, bindings)


def _value(scope: Scope, name: str, fields: tuple[str, ...]) -> Any:
    """What a reference names, or the list on the way to it, into which JSONata goes by itself."""
    value: Any = scope.states if name == "states" else scope.variables.get(name, MISSING)
    for field in fields:
        if not isinstance(value, dict):
            return MISSING if isinstance(value, str) else value
        value = cast(dict[str, Any], value).get(field, MISSING)
    return value


def _frozen(value: Any) -> Any:
    if isinstance(value, dict | list):
        return list, json.dumps(value)
    # True is not 1 here.
    return type(value), value


def _plain(value: Any) -> Any:
    """Without the library's own kinds of lists."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast(list[Any], value)]
    return value
