"""A definition that AWS would refuse is refused here, and told where."""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.cloud import ensure_node
from preview.recording import record_program
from tests.lint.definition import faults_of_definition

States = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def definition() -> str:
    ensure_node()
    [machine] = record_program("dev").of("aws:sfn/stateMachine:StateMachine")
    return machine.inputs["definition"]


def unknown_field(states: States) -> None:
    states["Notify"]["Nex"] = "Ended"


def way_to_nowhere(states: States) -> None:
    states["MarkOrder"]["Next"] = "Nowhere"


def broken_expression(states: States) -> None:
    states["Notify"]["Arguments"]["Subject"] = "{% 'Order ' & %}"


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (
            unknown_field,
            ["asl-validator: * /States/Notify *", "cfn-lint: E3601: /States/Notify/Nex: *"],
        ),
        (way_to_nowhere, ["asl-validator: MISSING_TRANSITION_TARGET: * Nowhere"]),
        (broken_expression, ["asl-validator: * /States/Notify/Arguments/Subject *"]),
    ],
)
def test_a_fault_is_told_once_with_its_place(
    definition: str, break_it: Callable[[States], None], told: list[str]
) -> None:
    document = json.loads(definition)
    break_it(document["States"])
    faults = faults_of_definition(json.dumps(document))
    assert len(faults) == len(told), faults
    for fault, pattern in zip(faults, told, strict=True):
        assert fnmatchcase(fault, pattern)
