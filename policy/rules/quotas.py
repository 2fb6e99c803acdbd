"""What a stage needs of its account stays within the account's quotas.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

import json
from typing import Annotated, Any

from policy.resource_types import EVENT_SOURCE_MAPPING, ROLE, ROLE_POLICY, STACK, STATE_MACHINE
from policy.rule import Faults, stack_rule
from policy.rules.access import statements
from policy.rules.queues import function_of
from policy.view import Resource, Stack, listed

# A consumer's call starts some 50 executions a second (README, "What a stage needs …").
STARTS_PER_CALL = 50
# Of STANDARD workflows: executions started, and transitions, both a second.
LARGE_REGIONS = {"us-east-1", "us-west-2", "eu-west-1"}
STARTS, STARTS_ELSEWHERE = 300, 150
TRANSITIONS, TRANSITIONS_ELSEWHERE = 1500, 500
EXPRESS_STARTS = 6000


@stack_rule(STACK)
def concurrency_within_quota(
    _: Resource,
    stack: Stack,
    *,
    executions: Annotated[int, "the account's quota of Lambda's concurrent executions"] = 1000,
) -> Faults:
    """The consumers of queues together leave concurrent executions to other functions.

    1,000 is AWS's quota; a new account may have 10.
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    limits = [
        each.get("scalingConfig", "maximumConcurrency") or 0
        for each in stack.of(EVENT_SOURCE_MAPPING)
    ]
    if sum(limits) >= executions:
        yield (
            f"They may take {sum(limits):g} of {executions:g}: lower consumerMaxConcurrency, or ask"
            " AWS for more, and set this rule's executions to that."
        )


@stack_rule(EVENT_SOURCE_MAPPING, level="advisory")
def starts_within_quotas(
    mapping: Resource,
    stack: Stack,
    *,
    starts: Annotated[int, "StartExecution a second; 0: AWS's quota in the region"] = 0,
    transitions: Annotated[int, "transitions a second; 0: AWS's quota in the region"] = 0,
) -> Faults:
    """A queue's consumer starts no more executions than Step Functions takes.

    Beyond it Step Functions throttles: orders take longer.
    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    machine = _started_by(mapping, stack)
    if not machine:
        return
    large = machine.own("arn").split(":")[3] in LARGE_REGIONS
    express = machine.get("type") == "EXPRESS"
    usual = EXPRESS_STARTS if express else STARTS if large else STARTS_ELSEWHERE
    needed = STARTS_PER_CALL * (mapping.get("scalingConfig", "maximumConcurrency") or 1000)
    if needed > (starts or usual):
        yield _beyond(f"{needed:g} starts", starts or usual, "starts")
    steps = needed * _happy_path(json.loads(machine.get("definition")))
    quota = transitions or (TRANSITIONS if large else TRANSITIONS_ELSEWHERE)
    if not express and steps > quota:
        yield _beyond(f"{steps:g} transitions", quota, "transitions")


def _beyond(needed: str, quota: int, option: str) -> str:
    return (
        f"{needed} a second are more than {quota:g}: lower consumerMaxConcurrency, or ask AWS for"
        f" more, and set this rule's {option} to that."
    )


def _started_by(mapping: Resource, stack: Stack) -> Resource | None:
    """The state machine that the role of the mapping's function may start."""
    function = function_of(mapping, stack)
    role = function and stack.first(ROLE, lambda each: each.own("arn") == function.get("role"))
    policy = role and stack.first(ROLE_POLICY, lambda each: each.get("role") == role.own("name"))
    if not policy:
        return None
    # Where it is not known yet, nothing can be said.
    policy.get("policy")
    started = [
        arn
        for statement in statements(policy)
        if "states:StartExecution" in listed(statement.get("Action"))
        for arn in listed(statement.get("Resource"))
    ]
    return stack.first(STATE_MACHINE, lambda each: each.own("arn") in started)


def _happy_path(definition: dict[str, Any]) -> int:
    """How many states an execution enters by which nothing fails."""
    entered: list[str] = []
    state: str | None = definition["StartAt"]
    while state and state not in entered:
        entered.append(state)
        at: dict[str, Any] = definition["States"][state]
        state = at.get("Next") or (at["Choices"][0]["Next"] if "Choices" in at else None)
    return len(entered)
