"""The definitions of state machines: their states, and those on the way where all is well."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from preview.evaluation.evaluated import Evaluated
from preview.resources.comparison import Comparison

STATE_MACHINE = "aws:sfn/stateMachine:StateMachine"

Definition = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class WorkflowChange:
    """A state machine whose definition differs.

    Args:
        added, removed: states.
        changed: states that differ, with the names of the fields that do.
        path_before, path_after: the states on the shortest way to success: each entered is a
            transition. Empty: there is none.
    """

    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]
    path_before: tuple[str, ...]
    path_after: tuple[str, ...]


def workflow_changes(comparison: Comparison) -> tuple[WorkflowChange, ...]:
    """Of each state machine that was there, is there, and has another definition."""
    before, after = _definitions(comparison.before), _definitions(comparison.after)
    return tuple(
        _change(each.name, before[was], after[each.identity])
        for each in comparison.changes
        if (was := each.was or each.identity) in before
        and each.identity in after
        and any(difference.root == "definition" for difference in each.properties)
    )


def happy_path(definition: Definition) -> tuple[str, ...]:
    """The states on the shortest way from the start to success, where no task fails.

    A Choice may go any of its ways. Empty: no way leads to success.
    """
    states = definition.get("States", {})
    ways = deque[tuple[str, ...]]([(definition.get("StartAt", ""),)])
    seen: set[str] = set()
    while ways:
        way = ways.popleft()
        state = states.get(way[-1])
        if state is None or way[-1] in seen:
            continue
        seen.add(way[-1])
        if state.get("End") or state.get("Type") == "Succeed":
            return way
        ways += [(*way, following) for following in _following(state)]
    return ()


def _following(state: Mapping[str, Any]) -> Iterator[str]:
    rules = cast(list[Mapping[str, Any]], state.get("Choices", []))
    for way in (state, *rules):
        if "Next" in way:
            yield way["Next"]
    if "Default" in state:
        yield state["Default"]


def _definitions(evaluated: Evaluated) -> dict[str, Definition]:
    return {
        each.identity: _read(each.properties.get("definition"))
        for each in evaluated.resources
        if each.type == STATE_MACHINE
    }


def _read(definition: Any) -> Definition:
    """What a definition says; nothing where it is none."""
    try:
        read = json.loads(definition)
    except (TypeError, ValueError):
        return {}
    return cast(Definition, read) if isinstance(read, dict) else {}


def _change(name: str, before: Definition, after: Definition) -> WorkflowChange:
    was, now = before.get("States", {}), after.get("States", {})
    return WorkflowChange(
        name=name,
        added=tuple(each for each in now if each not in was),
        removed=tuple(each for each in was if each not in now),
        changed={
            each: tuple(
                field
                for field in dict.fromkeys((*was[each], *now[each]))
                if was[each].get(field) != now[each].get(field)
            )
            for each in now
            if each in was and was[each] != now[each]
        },
        path_before=happy_path(before),
        path_after=happy_path(after),
    )
