"""Graphs of stages, and what is changed about them."""

from dataclasses import replace
from functools import cache
from typing import Any

from preview.recording import STAGES, Options, Recording, Registered, record_program

TABLE = "aws:dynamodb/table:Table"
FUNCTION = "aws:lambda/function:Function"
MACHINE = "aws:sfn/stateMachine:StateMachine"


@cache
def stage(name: str = "prod", **options: Any) -> Recording:
    return record_program(name, **options)


@cache
def everything() -> Recording:
    """Stage `prod`, with mail to customers and operators."""
    return record_program("prod", **STAGES["prod"])


def changed(recording: Recording, resource_type: str, name: str, **inputs: Any) -> Recording:
    """The graph with other inputs of one resource."""
    found = recording.one(resource_type, name)
    other = replace(found, inputs={**found.inputs, **inputs})
    return Recording(resources=[other if each is found else each for each in recording.resources])


def without(recording: Recording, resource_type: str, name: str) -> Recording:
    found = recording.one(resource_type, name)
    return Recording(resources=[each for each in recording.resources if each is not found])


def added(recording: Recording, resource_type: str, name: str, **inputs: Any) -> Recording:
    new = Registered(
        type=resource_type, name=name, inputs=inputs, custom=True, options=Options(parent=None)
    )
    return Recording(resources=[*recording.resources, new])
