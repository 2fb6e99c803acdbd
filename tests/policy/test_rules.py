"""Each rule is broken by a graph that breaks it, and by nothing that is as it should be."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policy import violations
from policy.check import stack_of
from policy.resource_types import (
    DISTRIBUTION,
    EVENT_SOURCE_MAPPING,
    EVENT_TARGET,
    FUNCTION,
    GRAPHQL_API,
    INVOKE_CONFIG,
    LOG_GROUP,
    PERMISSION,
    QUEUE,
    QUEUE_POLICY,
    REDRIVE_POLICY,
    STATE_MACHINE,
    TABLE,
    TOPIC,
    TOPIC_POLICY,
)
from policy.rule import Rule
from policy.rules import RULES
from policy.view import UNKNOWN, Resource, Stack
from preview.recording import ACCOUNT, STAGES, arn, record_everything, record_program
from tests.policy.breaking_graphs import BREAKS, Break, change_statement
from tests.policy.graph import Graph

BY_NAME = {rule.name: rule for rule in RULES}


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_a_graph_that_breaks_a_rule(broken: Break) -> None:
    graph = Graph()
    broken.change(graph)
    found = violations(graph.recording, "prod", {})
    assert {each.rule for each in found} == {broken.rule}
    # Two functions with one log group are both accused.
    [told] = [each for each in found if (each.resource_type, each.resource_name) == broken.resource]
    assert len(found) == sum(each.change is broken.change for each in BREAKS)
    assert broken.mend.lower() in told.message.lower()
    assert told.level == BY_NAME[broken.rule].level


def test_no_rule_is_without_a_breaking_graph() -> None:
    assert {each.rule for each in BREAKS} == set(BY_NAME)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_holds_and_where_that_is_from(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z].*\.", rule.description)
    assert rule.source.startswith(("https://docs.aws.", "https://aws.", "https://www.pulumi."))


SPARED: list[Callable[[Graph], None]] = []


def spared(change: Callable[[Graph], None]) -> Callable[[Graph], None]:
    """Note a change of the graph that breaks nothing."""
    SPARED.append(change)
    return change


@spared
def sqs_encrypts_by_itself(graph: Graph) -> None:
    del graph.inputs(QUEUE, "refunds")["sqsManagedSseEnabled"]


@spared
def a_queue_is_encrypted_by_a_key(graph: Graph) -> None:
    graph.inputs(QUEUE, "refunds").update(sqsManagedSseEnabled=False, kmsMasterKeyId="alias/own")


@spared
def a_redrive_policy_is_a_resource_of_its_own(graph: Graph) -> None:
    policy = graph.inputs(QUEUE, "refunds").pop("redrivePolicy")
    url = graph.of(QUEUE, "refunds").outputs["url"]
    graph.add(REDRIVE_POLICY, "refunds", queueUrl=url, redrivePolicy=policy)


@spared
def a_queue_has_its_policy_itself(graph: Graph) -> None:
    graph.inputs(QUEUE, "refunds")["policy"] = graph.of(QUEUE_POLICY, "refunds").inputs["policy"]
    graph.remove(QUEUE_POLICY, "refunds")


@spared
def a_topic_denies_everything_without_tls(graph: Graph) -> None:
    change_statement(graph.inputs(TOPIC_POLICY, "order-notifications"), Action="sns:*")


@spared
def an_alarm_counts_from_one(graph: Graph) -> None:
    alarm = graph.inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "orders-rejected")
    alarm.update(comparisonOperator="GreaterThanOrEqualToThreshold", threshold=1)


@spared
def a_function_is_named_by_its_name(graph: Graph) -> None:
    name = graph.of(FUNCTION, "refund-payment").outputs["name"]
    graph.inputs(EVENT_SOURCE_MAPPING, "refunds")["functionName"] = name


@spared
def a_function_logs_where_lambda_would(graph: Graph) -> None:
    del graph.inputs(FUNCTION, "take-payment")["loggingConfig"]["logGroup"]
    name = graph.of(FUNCTION, "take-payment").outputs["name"]
    graph.inputs(LOG_GROUP, "take-payment")["name"] = f"/aws/lambda/{name}"


@spared
def an_asynchronous_function_has_a_dead_letter_queue(graph: Graph) -> None:
    function = graph.inputs(FUNCTION, "take-payment")
    function["deadLetterConfig"] = {"targetArn": arn(QUEUE, "refunds-dead-letters")}
    graph.add(EVENT_TARGET, "nightly", rule="nightly", arn=arn(FUNCTION, "take-payment"))


@spared
def an_asynchronous_function_has_a_destination(graph: Graph) -> None:
    graph.add(
        INVOKE_CONFIG,
        "take-payment",
        functionName=arn(FUNCTION, "take-payment"),
        destinationConfig={"onFailure": {"destination": arn(QUEUE, "refunds-dead-letters")}},
    )
    graph.add(EVENT_TARGET, "nightly", rule="nightly", arn=arn(FUNCTION, "take-payment"))


@spared
def express_keeps_orders_in_its_log_alone(graph: Graph) -> None:
    machine = graph.inputs(STATE_MACHINE, "order-workflow")
    machine["type"] = "EXPRESS"
    machine["loggingConfiguration"]["includeExecutionData"] = True
    # It takes more starts, and counts no transitions.
    graph.inputs(EVENT_SOURCE_MAPPING, "order-queue")["scalingConfig"]["maximumConcurrency"] = 120


@spared
def starts_are_just_what_step_functions_takes(graph: Graph) -> None:
    graph.inputs(EVENT_SOURCE_MAPPING, "order-queue")["scalingConfig"]["maximumConcurrency"] = 6


@spared
def transitions_are_just_what_step_functions_takes(graph: Graph) -> None:
    machine = graph.inputs(STATE_MACHINE, "order-workflow")
    definition = json.loads(machine["definition"])
    definition["States"] |= {
        "Wrap": {"Type": "Pass", "Next": "Seal"},
        "Seal": {"Type": "Pass", "Next": "SaveOrder"},
    }
    machine["definition"] = json.dumps({**definition, "StartAt": "Wrap"})


@spared
def consumers_leave_one_execution(graph: Graph) -> None:
    graph.inputs(EVENT_SOURCE_MAPPING, "refunds")["scalingConfig"]["maximumConcurrency"] = 992


@spared
def a_consumer_is_a_function_of_another_stack(graph: Graph) -> None:
    graph.inputs(EVENT_SOURCE_MAPPING, "refunds")["functionName"] = arn(FUNCTION, "elsewhere")


@spared
def a_stream_is_not_tried_again(graph: Graph) -> None:
    graph.inputs(EVENT_SOURCE_MAPPING, "order-broadcast")["maximumRetryAttempts"] = 0


@spared
def a_service_may_invoke_for_its_own_topic(graph: Graph) -> None:
    topic = arn(TOPIC, "order-notifications")
    graph.add(PERMISSION, "topic", principal="sns.amazonaws.com", sourceArn=topic)


@spared
def a_service_may_invoke_for_its_own_account(graph: Graph) -> None:
    graph.add(PERMISSION, "account", principal="s3.amazonaws.com", sourceAccount=ACCOUNT)


@spared
def a_secret_is_named_where_it_is_kept(graph: Graph) -> None:
    variables = graph.inputs(FUNCTION, "take-payment")["environment"]["variables"]
    variables["PROCESSOR_SECRET_ARN"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:one"


@spared
def a_definition_speaks_of_statements(graph: Graph) -> None:
    machine = graph.inputs(STATE_MACHINE, "order-workflow")
    machine["definition"] = machine["definition"].replace('"States"', '"Comment": "no", "States"')
    graph.inputs(GRAPHQL_API, "order-api")["schema"] = '{ "Statement": this is no JSON'


@spared
def a_distribution_at_its_own_domain_speaks_new_tls(graph: Graph) -> None:
    graph.inputs(DISTRIBUTION, "storefront")["viewerCertificate"] = {
        "acmCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/shop",
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }


@spared
def a_distribution_may_refuse_who_comes_without_tls(graph: Graph) -> None:
    behaviour = graph.inputs(DISTRIBUTION, "storefront")["defaultCacheBehavior"]
    behaviour["viewerProtocolPolicy"] = "https-only"


@spared
def what_aws_refuses_is_left_to_aws(graph: Graph) -> None:
    graph.inputs(STATE_MACHINE, "order-workflow")["definition"] = '{"StartAt": "Nowhere"}'
    graph.add(REDRIVE_POLICY, "refunds", redrivePolicy="no JSON")
    graph.add(REDRIVE_POLICY, "order-queue", redrivePolicy='["no object"]')


@pytest.mark.parametrize("change", SPARED, ids=lambda change: change.__name__)
def test_a_graph_that_breaks_nothing(change: Callable[[Graph], None]) -> None:
    graph = Graph()
    before = graph.recording
    change(graph)
    assert graph.recording != before
    assert violations(graph.recording, "prod", {}) == []


def test_a_stage_that_protects_nothing_may_be_open() -> None:
    dev = record_program("dev", introspection=True, queryDepthLimit=0, pointInTimeRecovery=False)
    assert violations(dev, "dev", {}) == []


def test_elsewhere_than_in_large_regions_step_functions_takes_less() -> None:
    def moved(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("us-east-1", "eu-north-1")
        if isinstance(value, dict):
            return {name: moved(each) for name, each in value.items()}
        return [moved(each) for each in value] if isinstance(value, list) else value

    stack = stack_of(record_everything(), "prod")
    stack = Stack(
        resources=tuple(
            replace(each, properties=moved(dict(each.properties))) for each in stack.resources
        )
    )
    [mapping] = [each for each in stack.of(EVENT_SOURCE_MAPPING) if each.name == "order-queue"]
    rule = BY_NAME["starts-within-quotas"]
    starts, transitions = rule.faults(mapping, stack, {})
    assert starts.startswith("250 starts a second are more than 150")
    assert transitions.startswith("1000 transitions a second are more than 500")
    assert rule.faults(mapping, stack, {"starts": 250, "transitions": 1000}) == []


def faults(stack: Stack) -> list[str]:
    """What any rule says of any resource."""
    return [
        f"{rule.name}: {each.name}: {fault}"
        for rule in RULES
        for each in stack.resources
        for fault in rule.faults(each, stack, {})
    ]


def without_knowing(stack: Stack, unknown: Callable[[Resource, str], bool]) -> Stack:
    """The stack with some properties not known yet."""
    return Stack(
        resources=tuple(
            replace(
                each,
                properties={
                    name: UNKNOWN if unknown(each, name) else value
                    for name, value in each.properties.items()
                },
            )
            for each in stack.resources
        )
    )


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_not_known_yet_is_not_held_against_anything(stage: str) -> None:
    stack = stack_of(record_program(stage, **STAGES[stage]), stage)
    assert faults(without_knowing(stack, lambda _each, _name: True)) == []


@pytest.mark.long
def test_no_property_that_is_not_known_yet_is_held_against_anything() -> None:
    stack = stack_of(record_everything(), "prod")
    for hidden in sorted({name for each in stack.resources for name in each.properties}):
        partly = without_knowing(stack, lambda _each, name, hidden=hidden: name == hidden)
        assert faults(partly) == [], hidden


def test_what_is_not_known_within_a_property_is_not_held_against_anything() -> None:
    def hidden(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: hidden(each) for name, each in value.items()}
        return [hidden(each) for each in value] if isinstance(value, list) else UNKNOWN

    stack = stack_of(record_everything(), "prod")
    hiding = Stack(
        resources=tuple(
            replace(each, properties=hidden(dict(each.properties))) for each in stack.resources
        )
    )
    assert faults(hiding) == []


def test_what_aws_has_not_made_up_yet_is_not_held_against_anything() -> None:
    recording = record_everything()
    asked = {each.key: each.inputs for each in recording.resources}
    stack = stack_of(recording, "prod")
    bare = Stack(
        resources=tuple(
            replace(each, properties=asked.get((each.type, each.name), {}))
            for each in stack.resources
        )
    )
    assert faults(bare) == []


def test_what_is_known_beside_what_is_not_is_judged() -> None:
    graph = Graph()
    graph.inputs(TABLE, "payments").pop("deletionProtectionEnabled")
    stack = stack_of(graph.recording, "prod")
    partly = without_knowing(stack, lambda each, _name: each.name == "orders")
    [fault] = faults(partly)
    assert fault.startswith("data-protected: payments: Make it by infra/guarded_table.py")
