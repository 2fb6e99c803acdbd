"""What must not be lost, and what must not get out."""

import re
from typing import Annotated, Any

from policy.resource_types import FUNCTION, STACK, SUBSCRIPTION, TABLE, TOPIC, USER_POOL
from policy.rule import Faults, resource_rule, stack_rule
from policy.rules.queues import is_told_by_alarms
from policy.view import Resource, Stack, leaves

# Remembers a mail for as long as its message can come again: nothing is lost with it.
PASSING = ["customer-mails"]
# `Token` may be a page's, `Key` a table's: only what cannot be anything else.
SECRET_NAME = re.compile(
    r"secret|password|passwd|credential|private_?key|api_?key|access_?key|(auth|access|id)_?token",
    re.IGNORECASE,
)
# A name that only says where the secret is.
POINTER = re.compile(r"(arn|name|id|url|path)$", re.IGNORECASE)
SECRET_VALUES = {
    "an access key of AWS": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an API key of AppSync": re.compile(r"\bda2-[a-z0-9]{26}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a token": re.compile(r"\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*"),
    "a token of GitHub": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}"),
    "a key of a payment processor": re.compile(r"\b[sr]k_(live|test)_[A-Za-z0-9]{16}"),
    "a password in a URL": re.compile(r"://[^/\s:@]+:[^/\s@]+@"),
}


def is_protected(stack: Stack) -> bool:
    """Whether the stage protects its data: some table, or its user pool (`deletionProtection`)."""
    return bool(
        stack.first(TABLE, lambda each: each.get("deletionProtectionEnabled") is True)
        or stack.first(USER_POOL, lambda each: each.get("deletionProtection") == "ACTIVE")
    )


@stack_rule(TABLE, USER_POOL)
def data_protected(
    resource: Resource,
    stack: Stack,
    *,
    passing: Annotated[list[str], "tables of what may be lost, by the program's names"] = PASSING,
) -> Faults:
    """Where a stage protects its data, it protects every table and the user pool.

    In AWS against whoever deletes it, in Pulumi against a change that would replace it by an empty
    one.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection
    https://www.pulumi.com/docs/iac/concepts/options/protect/
    """
    if resource.name in passing or not is_protected(stack):
        return
    table = resource.type == TABLE
    guarded = resource.get("deletionProtectionEnabled" if table else "deletionProtection")
    if guarded not in (True, "ACTIVE"):
        yield (
            "Make it by infra/guarded_table.py; or name it in this rule's passing, where all in it"
            " may be lost."
            if table
            else 'Set deletion_protection="ACTIVE".'
        )
    if not resource.protect:
        yield "Set protect=True among its options."


@stack_rule(TABLE)
def data_restorable(
    table: Resource,
    stack: Stack,
    *,
    passing: Annotated[list[str], "tables of what may be lost, by the program's names"] = PASSING,
) -> Faults:
    """Where a stage protects its data, every table can be restored to any second.

    Deletion protection does not help against a wrong write.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
    """
    if table.name in passing or not is_protected(stack):
        return
    if not table.get("pointInTimeRecovery", "enabled"):
        yield (
            "Set the stage's option pointInTimeRecovery to true; or name the table in this rule's"
            " passing, where all in it may be lost."
        )


@stack_rule(TOPIC, level="advisory")
def somebody_is_told(topic: Resource, stack: Stack) -> Faults:
    """Where a stage protects its data, its alarms tell somebody.

    Advisory, as nobody but the team knows the address: the first deployment goes without.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    if not is_protected(stack) or not is_told_by_alarms(topic, stack):
        return
    if not stack.first(SUBSCRIPTION, lambda each: each.get("topic") == topic.own("arn")):
        yield "Run: pulumi config set --path 'alarmEmails[0]' on-call@your-domain.example"


@stack_rule(STACK)
def no_secrets_in_outputs(outputs: Resource, _: Stack) -> Faults:
    """No output of the stack is a secret, encrypted or not.

    Outputs are what front ends are configured with, and are written to files and logs.
    https://www.pulumi.com/docs/iac/concepts/inputs-outputs/#stack-outputs
    """
    for path, what in _secrets(outputs.properties):
        yield f"{path} is {what}: take it out, and let who needs it read it where it is kept."


@resource_rule(FUNCTION)
def no_secrets_in_variables(function: Resource) -> Faults:
    """No environment variable of a function is a secret.

    Whoever may look at the function's configuration reads it.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    for path, what in _secrets(function.properties.get("environment")):
        yield (
            f"{path} is {what}: keep it in Secrets Manager, and give the function its ARN and the"
            " right to read it."
        )


def _secrets(value: Any) -> list[tuple[str, str]]:
    """Where a secret is, and what it looks like."""
    found: list[tuple[str, str]] = []
    for path, text in leaves(value):
        if not isinstance(text, str) or not path:
            continue
        looks = [what for what, pattern in SECRET_VALUES.items() if pattern.search(text)]
        named = SECRET_NAME.search(path[-1]) and not POINTER.search(path[-1])
        if looks or (named and text):
            found.append((path[-1], looks[0] if looks else "a secret by its name"))
    return found
