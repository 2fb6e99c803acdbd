"""A recording engine: keeps every registration, and answers as AWS would."""

import importlib
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.stack import Stack

from local.engine.program import evaluate, run_main, stage_config
from preview.identity import identity_of, inherited, named_by

ACCOUNT = "123456789012"
REGION = "us-east-1"
# Where AWS's ARN is not the service of Pulumi's type, the region, the account and the name.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
ARNS = {
    "aws:appsync/graphQLApi:GraphQLApi": "appsync:{region}:{account}:apis/{name}",
    "aws:cloudfront/distribution:Distribution": "cloudfront::{account}:distribution/{name}",
    "aws:cloudfront/function:Function": "cloudfront::{account}:function/{name}",
    "aws:cloudwatch/eventRule:EventRule": "events:{region}:{account}:rule/{name}",
    "aws:cloudwatch/logGroup:LogGroup": "logs:{region}:{account}:log-group:{name}",
    "aws:cognito/userPool:UserPool": "cognito-idp:{region}:{account}:userpool/{region}_{name}",
    "aws:dynamodb/table:Table": "dynamodb:{region}:{account}:table/{name}",
    "aws:iam/role:Role": "iam::{account}:role/{name}",
    "aws:lambda/function:Function": "lambda:{region}:{account}:function:{name}",
    "aws:s3/bucket:Bucket": "s3:::{name}",
    "aws:sfn/stateMachine:StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "aws:wafv2/webAcl:WebAcl": "wafv2:{region}:{account}:regional/webacl/{name}/{name}-id",
}
# Every kind of stage, with the options that bring everything it can have.
STAGES: dict[str, dict[str, Any]] = {
    "local": {},
    "dev": {},
    "prod": {
        "senderEmail": "orders@shop.example",
        "alarmEmails": ["ops@shop.example"],
        "monthlyBudget": 200,
        "notificationEmails": ["a@shop.example"],
        "storefront": True,
    },
}
# What a build of the storefront has, where the graph alone is asked for.
BUILD = Path(__file__).with_name("storefront_build")

# A resource's type and name.
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How Pulumi treats a resource: where it belongs, what must be there first, and how it goes.

    Args:
        parent: the component that it is inside of; None: it is the stack's own.
        depends_on: what it waits for, beyond what its inputs come from.
        identity: what Pulumi knows it by: its URN without stack and project.
        aliases: identities that it had before, its parents' former ones included. Left out is an
            alias that is an output.
        ignore_changes, replace_on_changes: paths of properties.
    """

    parent: Key | None
    depends_on: tuple[Key, ...] = ()
    protect: bool = False
    delete_before_replace: bool = False
    retain_on_delete: bool = False
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    identity: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registered resource."""

    type: str
    name: str
    inputs: dict[str, Any]
    custom: bool
    options: Options

    @property
    def key(self) -> Key:
        return self.type, self.name

    @property
    def arn(self) -> str:
        return arn(self.type, self.name)

    @property
    def outputs(self) -> dict[str, Any]:
        """All that AWS would say of it: what was asked for, and what it made up."""
        return {**outputs(self.type, self.name), **self.inputs}

    def policy(self, key: str = "policy") -> list[dict[str, Any]]:
        """The statements of a policy document among the inputs."""
        return json.loads(self.inputs[key])["Statement"]


def arn(resource_type: str, name: str) -> str:
    service = resource_type.split(":")[1].split("/")[0]
    form = ARNS.get(resource_type, service + ":{region}:{account}:{name}")
    return "arn:aws:" + form.format(region=REGION, account=ACCOUNT, name=name)


def outputs(resource_type: str, name: str) -> dict[str, Any]:
    """What AWS would say of a resource, in the properties of whatever type."""
    return {
        "id": f"{name}-{resource_type.rpartition(':')[2]}",
        "name": f"{name}-1a2b3c4",
        "arn": arn(resource_type, name),
        "streamArn": f"{arn(resource_type, name)}/stream/2026-11-24",
        "functionId": f"{name}-id",
        "region": REGION,
        "owner": ACCOUNT,
        "url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
        "bucket": f"{name}-1a2b3c4",
        "bucketRegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com",
        "domainName": f"{name}.cloudfront.example",
        "uris": {
            "GRAPHQL": f"https://{name}.example/graphql",
            "REALTIME": f"wss://{name}.example/graphql",
        },
    }


@dataclass(kw_only=True)
class Recording(Mocks):
    """What one evaluation registered, and what it exported.

    Args:
        known_as: what AWS knows a resource as, where that is another type and name than its own.
    """

    resources: list[Registered] = field(default_factory=list[Registered])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    options: dict[Key, Options] = field(default_factory=dict[Key, Options])
    known_as: Mapping[Key, Key] = field(default_factory=dict[Key, Key])

    def note_options(self) -> None:
        """Keep the options of each resource from now on: Pulumi hands them to no mock."""

        def note(args: pulumi.ResourceTransformationArgs) -> None:
            key = args.type_, args.name
            self.options[key] = self._options(key, args.opts)

        pulumi.runtime.register_stack_transformation(note)

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs: dict[str, Any] = args.inputs
        registered = Registered(
            type=args.typ,
            name=args.name,
            inputs=inputs,
            custom=bool(args.custom),
            # Where nobody notes them, they are none.
            options=self.options.get((args.typ, args.name), Options(parent=None)),
        )
        self.resources.append(registered)
        key = args.typ, args.name
        known = outputs(*self.known_as.get(key, key))
        return known["id"], {**known, **inputs}

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

    def _options(self, key: Key, opts: pulumi.ResourceOptions) -> Options:
        # The stack is every resource's last parent.
        inside = _key(opts.parent) if opts.parent and not isinstance(opts.parent, Stack) else None
        parent = self.options.get(inside) if inside else None
        waits_for = cast(list[pulumi.Resource], opts.depends_on or [])
        within = parent.identity if parent else None
        return Options(
            parent=inside,
            depends_on=tuple(map(_key, waits_for)),
            protect=bool(opts.protect),
            delete_before_replace=bool(opts.delete_before_replace),
            retain_on_delete=bool(opts.retain_on_delete),
            ignore_changes=tuple(opts.ignore_changes or ()),
            replace_on_changes=tuple(opts.replace_on_changes or ()),
            identity=identity_of(*key, within),
            aliases=self._aliases(key, parent, opts),
        )

    def _aliases(
        self, key: Key, parent: Options | None, opts: pulumi.ResourceOptions
    ) -> tuple[str, ...]:
        within = (parent.identity, *parent.aliases) if parent else (None,)
        former: list[str] = []
        for alias in opts.aliases or ():
            if isinstance(alias, str):
                former.append(named_by(alias))
            elif isinstance(alias, pulumi.Alias):
                former += self._aliases_by(alias, key, within)
        if parent:
            former += [inherited(*key, parent.identity, each) for each in parent.aliases]
        return tuple(dict.fromkeys(former))

    def _aliases_by(
        self, alias: pulumi.Alias, key: Key, within: tuple[str | None, ...]
    ) -> list[str]:
        # What is left out is an ellipsis.
        given: dict[str, Any] = {k: v for k, v in vars(alias).items() if v is not ...}
        resource_type, name = given.get("type_") or key[0], given.get("name") or key[1]
        inside = given.get("parent", ...)
        if isinstance(inside, Stack) or inside is None:
            within = (None,)
        elif isinstance(inside, str):
            within = (named_by(inside),)
        elif isinstance(inside, pulumi.Resource):
            within = (self.options[_key(inside)].identity,)
        return [identity_of(resource_type, name, each) for each in within]


@contextmanager
def with_a_build() -> Generator[None]:
    """Have the program find a build of the storefront, whether there is one here or not.

    A graph can be had without one, and is the same whatever was built.
    """
    try:
        storefront_build: Any = importlib.import_module("infra.storefront_build")
    except ModuleNotFoundError:
        # A program of before there was a storefront.
        yield
        return
    own, storefront_build.DIST = storefront_build.DIST, BUILD
    try:
        yield
    finally:
        storefront_build.DIST = own


def record_program(stage: str, **options: Any) -> Recording:
    """The whole program, as this stage with these options."""
    recording = Recording()

    def program() -> None:
        recording.note_options()
        with with_a_build():
            run_main()

    recording.outputs = evaluate(program, stage, stage_config(stage, options), recording)
    return recording


@cache
def record_everything() -> Recording:
    """Stage `prod`, with all that a stage can ask for."""
    return record_program("prod", **STAGES["prod"])


def record(build: Callable[[], pulumi.ComponentResource]) -> Recording:
    """One component alone; everything that it registers must be inside it."""
    recording = Recording()
    built: list[pulumi.ComponentResource] = []

    def program() -> None:
        recording.note_options()
        built.append(build())

    evaluate(program, "test", {}, recording)
    inside = _inside(built[0])
    assert {each.key for each in recording.resources} == inside
    return recording


def _inside(resource: pulumi.Resource) -> set[Key]:
    children: set[pulumi.Resource] = resource._childResources  # pyright: ignore
    return {_key(resource)}.union(*(_inside(child) for child in children))


def _key(resource: pulumi.Resource) -> Key:
    return resource.pulumi_resource_type, resource.pulumi_resource_name
