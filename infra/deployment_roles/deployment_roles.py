"""The roles that a repository's workflows take on by GitHub's word, one for each purpose."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from string import Template
from typing import Any

import pulumi
import pulumi_aws as aws
import yaml

PERMISSIONS: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("permissions.yaml").read_text()
)
ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
READ = ("read",)
DEPLOY = ("create", "read", "update", "delete")
# A name and, since July 15, 2026, its id, for the owner and for the repository.
# https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
REPOSITORY = re.compile(r"[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")
STAGE = re.compile(r"[A-Za-z0-9_-]{1,18}")


@dataclass(frozen=True, kw_only=True)
class StateBackend:
    """Where Pulumi keeps its state: an S3 bucket, and the KMS key of the stages' secrets."""

    bucket: str
    key_arn: str


@dataclass(frozen=True, kw_only=True)
class DeploymentRolesArgs:
    """Whose workflows are trusted, and with what.

    Args:
        repository: as the subject of its tokens has it, `octo-org@123456/octo-repo@456789`, or
            `octo-org/octo-repo` where it is older than July 15, 2026.
        stages: each is deployed by jobs of the GitHub environment of its name.
        region: of the stages.
        oidc_provider_arn: the account's provider for GitHub; None: it has none yet.
    """

    repository: str
    stages: Sequence[str]
    region: str
    state: StateBackend
    oidc_provider_arn: pulumi.Input[str] | None = None


class DeploymentRoles(pulumi.ComponentResource):
    """A role that reads, for pull requests and for main, and one for each stage that deploys it.

    Jobs of pull requests from forks have no token, so they take on none of them.

    Raises:
        ValueError: the repository or a stage is none, or two stages' names begin alike.
    """

    preview_role_arn: pulumi.Output[str]
    deploy_role_arns: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: DeploymentRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:deployment:DeploymentRoles", name, None, opts)
        _check(args)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self._provider_arn = pulumi.Output.from_input(
            args.oidc_provider_arn or self._oidc_provider(name)
        )
        self.preview_role_arn = self._role(
            "preview", args.stages, READ, ("pull_request", "ref:refs/heads/main")
        )
        self.deploy_role_arns = {
            stage: self._role(f"deploy-{stage}", [stage], DEPLOY, (f"environment:{stage}",))
            for stage in args.stages
        }
        self.register_outputs(
            {"previewRoleArn": self.preview_role_arn, "deployRoleArns": self.deploy_role_arns}
        )

    def _oidc_provider(self, name: str) -> pulumi.Output[str]:
        # AWS trusts GitHub's certificate by its authorities: no thumbprint.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
        return aws.iam.OpenIdConnectProvider(
            name, url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], opts=self._child
        ).arn

    def _role(
        self, name: str, stages: Sequence[str], operations: Sequence[str], contexts: Sequence[str]
    ) -> pulumi.Output[str]:
        """A role for jobs of these contexts of the repository, which may do this with the stages.

        Args:
            contexts: what a token's subject says after the repository, word for word.
        """
        role = aws.iam.Role(
            name,
            description=f"orderflow: {', '.join(operations)} {', '.join(stages)}",
            assume_role_policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "sts:AssumeRoleWithWebIdentity",
                            "Principal": {"Federated": self._provider_arn},
                            "Condition": {
                                "StringEquals": {
                                    f"{ISSUER}:aud": AUDIENCE,
                                    f"{ISSUER}:sub": [
                                        f"repo:{self._args.repository}:{context}"
                                        for context in contexts
                                    ],
                                }
                            },
                        }
                    ],
                }
            ),
            opts=self._child,
        )
        places = self._provider_arn.apply(
            lambda arn: [self._places(arn, stage) for stage in stages]
        )
        aws.iam.RolePolicy(
            name, role=role.name, policy=_document(operations, places), opts=self._child
        )
        # By itself, as a role's own policy has 10,240 characters at most.
        storefront = aws.iam.Policy(
            f"{name}-storefront",
            policy=_document(operations, places, of="storefront"),
            opts=self._child,
        )
        aws.iam.RolePolicyAttachment(
            f"{name}-storefront", role=role.name, policy_arn=storefront.arn, opts=self._child
        )
        return role.arn

    def _places(self, provider_arn: str, stage: str) -> dict[str, str]:
        """What fills the places in permissions.yaml for a stage."""
        _, partition, _, _, account, _ = provider_arn.split(":", 5)
        return {
            "Partition": partition,
            "Region": self._args.region,
            "Account": account,
            "Stage": stage,
            "StateBucket": self._args.state.bucket,
            "StateKeyArn": self._args.state.key_arn,
        }


def _check(args: DeploymentRolesArgs) -> None:
    if not REPOSITORY.fullmatch(args.repository):
        raise ValueError(
            f"{args.repository!r} is no repository: write OWNER/NAME, or OWNER@ID/NAME@ID."
        )
    for stage in args.stages:
        if not STAGE.fullmatch(stage):
            raise ValueError(f"{stage!r} is no stage: letters, digits, - and _, at most 18.")
    for one, other in permutations(args.stages, 2):
        if f"{other}-".startswith(f"{one}-"):
            raise ValueError(f"{one!r} would reach what is named after {other!r}: rename one.")


def _document(
    operations: Sequence[str],
    stages: pulumi.Output[list[dict[str, str]]],
    of: str | None = None,
) -> pulumi.Output[str]:
    """A policy that allows the operations on all stages.

    Args:
        stages: for each, what fills the places.
        of: the part that its entries in permissions.yaml name; None: those that name none.
    """
    statements = stages.apply(lambda places: list(_statements(operations, places, of)))
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})


def _statements(
    operations: Sequence[str], stages: Sequence[Mapping[str, str]], of: str | None
) -> Iterator[dict[str, Any]]:
    """One for each entry of permissions.yaml's `resources` that something is done with."""
    for name, resource in PERMISSIONS["resources"].items():
        if resource.get("of") != of:
            continue
        actions = {
            action
            for grants in PERMISSIONS["types"].values()
            for operation in operations
            for action in grants[operation].get(name, ())
        }
        if actions:
            yield {
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": _filled(resource["arns"], stages),
                **_condition(resource.get("condition", {}), stages),
            }


def _condition(
    condition: Mapping[str, Mapping[str, str]], stages: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    filled = {
        operator: {key: _filled([value], stages) for key, value in keys.items()}
        for operator, keys in condition.items()
    }
    return {"Condition": filled} if filled else {}


def _filled(templates: Iterable[str], stages: Sequence[Mapping[str, str]]) -> list[str]:
    """Each template for each stage, once."""
    return list(
        dict.fromkeys(Template(each).substitute(stage) for each in templates for stage in stages)
    )
