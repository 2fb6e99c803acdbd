"""Runs one GraphQL request against a deployed API and answers in AppSync's shape."""

import inspect
import json
import logging
import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionContext,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    execute,
)
from graphql.language import OperationType
from graphql.pyutils import Path

from local.appsync.access.authorization import Caller
from local.appsync.documents.selection import by_field_name
from local.appsync.documents.validation import locations, variable_errors
from local.appsync.errors import RequestRefused, ResolverError
from local.appsync.execution.api import DeployedApi, root_fields
from local.appsync.resolvers.javascript import ResolverRuntime
from local.appsync.resolvers.resolver import Execution

log = logging.getLogger("appsync")

_NULL = re.compile(r"Cannot return null for non-nullable field (.+?)\.(.+?)\.$")


def read_request(body: bytes) -> tuple[str, str | None, dict[str, Any]]:
    """`query`, `operationName` and `variables` of a request's body.

    Raises:
        RequestRefused: 400, where it is no JSON object or a member is missing or of a wrong type.
    """
    try:
        request: Any = json.loads(body, parse_constant=_no_json, parse_float=_finite)
        # Half a character, which JSON can spell, is none that anyone could store or answer.
        json.dumps(request, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _malformed("Request body is not a valid JSON.") from error
    if not isinstance(request, dict):
        raise _malformed("Request body must be a JSON object.")
    members: dict[str, Any] = request
    query = members.get("query")
    if not isinstance(query, str) or not query.strip():
        raise _malformed("No GraphQL query provided.")
    name = members.get("operationName")
    if name is not None and not isinstance(name, str):
        raise _malformed("The operationName must be a string.")
    variables = members.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _malformed("The variables must be a JSON object.")
    return query, name or None, variables or {}


def _no_json(constant: str) -> float:
    """Python reads NaN and Infinity, which are no JSON."""
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_json(text)


def _malformed(message: str) -> RequestRefused:
    return RequestRefused(400, "MalformedHttpRequestException", message)


@dataclass(frozen=True, kw_only=True)
class PreparedRequest:
    """A request whose document and variables fit the schema."""

    document: DocumentNode
    operation: OperationDefinitionNode
    operation_name: str | None
    variables: dict[str, Any]


class RequestInvalid(Exception):
    """The document or the variables do not fit the schema.

    Args:
        errors: in AppSync's shape.
    """

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


def prepare_request(api: DeployedApi, body: bytes) -> PreparedRequest:
    """Read, parse and validate a request's body.

    Raises:
        RequestRefused: 400, it is malformed.
        RequestInvalid: it does not fit the schema.
    """
    query, operation_name, variables = read_request(body)
    prepared = api.prepare(query)
    if prepared.errors:
        raise RequestInvalid(prepared.errors)
    operation = prepared.operation(operation_name)
    if errors := variable_errors(api.schema, operation, variables):
        raise RequestInvalid(errors)
    return PreparedRequest(
        document=prepared.document,
        operation=operation,
        operation_name=operation_name,
        variables=variables,
    )


class Serially(ExecutionContext):
    """Begins a mutation when the one before it has ended.

    graphql-core begins all of them at once, and never awaits those after one that fails.
    """

    def execute_fields_serially(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        fields: dict[str, list[FieldNode]],
    ) -> Awaitable[dict[str, Any]]:
        async def run() -> dict[str, Any]:
            results: dict[str, Any] = {}
            for key, nodes in fields.items():
                field = Path(path, key, parent_type.name)
                result = self.execute_field(parent_type, source_value, nodes, field)
                results[key] = await result if inspect.isawaitable(result) else result
            return results

        return run()


async def begin_execution(
    api: DeployedApi,
    runtime: ResolverRuntime,
    caller: Caller,
    headers: dict[str, str],
    request: PreparedRequest,
) -> Execution:
    """What the request's resolvers will share, with what the caller's IAM policies forbid.

    Raises:
        RequestRefused: 401, where they forbid all that is asked for.
    """
    root = api.schema.get_root_type(request.operation.operation)
    assert root is not None
    fields = [node.name.value for node in root_fields(request.document, request.operation)]
    return Execution(
        caller=caller,
        forbidden=await api.authenticator.forbidden(caller, root.name, fields),
        headers=headers,
        variables=request.variables,
        environment=api.environment,
        runtime=runtime,
        resolver_limit=api.resolver_limit,
    )


async def run_request(
    api: DeployedApi,
    runtime: ResolverRuntime,
    caller: Caller,
    headers: dict[str, str],
    body: bytes,
    publish: Callable[[str, Any], None],
    headers_added: dict[str, str],
) -> dict[str, Any]:
    """The answer to an authenticated request: `{"data": …}`, with `errors` where there are any.

    Args:
        publish: is told the name and the result of each mutation that subscriptions wait for.
        headers_added: is given the headers that resolvers add to the response.

    Raises:
        RequestRefused: the request is malformed, or is a subscription.
    """
    try:
        request = prepare_request(api, body)
    except RequestInvalid as invalid:
        return {"data": None, "errors": invalid.errors}
    if request.operation.operation == OperationType.SUBSCRIPTION:
        raise RequestRefused(
            400, "BadRequestException", "Subscriptions are served by the real-time endpoint only."
        )
    execution = await begin_execution(api, runtime, caller, headers, request)
    result = execute(
        api.schema,
        request.document,
        context_value=execution,
        variable_values=request.variables,
        operation_name=request.operation_name,
        execution_context_class=Serially,
    )
    if inspect.isawaitable(result):
        result = await result
    assert isinstance(result, ExecutionResult)
    headers_added.update(execution.headers_added)
    for info in execution.published:
        mutated = result.data and result.data[str(info.path.key)]
        if mutated is not None:
            publish(info.field_name, by_field_name(info, mutated))
    return answer(api, result, execution)


def answer(api: DeployedApi, result: ExecutionResult, execution: Execution) -> dict[str, Any]:
    """`{"data": …}`, with `errors` in AppSync's shape where there are any."""
    errors = [field_error(api, error) for error in result.errors or ()] + execution.appended
    return {"data": result.data} | ({"errors": errors} if errors else {})


def field_error(api: DeployedApi, error: GraphQLError) -> dict[str, Any]:
    """What went wrong in a field, in AppSync's shape."""
    path = "".join(f"/{step}" for step in error.path or ())
    match error.original_error:
        case ResolverError() as failure:
            return {
                "path": error.path,
                "data": failure.data,
                "errorType": failure.error_type,
                "errorInfo": failure.info,
                "locations": locations(error),
                "message": failure.message,
            }
        case GraphQLError() as refusal:
            # A scalar or an enum that cannot hold what the resolver returned.
            message = f"Can't serialize value ({path}) : {refusal.message}"
        case None:
            message = error.message
        case TypeError() if match := _NULL.match(error.message):
            kind: Any = api.schema.type_map[match[1]]
            message = (
                f"Cannot return null for non-nullable type: '{kind.fields[match[2]].type.of_type}' "
                f"within parent '{match[1]}' ({path})"
            )
        case fault:
            log.error("Internal failure at %s", path, exc_info=fault)
            return {
                "path": error.path,
                "data": None,
                "errorType": "InternalFailure",
                "errorInfo": None,
                "locations": locations(error),
                "message": "An internal failure occurred while resolving this field.",
            }
    return {"path": error.path, "locations": None, "message": message}
