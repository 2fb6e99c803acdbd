"""Subscriptions: how one is started, and what it receives of a mutation's results."""

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from graphql.language import OperationType
from graphql.pyutils import Path

from local.appsync.access.authorization import Caller
from local.appsync.documents.values import absent_arguments
from local.appsync.errors import RequestRefused
from local.appsync.execution.api import DeployedApi
from local.appsync.execution.executor import AnswerTooLarge, field_error
from local.appsync.execution.request import (
    PreparedRequest,
    RequestInvalid,
    answer,
    begin_execution,
    prepare_request,
    read_body,
)
from local.appsync.execution.subscription_filter import (
    ArgumentFilter,
    FilterRefused,
    SubscriptionFilter,
    enhanced_filter,
)
from local.appsync.resolvers.javascript import ResolverRuntime
from local.appsync.resolvers.resolver import Execution

# An event of more is larger than the 240 KB that AppSync delivers, or nearly.
_MOST_VALUES = 20_000

log = logging.getLogger("appsync")


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

        Raises:
            AnswerTooLarge: it would be more than AppSync delivers.
        """
        run = self.request.run(
            self.api.schema,
            self.execution,
            root_value={self.field: result},
            most_values=_MOST_VALUES,
        )
        run.run_at_once()
        return answer(run, self.execution)


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
    request = await prepare_request(api, read_body(body))
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
    run = request.run(api.schema, execution)
    fields = root and run.root_fields(root)
    if not root or not fields:
        raise RequestInvalid([{"message": "A subscription must have exactly one root field."}])
    ((key, field),) = fields.items()
    path = Path(None, key, root.name)
    try:
        assert field.definition.resolve is not None
        value = field.definition.resolve(None, run.info(field, path), **field.arguments)
        if inspect.isawaitable(value):
            await value
    except Exception as error:
        raise RequestInvalid([field_error(path, field.nodes, error)]) from error
    # Nothing but a refusal could carry them to the client.
    if execution.appended:
        raise RequestInvalid(execution.appended)
    # AWS calls it a bug where one filters: https://github.com/aws/aws-appsync-community/issues/94
    absent = absent_arguments(field.nodes[0], request.values)
    given = {
        name: value
        for name, value in field.arguments.items()
        if value is not None or name not in absent
    }
    return field.name, given


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
                try:
                    event = subscription.event(result)
                except AnswerTooLarge:
                    log.warning("An event of API %s is too large: dropped.", api_id)
                else:
                    deliver(event)


def _keys(api_id: str, subscription: Subscription) -> list[tuple[str, str]]:
    mutations = subscription.api.subscribed_mutations.get(subscription.field, ())
    return [(api_id, mutation) for mutation in dict.fromkeys(mutations)]
