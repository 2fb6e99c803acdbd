"""A deployed API, as the control plane describes it and ready to run."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)
from graphql.language import InlineFragmentNode

from local.appsync.access.authorization import USER_POOLS, Authenticator, FieldRule, field_rule
from local.appsync.access.cognito import TokenVerifier, UserPool
from local.appsync.access.iam import Iam
from local.appsync.aws import AwsCaller, boto_client
from local.appsync.documents.schema import build_schema, subscribed_mutations
from local.appsync.documents.selection import fields_of, fragments_of
from local.appsync.documents.validation import validation_error, validation_errors
from local.appsync.errors import RequestRefused, malformed, not_authorized_to_access
from local.appsync.resolvers.datasources import open_data_source
from local.appsync.resolvers.datasources.pagination import PaginationTokens
from local.appsync.resolvers.resolver import Execution, Handlers, Resolver, ResolverRun

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_appsync.type_defs import (
        DataSourceTypeDef,
        FunctionConfigurationTypeDef,
        GraphqlApiTypeDef,
        ResolverTypeDef,
    )

_CACHED_DOCUMENTS = 500
_CACHED_LENGTH = 16_000
# Each takes its share of the interpreter from the event loop.
_PREPARED_AT_ONCE = 2
# As graphql-java has it.
_MOST_TOKENS = 15_000
# https://docs.aws.amazon.com/general/latest/gr/appsync.html: resolvers run in one request.
_MOST_RESOLVERS = 10_000


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the control plane holds of one API."""

    api: "GraphqlApiTypeDef"
    sdl: str
    environment: dict[str, str]
    api_keys: dict[str, int]
    data_sources: list["DataSourceTypeDef"]
    functions: list["FunctionConfigurationTypeDef"]
    resolvers: list["ResolverTypeDef"]


def read_description(emulator_url: str, region: str, api_id: str) -> Description:
    """Read an API from the control plane, whoever deployed it.

    Raises:
        botocore.exceptions.ClientError: there is no such API, or it has no schema.
        SchemaRefused: its schema is broken.
    """
    appsync: AppSyncClient = boto_client("appsync", emulator_url, region)
    try:
        api = appsync.get_graphql_api(apiId=api_id)["graphqlApi"]
        sdl = appsync.get_introspection_schema(apiId=api_id, format="SDL")["schema"].read().decode()
        # The emulator does not list the types of an uploaded schema.
        types = [kind.name for kind in object_types(build_schema(sdl))]
        return Description(
            api=api,
            sdl=sdl,
            environment=appsync.get_graphql_api_environment_variables(apiId=api_id).get(
                "environmentVariables", {}
            ),
            api_keys={
                key.get("id", ""): key.get("expires", 0)
                for page in appsync.get_paginator("list_api_keys").paginate(apiId=api_id)
                for key in page["apiKeys"]
            },
            data_sources=[
                source
                for page in appsync.get_paginator("list_data_sources").paginate(apiId=api_id)
                for source in page["dataSources"]
            ],
            functions=[
                function
                for page in appsync.get_paginator("list_functions").paginate(apiId=api_id)
                for function in page["functions"]
            ],
            resolvers=[
                resolver
                for name in types
                for page in appsync.get_paginator("list_resolvers").paginate(
                    apiId=api_id, typeName=name
                )
                for resolver in page["resolvers"]
            ],
        )
    finally:
        appsync.close()


def object_types(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    """The schema's own object types, without those of introspection."""
    return [
        kind
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    ]


@dataclass(frozen=True, kw_only=True)
class PreparedDocument:
    """A parsed and validated query text.

    Attributes:
        errors: AppSync's validation errors; the document runs only where there are none.
    """

    document: DocumentNode
    errors: list[dict[str, Any]]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run.

        Raises:
            RequestRefused: 400, where it is not clear which.
        """
        operations = [
            each
            for each in self.document.definitions
            if isinstance(each, OperationDefinitionNode)
            and (name is None or (each.name and each.name.value == name))
        ]
        if len(operations) == 1:
            return operations[0]
        if name is None and operations:
            reason = "Must provide operation name if query contains multiple operations."
        else:
            reason = f"Unknown operation named '{name}'."
        raise RequestRefused(400, "BadRequestException", reason)


class DeployedApi:
    """An API that can run requests."""

    def __init__(
        self,
        description: Description,
        *,
        caller: AwsCaller,
        http: aiohttp.ClientSession,
        emulator_url: str,
        token_key: bytes,
    ) -> None:
        api = description.api
        self.environment = description.environment
        self.resolver_limit = api.get("resolverCountLimit") or _MOST_RESOLVERS
        self._introspection = api.get("introspectionConfig") != "DISABLED"
        self._depth_limit = api.get("queryDepthLimit") or 0
        self._documents: OrderedDict[str, PreparedDocument] = OrderedDict()
        self._preparing = asyncio.Semaphore(_PREPARED_AT_ONCE)

        providers = [api, *api.get("additionalAuthenticationProviders", [])]
        modes = tuple(provider.get("authenticationType", "") for provider in providers)
        pools = [
            UserPool(
                pool_id=config["userPoolId"],
                region=config["awsRegion"],
                client_ids=config.get("appIdClientRegex"),
                default_action=str(config.get("defaultAction", "ALLOW")),
            )
            for provider in providers
            if provider.get("authenticationType") == USER_POOLS
            and (config := provider.get("userPoolConfig"))
        ]
        self.authenticator = Authenticator(
            modes=modes,
            api_keys=description.api_keys,
            tokens=TokenVerifier(pools, http, emulator_url),
            iam=Iam(http, emulator_url),
            arn=api.get("arn", ""),
        )
        tokens = PaginationTokens(token_key, api.get("apiId", ""))
        sources = {
            source.get("name", ""): open_data_source(source, caller, tokens)
            for source in description.data_sources
        }
        functions = {
            function.get("functionId", ""): Handlers(
                name=function.get("name", ""),
                code=function.get("code"),
                source=sources.get(function.get("dataSourceName", "")),
            )
            for function in description.functions
        }
        self.schema = build_schema(description.sdl)
        resolvers: dict[tuple[str, str], Resolver] = {}
        for resolver in description.resolvers:
            type_name, field_name = resolver.get("typeName", ""), resolver.get("fieldName", "")
            pipeline = resolver.get("kind") == "PIPELINE"
            steps = resolver.get("pipelineConfig", {}).get("functions", [])
            resolvers[type_name, field_name] = Resolver(
                handlers=Handlers(
                    name=f"{type_name}.{field_name}",
                    code=resolver.get("code"),
                    source=sources.get(resolver.get("dataSourceName") or ""),
                ),
                functions=tuple(functions[step] for step in steps) if pipeline else None,
            )
        self.subscribed_mutations = subscribed_mutations(self.schema)
        published = {name for names in self.subscribed_mutations.values() for name in names}
        for kind in object_types(self.schema):
            for name, field in kind.fields.items():
                field.resolve = FieldResolver(
                    field_rule(kind, field, modes),
                    resolvers.get((kind.name, name)),
                    publishes=kind is self.schema.mutation_type and name in published,
                )

    async def prepare(self, query: str) -> PreparedDocument:
        """Parse and validate a query text, or find it among the last ones.

        A large one takes a second, so others have their turn meanwhile.

        Raises:
            RequestRefused: 400, where its syntax is wrong.
        """
        if known := self._documents.get(query):
            self._documents.move_to_end(query)
            return known
        async with self._preparing:
            prepared = await asyncio.to_thread(self._prepare, query)
        if len(query) <= _CACHED_LENGTH:
            self._documents[query] = prepared
        if len(self._documents) > _CACHED_DOCUMENTS:
            self._documents.popitem(last=False)
        return prepared

    def _prepare(self, query: str) -> PreparedDocument:
        try:
            document = parse(query, max_tokens=_MOST_TOKENS)
        except (GraphQLError, RecursionError) as error:
            raise malformed() from error
        return PreparedDocument(document=document, errors=self._refusals(document))

    def _refusals(self, document: DocumentNode) -> list[dict[str, Any]]:
        errors = validation_errors(self.schema, document)
        if errors:
            return errors
        if not self._introspection:
            errors = [
                validation_error(
                    document,
                    GraphQLError(f"Cannot query field '{name}' on type 'Query'.", node),
                )
                for operation in document.definitions
                if isinstance(operation, OperationDefinitionNode)
                for node in root_fields(document, operation)
                if (name := node.name.value) in ("__schema", "__type")
            ]
        if self._depth_limit and (depth := _depth(document)) > self._depth_limit:
            errors.append(
                {
                    "path": None,
                    "locations": None,
                    "errorType": "QueryDepthLimitReached",
                    "message": f"Query depth {depth} exceeds the limit of {self._depth_limit}.",
                }
            )
        return errors


class FieldResolver:
    """Authorizes and resolves a field, by its resolver or from its source.

    Args:
        resolver: None where the field is a member of its source.
        publishes: whether subscriptions wait for the field.
    """

    def __init__(self, rule: FieldRule, resolver: Resolver | None, *, publishes: bool) -> None:
        self._rule = rule
        self._resolver = resolver
        self._publishes = publishes

    def is_member(self, execution: Execution) -> bool:
        """Whether the field is a member of its source that the caller may have."""
        from_source = self._resolver is None or execution.delivers
        return from_source and self._rule.admits(execution.caller)

    def __call__(self, source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        """The field's value, or a coroutine that finds it.

        Raises:
            ResolverError: the caller may not have the field.
        """
        execution: Execution = info.context
        if self._resolver is not None and not execution.delivers:
            return self._run(self._resolver, source, info, arguments)
        self._authorize(info)
        return member(source, info.field_name)

    async def _run(
        self, resolver: Resolver, source: Any, info: GraphQLResolveInfo, arguments: dict[str, Any]
    ) -> Any:
        # Refused in here, and not at once: the fields beside it are awaited together.
        self._authorize(info)
        execution: Execution = info.context
        if self._publishes:
            execution.published.append(info)
        return await ResolverRun(execution, info, source, arguments).resolve(resolver)

    def _authorize(self, info: GraphQLResolveInfo) -> None:
        execution: Execution = info.context
        forbidden = info.path.prev is None and info.field_name in execution.forbidden
        if forbidden or not self._rule.admits(execution.caller):
            raise not_authorized_to_access(info.field_name, info.parent_type.name)


def member(source: Any, name: str) -> Any:
    """What a source has by the name of a field."""
    return cast("dict[str, Any]", source).get(name) if isinstance(source, dict) else None


def _depth(document: DocumentNode) -> int:
    """Levels of fields in the deepest operation, introspection apart; fragments have no cycles."""
    fragments = fragments_of(document)
    # Each fragment is measured once: nested ones that repeat each other would take for ever.
    depths: dict[str, int] = {}

    def of_fragment(name: str) -> int:
        if name not in depths:
            depths[name] = below(fragments[name].selection_set)
        return depths[name]

    def below(selections: SelectionSetNode | None) -> int:
        deepest = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                if node.name.value.startswith("__"):
                    continue
                depth = 1 + below(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                depth = of_fragment(node.name.value)
            else:
                assert isinstance(node, InlineFragmentNode)
                depth = below(node.selection_set)
            deepest = max(deepest, depth)
        return deepest

    return max(
        below(each.selection_set)
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    )


def root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> list[FieldNode]:
    """The fields that an operation asks of its root type, through fragments too."""
    return list(fields_of(operation.selection_set, fragments_of(document)))
