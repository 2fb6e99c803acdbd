"""IAM policies as typed data, and roles that hold nothing but their one policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from infra.location import Location

LAMBDA = "lambda.amazonaws.com"
STEP_FUNCTIONS = "states.amazonaws.com"


class Statement(TypedDict):
    """Exact actions on exact resources."""

    Action: Sequence[str]
    Resource: pulumi.Input[str] | Sequence[pulumi.Input[str]]
    Condition: NotRequired[dict[str, dict[str, pulumi.Input[str]]]]


class ResourceStatement(TypedDict):
    """What one AWS service may do with a queue, a topic or a bucket, on whose behalf.

    Args:
        Principal: the service, such as `{"Service": "events.amazonaws.com"}`.
        Resource: what is inside of it; left out: itself.
    """

    Principal: dict[str, str]
    Action: Sequence[str]
    Resource: NotRequired[pulumi.Input[str]]
    Condition: dict[str, dict[str, pulumi.Input[str]]]


@dataclass(frozen=True, kw_only=True)
class ServiceRole:
    """A role of one AWS service. Depend on `policy` where its permissions must be there first."""

    arn: pulumi.Output[str]
    policy: aws.iam.RolePolicy


def assumed_by(
    service: str, location: Location, name: str, opts: pulumi.ResourceOptions
) -> aws.iam.Role:
    """A role that `service` (such as `lambda.amazonaws.com`) assumes; it may do nothing yet.

    On behalf of the role's own account alone: no other's can make the service its deputy. That it
    says on whose behalf it acts is in Step Functions' guide ("Prevent cross-service confused deputy
    issue"). Of the others there are only public reports: where one did not, its role would be dead.
    """
    own = "StringEquals" if service == STEP_FUNCTIONS else "StringEqualsIfExists"
    return aws.iam.Role(
        name,
        assume_role_policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": service},
                        "Condition": {own: {"aws:SourceAccount": location.account}},
                    }
                ],
            }
        ),
        opts=opts,
    )


def allow(
    role: aws.iam.Role, name: str, statements: Sequence[Statement], opts: pulumi.ResourceOptions
) -> aws.iam.RolePolicy:
    """Let the role do what the statements say."""
    return aws.iam.RolePolicy(
        name,
        role=role.name,
        policy=pulumi.Output.json_dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
        ),
        opts=opts,
    )


def service_role(
    service: str,
    location: Location,
    name: str,
    statements: Sequence[Statement],
    opts: pulumi.ResourceOptions,
) -> ServiceRole:
    """A role that `service` assumes, with these statements."""
    role = assumed_by(service, location, name, opts)
    return ServiceRole(arn=role.arn, policy=allow(role, name, statements, opts))


def resource_policy(
    resource: pulumi.Input[str] | Sequence[pulumi.Input[str]],
    denied: str,
    *allowed: ResourceStatement,
) -> pulumi.Output[str]:
    """The policy of a queue, topic or bucket: no call without TLS, and these statements.

    `denied` is the action to deny without TLS. It, like the principal, may be wide: it only denies.
    """
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": denied,
                    "Resource": resource,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                *({"Effect": "Allow", "Resource": resource, **statement} for statement in allowed),
            ],
        }
    )
