"""Has each JSONata expression of a workflow parsed once, not at each of its evaluations.

Parsing was a third of the emulator's work for an order. A parsed expression is one thread's while
that evaluates it, with the parser that the library goes on using, and then the next one's.
"""

from types import SimpleNamespace
from typing import Any

from jsonata import Jsonata, utils  # pyright: ignore[reportMissingTypeStubs]
from ministack.services import stepfunctions  # pyright: ignore[reportMissingTypeStubs]

from local.cloud.mends.costs.expression_steps import Steps

# By what was parsed, what no thread evaluates now.
_idle: dict[str, list["Parsed"]] = {}


class Parsed(Steps):
    """An expression; what is bound, the time it may take and the moment are each evaluation's."""

    def __init__(self, expression: str) -> None:
        super().__init__(expression)
        # The library would share it with this thread's next expression.
        del Jsonata.PARSER.parser
        self.expression = expression

    def prepare(self, timeout: int | None) -> None:
        """For one evaluation, by this thread, which may take so many milliseconds."""
        self.bound(timeout)
        # What the library's functions take for the expression that calls them.
        Jsonata.CURRENT.jsonata = self

    def evaluate(self, input: Any, bindings: Any = None) -> Any:  # noqa: A002 (its name there)
        value = super().evaluate(input, bindings)
        _idle.setdefault(self.expression, []).append(self)
        return value


def parsed(expression: str, timeout: int | None = None) -> Parsed:
    """An expression to evaluate once."""
    try:
        taken = _idle[expression].pop()
    except (KeyError, IndexError):
        taken = Parsed(expression)
    taken.prepare(timeout)
    return taken


def keep_parsed_expressions() -> None:
    """Patch the emulator that this process runs."""
    stepfunctions.jsonata = SimpleNamespace(Jsonata=SimpleNamespace(jsonata=parsed), utils=utils)
