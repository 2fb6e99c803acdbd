"""The AMAZON_DYNAMODB data source.

One request object is one DynamoDB call, and a read after a condition that failed.

https://docs.aws.amazon.com/appsync/latest/devguide/js-resolver-reference-dynamodb.html
"""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from local.appsync.aws import AwsCaller
from local.appsync.errors import DataSourceError, ResolverError
from local.appsync.resolvers.datasources.attribute_values import plain_item, typed_item
from local.appsync.resolvers.datasources.dynamodb_batches import (
    batch_delete,
    batch_get,
    batch_put,
    transact_get,
    transact_write,
)
from local.appsync.resolvers.datasources.dynamodb_calls import CallFailed, DynamoDb, Parameters
from local.appsync.resolvers.datasources.pagination import PaginationTokens
from local.appsync.resolvers.datasources.request import only, value_of

if TYPE_CHECKING:
    from mypy_boto3_appsync.type_defs import DataSourceTypeDef

_WRITE = {"operation", "key", "condition"}
_READ = {"operation", "filter", "index", "limit", "nextToken", "consistentRead", "select"} | {
    "projection"
}


class DynamoDbDataSource:
    """All operations but `Sync`, which needs a versioned data source."""

    def __init__(
        self, source: "DataSourceTypeDef", caller: AwsCaller, tokens: PaginationTokens
    ) -> None:
        self._database = DynamoDb(source, caller)
        self._tokens = tokens
        self.operations: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "GetItem": self._get_item,
            "PutItem": self._put_item,
            "UpdateItem": self._update_item,
            "DeleteItem": self._delete_item,
            "Query": self._query,
            "Scan": self._scan,
            "BatchGetItem": partial(batch_get, self._database),
            "BatchPutItem": partial(batch_put, self._database),
            "BatchDeleteItem": partial(batch_delete, self._database),
            "TransactGetItems": partial(transact_get, self._database),
            "TransactWriteItems": partial(transact_write, self._database),
        }

    async def execute(self, request: dict[str, Any]) -> Any:
        operation = value_of(request, "operation")
        run = self.operations.get(operation)
        if run is None:
            raise ResolverError(
                f"The DynamoDB operation {operation} is not supported here.", "MappingTemplate"
            )
        return await run(request)

    async def _get_item(self, request: dict[str, Any]) -> Any:
        only(request, {"operation", "key", "consistentRead", "projection"})
        parameters = Parameters(Key=_key(request))
        parameters.put("ConsistentRead", request.get("consistentRead"))
        parameters.expression("ProjectionExpression", request.get("projection"), "$[projection]")
        return await self._database.get(parameters)

    async def _put_item(self, request: dict[str, Any]) -> Any:
        only(request, _WRITE | {"attributeValues"})
        key = _key(request)
        item = typed_item(request.get("attributeValues") or {}, "$[attributeValues]") | key
        wanted = plain_item(item) or {}
        condition = _condition(request)
        ignored = set(condition.get("equalsIgnore") or [])

        def as_wanted(current: dict[str, Any] | None) -> bool:
            return current is not None and all(
                current.get(name) == wanted.get(name) for name in {*current, *wanted} - ignored
            )

        written = await self._write("PutItem", Parameters(Item=item), key, condition, as_wanted)
        return written.result if isinstance(written, _AsWanted) else wanted

    async def _update_item(self, request: dict[str, Any]) -> Any:
        only(request, _WRITE | {"update"})
        key = _key(request)
        parameters = Parameters(Key=key, ReturnValues="ALL_NEW")
        parameters.expression("UpdateExpression", value_of(request, "update"), "$[update]")
        # AppSync cannot tell whether an update that failed would have changed anything.
        answer = await self._write(
            "UpdateItem", parameters, key, _condition(request), lambda _: False
        )
        assert not isinstance(answer, _AsWanted)
        return plain_item(answer.get("Attributes"))

    async def _delete_item(self, request: dict[str, Any]) -> Any:
        only(request, _WRITE)
        key = _key(request)
        parameters = Parameters(Key=key, ReturnValues="ALL_OLD")
        answer = await self._write(
            "DeleteItem", parameters, key, _condition(request), lambda item: item is None
        )
        return None if isinstance(answer, _AsWanted) else plain_item(answer.get("Attributes"))

    async def _query(self, request: dict[str, Any]) -> Any:
        only(request, _READ | {"query", "scanIndexForward"})
        query = value_of(request, "query")
        parameters = Parameters()
        parameters.expression("KeyConditionExpression", query, "$[query]")
        parameters.put("ScanIndexForward", request.get("scanIndexForward"))
        return await self._page("Query", parameters, request, query)

    async def _scan(self, request: dict[str, Any]) -> Any:
        only(request, _READ | {"segment", "totalSegments"})
        parameters = Parameters()
        parameters.put("Segment", request.get("segment"))
        parameters.put("TotalSegments", request.get("totalSegments"))
        return await self._page("Scan", parameters, request, None)

    async def _page(
        self, operation: str, parameters: Parameters, request: dict[str, Any], query: Any
    ) -> Any:
        parameters["TableName"] = self._database.table
        parameters.expression("FilterExpression", request.get("filter"), "$[filter]")
        parameters.expression("ProjectionExpression", request.get("projection"), "$[projection]")
        parameters.put("IndexName", request.get("index"))
        parameters.put("Limit", request.get("limit"))
        parameters.put("ConsistentRead", request.get("consistentRead"))
        parameters.put("Select", request.get("select"))
        # A token is good for the query that it came from only.
        scope = [self._database.table, operation, request.get("index"), query]
        if token := request.get("nextToken"):
            parameters["ExclusiveStartKey"] = self._tokens.open(token, scope)
        answer = await self._database.call(operation, parameters)
        last = answer.get("LastEvaluatedKey")
        return {
            "items": [plain_item(item) or {} for item in answer.get("Items", [])],
            "nextToken": self._tokens.seal(last, scope) if last else None,
            "scannedCount": answer.get("ScannedCount", 0),
        }

    async def _write(
        self,
        operation: str,
        parameters: Parameters,
        key: dict[str, Any],
        condition: dict[str, Any],
        as_wanted: Callable[[dict[str, Any] | None], bool],
    ) -> "dict[str, Any] | _AsWanted":
        """A conditional write; where its condition fails, AppSync reads the item.

        https://docs.aws.amazon.com/appsync/latest/devguide/js-aws-appsync-resolver-reference-dynamodb-condition-expressions.html
        """
        parameters["TableName"] = self._database.table
        parameters.expression("ConditionExpression", condition, "$[condition]")
        try:
            return await self._database.call(operation, parameters)
        except CallFailed as error:
            if not error.is_failed_condition:
                raise
            consistent = condition.get("consistentRead", True)
            current = await self._database.get({"Key": key, "ConsistentRead": consistent})
            if as_wanted(current):
                return _AsWanted(current)
            raise DataSourceError(error.message, error.error_type, current) from error


class _AsWanted:
    """The condition failed, and the table already is as the write would have made it."""

    def __init__(self, result: dict[str, Any] | None) -> None:
        self.result = result


def _key(request: dict[str, Any]) -> dict[str, Any]:
    return typed_item(value_of(request, "key"), "$[key]")


def _condition(request: dict[str, Any]) -> dict[str, Any]:
    condition = request.get("condition") or {}
    if isinstance(condition, str):
        condition = json.loads(condition)
    members: dict[str, Any] = condition
    only(
        members,
        {"expression", "expressionNames", "expressionValues", "equalsIgnore", "consistentRead"}
        | {"conditionalCheckFailedHandler"},
        "$[condition]",
    )
    handler: dict[str, Any] = members.get("conditionalCheckFailedHandler") or {}
    if (strategy := handler.get("strategy", "Reject")) != "Reject":
        raise ResolverError(
            f"The conditionalCheckFailedHandler strategy {strategy} is not supported here.",
            "MappingTemplate",
        )
    return members
