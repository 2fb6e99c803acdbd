"""Pulumi's provider of AWS, on the embedded cloud: what the real engine calls to deploy there.

The engine is told of it by `PULUMI_DEBUG_PROVIDERS=aws:<port>`, and downloads no plugin then. What
it is served by is the SDK's own service, not the framework on top of it (pulumi.provider), which
hands over neither the name that the engine proposes, nor old inputs, nor what is unknown.
https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/providers/README.html
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Self, cast

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderServicer,
    add_ResourceProviderServicer_to_server,
)

from local.cloud import free_port
from local.engine.archive import SIGNATURE
from local.engine.aws import Aws
from local.engine.deployed import provider_of, require_known
from local.engine.providers.provider import DEFAULTS, SUFFIX, Inputs, Provider, is_gone

THREADS = 16
# What the engine writes for a value that only a deployment will tell.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
# Larger than any archive of paths: https://github.com/pulumi/pulumi/pull/2155
OPTIONS = (
    ("grpc.max_receive_message_length", 400 * 2**20),
    ("grpc.max_send_message_length", 400 * 2**20),
)
Naming = proto.CheckRequest.AutonamingOptions


class ProviderServer:
    """The provider, served on a port of 127.0.0.1 as long as the context lasts."""

    def __init__(self, aws: Aws) -> None:
        self.port = free_port()
        self._server = grpc.server(ThreadPoolExecutor(THREADS), options=OPTIONS)
        add_ResourceProviderServicer_to_server(ResourceProvider(aws), self._server)  # pyright: ignore[reportUnknownMemberType]
        self._server.add_insecure_port(f"127.0.0.1:{self.port}")

    @property
    def environment(self) -> str:
        """What has the Pulumi CLI use it."""
        return f"PULUMI_DEBUG_PROVIDERS=aws:{self.port}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(grace=None).wait()


class ResourceProvider(ResourceProviderServicer):
    """Answers the engine: what it sends is checked, and done by the provider of each type."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def Handshake(self, request: Any, context: Any) -> proto.ProviderHandshakeResponse:
        return proto.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def Attach(self, request: Any, context: Any) -> Empty:
        return Empty()

    def Cancel(self, request: Any, context: Any) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> proto.PluginInfo:
        return proto.PluginInfo(version=version("pulumi_aws"))

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> proto.GetSchemaResponse:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "The embedded cloud's provider has no schema.")

    def CheckConfig(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:
        config = _plain(request.news)
        region = config.get("region", self._aws.region)
        failures = [] if region == self._aws.region else [self._elsewhere(region)]
        return proto.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Any) -> proto.DiffResponse:
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> proto.ConfigureResponse:
        # Secrets and outputs are not accepted: the engine then keeps track of them itself.
        return proto.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def Invoke(self, request: proto.InvokeRequest, context: grpc.ServicerContext) -> Any:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED, f"The embedded cloud has no function {request.tok}."
        )

    def Check(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:
        provider = provider_of(_type(request))
        news, olds = _plain(request.news), _plain(request.olds)
        region = news.get("region", self._aws.region)
        failures = [
            proto.CheckFailure(property=each, reason="the embedded cloud does not know it")
            for each in provider.unknown(_without_region(news))
        ]
        if region != self._aws.region:
            failures.append(self._elsewhere(region))
        if not provider.lacks_name(news):
            return proto.CheckResponse(inputs=_struct(news), failures=failures)
        kept = provider.made_up_name(olds)
        if kept is None and request.autonaming.mode == Naming.DISABLE:
            reason = "automatic naming is off, and the program gives none"
            failures.append(proto.CheckFailure(property=provider.name or "", reason=reason))
        named = provider.named(news, kept or request.autonaming.proposed_name or _name(request))
        return proto.CheckResponse(inputs=_struct(named), failures=failures)

    def Diff(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:
        provider = provider_of(_type(request))
        olds, news = _old_inputs(request), _plain(request.news)
        changes = provider.changes(olds, news)
        replaces = [key for key, replaced in changes.items() if replaced]
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if changes else proto.DiffResponse.DIFF_NONE,
            diffs=list(changes),
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and provider.must_go_first(olds, news),
            hasDetailedDiff=True,
            detailedDiff={
                path: proto.PropertyDiff(kind=_kind(change, changes[key]), inputDiff=True)
                for key in changes
                for path, change in _changed(key, olds.get(key), news.get(key))
            },
        )

    def Create(self, request: proto.CreateRequest, context: Any) -> proto.CreateResponse:
        provider, inputs = provider_of(_type(request)), _plain(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=_struct(self._foreseen(provider, {}, inputs)))
        inputs = _without_region(inputs)
        require_known(provider, inputs)
        state = provider.make(self._aws, inputs)
        return proto.CreateResponse(id=state["id"], properties=_struct(state))

    def Read(self, request: proto.ReadRequest, context: Any) -> proto.ReadResponse:
        provider, inputs = provider_of(_type(request)), _plain(request.inputs)
        try:
            state = provider.look(self._aws, {**_plain(request.properties), "id": request.id})
        except Exception as error:
            if is_gone(error):
                return proto.ReadResponse()
            raise
        seen = provider.seen(inputs, state)
        drifted = {key: value for key, value in seen.items() if key != DEFAULTS}
        return proto.ReadResponse(
            id=request.id, properties=_struct({**state, **drifted}), inputs=_struct(seen)
        )

    def Update(self, request: proto.UpdateRequest, context: Any) -> proto.UpdateResponse:
        provider, news = provider_of(_type(request)), _plain(request.news)
        state, olds = {**_plain(request.olds), "id": request.id}, _old_inputs(request)
        if request.preview:
            foreseen = self._foreseen(provider, state, news)
            return proto.UpdateResponse(properties=_struct(foreseen))
        news = _without_region(news)
        require_known(provider, news)
        return proto.UpdateResponse(
            properties=_struct(provider.change(self._aws, state, olds, news))
        )

    def Delete(self, request: proto.DeleteRequest, context: Any) -> Empty:
        state = {**_plain(request.properties), "id": request.id}
        provider_of(_type(request)).remove(self._aws, state)
        return Empty()

    def _foreseen(self, provider: Provider, state: Inputs, inputs: Inputs) -> Inputs:
        """What will be known of a resource, as far as that can be said before it is done."""
        changed = set(provider.changes(state, inputs)) if state else set[str]()
        unknown = {
            output: UNKNOWN
            for output, moved_by in provider.outputs.items()
            if not state or changed & set(moved_by)
        }
        kept = {key: value for key, value in state.items() if key not in provider.inputs}
        defaults = {key: known.default for key, known in provider.inputs.items()}
        left_out = {key: value for key, value in defaults.items() if value is not None}
        name = {provider.name: state.get(provider.name, UNKNOWN)} if provider.name else {}
        tags = {"tagsAll": inputs.get("tags", {})} if "tags" in provider.inputs else {}
        given = {key: value for key, value in inputs.items() if key != DEFAULTS}
        region = {"region": self._aws.region}
        return {**region, **kept, **left_out, **tags, **unknown, **name, **given}

    def _elsewhere(self, region: Any) -> proto.CheckFailure:
        reason = f"the embedded cloud is in {self._aws.region}, not in {region}"
        return proto.CheckFailure(property="region", reason=reason)


def _told(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, failing by a message alone: the engine shows it, and says of which resource."""

    def answer(self: ResourceProvider, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except Exception as error:
            return context.abort(grpc.StatusCode.UNKNOWN, str(error) or repr(error))

    return answer


for _method in ("Check", "Diff", "Create", "Read", "Update", "Delete"):
    setattr(ResourceProvider, _method, _told(getattr(ResourceProvider, _method)))


def _type(request: Any) -> str:
    """`urn:pulumi:<stack>::<project>::<parents' types>$<type>::<name>`."""
    return request.urn.split("::")[2].rpartition("$")[2]


def _name(request: proto.CheckRequest) -> str:
    """The provider's own way to name, where the engine proposes nothing: the same for one seed."""
    seed = request.randomSeed or secrets.token_bytes()
    return f"{request.urn.rpartition('::')[2]}-{sha256(seed).hexdigest()[:SUFFIX]}"


def _without_region(inputs: Inputs) -> Inputs:
    return {key: value for key, value in inputs.items() if key != "region"}


def _old_inputs(request: proto.DiffRequest | proto.UpdateRequest) -> Inputs:
    return _plain(request.old_inputs if request.HasField("old_inputs") else request.olds)


def _changed(path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """Each place of a value that changed, as `tags.stage`, and what happened to it."""
    if isinstance(old, dict) and isinstance(new, dict) and SIGNATURE not in old:
        one, other = cast(Inputs, old), cast(Inputs, new)
        for key in sorted({*one, *other}):
            if one.get(key) != other.get(key):
                yield from _changed(f"{path}.{key}", one.get(key), other.get(key))
    else:
        yield path, "ADD" if old is None else "DELETE" if new is None else "UPDATE"


def _kind(change: str, replaces: bool) -> Any:
    return proto.PropertyDiff.Kind.Value(f"{change}_REPLACE" if replaces else change)


def _plain(properties: Struct) -> Inputs:
    """Properties as the engine sends them, secrets and outputs as their values."""
    return _bare(MessageToDict(properties))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        mapping = cast(Inputs, value)
        if mapping.get(SIGNATURE) in {OUTPUT, SECRET}:
            return _bare(mapping.get("value", UNKNOWN))
        return {key: _bare(each) for key, each in mapping.items()}
    return [_bare(each) for each in cast(list[Any], value)] if isinstance(value, list) else value


def _struct(properties: Mapping[str, Any]) -> Struct:
    struct = Struct()
    struct.update(properties)
    return struct
