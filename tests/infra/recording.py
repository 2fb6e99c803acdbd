"""A recording engine: keeps every registration, and answers as AWS would."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from local.engine.program import evaluate, run_program, stage_config

ACCOUNT = "123456789012"
REGION = "us-east-1"
# Where AWS's ARN is not the service of Pulumi's type, the region, the account and the name.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
ARNS = {
    "aws:appsync/graphQLApi:GraphQLApi": "appsync:{region}:{account}:apis/{name}",
    "aws:cloudwatch/eventRule:EventRule": "events:{region}:{account}:rule/{name}",
    "aws:cloudwatch/logGroup:LogGroup": "logs:{region}:{account}:log-group:{name}",
    "aws:cognito/userPool:UserPool": "cognito-idp:{region}:{account}:userpool/{region}_{name}",
    "aws:dynamodb/table:Table": "dynamodb:{region}:{account}:table/{name}",
    "aws:iam/role:Role": "iam::{account}:role/{name}",
    "aws:lambda/function:Function": "lambda:{region}:{account}:function:{name}",
    "aws:sfn/stateMachine:StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "aws:wafv2/webAcl:WebAcl": "wafv2:{region}:{account}:regional/webacl/{name}/{name}-id",
}
# Every kind of stage, with the options that bring everything it can have.
STAGES: dict[str, dict[str, Any]] = {
    "local": {},
    "dev": {},
    "prod": {"senderEmail": "orders@shop.example", "alarmEmails": ["ops@shop.example"]},
}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registered resource."""

    type: str
    name: str
    inputs: dict[str, Any]
    custom: bool

    @property
    def arn(self) -> str:
        return arn(self.type, self.name)

    def policy(self, key: str = "policy") -> list[dict[str, Any]]:
        """The statements of a policy document among the inputs."""
        return json.loads(self.inputs[key])["Statement"]


def arn(resource_type: str, name: str) -> str:
    service = resource_type.split(":")[1].split("/")[0]
    form = ARNS.get(resource_type, service + ":{region}:{account}:{name}")
    return "arn:aws:" + form.format(region=REGION, account=ACCOUNT, name=name)


@dataclass(kw_only=True)
class Recording(Mocks):
    """What one evaluation registered, and what it exported."""

    resources: list[Registered] = field(default_factory=list[Registered])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs: dict[str, Any] = args.inputs
        self.resources.append(
            Registered(type=args.typ, name=args.name, inputs=inputs, custom=bool(args.custom))
        )
        known = {
            "name": f"{args.name}-1a2b3c4",
            "arn": arn(args.typ, args.name),
            "streamArn": f"{arn(args.typ, args.name)}/stream/2026-11-24",
            "functionId": f"{args.name}-id",
            "region": REGION,
            "owner": ACCOUNT,
            "url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{args.name}",
            "uris": {
                "GRAPHQL": f"https://{args.name}.example/graphql",
                "REALTIME": f"wss://{args.name}.example/graphql",
            },
        }
        return f"{args.name}-id", {**known, **inputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"the program asked AWS: {args.token}")

    def of(self, resource_type: str) -> list[Registered]:
        return [each for each in self.resources if each.type == resource_type]

    def names(self, resource_type: str) -> set[str]:
        return {each.name for each in self.of(resource_type)}

    def one(self, resource_type: str, name: str) -> Registered:
        [found] = [each for each in self.of(resource_type) if each.name == name]
        return found

    @property
    def types(self) -> set[str]:
        return {each.type for each in self.resources}


def record_program(stage: str, **options: Any) -> Recording:
    """The whole program, as this stage with these options."""
    recording = Recording()
    recording.outputs = run_program(stage, stage_config(stage, options), recording)
    return recording


def record(build: Callable[[], pulumi.ComponentResource]) -> Recording:
    """One component alone; everything that it registers must be inside it."""
    recording = Recording()
    built: list[pulumi.ComponentResource] = []
    evaluate(lambda: built.append(build()), "test", {}, recording)
    inside = _inside(built[0])
    assert {(each.type, each.name) for each in recording.resources} == inside
    return recording


def _inside(resource: pulumi.Resource) -> set[tuple[str, str]]:
    children: set[pulumi.Resource] = resource._childResources  # pyright: ignore
    own = {(resource.pulumi_resource_type, resource.pulumi_resource_name)}
    return own.union(*(_inside(child) for child in children))
