"""Runs one GraphQL request against a deployed API and answers in AppSync's shape."""

import asyncio
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode
from graphql.language import OperationType

from local.appsync.access.authorization import Caller
from local.appsync.documents.selection import by_field_name
from local.appsync.documents.values import VariablesRefused, coerce_variables
from local.appsync.errors import RequestRefused, malformed
from local.appsync.execution.api import DeployedApi, root_fields
from local.appsync.execution.executor import MOST_VALUES, AnswerTooLarge, Run
from local.appsync.json_text import parse_json
from local.appsync.resolvers.javascript import ResolverRuntime
from local.appsync.resolvers.resolver import Execution

# Coercing the variables of a larger request would hold the event loop.
_SMALL_BYTES = 10_000
_FEW_VALUES = 10_000


@dataclass(frozen=True, kw_only=True)
class Request:
    """A GraphQL request, as it was sent.

    Attributes:
        size: of the variables at most, in bytes.
    """

    query: str
    operation_name: str | None
    variables: dict[str, Any]
    size: int


def read_body(body: bytes) -> Request:
    """A posted request.

    Raises:
        RequestRefused: 400, where it is no JSON object or a member is missing or of a wrong type.
    """
    if not body:
        raise malformed("Request body is empty.")
    return _read(_read_json(body), len(body))


def read_query_string(members: Mapping[str, str]) -> Request:
    """A request by GET: `query`, `operationName`, and `variables` as JSON.

    AppSync takes mutations, too: https://github.com/graphql/graphql-over-http/issues/81

    Raises:
        RequestRefused: 400, as for a posted one.
    """
    variables = members.get("variables", "")
    request = {
        "query": members.get("query"),
        "operationName": members.get("operationName"),
        "variables": _read_json(variables.encode(errors="replace")) if variables else None,
    }
    return _read(request, len(variables))


def _read_json(text: bytes) -> Any:
    try:
        return parse_json(text)
    except ValueError as error:
        raise malformed() from error


def _read(request: Any, size: int) -> Request:
    match request:
        case {"query": str(query)} if query.strip():
            members: dict[str, Any] = request
        case _:
            raise malformed()
    name: Any = members.get("operationName")
    variables: Any = members.get("variables")
    if not isinstance(name, str | None) or not isinstance(variables, dict | None):
        raise malformed()
    values: dict[str, Any] = variables or {}
    return Request(query=query, operation_name=name or None, variables=values, size=size)


@dataclass(frozen=True, kw_only=True)
class PreparedRequest:
    """A request whose document and variables fit the schema.

    Attributes:
        variables: as the client sent them.
        values: as the schema has them.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: dict[str, Any]
    values: dict[str, Any]

    def run(self, schema: GraphQLSchema, execution: Execution, **more: Any) -> Run:
        """A run of its operation."""
        return Run(schema, self.document, self.operation, self.values, execution, **more)


class RequestInvalid(Exception):
    """The document or the variables do not fit the schema.

    Args:
        errors: in AppSync's shape.
    """

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


async def prepare_request(api: DeployedApi, request: Request) -> PreparedRequest:
    """Parse and validate a request.

    Raises:
        RequestRefused: 400, it is malformed.
        RequestInvalid: it does not fit the schema.
    """
    prepared = await api.prepare(request.query)
    if prepared.errors:
        raise RequestInvalid(prepared.errors)
    operation = prepared.operation(request.operation_name)
    coerce = functools.partial(coerce_variables, api.schema, operation, request.variables)
    try:
        values = coerce() if request.size <= _SMALL_BYTES else await asyncio.to_thread(coerce)
    except VariablesRefused as refusal:
        raise RequestInvalid([refusal.error]) from refusal
    return PreparedRequest(
        document=prepared.document,
        operation=operation,
        variables=request.variables,
        values=values,
    )


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


@dataclass(frozen=True)
class Answer:
    """What is answered.

    Attributes:
        body: `{"data": …}`, with `errors` where there are any.
        values: how many it has, about.
        headers: those that resolvers added to the response.
    """

    body: dict[str, Any]
    values: int
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def text(self) -> str:
        """As JSON; where there is much, others have their turn while it is written."""
        if self.values <= _FEW_VALUES:
            return json.dumps(self.body)
        return await asyncio.to_thread(lambda: "".join(json.JSONEncoder().iterencode(self.body)))


async def run_request(
    api: DeployedApi,
    runtime: ResolverRuntime,
    caller: Caller,
    headers: dict[str, str],
    request: Request,
    publish: Callable[[str, Any], None],
) -> Answer:
    """The answer to an authenticated request.

    Args:
        publish: is told the name and the result of each mutation that subscriptions wait for.

    Raises:
        RequestRefused: the request is malformed, or is a subscription.
    """
    try:
        prepared = await prepare_request(api, request)
    except RequestInvalid as invalid:
        return Answer({"data": None, "errors": invalid.errors}, len(invalid.errors))
    if prepared.operation.operation == OperationType.SUBSCRIPTION:
        raise RequestRefused(
            400, "BadRequestException", "Subscriptions are served by the real-time endpoint only."
        )
    execution = await begin_execution(api, runtime, caller, headers, prepared)
    run = prepared.run(api.schema, execution)
    try:
        await run.run()
    except AnswerTooLarge:
        message = f"The answer has more than {MOST_VALUES} values."
        error = {"errorType": "ExecutionAborted", "message": message}
        return Answer({"data": None, "errors": [error]}, 1, execution.headers_added)
    for info in execution.published:
        mutated = run.data and run.data[str(info.path.key)]
        if mutated is not None:
            publish(info.field_name, by_field_name(info, mutated))
    return Answer(answer(run, execution), run.values, execution.headers_added)


def answer(run: Run, execution: Execution) -> dict[str, Any]:
    """`{"data": …}`, with `errors` where there are any."""
    errors = run.errors + execution.appended
    return {"data": run.data} | ({"errors": errors} if errors else {})
