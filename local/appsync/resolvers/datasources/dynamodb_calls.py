"""Calls of DynamoDB with a data source's role, and their parameters."""

import json
from typing import TYPE_CHECKING, Any

import aiohttp

from local.appsync.aws import AwsCaller
from local.appsync.errors import DataSourceError
from local.appsync.resolvers.datasources.attribute_values import plain_item, typed_item
from local.appsync.resolvers.datasources.request import value_of

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
    "TransactionCanceledException",
    "TransactionConflictException",
}


class Parameters(dict[str, Any]):
    """Parameters of a DynamoDB call; expressions share one map of names and one of values."""

    def put(self, name: str, value: Any) -> None:
        if value is not None:
            self[name] = value

    def expression(self, name: str, part: Any, at: str) -> None:
        """An expression with its names and values.

        Args:
            part: the request object's, which may be JSON: so `util.transform` answers.
            at: where in the request object it is.
        """
        if isinstance(part, str):
            part = json.loads(part)
        if not part:
            return
        self[name] = value_of(part, "expression")
        if names := part.get("expressionNames"):
            self["ExpressionAttributeNames"] = self.get("ExpressionAttributeNames", {}) | names
        if values := part.get("expressionValues"):
            self["ExpressionAttributeValues"] = self.get(
                "ExpressionAttributeValues", {}
            ) | typed_item(values, f"{at}[expressionValues]")


class CallFailed(DataSourceError):
    """DynamoDB refused a call.

    Attributes:
        reasons: why a transaction was cancelled, as DynamoDB says it.
    """

    def __init__(self, message: str, error_type: str, reasons: list[dict[str, Any]]) -> None:
        super().__init__(message, error_type)
        self.reasons = reasons

    @property
    def is_failed_condition(self) -> bool:
        return self.error_type == "DynamoDB:ConditionalCheckFailedException"


class DynamoDb:
    """DynamoDB, as a data source may use it."""

    def __init__(self, source: "DataSourceTypeDef", caller: AwsCaller) -> None:
        config = source.get("dynamodbConfig", {})
        self.table = config.get("tableName", "")
        self._region = config.get("awsRegion") or caller.region
        self._role_arn = source.get("serviceRoleArn")
        self._caller = caller

    async def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """DynamoDB's answer.

        Raises:
            CallFailed: it refused.
            DataSourceError: it did not answer.
        """
        try:
            reply = await self._caller.send_signed(
                "POST",
                f"https://dynamodb.{self._region}.amazonaws.com/",
                {
                    "content-type": "application/x-amz-json-1.0",
                    "x-amz-target": f"DynamoDB_20120810.{operation}",
                },
                json.dumps(parameters).encode(),
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
        raise CallFailed(
            f"{message} (Service: DynamoDb, Status Code: {reply.status}, Request ID: {request_id})",
            f"DynamoDB:{kind if kind in _NAMED else 'DynamoDbException'}",
            answer.get("CancellationReasons", []),
        )

    async def get(self, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """The item, as handlers see it; None where there is none."""
        answer = await self.call("GetItem", {"TableName": self.table} | parameters)
        return plain_item(answer.get("Item"))
