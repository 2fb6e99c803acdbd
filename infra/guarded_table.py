"""A table of what must not be lost."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class Guards:
    """How well a stage's tables are guarded against loss.

    Args:
        point_in_time_recovery: a table can be restored to any second of the last 35 days.
        deletion_protection: it is neither deleted, nor replaced by an empty one.
    """

    point_in_time_recovery: bool
    deletion_protection: bool


def guarded_table(
    name: str, args: aws.dynamodb.TableArgs, guards: Guards, parent: pulumi.Resource
) -> aws.dynamodb.Table:
    """A table on demand, guarded in AWS, and in Pulumi against a change that would replace it."""
    args.billing_mode = "PAY_PER_REQUEST"
    args.point_in_time_recovery = aws.dynamodb.TablePointInTimeRecoveryArgs(
        enabled=guards.point_in_time_recovery
    )
    args.deletion_protection_enabled = guards.deletion_protection
    protected = pulumi.ResourceOptions(parent=parent, protect=guards.deletion_protection)
    return aws.dynamodb.Table(name, args, protected)
