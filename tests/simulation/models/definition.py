"""Amazon States Language: where an execution stands in its definition, and what it does next.

Knows the states and fields that infra/order_workflow.asl.yaml uses, in JSONata; anything else is an
error that names it. Leaves out: the limits of size, and heartbeats.
https://states-language.net/spec.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from tests.simulation.models.expressions import Expression, QueryEvaluationError, Scope

FIELDS = {
    "Task": {
        *("Type", "Resource", "Arguments", "TimeoutSeconds", "Retry", "Catch"),
        *("Assign", "Output", "Next", "End", "Comment"),
    },
    "Choice": {"Type", "Choices", "Default", "Assign", "Output", "Comment"},
    "Succeed": {"Type", "Output", "Comment"},
    "Fail": {"Type", "Error", "Cause", "Comment"},
}
RULE_FIELDS = {"Condition", "Next", "Assign", "Output", "Comment"}
RETRIER_FIELDS = {
    *("ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds"),
    *("JitterStrategy", "Comment"),
}
CATCHER_FIELDS = {"ErrorEquals", "Next", "Assign", "Output", "Comment"}
# What neither States.ALL nor States.TaskFailed stands for.
TERMINAL = {"States.DataLimitExceeded", "States.Runtime"}

Template = Callable[[Scope], Any]


@dataclass(frozen=True, slots=True)
class Retrier:
    """One of a state's `Retry`."""

    errors: tuple[str, ...]
    interval: float
    backoff: float
    attempts: int
    most: float
    full_jitter: bool


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a state: what is assigned, what is put out, and where to."""

    next: str | None
    assign: tuple[tuple[str, Template], ...]
    output: Template | None


@dataclass(frozen=True, slots=True)
class Catcher:
    """One of a state's `Catch`."""

    errors: tuple[str, ...]
    exit: Exit


@dataclass(frozen=True, slots=True)
class Rule:
    """One of a Choice state's `Choices`."""

    condition: Template
    exit: Exit


@dataclass(frozen=True, slots=True)
class State:
    """A state, ready to be run."""

    name: str
    type: str
    exit: Exit
    resource: str = ""
    arguments: Template = lambda _: None
    timeout: float | None = None
    retriers: tuple[Retrier, ...] = ()
    catchers: tuple[Catcher, ...] = ()
    rules: tuple[Rule, ...] = ()
    error: Template = lambda _: None
    cause: Template = lambda _: None


@dataclass(frozen=True, slots=True)
class Definition:
    """A state machine's definition, ready to be run."""

    start: str
    states: Mapping[str, State]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A task is to be tried, after so many seconds; `number` counts those at its state, from 1."""

    state: str
    number: int
    resource: str
    arguments: Any
    timeout: float | None
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class End:
    """The execution has ended."""

    status: Literal["SUCCEEDED", "FAILED"]
    error: str = ""
    cause: str = ""


def read_definition(document: Mapping[str, Any]) -> Definition:
    """Make a definition ready to be run.

    Raises:
        NotImplementedError: it has what this does not know.
    """
    _require(document, {"QueryLanguage", "StartAt", "States", "Comment"}, "the definition")
    if document.get("QueryLanguage") != "JSONata":
        raise NotImplementedError(f"QueryLanguage {document.get('QueryLanguage')}")
    states = {name: _state(name, state) for name, state in document["States"].items()}
    return Definition(document["StartAt"], states)


def _state(name: str, state: Mapping[str, Any]) -> State:
    kind = state["Type"]
    if kind not in FIELDS:
        raise NotImplementedError(f"{name} of type {kind}")
    _require(state, FIELDS[kind], name)
    retriers = tuple(_retrier(each, name) for each in state.get("Retry", ()))
    for each in state.get("Catch", ()):
        _require(each, CATCHER_FIELDS, f"Catch of {name}")
    for each in state.get("Choices", ()):
        _require(each, RULE_FIELDS, f"Choices of {name}")
    return State(
        name=name,
        type=kind,
        exit=_exit({**state, "Next": state.get("Next", state.get("Default"))}),
        resource=state.get("Resource", ""),
        arguments=_template(state.get("Arguments")),
        timeout=state.get("TimeoutSeconds"),
        retriers=retriers,
        catchers=tuple(
            Catcher(tuple(each["ErrorEquals"]), _exit(each)) for each in state.get("Catch", ())
        ),
        rules=tuple(
            Rule(_template(each["Condition"]), _exit(each)) for each in state.get("Choices", ())
        ),
        error=_template(state.get("Error")),
        cause=_template(state.get("Cause")),
    )


def _retrier(retrier: Mapping[str, Any], name: str) -> Retrier:
    _require(retrier, RETRIER_FIELDS, f"Retry of {name}")
    jitter = retrier.get("JitterStrategy", "NONE")
    if jitter not in ("NONE", "FULL"):
        raise NotImplementedError(f"JitterStrategy {jitter} of {name}")
    return Retrier(
        errors=tuple(retrier["ErrorEquals"]),
        interval=retrier.get("IntervalSeconds", 1),
        backoff=retrier.get("BackoffRate", 2.0),
        attempts=retrier.get("MaxAttempts", 3),
        most=retrier.get("MaxDelaySeconds", float("inf")),
        full_jitter=jitter == "FULL",
    )


def _exit(way: Mapping[str, Any]) -> Exit:
    return Exit(
        next=way.get("Next"),
        assign=tuple((name, _template(each)) for name, each in way.get("Assign", {}).items()),
        output=_template(way["Output"]) if "Output" in way else None,
    )


def _require(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := given.keys() - known:
        raise NotImplementedError(f"{', '.join(sorted(unknown))} of {where}")


def _template(value: Any) -> Template:
    """What makes the value, with the expressions in it evaluated."""
    made = _compiled(value)
    return made if callable(made) else lambda _: made


def _compiled(value: Any) -> Any:
    """The value itself where it has no expressions, else what makes it."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        return Expression(value[2:-2].strip()).evaluate
    if isinstance(value, dict):
        fields = {name: _compiled(each) for name, each in cast(dict[str, Any], value).items()}
        if not any(callable(each) for each in fields.values()):
            return fields
        return lambda scope: {  # pyright: ignore[reportUnknownLambdaType]
            name: each(scope) if callable(each) else each for name, each in fields.items()
        }
    if isinstance(value, list):
        items = [_compiled(each) for each in cast(list[Any], value)]
        if not any(callable(each) for each in items):
            return items
        return lambda scope: [each(scope) if callable(each) else each for each in items]  # pyright: ignore[reportUnknownLambdaType]
    return value


class Progress:
    """Where one execution stands. Whoever holds it tries the tasks, and says what came of them.

    Args:
        now: what `$now()` says.
        share: of the delay before an attempt with full jitter, how much is waited, 0 to 1.
    """

    def __init__(
        self,
        definition: Definition,
        context: Mapping[str, Any],
        now: Callable[[], str],
        share: Callable[[str, int], float],
    ) -> None:
        self.path: list[str] = []
        # Every error that was met, and the last one that was caught.
        self.errors: list[str] = []
        self.caught = ""
        # How often each state's task was tried.
        self.tries: dict[str, int] = {}
        self._definition = definition
        self._context = context
        self._now = now
        self._share = share
        self._variables: dict[str, Any] = {}
        self._state = definition.states[definition.start]
        self._input: Any = None
        self._retried: dict[int, int] = {}

    def begin(self, given: Any) -> Attempt | End:
        return self._enter(self._definition.start, given)

    def succeeded(self, result: Any) -> Attempt | End:
        """The task that was to be tried has this result."""
        scope = self._scope(result=result)
        try:
            return self._leave(self._state.exit, scope, result)
        except QueryEvaluationError as error:
            return self.failed("States.QueryEvaluationError", str(error))

    def failed(self, error: str, cause: str) -> Attempt | End:
        """The task that was to be tried has failed."""
        self.errors.append(error)
        state = self._state
        for index, retrier in enumerate(state.retriers):
            if not _matches(retrier.errors, error):
                continue
            before = self._retried.get(index, 0)
            if before >= retrier.attempts:
                break
            self._retried[index] = before + 1
            delay = min(retrier.interval * retrier.backoff**before, retrier.most)
            if retrier.full_jitter:
                delay *= self._share(state.name, self.tries[state.name])
            return self._attempt(delay)
        for catcher in state.catchers:
            if _matches(catcher.errors, error):
                self.caught = error
                output = {"Error": error, "Cause": cause}
                try:
                    return self._leave(catcher.exit, self._scope(error=output), output)
                except QueryEvaluationError as failure:
                    return self._fail("States.QueryEvaluationError", str(failure))
        return self._fail(error, cause)

    def _enter(self, name: str, given: Any) -> Attempt | End:
        """Go on to the next task, or to the end."""
        while True:
            self.path.append(name)
            state = self._state = self._definition.states[name]
            self._input = given
            scope = self._scope()
            try:
                if state.type == "Task":
                    self._retried = {}
                    return self._attempt(0.0)
                if state.type == "Succeed":
                    return End("SUCCEEDED")
                if state.type == "Fail":
                    return End("FAILED", state.error(scope) or "", state.cause(scope) or "")
                way = next((rule.exit for rule in state.rules if rule.condition(scope)), state.exit)
                if way.next is None:
                    return self._fail("States.NoChoiceMatched", name)
                self._assign(way, scope)
            except QueryEvaluationError as error:
                return self._fail("States.QueryEvaluationError", str(error))
            given = way.output(scope) if way.output else given
            name = way.next

    def _leave(self, way: Exit, scope: Scope, output: Any) -> Attempt | End:
        if way.output:
            output = way.output(scope)
        self._assign(way, scope)
        return End("SUCCEEDED") if way.next is None else self._enter(way.next, output)

    def _assign(self, way: Exit, scope: Scope) -> None:
        if way.assign:
            assigned = {name: template(scope) for name, template in way.assign}
            self._variables = {**self._variables, **assigned}

    def _attempt(self, after: float) -> Attempt | End:
        state = self._state
        number = self.tries[state.name] = self.tries.get(state.name, 0) + 1
        try:
            arguments = state.arguments(self._scope())
        except QueryEvaluationError as error:
            return self.failed("States.QueryEvaluationError", str(error))
        return Attempt(state.name, number, state.resource, arguments, state.timeout, after)

    def _fail(self, error: str, cause: str) -> End:
        self.errors.append(error)
        return End("FAILED", error, cause)

    def _scope(self, result: Any = None, error: Any = None) -> Scope:
        states = {
            "input": self._input,
            "result": result,
            "errorOutput": error,
            "context": self._context,
        }
        return Scope(self._variables, states, self._now)


def _matches(names: Sequence[str], error: str) -> bool:
    if error in names:
        return True
    if error in TERMINAL:
        return False
    return "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")
