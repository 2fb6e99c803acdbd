"""The policy pack, run as Pulumi's engine runs it, and asked in the engine's protocol."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as analyzer
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub
from pulumi_policy.deserialize import serialize_properties
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from local.engine.program import ROOT
from policy.resource_types import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE, ROLE_POLICY, STACK
from policy.rules import RULES
from preview.recording import STAGES, Recording, Registered, record_program
from tests.policy.breaking_graphs import change_statement
from tests.policy.graph import Graph

PACK = ROOT / "policy"


@contextmanager
def serving(pack: Path, folder: Path) -> Generator[Any]:
    """A stub of the pack, in a process of its own that is started from this folder."""
    with subprocess.Popen(  # noqa: S603 (our own arguments)
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(pack)],
        cwd=folder,
        env={**os.environ, "PULUMI_PROJECT": "orderflow", "PULUMI_STACK": "prod"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            port = process.stdout.readline().strip()
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield AnalyzerStub(channel)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any]:
    # Not from the project's own folder, which Python would look for modules in.
    with serving(PACK, tmp_path_factory.mktemp("elsewhere")) as stub:
        yield stub


def urn(stage: str, resource_type: str, name: str) -> str:
    return f"urn:pulumi:{stage}::orderflow::{resource_type}::{name}"


def struct(properties: dict[str, Any]) -> struct_pb2.Struct:
    plain: dict[str, Any] = dict(serialize_properties(properties))
    return json_format.ParseDict(plain, struct_pb2.Struct())


def request(each: Registered, **changed: Any) -> analyzer.AnalyzeRequest:
    return analyzer.AnalyzeRequest(
        type=each.type,
        name=each.name,
        urn=urn("prod", each.type, each.name),
        properties=struct({**each.inputs, **changed}),
        options=analyzer.AnalyzerResourceOptions(protect=each.options.protect),
    )


def whole(recording: Recording, stage: str = "prod") -> analyzer.AnalyzeStackRequest:
    return analyzer.AnalyzeStackRequest(
        resources=[
            analyzer.AnalyzerResource(
                type=STACK,
                name=f"orderflow-{stage}",
                urn=urn(stage, STACK, f"orderflow-{stage}"),
                properties=struct(recording.outputs),
            ),
            *(
                analyzer.AnalyzerResource(
                    type=each.type,
                    name=each.name,
                    urn=urn(stage, each.type, each.name),
                    properties=struct(each.outputs),
                    options=analyzer.AnalyzerResourceOptions(protect=each.options.protect),
                )
                for each in recording.resources
            ),
        ]
    )


def told(response: analyzer.AnalyzeResponse) -> list[tuple[str, str, int]]:
    return [(each.policyName, each.urn, each.enforcementLevel) for each in response.diagnostics]


def test_every_rule_is_a_policy_of_the_pack(pack: Any) -> None:
    info = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "orderflow"
    by_name = {each.name: each for each in info.policies}
    assert list(by_name) == [rule.name for rule in RULES]
    for rule in RULES:
        policy = by_name[rule.name]
        assert policy.description == rule.description
        assert policy.url == rule.source
        assert analyzer.EnforcementLevel.Name(policy.enforcementLevel) == rule.level.upper()
        kind = "POLICY_TYPE_STACK" if rule.of_stack else "POLICY_TYPE_RESOURCE"
        assert analyzer.PolicyType.Name(policy.policy_type) == kind
        assert json_format.MessageToDict(policy.configSchema.properties) == rule.options


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_breaks_a_policy(pack: Any, stage: str) -> None:
    recording = record_program(stage, **STAGES[stage])
    assert told(pack.AnalyzeStack(whole(recording, stage))) == []
    for each in recording.resources:
        asked = request(each)
        asked.urn = urn(stage, each.type, each.name)
        assert told(pack.Analyze(asked)) == [], each


def test_a_broken_resource_is_told_before_it_is_made(pack: Any) -> None:
    graph = Graph()
    change_statement(graph.inputs(ROLE_POLICY, "take-payment"), Action=["dynamodb:*"])
    response = pack.Analyze(request(graph.of(ROLE_POLICY, "take-payment")))
    [diagnostic] = response.diagnostics
    assert diagnostic.policyName == "exact-actions"
    assert diagnostic.policyPackName == "orderflow"
    assert diagnostic.enforcementLevel == analyzer.MANDATORY
    assert diagnostic.message == (
        "A policy that allows names its actions, without wildcards.\n"
        "dynamodb:* allows more than is called: name the actions that are."
    )


def test_what_is_not_known_yet_is_not_told(pack: Any) -> None:
    graph = Graph()
    policy = request(graph.of(ROLE_POLICY, "take-payment"), policy=UNKNOWN_STRING_VALUE)
    assert told(pack.Analyze(policy)) == []
    variables = {"PROCESSOR": UNKNOWN_STRING_VALUE, "PASSWORD": "hunter2"}
    function = request(
        graph.of(FUNCTION, "take-payment"),
        environment={"variables": variables},
        layers=[UNKNOWN_STRING_VALUE],
    )
    assert [name for name, _, _ in told(pack.Analyze(function))] == ["no-secrets-in-variables"]
    # As in a preview of what is not there yet: AWS has made up no ARN, and no URL.
    stack = whole(graph.recording)
    for each in stack.resources:
        known = json_format.MessageToDict(each.properties)
        each.properties.CopyFrom(struct(without_arns(known)))
    assert told(pack.AnalyzeStack(stack)) == []


def without_arns(value: Any) -> Any:
    if isinstance(value, str):
        made_up = "arn:aws" in value or value.startswith("https://sqs.")
        return UNKNOWN_STRING_VALUE if made_up else value
    if isinstance(value, dict):
        return {name: without_arns(each) for name, each in value.items()}
    return [without_arns(each) for each in value] if isinstance(value, list) else value


def test_a_broken_stack_is_told_with_the_resource(pack: Any) -> None:
    graph = Graph()
    graph.inputs(QUEUE, "order-queue")["visibilityTimeoutSeconds"] = 90
    graph.outputs["password"] = "hunter2"
    assert told(pack.AnalyzeStack(whole(graph.recording))) == [
        ("visibility-timeout", urn("prod", QUEUE, "order-queue"), analyzer.MANDATORY),
        ("no-secrets-in-outputs", urn("prod", STACK, "orderflow-prod"), analyzer.MANDATORY),
    ]


def test_the_engine_sets_levels_and_options(tmp_path: Path) -> None:
    graph = Graph()
    graph.inputs(QUEUE, "order-queue")["visibilityTimeoutSeconds"] = 90
    del graph.inputs(EVENT_SOURCE_MAPPING, "refunds")["functionResponseTypes"]
    stack = whole(graph.recording)
    mapping = request(graph.of(EVENT_SOURCE_MAPPING, "refunds"))

    def configured(level: int, **options: Any) -> analyzer.ConfigureAnalyzerRequest:
        config = analyzer.PolicyConfig(
            enforcementLevel=analyzer.EnforcementLevel.ValueType(level), properties=struct(options)
        )
        names = ("visibility-timeout", "batch-item-failures")
        return analyzer.ConfigureAnalyzerRequest(policyConfig=dict.fromkeys(names, config))

    with serving(PACK, tmp_path) as pack:
        pack.Configure(configured(analyzer.ADVISORY))
        [(_, _, level)] = told(pack.AnalyzeStack(stack))
        assert level == analyzer.ADVISORY
        pack.Configure(configured(analyzer.DISABLED))
        assert told(pack.AnalyzeStack(stack)) == told(pack.Analyze(mapping)) == []
        config = configured(analyzer.MANDATORY)
        config.policyConfig["visibility-timeout"].properties.CopyFrom(struct({"times": 3}))
        pack.Configure(config)
        assert told(pack.AnalyzeStack(stack)) == []
        assert len(told(pack.Analyze(mapping))) == 1


def copied_pack(folder: Path, config: str) -> Path:
    """The pack in another place, with another configuration."""
    copy = folder / "policy"
    for file in PACK.rglob("*"):
        if file.suffix in {".py", ".yaml"}:
            (copy / file.relative_to(PACK)).parent.mkdir(parents=True, exist_ok=True)
            (copy / file.relative_to(PACK)).write_bytes(file.read_bytes())
    (copy / "config.json").write_text(config)
    return copy


def test_the_projects_configuration_is_the_packs_first(tmp_path: Path) -> None:
    config = {"all": "advisory", "visibility-timeout": {"enforcementLevel": "disabled", "times": 3}}
    # Without anything else of the project around it.
    with serving(copied_pack(tmp_path, json.dumps(config)), tmp_path) as pack:
        initial = pack.GetAnalyzerInfo(empty_pb2.Empty()).initialConfig
        assert initial["all"].enforcementLevel == analyzer.ADVISORY
        assert initial["visibility-timeout"].enforcementLevel == analyzer.DISABLED
        assert json_format.MessageToDict(initial["visibility-timeout"].properties) == {"times": 3}


def test_a_wrong_configuration_ends_the_pack_with_a_sentence(tmp_path: Path) -> None:
    pack = copied_pack(tmp_path, '{"everything": "advisory"}')
    ended = subprocess.run(  # noqa: S603 (our own arguments)
        [sys.executable, "-m", "pulumi.policy", "127.0.0.1:1", str(pack)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == ("The policies' configuration is wrong: everything is not a rule.\n")


def test_the_pack_runs_in_the_projects_environment() -> None:
    project = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())
    environment = project["runtime"]["options"]["virtualenv"]
    assert (PACK / environment).resolve() == ROOT / ".venv"
