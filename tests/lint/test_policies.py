"""A policy that AWS would not take as it is meant is found, and what is accepted has to occur."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from preview.recording import Recording, record_program
from tests.lint.accepted import faults
from tests.lint.policies import findings_of

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"


@pytest.fixture(scope="module")
def dev() -> Recording:
    return record_program("dev")


def changed(
    recording: Recording, place: tuple[str, str, str], change: Callable[[dict[str, Any]], None]
) -> Recording:
    """The recording with a changed first statement in the document at (type, name, input)."""
    resource_type, name, key = place

    def with_change(inputs: dict[str, Any]) -> dict[str, Any]:
        document = json.loads(inputs[key])
        change(document["Statement"][0])
        return {**inputs, key: json.dumps(document)}

    return Recording(
        resources=[
            replace(each, inputs=with_change(each.inputs))
            if (each.type, each.name) == (resource_type, name)
            else each
            for each in recording.resources
        ]
    )


def test_every_document_is_looked_at(dev: Recording) -> None:
    documents = [
        *(("role", name) for name in dev.names(ROLE)),
        *(("rolePolicy", name) for name in dev.names(POLICY)),
        *(("queuePolicy", name) for name in dev.names(QUEUE_POLICY)),
        *(("topicPolicy", name) for name in dev.names("aws:sns/topicPolicy:TopicPolicy")),
    ]
    assert set(findings_of(dev)) == {f"{kind} {name}" for kind, name in documents}


@pytest.mark.parametrize(
    ("place", "change", "found"),
    [
        (
            (POLICY, "take-payment", "policy"),
            {"Action": ["dynamodb:PutItm"]},
            "rolePolicy take-payment: UNKNOWN_ACTION Unknown action dynamodb:PutItm",
        ),
        (
            (POLICY, "take-payment", "policy"),
            {"Resource": "*"},
            "rolePolicy take-payment: RESOURCE_STAR dynamodb:PutItem",
        ),
        (
            (POLICY, "take-payment", "policy"),
            {"Action": ["dynamodb:*"]},
            "rolePolicy take-payment: RESOURCE_MISMATCH dynamodb:ListTables",
        ),
        (
            (POLICY, "take-payment", "policy"),
            {"Resource": "arn:aws:sqs:us-east-1:123456789012:refunds"},
            "rolePolicy take-payment: RESOURCE_MISMATCH dynamodb:PutItem",
        ),
        (
            (QUEUE_POLICY, "order-queue", "policy"),
            {"Condition": {"Bool": {"aws:SecureTranport": "false"}}},
            "queuePolicy order-queue: UNKNOWN_CONDITION_FOR_ACTION"
            " Unknown condition aws:SecureTranport for action sqs:SendMessage",
        ),
        (
            (ROLE, "take-payment", "assumeRolePolicy"),
            {"Action": "sts:AssumRole"},
            "role take-payment: UNKNOWN_ACTION Unknown action sts:AssumRole",
        ),
    ],
)
def test_what_is_wrong_is_found(
    dev: Recording, place: tuple[str, str, str], change: dict[str, Any], found: str
) -> None:
    assert found not in faults(findings_of(dev), {})
    worse = changed(dev, place, lambda statement: statement.update(change))
    assert found in faults(findings_of(worse), {})


def test_what_is_accepted_has_to_occur_in_that_policy() -> None:
    found = {"role one": {"A b"}, "role two": {"A b", "C"}, "role three": set[str]()}
    accepted = {"role one": {"A b": "why"}, "role three": {"C": "why"}, "role four": {"D": "why"}}
    assert faults(found, accepted) == [
        "role two: A b",
        "role two: C",
        "role three: C is accepted and does not occur any more",
        "role four: D is accepted and does not occur any more",
    ]
