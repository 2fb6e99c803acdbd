"""Whom AWS trusts to preview and to deploy, and that they may do just what that takes."""

import json
import re
import runpy
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.deployment_roles.deployment_roles import (
    DEPLOY,
    PERMISSIONS,
    DeploymentRoles,
    DeploymentRolesArgs,
    StateBackend,
)
from local.engine.program import ROOT, evaluate, name_prefix
from preview.recording import (
    ACCOUNT,
    ARNS,
    REGION,
    STAGES,
    Recording,
    Registered,
    record,
    record_program,
)
from tests.lint.policies import ACCESS_LEVELS

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# As long as a stage's name may be: what has to fit fits.
LONGEST = "a-stage-of-18-char"
# All actions that AWS's list knows no resource for, or whose resource it makes the id of.
ON_ALL = {
    "appsync:CreateDataSource",
    "appsync:CreateFunction",
    "appsync:CreateGraphqlApi",
    "appsync:CreateResolver",
    "appsync:DeleteDataSource",
    "appsync:DeleteFunction",
    "appsync:DeleteResolver",
    "appsync:GetDataSource",
    "appsync:GetFunction",
    "appsync:GetResolver",
    "appsync:GetSchemaCreationStatus",
    "appsync:SetWebACL",
    "appsync:StartSchemaCreation",
    "appsync:UpdateDataSource",
    "appsync:UpdateFunction",
    "appsync:UpdateResolver",
    "cognito-idp:CreateUserPool",
    "lambda:CreateEventSourceMapping",
    "logs:DeleteQueryDefinition",
    "logs:DescribeLogGroups",
    "logs:DescribeQueryDefinitions",
    "logs:PutQueryDefinition",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
    "states:ValidateStateMachineDefinition",
}
# How the ARN of what is named after its stage ends, where preview.recording does not know.
NAMED = {
    **ARNS,
    "aws:cloudwatch/metricAlarm:MetricAlarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "aws:sns/topic:Topic": "sns:{region}:{account}:{name}",
    "aws:sqs/queue:Queue": "sqs:{region}:{account}:{name}",
}
# These have an id of AWS's instead.
BY_ID = {"aws:appsync/graphQLApi:GraphQLApi", "aws:cognito/userPool:UserPool"}
READING = ("Read", "List")
# What creating one takes on other resources.
NOT_ON_IT = {"iam:PassRole", "lambda:GetLayerVersion"}


ARGS = DeploymentRolesArgs(
    repository="octo-org@123456/octo-repo@456789",
    stages=["dev", LONGEST],
    region=REGION,
    state=StateBackend(bucket="pulumi-state", key_arn=KEY),
    oidc_provider_arn=GITHUB,
)


def roles(**changed: Any) -> Recording:
    return record(lambda: DeploymentRoles("github", replace(ARGS, **changed)))


@pytest.fixture(scope="module")
def recording() -> Recording:
    return roles()


@pytest.fixture(scope="module")
def stages() -> dict[str, Recording]:
    return {stage: record_program(stage, **options) for stage, options in STAGES.items()}


def statements(recording: Recording, name: str) -> list[dict[str, Any]]:
    return recording.one(POLICY, name).policy()


def allowing(recording: Recording, name: str, action: str) -> Iterator[dict[str, Any]]:
    return (each for each in statements(recording, name) if action in each["Action"])


def patterns(recording: Recording, name: str, action: str) -> list[str]:
    """The resources on which a role may do this."""
    return [pattern for each in allowing(recording, name, action) for pattern in each["Resource"]]


def created_by(resource_type: str) -> set[str]:
    grants = PERMISSIONS["types"][resource_type]["create"]
    return {action for actions in grants.values() for action in actions}


def named_arn(resource: Registered, stage: str) -> str:
    """The ARN with the name that Pulumi makes up, or the program's own."""
    prefix = resource.inputs.get("namePrefix")
    name = resource.inputs.get("name") or (
        f"{prefix}2026" if prefix else f"{name_prefix(stage)}{resource.name}-1a2b3c4"
    )
    form = NAMED[resource.type]
    return "arn:aws:" + form.format(region=REGION, account=ACCOUNT, name=name)


def trust(recording: Recording, name: str) -> dict[str, Any]:
    [statement] = recording.one(ROLE, name).policy("assumeRolePolicy")
    return statement


def test_a_stages_role_is_for_jobs_of_its_environment_alone(recording: Recording) -> None:
    assert trust(recording, "deploy-dev") == {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": GITHUB},
        "Condition": {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": [
                    "repo:octo-org@123456/octo-repo@456789:environment:dev"
                ],
            }
        },
    }


def test_the_reading_role_is_for_pull_requests_and_for_main(recording: Recording) -> None:
    assert trust(recording, "preview") == {
        **trust(recording, "deploy-dev"),
        "Condition": {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": [
                    "repo:octo-org@123456/octo-repo@456789:pull_request",
                    "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main",
                ],
            }
        },
    }


def test_there_is_one_role_for_each_stage_and_one_that_reads(recording: Recording) -> None:
    names = {"preview", "deploy-dev", f"deploy-{LONGEST}"}
    assert recording.names(ROLE) == recording.names(POLICY) == names


def test_githubs_provider_is_made_where_the_account_has_none(recording: Recording) -> None:
    assert recording.of(PROVIDER) == []
    [provider] = roles(oidc_provider_arn=None).of(PROVIDER)
    assert provider.inputs == {
        "url": "https://token.actions.githubusercontent.com",
        "clientIdLists": ["sts.amazonaws.com"],
    }


@pytest.mark.parametrize(
    "repository", ["octo-org", "octo-org/*", "octo-org/octo-repo:ref", "repo:octo-org/octo-repo"]
)
def test_what_is_no_repository_is_refused(repository: str) -> None:
    with pytest.raises(ValueError, match="is no repository: write OWNER/NAME"):
        roles(repository=repository)


@pytest.mark.parametrize("stage", ["dev*", "a-stage-of-19-chars", ""])
def test_what_is_no_stage_is_refused(stage: str) -> None:
    with pytest.raises(ValueError, match="is no stage: letters"):
        roles(stages=[stage])


@pytest.mark.parametrize("stages", [["dev", "dev-eu"], ["dev-eu", "dev"], ["dev", "dev"]])
def test_a_stage_whose_names_are_within_anothers_is_refused(stages: list[str]) -> None:
    with pytest.raises(ValueError, match="'dev' would reach"):
        roles(stages=stages)


def test_each_type_of_the_program_can_be_created_read_updated_and_deleted(
    stages: dict[str, Recording],
) -> None:
    used = {each.type for stage in stages.values() for each in stage.resources if each.custom}
    granted = PERMISSIONS["types"]
    assert set(granted) == used | {"pulumi:pulumi:Stack"}
    for resource_type, grants in granted.items():
        assert set(grants) == set(DEPLOY), resource_type
        for operation, where in grants.items():
            actions = {action for each in where.values() for action in each} - {"kms:Decrypt"}
            changes = {action for action in actions if ACCESS_LEVELS[action] not in READING}
            # Nothing is changed by reading, and nothing else is done by reading alone.
            assert changes if operation != "read" else actions and not changes, resource_type


def test_each_resource_by_name_is_within_its_stages_role(stages: dict[str, Recording]) -> None:
    allowed = roles(stages=list(STAGES))
    checked = set[str]()
    for stage, program in stages.items():
        for resource in program.resources:
            if resource.type not in NAMED or resource.type in BY_ID:
                continue
            checked.add(resource.type)
            for action in created_by(resource.type):
                if action in NOT_ON_IT:
                    continue
                resources = patterns(allowed, f"deploy-{stage}", action)
                where = named_arn(resource, stage)
                assert any(fnmatchcase(where, each) for each in resources), (where, action)
    assert checked == set(NAMED) - BY_ID


def test_a_stages_role_reaches_no_other_stage_by_name_and_not_these_roles(
    recording: Recording,
) -> None:
    for resource_type in set(NAMED) - BY_ID:
        for other in (LONGEST, "developers"):
            name = f"{name_prefix(other)}order-queue-1a2b3c4"
            theirs = "arn:aws:" + NAMED[resource_type].format(
                region=REGION, account=ACCOUNT, name=name
            )
            for each in statements(recording, "deploy-dev"):
                named = [pattern for pattern in each["Resource"] if pattern != "*"]
                assert not any(fnmatchcase(theirs, pattern) for pattern in named), theirs
    own = f"arn:aws:iam::{ACCOUNT}:role/deployment-roles-shared-deploy-dev-1a2b3c4"
    assert not any(
        fnmatchcase(own, pattern) for pattern in patterns(recording, "deploy-dev", "iam:CreateRole")
    )


def test_what_has_an_id_of_aws_is_of_the_stage_by_its_tags(recording: Recording) -> None:
    for action in ("appsync:DeleteGraphqlApi", "cognito-idp:DeleteUserPool"):
        [statement] = allowing(recording, "deploy-dev", action)
        assert statement["Condition"] == {
            "StringEquals": {
                "aws:ResourceTag/project": ["orderflow"],
                "aws:ResourceTag/stage": ["dev"],
            }
        }
    for action in ("appsync:TagResource", "cognito-idp:TagResource"):
        [statement] = allowing(recording, "deploy-dev", action)
        assert statement["Condition"]["StringEqualsIfExists"]["aws:ResourceTag/stage"] == ["dev"]
        assert statement["Condition"]["StringEquals"]["aws:RequestTag/stage"] == ["dev"]


def test_only_actions_without_a_resource_are_on_all_and_each_of_them_is_bounded(
    recording: Recording,
) -> None:
    on_all = [each for each in statements(recording, "deploy-dev") if "*" in each["Resource"]]
    assert {action for each in on_all for action in each["Action"]} == ON_ALL
    assert all(each["Condition"] for each in on_all)
    assert not any("*" in action for each in on_all for action in each["Action"])


def test_roles_are_handed_to_the_programs_three_services_alone(recording: Recording) -> None:
    passed = list(allowing(recording, "deploy-dev", "iam:PassRole"))
    services = ["appsync.amazonaws.com", "lambda.amazonaws.com", "states.amazonaws.com"]
    assert [each["Condition"] for each in passed] == [
        {"StringEquals": {"iam:PassedToService": [service]}} for service in services
    ]
    for each in passed:
        assert each["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/orderflow-dev-*"]


def test_the_reading_role_can_only_read(recording: Recording) -> None:
    read = {action for each in statements(recording, "preview") for action in each["Action"]}
    # To decrypt the stages' secrets counts as a write.
    changing = {action for action in read if ACCESS_LEVELS[action] not in READING}
    assert changing == {"kms:Decrypt"}
    assert read.isdisjoint({"dynamodb:GetItem", "dynamodb:Query", "sqs:ReceiveMessage"})


def test_the_reading_role_reads_each_stage(recording: Recording) -> None:
    assert patterns(recording, "preview", "sqs:GetQueueAttributes") == [
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:orderflow-dev-*",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:orderflow-{LONGEST}-*",
    ]
    [pools] = allowing(recording, "preview", "cognito-idp:DescribeUserPool")
    assert pools["Condition"]["StringEquals"]["aws:ResourceTag/stage"] == ["dev", LONGEST]


def test_each_stage_writes_its_own_state(recording: Recording) -> None:
    state = "arn:aws:s3:::pulumi-state/.pulumi"
    assert patterns(recording, "deploy-dev", "s3:PutObject") == [
        f"{state}/stacks/orderflow/dev.*",
        f"{state}/history/orderflow/dev/*",
        f"{state}/backups/orderflow/dev/*",
        f"{state}/locks/organization/orderflow/dev/*",
    ]
    assert patterns(recording, "preview", "s3:PutObject") == []
    for name in ("preview", "deploy-dev"):
        assert patterns(recording, name, "kms:Decrypt") == [KEY]


def test_each_policy_fits_its_role(recording: Recording) -> None:
    """10,240 characters without white space.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    for policy in recording.of(POLICY):
        assert len(re.sub(r"\s", "", policy.inputs["policy"])) <= 10_240, policy.name


def test_the_program_makes_them_as_it_is_configured() -> None:
    made = Recording()

    def program() -> None:
        runpy.run_path(str(ROOT / "infra" / "deployment_roles"), run_name="__main__")

    outputs = evaluate(
        program,
        "shared",
        {
            "aws:region": "eu-west-1",
            "deployment-roles:repository": "octo-org/octo-repo",
            "deployment-roles:stages": json.dumps(["prod"]),
            "deployment-roles:stateBucket": "pulumi-state",
            "deployment-roles:stateKeyArn": KEY,
            "deployment-roles:oidcProviderArn": GITHUB,
        },
        made,
    )
    assert outputs == {
        "previewRoleArn": f"arn:aws:iam::{ACCOUNT}:role/preview",
        "deployRoleArns": {"prod": f"arn:aws:iam::{ACCOUNT}:role/deploy-prod"},
    }
    assert patterns(made, "deploy-prod", "sqs:CreateQueue") == [
        f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orderflow-prod-*"
    ]
    [subject] = trust(made, "deploy-prod")["Condition"]["StringEquals"][
        "token.actions.githubusercontent.com:sub"
    ]
    assert subject == "repo:octo-org/octo-repo:environment:prod"
