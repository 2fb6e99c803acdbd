"""A definition that Step Functions would refuse is refused, in its words."""

import json
from typing import Any

import pytest

from local.engine.definition import faults_of_definition
from preview.recording import STAGES, record_program

PASS = {"Type": "Pass", "End": True}


def faults(states: dict[str, Any], **machine: Any) -> list[str]:
    return faults_of_definition(json.dumps({"StartAt": "A", "States": states} | machine))


@pytest.mark.parametrize("stage", STAGES)
def test_the_programs_own_is_accepted(stage: str) -> None:
    recording = record_program(stage, **STAGES[stage])
    (machine,) = recording.of("aws:sfn/stateMachine:StateMachine")
    assert faults_of_definition(machine.inputs["definition"]) == []


def test_what_is_no_definition() -> None:
    (fault,) = faults_of_definition("{")
    assert fault.startswith("INVALID_JSON_DESCRIPTION: ")
    for text in ("[]", "{}", '{"StartAt": "A", "States": {}}'):
        (fault,) = faults_of_definition(text)
        assert fault.startswith("SCHEMA_VALIDATION_FAILED: ")


def test_a_next_state_that_is_not_there_and_one_that_is_not_reached() -> None:
    """The words of https://github.com/localstack/localstack/issues/11978, recorded on AWS."""
    states = {"A": {"Type": "Pass", "Next": "pass3"}, "pass2": PASS}
    assert faults(states) == [
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/A/Next",
        'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2',
    ]


@pytest.mark.parametrize(
    ("state", "place"),
    [
        (
            {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "B"}]},
            "Choices[0]/Next",
        ),
        ({"Type": "Choice", "Choices": [{"Next": "C"}], "Default": "B"}, "Default"),
        (
            {"Type": "Task", "Resource": "x", "End": True, "Catch": [{"Next": "B"}]},
            "Catch[0]/Next",
        ),
    ],
)
def test_each_place_that_names_a_state(state: dict[str, Any], place: str) -> None:
    """AWS says Next of all of them: https://github.com/floci-io/floci/pull/2786."""
    states = {"A": state} | ({"C": PASS} if '"C"' in json.dumps(state) else {})
    assert faults(states)[0] == (
        f"MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/{place}"
    )


def test_a_workflow_that_never_ends_is_told_so_and_no_more() -> None:
    loop = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    assert faults(loop) == ["MISSING_END_STATE: Workflow has no terminal state"]
    unreached = {"C": {"Type": "Pass", "Next": "A"}}
    assert faults(loop | unreached) == ["MISSING_END_STATE: Workflow has no terminal state"]


def test_what_is_misspelled() -> None:
    assert faults({"A": {"Type": "Taks", "End": True}}) == [
        "SCHEMA_VALIDATION_FAILED: 'Taks' is not a type of state, did you mean Task?"
        " at /States/A/Type"
    ]
    assert faults({"A": PASS | {"Otuput": 1}}) == [
        "SCHEMA_VALIDATION_FAILED: Field is not supported, did you mean Output? at /States/A/Otuput"
    ]
    (fault,) = faults({"A": PASS | {"Output": {"x": ["{% $f( %}"]}}}, QueryLanguage="JSONata")
    assert fault.startswith("SCHEMA_VALIDATION_FAILED: The JSONata expression cannot be read: ")
    assert fault.endswith(" at /States/A/Output/x[0]")


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Pass"},
        {"Type": "Pass", "Next": "A", "End": True},
        {"Type": "Task", "End": True},
        {"Type": "Choice", "Choices": []},
    ],
)
def test_what_is_missing_or_there_twice(state: dict[str, Any]) -> None:
    (fault,) = faults({"A": state})
    assert fault.startswith("SCHEMA_VALIDATION_FAILED: ")
    assert " required at /States/A" in fault


def test_the_states_of_branches_and_items() -> None:
    inner = {"StartAt": "Z", "States": {"B": PASS}}
    parallel = {"Type": "Parallel", "End": True, "Branches": [inner]}
    each = {"Type": "Map", "End": True, "ItemProcessor": inner}
    for state, place in ((parallel, "Branches[0]"), (each, "ItemProcessor")):
        assert faults({"A": state}) == [
            f"MISSING_TRANSITION_TARGET: Missing 'Next' target: Z at /States/A/{place}/StartAt",
            f'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/A/{place}/States/B',
        ]
