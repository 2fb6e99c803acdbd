"""What Pulumi's engine asks of a provider, asked as it asks: over gRPC."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from local.embedded_cloud import EmbeddedCloud
from local.engine.archive import ARCHIVE, ASSET, SIGNATURE
from local.engine.resource_provider import OUTPUT, SECRET, UNKNOWN, ProviderServer

pytestmark = pytest.mark.cloud

QUEUE = "aws:sqs/queue:Queue"
TABLE = "aws:dynamodb/table:Table"
Naming = proto.CheckRequest.AutonamingOptions


@pytest.fixture(scope="module")
def provider(cloud: EmbeddedCloud) -> Iterator[Any]:
    with (
        ProviderServer(cloud.aws) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        assert server.environment == f"PULUMI_DEBUG_PROVIDERS=aws:{server.port}"
        yield ResourceProviderStub(channel)


def struct(properties: dict[str, Any]) -> Struct:
    made = Struct()
    made.update(properties)
    return made


def urn(resource_type: str, name: str = "orders") -> str:
    parents = "orderflow:storage:OrderStore"
    return f"urn:pulumi:dev::orderflow::{parents}${resource_type}::{name}"


def check(
    provider: Any, inputs: dict[str, Any], resource_type: str = QUEUE, **request: Any
) -> dict[str, Any]:
    """The inputs as they are checked; fails where there are failures."""
    answer = provider.Check(
        proto.CheckRequest(urn=urn(resource_type), news=struct(inputs), **request)
    )
    assert list(answer.failures) == []
    return MessageToDict(answer.inputs)


def refusals(provider: Any, inputs: dict[str, Any], **request: Any) -> dict[str, str]:
    answer = provider.Check(proto.CheckRequest(urn=urn(QUEUE), news=struct(inputs), **request))
    return {each.property: each.reason for each in answer.failures}


def diff(
    provider: Any, old: dict[str, Any], new: dict[str, Any], resource_type: str = QUEUE
) -> Any:
    return provider.Diff(
        proto.DiffRequest(
            urn=urn(resource_type),
            id="id",
            # A state has more than was given: that is no change.
            olds=struct({"redrivePolicy": "of AWS", "streamViewType": "of AWS", **old}),
            old_inputs=struct(old),
            news=struct(new),
        )
    )


def kinds(answer: Any) -> dict[str, str]:
    return {
        path: proto.PropertyDiff.Kind.Name(each.kind) for path, each in answer.detailedDiff.items()
    }


def failure(call: Any, request: Any) -> str:
    with pytest.raises(grpc.RpcError) as raised:
        call(request)
    error: Any = raised.value
    assert "Traceback" not in error.details()
    return error.details()


def test_a_resource_from_its_check_to_its_end(cloud: EmbeddedCloud, provider: Any) -> None:
    where: Any = {"urn": urn(QUEUE)}
    inputs = check(provider, {"delaySeconds": 5, "tags": {"a": "b"}}, randomSeed=b"1")
    foreseen = provider.Create(
        proto.CreateRequest(properties=struct(inputs), preview=True, **where)
    )
    assert foreseen.id == ""
    before = MessageToDict(foreseen.properties)
    assert (before["arn"], before["url"]) == (UNKNOWN, UNKNOWN)
    assert (before["name"], before["delaySeconds"]) == (inputs["name"], 5)
    assert cloud.aws.sqs.list_queues(QueueNamePrefix=inputs["name"]).get("QueueUrls", []) == []

    made = provider.Create(proto.CreateRequest(properties=struct(inputs), **where))
    state = MessageToDict(made.properties)
    # All that was foreseen is so, and all that there is was foreseen.
    assert set(before) | {"id"} == set(state)
    assert {key: state[key] for key in before if before[key] != UNKNOWN} == {
        key: value for key, value in before.items() if value != UNKNOWN
    }
    assert state["arn"].endswith(f":{inputs['name']}")
    assert diff(provider, inputs, inputs).changes == proto.DiffResponse.DIFF_NONE

    news = {**inputs, "delaySeconds": 9}
    update = proto.UpdateRequest(
        id=made.id, olds=made.properties, old_inputs=struct(inputs), news=struct(news), **where
    )
    update.preview = True
    foreseen = MessageToDict(provider.Update(update).properties)
    assert foreseen == {**state, "delaySeconds": 9}
    update.preview = False
    assert MessageToDict(provider.Update(update).properties) == foreseen

    read = proto.ReadRequest(id=made.id, inputs=struct(inputs), properties=made.properties, **where)
    seen = provider.Read(read)
    # What is not as the state says has drifted, and no more than that.
    assert MessageToDict(seen.inputs) == news
    assert MessageToDict(seen.properties) == foreseen
    imported = provider.Read(proto.ReadRequest(id=made.id, **where))
    assert MessageToDict(imported.inputs) == {
        key: value for key, value in news.items() if key != "__defaults"
    }

    gone = proto.DeleteRequest(id=made.id, properties=made.properties, **where)
    provider.Delete(gone)
    provider.Delete(gone)
    assert provider.Read(read).id == ""


def test_names(provider: Any) -> None:
    proposed = Naming(proposed_name="orderflow-dev-orders-1a2b3c4")
    named = check(provider, {}, autonaming=proposed)
    assert named == {"name": "orderflow-dev-orders-1a2b3c4", "__defaults": ["name"]}
    # Without one it is the provider's own, the same for the same seed.
    first, again, other = (
        check(provider, {}, randomSeed=seed)["name"] for seed in (b"1", b"1", b"2")
    )
    assert first == again != other
    assert first.startswith("orders-")
    # What was made up stays, until the resource is replaced.
    another = Naming(proposed_name="another")
    assert check(provider, {}, olds=struct(named), autonaming=another) == named
    assert check(provider, {}, autonaming=another)["name"] == "another"
    given = {"name": "mine"}
    assert check(provider, given, olds=struct(named), autonaming=proposed) == given
    assert check(provider, {}, olds=struct(given), autonaming=another)["name"] == "another"
    prefixed = {"namePrefix": "mine-"}
    assert check(provider, prefixed, autonaming=proposed) == prefixed
    assert check(provider, {"policy": "{}"}, "aws:sqs/queuePolicy:QueuePolicy") == {"policy": "{}"}
    disabled = Naming(mode=Naming.DISABLE)
    assert refusals(provider, {}, autonaming=disabled) == {
        "name": "automatic naming is off, and the program gives none"
    }
    assert refusals(provider, given, autonaming=disabled) == {}


def test_what_is_not_known_is_named(provider: Any) -> None:
    assert refusals(provider, {"name": "q", "fifoQueue": True, "region": "eu-west-1"}) == {
        "fifoQueue": "the embedded cloud does not know it",
        "region": "the embedded cloud is in us-east-1, not in eu-west-1",
    }
    assert refusals(provider, {"name": "q", "region": "us-east-1"}) == {}
    rocket = urn("aws:space/rocket:Rocket")
    assert "aws:space/rocket:Rocket" in failure(provider.Check, proto.CheckRequest(urn=rocket))
    # Nor is it skipped by what comes after a check.
    made = proto.CreateRequest(urn=urn(QUEUE), properties=struct({"name": "q", "foo": 1}))
    assert failure(provider.Create, made) == "its provider does not know foo"
    asked = proto.InvokeRequest(tok="aws:index/getRegion:getRegion")
    assert "aws:index/getRegion:getRegion" in failure(provider.Invoke, asked)


def test_what_changed(provider: Any) -> None:
    old = {"name": "q", "tags": {"a": "1", "b": "2"}, "delaySeconds": 1}
    answer = diff(provider, old, {"name": "q", "tags": {"a": "1", "b": "3", "c": "4"}})
    assert kinds(answer) == {"tags.b": "UPDATE", "tags.c": "ADD", "delaySeconds": "DELETE"}
    assert set(answer.diffs) == {"tags", "delaySeconds"}
    assert list(answer.replaces) == []
    assert not answer.deleteBeforeReplace
    # The same, said otherwise.
    same = {"name": "q", "tags": old["tags"], "delaySeconds": 1, "visibilityTimeoutSeconds": 30}
    assert diff(provider, old, same).changes == proto.DiffResponse.DIFF_NONE


def test_what_can_only_be_replaced(provider: Any) -> None:
    given = {"name": "orders", "hashKey": "id", "billingMode": "PAY_PER_REQUEST"}
    answer = diff(provider, given, {**given, "hashKey": "customerId"}, TABLE)
    assert list(answer.replaces) == ["hashKey"]
    assert kinds(answer) == {"hashKey": "UPDATE_REPLACE"}
    # Two cannot have the one name that the program gives.
    assert answer.deleteBeforeReplace
    made_up = {**given, "__defaults": ["name"]}
    answer = diff(provider, made_up, {**made_up, "rangeKey": "id"}, TABLE)
    assert kinds(answer) == {"rangeKey": "ADD_REPLACE"}
    assert not answer.deleteBeforeReplace


def test_what_only_a_deployment_will_tell(provider: Any) -> None:
    old = {"name": "q", "redrivePolicy": '{"deadLetterTargetArn": "a"}'}
    answer = diff(provider, old, {"name": "q", "redrivePolicy": UNKNOWN})
    assert kinds(answer) == {"redrivePolicy": "UPDATE"}
    subscription = "aws:sns/topicSubscription:TopicSubscription"
    answer = diff(provider, {"topic": "a"}, {"topic": UNKNOWN}, subscription)
    assert list(answer.replaces) == ["topic"]
    # A stream's address changes with the stream alone.
    old = {"name": "t", "hashKey": "id", "streamEnabled": True, "streamViewType": "KEYS_ONLY"}
    state = {**old, "arn": "arn", "streamArn": "stream", "streamLabel": "label"}
    for new, stream in (
        ({**old, "deletionProtectionEnabled": True}, "stream"),
        ({**old, "streamViewType": "NEW_IMAGE"}, UNKNOWN),
    ):
        update = proto.UpdateRequest(
            urn=urn(TABLE), id="t", olds=struct(state), old_inputs=struct(old), news=struct(new)
        )
        update.preview = True
        foreseen = MessageToDict(provider.Update(update).properties)
        assert (foreseen["arn"], foreseen["streamArn"]) == ("arn", stream)


def test_secrets_and_outputs_are_their_values(provider: Any) -> None:
    inputs: dict[str, Any] = {
        "name": {SIGNATURE: SECRET, "value": "mine"},
        "tags": {"a": {SIGNATURE: OUTPUT, "value": "b", "secret": True}},
        "redrivePolicy": {SIGNATURE: OUTPUT, "dependencies": []},
    }
    assert check(provider, inputs) == {
        "name": "mine",
        "tags": {"a": "b"},
        "redrivePolicy": UNKNOWN,
    }


def test_code_is_compared_by_its_hash(provider: Any, tmp_path: Path) -> None:
    function = "aws:lambda/function:Function"
    file = tmp_path / "handler.py"
    file.write_text("")
    asset = {SIGNATURE: ASSET, "hash": "1", "path": str(file)}
    new = {"code": {SIGNATURE: ARCHIVE, "hash": "2", "assets": {"handler.py": asset}}}
    # Of what is deployed, the engine keeps the hash alone.
    deployed = {"code": {SIGNATURE: ARCHIVE, "hash": "2"}}
    assert diff(provider, deployed, new, function).changes == proto.DiffResponse.DIFF_NONE
    changed = {"code": {SIGNATURE: ARCHIVE, "hash": "3"}}
    assert kinds(diff(provider, changed, new, function)) == {"code": "UPDATE"}


def test_what_aws_refuses_is_told_in_its_words(provider: Any) -> None:
    inputs: Any = {
        "name": "mine",
        "hashKey": "id",
        "billingMode": "PAY_PER_REQUEST",
        "attributes": [],
    }
    made = proto.CreateRequest(urn=urn(TABLE), properties=struct(inputs))
    assert "Hash Key not specified" in failure(provider.Create, made)


def test_the_provider_itself(cloud: EmbeddedCloud, provider: Any) -> None:
    assert provider.Handshake(proto.ProviderHandshakeRequest()).supports_autonaming_configuration
    assert provider.GetPluginInfo(Empty()).version
    config = struct({"region": "us-east-1", "accessKey": "test"})
    checked = provider.CheckConfig(proto.CheckRequest(news=config))
    assert checked.inputs == config
    elsewhere = provider.CheckConfig(proto.CheckRequest(news=struct({"region": "eu-west-1"})))
    assert [each.property for each in elsewhere.failures] == ["region"]
    unchanged = provider.DiffConfig(proto.DiffRequest())
    assert unchanged.changes == proto.DiffResponse.DIFF_NONE
    configured = provider.Configure(proto.ConfigureRequest())
    assert configured.supportsPreview
    # Else the engine would hand over more than is read here.
    assert not configured.acceptSecrets
    assert not configured.acceptOutputs
    assert not configured.acceptResources
    assert "no schema" in failure(provider.GetSchema, proto.GetSchemaRequest())
    provider.Cancel(Empty())
    provider.Attach(proto.PluginAttach(address="127.0.0.1:1"))
    assert cloud.aws.region == "us-east-1"
