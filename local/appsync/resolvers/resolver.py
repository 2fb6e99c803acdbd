"""Runs UNIT and PIPELINE resolvers.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-overview-js.html
"""

import logging
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLResolveInfo

from local.appsync.access.authorization import Caller
from local.appsync.documents.places import locations
from local.appsync.documents.selection import keep_selected, selection_paths
from local.appsync.errors import DataSourceError, ResolverError, not_authorized_to_access
from local.appsync.resolvers.datasources import DataSource
from local.appsync.resolvers.datasources.request import without_version
from local.appsync.resolvers.javascript import Evaluation, ResolverRuntime
from local.appsync.resolvers.response_headers import ResponseHeaders

log = logging.getLogger("appsync.resolver")


@dataclass(frozen=True, kw_only=True)
class Handlers:
    """Code with a `request` and a `response` handler, and the data source between them.

    Attributes:
        name: the function's, or `Type.field`, for logs.
        code: None where AppSync would run a mapping template.
        source: None for a pipeline resolver's own code.
    """

    name: str
    code: str | None
    source: DataSource | None


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """A field's resolver; it is a pipeline where `functions` is not None."""

    handlers: Handlers
    functions: tuple[Handlers, ...] | None


@dataclass(kw_only=True)
class Execution:
    """What all resolvers of one GraphQL request share.

    Attributes:
        headers: the request's, with names in lower case.
        variables: as the client sent them.
        environment: the API's environment variables.
        resolver_limit: how many resolvers may run.
        forbidden: root fields that an IAM caller's policies do not allow.
        delivers: data of a mutation is delivered to a subscriber: no resolver runs.
        appended: errors of `util.appendError`, in AppSync's shape.
        published: mutation fields that subscriptions wait for and that have been resolved.
        filter: what a subscription's resolver handed to `extensions.setSubscriptionFilter`.
        headers_added: the response's own headers.
    """

    caller: Caller
    headers: dict[str, str]
    variables: dict[str, Any]
    environment: dict[str, str]
    runtime: ResolverRuntime
    resolver_limit: int
    forbidden: frozenset[str] = frozenset()
    delivers: bool = False
    resolvers_run: int = 0
    appended: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    published: list[GraphQLResolveInfo] = field(default_factory=list[GraphQLResolveInfo])
    filter: Any = None
    headers_added: ResponseHeaders = field(default_factory=ResponseHeaders)
    # By the list of nodes, which is kept with it.
    _selected: dict[int, tuple[list[FieldNode], dict[str, Any]]] = field(
        default_factory=dict[int, tuple[list[FieldNode], dict[str, Any]]]
    )

    def selected(self, info: GraphQLResolveInfo) -> dict[str, Any]:
        """The part of `ctx.info` that all objects of a list share."""
        nodes = info.field_nodes
        if id(nodes) not in self._selected:
            shared = {
                "selectionSetList": selection_paths(info),
                "selectionSetGraphQL": _selection_text(info),
            }
            self._selected[id(nodes)] = (nodes, shared)
        return self._selected[id(nodes)][1]


def error_entry(
    info: GraphQLResolveInfo, message: str, error_type: str | None, data: Any, error_info: Any
) -> dict[str, Any]:
    """A field's error in AppSync's shape."""
    return {
        "path": info.path.as_list(),
        "data": data,
        "errorType": error_type,
        "errorInfo": error_info,
        "locations": locations(GraphQLError("", info.field_nodes)),
        "message": message,
    }


class ResolverRun:
    """One run of a field's resolver."""

    def __init__(
        self, execution: Execution, info: GraphQLResolveInfo, source: Any, arguments: dict[str, Any]
    ) -> None:
        self._execution = execution
        self._info = info
        self._stash: dict[str, Any] = {}
        self._context: dict[str, Any] = {
            "args": arguments,
            "arguments": arguments,
            "source": source,
            "identity": execution.caller.identity,
            "request": {"headers": execution.headers, "domainName": None},
            "info": {
                "fieldName": info.field_name,
                "parentTypeName": info.parent_type.name,
                "variables": execution.variables,
            }
            | execution.selected(info),
            "env": execution.environment,
        }

    async def resolve(self, resolver: Resolver) -> Any:
        """The field's value.

        Raises:
            ResolverError: the field fails.
        """
        execution = self._execution
        execution.resolvers_run += 1
        if execution.resolvers_run > execution.resolver_limit:
            raise ResolverError(
                f"The request runs more than {execution.resolver_limit} resolvers.",
                "ResolverExecutionLimitReached",
            )
        if resolver.functions is None:
            return (await self._stage(resolver.handlers, None)).value
        before = await self._evaluate(resolver.handlers, "request", {"prev": None})
        result = before.value
        # An early return of the pipeline's own request handler skips every function.
        if before.status != "earlyReturn":
            for function in resolver.functions:
                done = await self._stage(function, {"result": result})
                result = done.value
                if done.skip_to == "END":
                    break
        after = {"prev": {"result": result}, "result": result}
        return (await self._evaluate(resolver.handlers, "response", after)).value

    async def _stage(self, handlers: Handlers, previous: dict[str, Any] | None) -> Evaluation:
        request = await self._evaluate(handlers, "request", {"prev": previous})
        if request.status == "earlyReturn":
            return request
        if not isinstance(request.value, dict):
            raise ResolverError(
                "The request handler returned no request object.", "MappingTemplate"
            )
        assert handlers.source is not None
        asked_for: dict[str, Any] = request.value
        asked = without_version(asked_for)
        try:
            outcome = {"result": await handlers.source.execute(asked)}
        except DataSourceError as error:
            outcome = {
                "result": error.result,
                "error": {"message": error.message, "type": error.error_type},
            }
        return await self._evaluate(handlers, "response", {"prev": previous} | outcome)

    async def _evaluate(self, handlers: Handlers, handler: str, more: dict[str, Any]) -> Evaluation:
        if handlers.code is None:
            raise ResolverError(
                f"{handlers.name} has no APPSYNC_JS code; mapping templates do not run here.",
                "MappingTemplate",
            )
        context = self._context | more | {"stash": self._stash}
        execution = self._execution
        done = await execution.runtime.evaluate(
            handlers.code, handler, context, execution.caller.auth_type
        )
        for error in done.appended:
            self._append(
                error["message"],
                error["errorType"],
                keep_selected(self._info, error["data"]),
                error["errorInfo"],
            )
        for refusal in execution.headers_added.add(done.headers):
            self._append(refusal, "ResponseHeaderError")
        if done.status == "missing":
            raise ResolverError(f"{handlers.name} exports no {handler} function.", "Code")
        if done.fault is not None:
            # AppSync tells the client no more than this.
            log.error("%s, %s handler: %s", handlers.name, handler, done.fault)
            raise ResolverError("Runtime Error", "Code")
        if done.error is not None:
            raise self._failure(done.error)
        for call in done.extensions:
            if call["op"] == "setSubscriptionFilter":
                execution.filter = call.get("filter")
        self._stash = done.stash
        return done

    def _append(
        self, message: str, error_type: str | None, data: Any = None, error_info: Any = None
    ) -> None:
        entry = error_entry(self._info, message, error_type, data, error_info)
        self._execution.appended.append(entry)

    def _failure(self, error: dict[str, Any]) -> ResolverError:
        if (error["errorType"], error["message"]) == ("Unauthorized", "Unauthorized"):
            return not_authorized_to_access(self._info.field_name, self._info.parent_type.name)
        return ResolverError(
            error["message"],
            error["errorType"],
            keep_selected(self._info, error["data"]),
            error["errorInfo"],
        )


def _selection_text(info: GraphQLResolveInfo) -> str:
    """As the client wrote it: printing the syntax tree costs more than running the field."""
    selections = info.field_nodes[0].selection_set
    if selections is None or selections.loc is None:
        return ""
    return selections.loc.source.body[selections.loc.start : selections.loc.end]
