"""Who may do what: IAM's policies, wherever they are written."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from policy.resource_types import (
    BUCKET,
    BUCKET_POLICY,
    PERMISSION,
    QUEUE,
    QUEUE_POLICY,
    TOPIC,
    TOPIC_POLICY,
)
from policy.rule import Faults, resource_rule, stack_rule
from policy.view import Resource, Stack, leaves, listed

REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference"
# Actions that take no resource, by the page that says so. Only these may have `*` for one.
WITHOUT_RESOURCES = {
    # "Resource": "*" is also what Step Functions' guide asks for, to have its logs delivered:
    # https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    f"{REFERENCE}/list_amazoncloudwatchlogs.html": {
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    },
    f"{REFERENCE}/list_awsx-ray.html": {
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    },
}
ANY_RESOURCE = frozenset[str]().union(*WITHOUT_RESOURCES.values())
# A whole service, or all of one type: `arn:aws:ses:us-east-1:123456789012:identity/*`.
ALL_OF_A_TYPE = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:([\w-]+[/:])?\*")
SOURCES = {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"}

Statement = dict[str, Any]


@resource_rule()
def exact_actions(resource: Resource) -> Faults:
    """A policy that allows names its actions, without wildcards.

    Whatever AWS adds to a service later would be allowed too.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
    """
    for statement in allowing(resource):
        if "NotAction" in statement:
            yield "NotAction allows all else: name the actions that are called, by Action."
        for action in listed(statement.get("Action")):
            if "*" in action or "?" in action:
                yield f"{action} allows more than is called: name the actions that are."


@resource_rule()
def exact_resources(resource: Resource) -> Faults:
    """A policy that allows names its resources, but for actions that take none.

    The actions that take none are listed in policy/rules/access.py, with AWS's page. All resources
    of a type may be named where a condition narrows them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    for statement in allowing(resource):
        if "NotResource" in statement:
            yield "NotResource allows all else: name the resources that are used, by Resource."
        wide = [each for each in listed(statement.get("Resource")) if _is_wide(each)]
        if not wide or set(listed(statement.get("Action"))) <= ANY_RESOURCE:
            continue
        if "*" in wide or "Condition" not in statement:
            actions = sorted(set(listed(statement.get("Action"))) - ANY_RESOURCE)
            yield (
                f"{', '.join(actions)} on {', '.join(wide)}: name the ARN; narrow all of a type by"
                " a Condition; or, where AWS's service authorization reference lists no resource"
                " type for the action, add it to WITHOUT_RESOURCES in policy/rules/access.py, with"
                " the page."
            )


@resource_rule()
def no_public_principals(resource: Resource) -> Faults:
    """Nothing is open to everyone, unless a condition says to whom.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
    """
    for statement in allowing(resource):
        if "NotPrincipal" in statement:
            yield "NotPrincipal lets all else in: name who may, by Principal."
        if _is_everyone(statement.get("Principal")) and "Condition" not in statement:
            yield "Principal * is anyone at all: name who may, or add a Condition."
    if resource.type == PERMISSION and resource.get("principal") == "*":
        yield "principal * is everyone on AWS: name the service or the account that may invoke."


@resource_rule()
def no_confused_deputies(resource: Resource) -> Faults:
    """A service that may do something may do it for this account alone.

    Else another's resource makes the service its deputy: AWS's "confused deputy problem".
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    for statement in allowing(resource):
        principal = statement.get("Principal")
        services = listed(principal.get("Service")) if isinstance(principal, dict) else []
        if services and not SOURCES & _condition_keys(statement):
            yield (
                f"{', '.join(services)} may, for whomever: add a Condition on aws:SourceArn or"
                " aws:SourceAccount."
            )
    if (
        resource.type == PERMISSION
        and str(resource.get("principal")).endswith(".amazonaws.com")
        and not resource.has("sourceArn")
        and not resource.has("sourceAccount")
    ):
        yield "The service may invoke it, for whomever: set source_arn or source_account."


@resource_rule()
def passed_roles_named(resource: Resource) -> Faults:
    """A role is passed to a named service alone, by its exact ARN.

    Who may pass any role to any service has every permission that some role has.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    for statement in allowing(resource):
        if "iam:passrole" not in {each.lower() for each in listed(statement.get("Action"))}:
            continue
        if any("*" in each for each in listed(statement.get("Resource"))):
            yield "iam:PassRole on a wildcard: name the ARN of each role that is passed."
        if "iam:passedtoservice" not in _condition_keys(statement):
            yield "iam:PassRole to any service: add a Condition on iam:PassedToService."


@stack_rule(QUEUE, TOPIC, BUCKET)
def tls_only(resource: Resource, stack: Stack) -> Faults:
    """Queues, topics and buckets refuse whoever comes without TLS.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html#enforce-encryption-data-in-transit
    https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html#enforce-encryption-data-in-transit
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
    """
    guarded = {resource.own("arn")}
    if resource.type == QUEUE:
        denied = {"sqs:*"}
        policy = stack.first(QUEUE_POLICY, lambda each: each.get("queueUrl") == resource.own("url"))
    elif resource.type == TOPIC:
        # SNS has no other that may come without.
        denied = {"sns:Publish", "sns:*"}
        policy = stack.first(TOPIC_POLICY, lambda each: each.get("arn") == resource.own("arn"))
    else:
        denied = {"s3:*"}
        guarded.add(f"{resource.own('arn')}/*")
        policy = stack.first(
            BUCKET_POLICY, lambda each: each.get("bucket") == resource.own("bucket")
        )
    if policy:
        # Where it is not known yet, nothing can be said.
        policy.get("policy")
    for each in filter(None, (resource, policy)):
        for statement in _statements(each):
            resources = set(listed(statement.get("Resource")))
            if (
                statement.get("Effect") == "Deny"
                and _is_everyone(statement.get("Principal"))
                and denied & set(listed(statement.get("Action")))
                and ("*" in resources or guarded <= resources)
                and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            ):
                return
    yield (
        f"Give it a policy that denies {min(denied)} to everyone where aws:SecureTransport is"
        " false, as infra/policy.py's resource_policy does."
    )


def allowing(resource: Resource) -> list[Statement]:
    """The statements that allow something, of every policy document among the properties."""
    return [each for each in _statements(resource) if each.get("Effect") == "Allow"]


def _statements(resource: Resource) -> Iterator[Statement]:
    for _, text in leaves(resource.properties):
        if isinstance(text, str) and '"Statement"' in text:
            try:
                document = json.loads(text)
            except ValueError:
                continue
            if isinstance(document, dict):
                yield from listed(cast(dict[str, Any], document).get("Statement"))


def _is_wide(resource: str) -> bool:
    return resource == "*" or bool(ALL_OF_A_TYPE.fullmatch(resource))


def _is_everyone(principal: Any) -> bool:
    if isinstance(principal, dict):
        return "*" in listed(cast(dict[str, Any], principal).get("AWS"))
    return principal == "*"


def _condition_keys(statement: Statement) -> set[str]:
    """In small letters, as case does not count in them."""
    return {key.lower() for keys in statement.get("Condition", {}).values() for key in keys}
