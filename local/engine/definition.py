"""What Step Functions refuses in the definition of a state machine, in its own words and codes.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
What it says of which definition is what others have recorded of it:
https://github.com/localstack/localstack/issues/11978, https://github.com/floci-io/floci/pull/2786
The fields of each type of state: https://states-language.net/spec.html#state-type-table
"""

import difflib
import json
from collections.abc import Iterator
from typing import Any, cast

from jsonata import Jsonata  # pyright: ignore[reportMissingTypeStubs]

State = dict[str, Any]

_ALL = frozenset({"Type", "Comment", "QueryLanguage"})
_PATHS = frozenset({"InputPath", "OutputPath"})
_ON = frozenset({"Next", "End"})
_DATA = frozenset({"Assign", "Output"})
_CALL = frozenset({"Retry", "Catch", "Arguments", "Parameters", "ResultSelector", "ResultPath"})
FIELDS = {
    "Task": _ALL | _PATHS | _ON | _DATA | _CALL | {
        *("Resource", "TimeoutSeconds", "TimeoutSecondsPath"),
        *("HeartbeatSeconds", "HeartbeatSecondsPath", "Credentials"),
    },
    "Parallel": _ALL | _PATHS | _ON | _DATA | _CALL | {"Branches"},
    "Map": _ALL | _PATHS | _ON | _DATA | _CALL | {
        *("ItemProcessor", "Iterator", "Items", "ItemsPath", "ItemSelector", "ItemReader"),
        *("ItemBatcher", "ResultWriter", "MaxConcurrency", "MaxConcurrencyPath", "Label"),
        *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
        *("ToleratedFailureCount", "ToleratedFailureCountPath"),
    },
    "Pass": _ALL | _PATHS | _ON | _DATA | {"Result", "ResultPath", "Parameters"},
    "Choice": _ALL | _PATHS | _DATA | {"Choices", "Default"},
    "Wait": _ALL | _PATHS | _ON | _DATA | {
        *("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
    },
    "Succeed": _ALL | _PATHS | {"Output"},
    "Fail": _ALL | {"Error", "ErrorPath", "Cause", "CausePath"},
}  # fmt: skip
TERMINAL = ("Succeed", "Fail")


def faults_of_definition(definition: str) -> list[str]:
    """What is wrong with a definition in JSON, each as `CODE: what at where`.

    Checked are the types and fields of states, transitions, and the syntax of JSONata; not paths,
    resources, nor what an expression comes to.
    """
    try:
        machine = json.loads(definition)
    except ValueError as error:
        return [f"INVALID_JSON_DESCRIPTION: {error}"]
    if not isinstance(machine, dict):
        return ["SCHEMA_VALIDATION_FAILED: The definition is not an object"]
    return list(_faults_of_machine(cast(State, machine), ""))


def _faults_of_machine(machine: State, where: str) -> Iterator[str]:
    """Of the whole, or of a branch or an item processor of it."""
    states = machine.get("States")
    if not isinstance(states, dict) or not states or "StartAt" not in machine:
        yield _schema("StartAt and States are required", where or "/")
        return
    known = cast(dict[str, State], states)
    yield from _faults_of_jsonata({k: v for k, v in machine.items() if k != "States"}, where)
    wrong = False
    for name, state in known.items():
        for fault in _faults_of_state(state, f"{where}/States/{name}"):
            wrong = True
            yield fault
    if wrong:
        return
    targets = [("/StartAt", machine["StartAt"])]
    for name, state in known.items():
        targets += [(f"/States/{name}{place}", target) for place, target in _transitions(state)]
    for place, target in targets:
        if target not in known:
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {where}{place}"
    # Only where there is one does AWS look for states that are not reached.
    if not any(state.get("End") or state["Type"] in TERMINAL for state in known.values()):
        yield "MISSING_END_STATE: Workflow has no terminal state"
        return
    reached = _reached(known, machine["StartAt"])
    for name in known:
        if name not in reached:
            yield (
                f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable.'
                f" at {where}/States/{name}"
            )


def _faults_of_state(state: State, where: str) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in FIELDS:
        yield _schema(f"{kind!r} is not a type of state{_meant(kind, FIELDS)}", f"{where}/Type")
        return
    for field in state:
        if field not in FIELDS[kind]:
            hint = _meant(field, FIELDS[kind])
            yield _schema(f"Field is not supported{hint}", f"{where}/{field}")
    if kind == "Task" and "Resource" not in state:
        yield _schema("The field 'Resource' is required", where)
    if kind == "Choice" and not state.get("Choices"):
        yield _schema("The field 'Choices' is required", where)
    if "Next" in FIELDS[kind] and ("Next" in state) == bool(state.get("End")):
        yield _schema("One of the fields 'Next' and 'End' is required", where)
    branches = [(f"{where}/Branches[{i}]", b) for i, b in enumerate(state.get("Branches", ()))]
    for field in ("ItemProcessor", "Iterator"):
        if field in state:
            branches.append((f"{where}/{field}", state[field]))
    for place, branch in branches:
        yield from _faults_of_machine(branch, place)
    own = {k: v for k, v in state.items() if k not in {"Branches", "ItemProcessor", "Iterator"}}
    yield from _faults_of_jsonata(own, where)


def _faults_of_jsonata(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith("{%") and value.endswith("%}"):
            try:
                Jsonata(value[2:-2])
            except Exception as error:
                yield _schema(f"The JSONata expression cannot be read: {error}", where)
    elif isinstance(value, dict):
        for key, each in cast(dict[str, Any], value).items():
            yield from _faults_of_jsonata(each, f"{where}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(cast(list[Any], value)):
            yield from _faults_of_jsonata(each, f"{where}[{index}]")


def _transitions(state: State) -> Iterator[tuple[str, str]]:
    """Each place of a state that names the next one, with what it names."""
    for field in ("Next", "Default"):
        if field in state:
            yield f"/{field}", state[field]
    for field in ("Choices", "Catch"):
        for index, each in enumerate(state.get(field, ())):
            yield f"/{field}[{index}]/Next", each.get("Next", "")


def _reached(states: dict[str, State], start: str) -> set[str]:
    reached, left = set[str](), [start]
    while left:
        name = left.pop()
        if name in states and name not in reached:
            reached.add(name)
            left += [target for _, target in _transitions(states[name])]
    return reached


def _schema(what: str, where: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {what} at {where}"


def _meant(given: object, known: Any) -> str:
    near = difflib.get_close_matches(str(given), known, n=1)
    return f", did you mean {near[0]}?" if near else ""
