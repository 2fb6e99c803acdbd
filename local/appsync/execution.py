"""Runs one GraphQL request against a deployed API and answers in AppSync's shape."""

import inspect
import json
import logging
import re
from typing import Any

from graphql import ExecutionResult, GraphQLError, execute
from graphql.language import OperationType

from local.appsync.api import DeployedApi, root_fields
from local.appsync.authorization import Caller
from local.appsync.errors import RequestRefused, ResolverError
from local.appsync.javascript import ResolverRuntime
from local.appsync.resolver import Execution
from local.appsync.validation import locations, variable_errors

log = logging.getLogger("appsync")

_NULL = re.compile(r"Cannot return null for non-nullable field (.+?)\.(.+?)\.$")


def read_request(body: bytes) -> tuple[str, str | None, dict[str, Any]]:
    """`query`, `operationName` and `variables` of a request's body.

    Raises:
        RequestRefused: 400, where it is no JSON object or a member is missing or of a wrong type.
    """
    try:
        request: Any = json.loads(body)
    except ValueError as error:
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


def _malformed(message: str) -> RequestRefused:
    return RequestRefused(400, "MalformedHttpRequestException", message)


async def run_request(
    api: DeployedApi,
    runtime: ResolverRuntime,
    caller: Caller,
    headers: dict[str, str],
    body: bytes,
) -> dict[str, Any]:
    """The answer to an authenticated request: `{"data": …}`, with `errors` where there are any.

    Raises:
        RequestRefused: the request is malformed, or is a subscription.
    """
    query, operation_name, variables = read_request(body)
    prepared = api.prepare(query)
    if prepared.errors:
        return {"data": None, "errors": prepared.errors}
    operation = prepared.operation(operation_name)
    if operation.operation == OperationType.SUBSCRIPTION:
        raise RequestRefused(
            400, "BadRequestException", "Subscriptions are served by the real-time endpoint only."
        )
    if errors := variable_errors(api.schema, operation, variables):
        return {"data": None, "errors": errors}
    root = api.schema.get_root_type(operation.operation)
    assert root is not None
    fields = [node.name.value for node in root_fields(prepared.document, operation)]
    execution = Execution(
        caller=caller,
        forbidden=await api.authenticator.forbidden(caller, root.name, fields),
        headers=headers,
        variables=variables,
        environment=api.environment,
        runtime=runtime,
        resolver_limit=api.resolver_limit,
    )
    result = execute(
        api.schema,
        prepared.document,
        context_value=execution,
        variable_values=variables,
        operation_name=operation_name,
    )
    if inspect.isawaitable(result):
        result = await result
    assert isinstance(result, ExecutionResult)
    errors = [_field_error(api, error) for error in result.errors or ()] + execution.appended
    return {"data": result.data} | ({"errors": errors} if errors else {})


def _field_error(api: DeployedApi, error: GraphQLError) -> dict[str, Any]:
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
