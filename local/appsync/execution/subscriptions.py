"""Subscriptions: how one is started, and what it receives of a mutation's results."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from graphql import ExecutionContext, ExecutionResult, execute, located_error
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values
from graphql.language import OperationType
from graphql.pyutils import Path

from local.appsync.access.authorization import Caller
from local.appsync.errors import RequestRefused
from local.appsync.execution.api import DeployedApi
from local.appsync.execution.request import (
    PreparedRequest,
    RequestInvalid,
    answer,
    begin_execution,
    field_error,
    prepare_request,
)
from local.appsync.execution.subscription_filter import (
    ArgumentFilter,
    FilterRefused,
    SubscriptionFilter,
    enhanced_filter,
)
from local.appsync.resolvers.javascript import ResolverRuntime
from local.appsync.resolvers.resolver import Execution


@dataclass(frozen=True, kw_only=True, eq=False)
class Subscription:
    """A started subscription.

    It lives on with the API as it was when it started, whatever is deployed afterwards.

    Attributes:
        field: of the type Subscription.
    """

    api: DeployedApi
    request: PreparedRequest
    field: str
    filter: SubscriptionFilter
    execution: Execution

    def event(self, result: Any) -> dict[str, Any]:
        """What the subscriber selected of a mutation's result: `{"data": …}`, maybe `errors`.

        These have no member that is null: https://github.com/aws-amplify/docs/issues/2796
        """
        selected = execute(
            self.api.schema,
            self.request.document,
            root_value={self.field: result},
            context_value=self.execution,
            variable_values=self.request.variables,
            operation_name=self.request.operation_name,
        )
        assert isinstance(selected, ExecutionResult)
        event = answer(self.api, selected, self.execution)
        if errors := event.get("errors"):
            event["errors"] = [
                {name: value for name, value in error.items() if value is not None}
                for error in errors
            ]
        return event


async def start_subscription(
    api: DeployedApi,
    runtime: ResolverRuntime,
    caller: Caller,
    headers: dict[str, str],
    body: bytes,
) -> Subscription:
    """Authorize a subscription and run its resolver, which may refuse it or set its filter.

    Args:
        body: a GraphQL request, as it would be posted.

    Raises:
        RequestRefused: the request is malformed, or no subscription.
        RequestInvalid: it does not fit the schema, or its field refuses it.
    """
    request = prepare_request(api, body)
    operation = request.operation
    if operation.operation != OperationType.SUBSCRIPTION:
        raise RequestRefused(
            400,
            "UnsupportedOperation",
            f"{operation.operation.value} not supported through the realtime channel",
        )
    execution = await begin_execution(api, runtime, caller, headers, request)
    name, arguments = await _run_field(api, request, execution)
    try:
        accepted = (
            ArgumentFilter(arguments)
            if execution.filter is None
            else enhanced_filter(execution.filter)
        )
    except FilterRefused as error:
        raise RequestInvalid(
            [{"errorType": "BadRequestException", "message": str(error)}]
        ) from error
    return Subscription(
        api=api,
        request=request,
        field=name,
        filter=accepted,
        execution=replace(execution, delivers=True),
    )


async def _run_field(
    api: DeployedApi, request: PreparedRequest, execution: Execution
) -> tuple[str, dict[str, Any]]:
    """Resolve the one root field; its value does not matter. The field's name and arguments."""
    root = api.schema.subscription_type
    context = ExecutionContext.build(
        api.schema,
        request.document,
        context_value=execution,
        raw_variable_values=request.variables,
        operation_name=request.operation_name,
    )
    assert isinstance(context, ExecutionContext)
    fields = root and collect_fields(
        api.schema,
        context.fragments,
        context.variable_values,
        root,
        request.operation.selection_set,
    )
    if not root or not fields:
        raise RequestInvalid([{"message": "A subscription must have exactly one root field."}])
    ((key, nodes),) = fields.items()
    definition = root.fields[nodes[0].name.value]
    path = Path(None, key, root.name)
    try:
        arguments = get_argument_values(definition, nodes[0], context.variable_values)
        assert definition.resolve is not None
        info = context.build_resolve_info(definition, nodes, root, path)
        value = definition.resolve(None, info, **arguments)
        if inspect.isawaitable(value):
            await value
    except Exception as error:
        located = located_error(error, nodes, path.as_list())
        raise RequestInvalid([field_error(api, located)]) from error
    # Nothing but a refusal could carry them to the client.
    if execution.appended:
        raise RequestInvalid(execution.appended)
    return info.field_name, arguments


Deliver = Callable[[dict[str, Any]], None]


class Subscriptions:
    """The live subscriptions of all APIs."""

    def __init__(self) -> None:
        # By API and mutation.
        self._waiting: dict[tuple[str, str], dict[Subscription, Deliver]] = {}

    def add(self, api_id: str, subscription: Subscription, deliver: Deliver) -> None:
        """Deliver what the subscription receives from now on; `deliver` must not block."""
        for key in _keys(api_id, subscription):
            self._waiting.setdefault(key, {})[subscription] = deliver

    def remove(self, api_id: str, subscription: Subscription) -> None:
        """Deliver nothing more to it."""
        for key in _keys(api_id, subscription):
            del self._waiting[key][subscription]
            if not self._waiting[key]:
                del self._waiting[key]

    def publish(self, api_id: str, mutation: str, result: Any) -> None:
        """Deliver a mutation's result, which has its selected fields by name."""
        # A delivery that ends a slow client's connection removes its subscriptions.
        for subscription, deliver in list(self._waiting.get((api_id, mutation), {}).items()):
            if subscription.filter.accepts(result):
                deliver(subscription.event(result))


def _keys(api_id: str, subscription: Subscription) -> list[tuple[str, str]]:
    mutations = subscription.api.subscribed_mutations.get(subscription.field, ())
    return [(api_id, mutation) for mutation in dict.fromkeys(mutations)]
