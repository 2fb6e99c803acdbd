"""The AMAZON_DYNAMODB data source: one request object is one DynamoDB call.

https://docs.aws.amazon.com/appsync/latest/devguide/js-resolver-reference-dynamodb.html
"""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import aiohttp

from local.appsync.aws import AwsCaller
from local.appsync.errors import DataSourceError, ResolverError
from local.appsync.resolvers.datasources.pagination import PaginationTokens
from local.appsync.resolvers.datasources.request import only, value_of

if TYPE_CHECKING:
    from mypy_boto3_appsync.type_defs import DataSourceTypeDef

# Exceptions that the SDK models, and AppSync names; any other is a DynamoDbException.
_NAMED = {
    "ConditionalCheckFailedException",
    "InternalServerError",
    "ItemCollectionSizeLimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ResourceNotFoundException",
    "TransactionConflictException",
}
_WRITE = {"operation", "key", "condition", "_version", "customPartitionKey", "populateIndexFields"}
_READ = {"operation", "filter", "index", "limit", "nextToken", "consistentRead", "select"} | {
    "projection"
}


def to_plain(value: dict[str, Any]) -> Any:
    """A typed DynamoDB value as AppSync hands it to handlers."""
    ((kind, inner),) = value.items()
    match kind:
        case "M":
            return {name: to_plain(item) for name, item in inner.items()}
        case "L":
            return [to_plain(item) for item in inner]
        case "N":
            return _number(inner)
        case "NS":
            return [_number(item) for item in inner]
        case "NULL":
            return None
        case _:
            return inner


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _plain_item(item: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: to_plain(value) for name, value in item.items()} if item else None


class _Parameters(dict[str, Any]):
    """Parameters of the DynamoDB call; expressions share one map of names and one of values."""

    def put(self, name: str, value: Any) -> None:
        if value is not None:
            self[name] = value

    def expression(self, name: str, part: dict[str, Any] | None) -> None:
        if not part:
            return
        self[name] = value_of(part, "expression")
        for source, target in (
            ("expressionNames", "ExpressionAttributeNames"),
            ("expressionValues", "ExpressionAttributeValues"),
        ):
            if part.get(source):
                self[target] = self.get(target, {}) | part[source]


class DynamoDbDataSource:
    """The five single-item and query operations, and Scan."""

    def __init__(
        self, source: "DataSourceTypeDef", caller: AwsCaller, tokens: PaginationTokens
    ) -> None:
        config = source.get("dynamodbConfig", {})
        self._table = config.get("tableName", "")
        self._region = config.get("awsRegion") or caller.region
        self._role_arn = source.get("serviceRoleArn")
        self._caller = caller
        self._tokens = tokens
        self._operations: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "GetItem": self._get_item,
            "PutItem": self._put_item,
            "UpdateItem": self._update_item,
            "DeleteItem": self._delete_item,
            "Query": self._query,
            "Scan": self._scan,
        }

    async def execute(self, request: dict[str, Any]) -> Any:
        operation = value_of(request, "operation")
        run = self._operations.get(operation)
        if run is None:
            raise ResolverError(
                f"The DynamoDB operation {operation} is not supported here.", "MappingTemplate"
            )
        return await run(request)

    async def _get_item(self, request: dict[str, Any]) -> Any:
        only(request, {"operation", "key", "consistentRead", "projection"})
        parameters = _Parameters(Key=value_of(request, "key"))
        parameters.put("ConsistentRead", request.get("consistentRead"))
        parameters.expression("ProjectionExpression", request.get("projection"))
        return _plain_item((await self._call("GetItem", parameters)).get("Item"))

    async def _put_item(self, request: dict[str, Any]) -> Any:
        only(request, _WRITE | {"attributeValues"})
        item = (request.get("attributeValues") or {}) | value_of(request, "key")
        wanted = _plain_item(item) or {}
        condition: dict[str, Any] = request.get("condition") or {}
        ignored = set(condition.get("equalsIgnore") or [])

        def as_wanted(current: dict[str, Any] | None) -> bool:
            return current is not None and all(
                current.get(name) == wanted.get(name) for name in {*current, *wanted} - ignored
            )

        parameters = _Parameters(Item=item)
        unchanged = await self._write("PutItem", parameters, condition, as_wanted)
        return unchanged.result if isinstance(unchanged, DataSourceError) else wanted

    async def _update_item(self, request: dict[str, Any]) -> Any:
        only(request, _WRITE | {"update"})
        parameters = _Parameters(Key=value_of(request, "key"), ReturnValues="ALL_NEW")
        parameters.expression("UpdateExpression", value_of(request, "update"))
        condition: dict[str, Any] = request.get("condition") or {}
        # AppSync cannot tell whether an update that failed would have changed anything.
        answer = await self._write("UpdateItem", parameters, condition, lambda _: False)
        assert not isinstance(answer, DataSourceError)
        return _plain_item(answer.get("Attributes"))

    async def _delete_item(self, request: dict[str, Any]) -> Any:
        only(request, _WRITE)
        parameters = _Parameters(Key=value_of(request, "key"), ReturnValues="ALL_OLD")
        condition: dict[str, Any] = request.get("condition") or {}
        answer = await self._write("DeleteItem", parameters, condition, lambda item: item is None)
        return (
            None if isinstance(answer, DataSourceError) else _plain_item(answer.get("Attributes"))
        )

    async def _query(self, request: dict[str, Any]) -> Any:
        only(request, _READ | {"query", "scanIndexForward"})
        query = value_of(request, "query")
        parameters = _Parameters()
        parameters.expression("KeyConditionExpression", query)
        parameters.put("ScanIndexForward", request.get("scanIndexForward"))
        return await self._page("Query", parameters, request, query)

    async def _scan(self, request: dict[str, Any]) -> Any:
        only(request, _READ | {"segment", "totalSegments"})
        parameters = _Parameters()
        parameters.put("Segment", request.get("segment"))
        parameters.put("TotalSegments", request.get("totalSegments"))
        return await self._page("Scan", parameters, request, None)

    async def _page(
        self, operation: str, parameters: _Parameters, request: dict[str, Any], query: Any
    ) -> Any:
        parameters.expression("FilterExpression", request.get("filter"))
        parameters.expression("ProjectionExpression", request.get("projection"))
        parameters.put("IndexName", request.get("index"))
        parameters.put("Limit", request.get("limit"))
        parameters.put("ConsistentRead", request.get("consistentRead"))
        parameters.put("Select", request.get("select"))
        # A token is good for the query that it came from only.
        scope = [self._table, operation, request.get("index"), query]
        if token := request.get("nextToken"):
            parameters["ExclusiveStartKey"] = self._tokens.open(token, scope)
        answer = await self._call(operation, parameters)
        last = answer.get("LastEvaluatedKey")
        return {
            "items": [_plain_item(item) or {} for item in answer.get("Items", [])],
            "nextToken": self._tokens.seal(last, scope) if last else None,
            "scannedCount": answer.get("ScannedCount", 0),
        }

    async def _write(
        self,
        operation: str,
        parameters: _Parameters,
        condition: dict[str, Any],
        as_wanted: Callable[[dict[str, Any] | None], bool],
    ) -> dict[str, Any] | DataSourceError:
        """A conditional write; the failure itself where the table already is as wanted.

        https://docs.aws.amazon.com/appsync/latest/devguide/js-aws-appsync-resolver-reference-dynamodb-condition-expressions.html
        """
        if not condition:
            return await self._call(operation, parameters)
        only(
            condition,
            {"expression", "expressionNames", "expressionValues", "equalsIgnore", "consistentRead"}
            | {"conditionalCheckFailedHandler"},
            "$[condition]",
        )
        handler: dict[str, Any] = condition.get("conditionalCheckFailedHandler") or {}
        if (strategy := handler.get("strategy", "Reject")) != "Reject":
            raise ResolverError(
                f"The conditionalCheckFailedHandler strategy {strategy} is not supported here.",
                "MappingTemplate",
            )
        parameters.expression("ConditionExpression", condition)
        # The item as the check saw it: at least as fresh as AppSync's own read after a failure.
        parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            return await self._call(operation, parameters)
        except DataSourceError as error:
            if error.error_type.endswith(":ConditionalCheckFailedException") and as_wanted(
                error.result
            ):
                return error
            raise

    async def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        try:
            reply = await self._caller.send_signed(
                "POST",
                f"https://dynamodb.{self._region}.amazonaws.com/",
                {
                    "content-type": "application/x-amz-json-1.0",
                    "x-amz-target": f"DynamoDB_20120810.{operation}",
                },
                json.dumps({"TableName": self._table} | parameters).encode(),
                service="dynamodb",
                region=self._region,
                role_arn=self._role_arn,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DataSourceError(
                "DynamoDB did not answer.", "DynamoDB:SdkClientException"
            ) from error
        answer: dict[str, Any] = json.loads(reply.body)
        if reply.status < 400:
            return answer
        kind = str(answer.get("__type", "")).rpartition("#")[2]
        message = answer.get("message") or answer.get("Message") or kind
        request_id = reply.headers.get("x-amzn-requestid", "")
        raise DataSourceError(
            f"{message} (Service: DynamoDb, Status Code: {reply.status}, Request ID: {request_id})",
            f"DynamoDB:{kind if kind in _NAMED else 'DynamoDbException'}",
            _plain_item(answer.get("Item")),
        )
