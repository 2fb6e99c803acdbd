"""Resolves whole fields, with moto's DynamoDB as the tables and a list as the queue."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.order_api import (
    FUNCTIONS,
    NONE,
    ORDERS,
    PIPELINES,
    QUEUE,
    RESTAURANT_STAFF,
    UNITS,
)
from local.appsync.aws import AwsCaller, Reply
from local.appsync.errors import DataSourceError
from local.appsync.resolvers.datasources import DataSource
from local.appsync.resolvers.datasources.attribute_values import to_plain
from local.appsync.resolvers.datasources.dynamodb import DynamoDbDataSource
from local.appsync.resolvers.datasources.none import NoneDataSource
from local.appsync.resolvers.datasources.pagination import PaginationTokens
from local.appsync.resolvers.javascript import Evaluation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "orders"
STAFF_TABLE = "restaurant-staff"
REGION = "eu-central-1"


class Refused(Exception):
    """The field failed: `error_type`, `message`, `data` and `info` as the client gets them."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['errorType']}: {error['message']}")
        self.error_type: str = error["errorType"]
        self.message: str = error["message"]
        self.data: dict[str, Any] | None = error["data"]
        self.info: dict[str, Any] | None = error["errorInfo"]


class TableCaller(AwsCaller):
    """Sends what the data source asks of DynamoDB to a boto3 client; counts the calls.

    `before_writes` happen one by one, each just before a write of the API's own.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self.region = REGION
        self.calls: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.failure: DataSourceError | None = None
        self.before_writes: list[Callable[[], object]] = []
        self._client: Any = client

    async def send_signed(self, *sent: Any, **_: Any) -> Reply:
        _, _, headers, body = sent
        operation = headers["x-amz-target"].rpartition(".")[2]
        self.calls.append(operation)
        self.requests.append(json.loads(body))
        if operation == "UpdateItem" and self.before_writes:
            self.before_writes.pop(0)()
        if self.failure:
            raise self.failure
        try:
            answer = self._client._make_api_call(operation, json.loads(body))
        except ClientError as error:
            refusal: dict[str, Any] = {**error.response}
            refusal["__type"] = f"com.amazonaws.dynamodb#{refusal['Error']['Code']}"
            refusal["message"] = refusal["Error"]["Message"]
            return Reply(400, {}, json.dumps(refusal).encode())
        return Reply(200, {}, json.dumps(answer).encode())


@dataclass
class Queue:
    """What came onto the queue; `answer` is SQS's, an exception where it did not answer."""

    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    answer: dict[str, Any] | DataSourceError = field(default_factory=lambda: {"statusCode": 200})
    meanwhile: Callable[[], object] = lambda: None

    async def execute(self, request: dict[str, Any]) -> Any:
        sent = json.loads(request["params"]["body"])
        self.messages.append(json.loads(sent["MessageBody"]))
        self.meanwhile()
        if isinstance(self.answer, DataSourceError):
            raise self.answer
        return self.answer


class Api:
    """Call it with a field's name and arguments, as `caller`.

    `handed_over` is what AppSync makes of the item where a write's condition failed: ctx.result.
    """

    def __init__(
        self, evaluate: Callable[..., Evaluation], client: "DynamoDBClient", caller: str
    ) -> None:
        self.caller = caller
        self.queue = Queue()
        self.table = TableCaller(client)
        self.handed_over: Callable[[dict[str, Any] | None], dict[str, Any] | None] = lambda it: it
        self._client = client
        self._evaluate = evaluate
        tokens = PaginationTokens(os.urandom(32), "api")
        self._sources: dict[str, DataSource] = {
            ORDERS: DynamoDbDataSource(config(TABLE), self.table, tokens),
            RESTAURANT_STAFF: DynamoDbDataSource(config(STAFF_TABLE), self.table, tokens),
            QUEUE: self.queue,
            NONE: NoneDataSource(),
        }
        make_table(client)
        make_staff_table(client)

    def __call__(self, name: str, **arguments: Any) -> Any:
        """The field's value.

        Raises:
            Refused: the field failed.
        """
        context: dict[str, Any] = {
            "args": arguments,
            "identity": {"sub": self.caller},
            "stash": {},
        }
        units = {field: source for (_, field), source in UNITS.items()}
        if name in units:
            return self._step(name, units[name], context)
        [steps] = [steps for (_, field), steps in PIPELINES.items() if field == name]
        self._run(name, "request", context)
        for step in steps:
            result = self._step(step, FUNCTIONS[step], context)
            context["prev"] = {"result": result}
        return self._run(name, "response", context).value

    def _step(self, name: str, source: str, context: dict[str, Any]) -> Any:
        asked = self._run(name, "request", context)
        if asked.status == "earlyReturn":
            return asked.value
        try:
            outcome = {"result": asyncio.run(self._sources[source].execute(asked.value))}
        except DataSourceError as error:
            failure = {"message": error.message, "type": error.error_type}
            outcome = {"result": self.handed_over(error.result), "error": failure}
        return self._run(name, "response", context, **outcome).value

    def _run(self, name: str, handler: str, context: dict[str, Any], **more: Any) -> Evaluation:
        done = self._evaluate(name, handler, **context, **more)
        assert done.fault is None
        if done.error:
            raise Refused(done.error)
        context["stash"] = done.stash
        return done

    def put(self, **order: Any) -> dict[str, Any]:
        """Have an order of the caller's in the table."""
        item = {**ORDER, "customerId": self.caller, **order}
        self._write(item)
        return item

    def item(self, order_id: str) -> dict[str, Any] | None:
        """The caller's order as the table holds it."""
        key: Any = {"customerId": {"S": self.caller}, "id": {"S": order_id}}
        item = self._client.get_item(TableName=TABLE, Key=key).get("Item")
        return {name: to_plain(dict(value)) for name, value in item.items()} if item else None

    def bury(self, order_id: str, **kept: Any) -> dict[str, Any]:
        """Have a deleted order's tombstone in the place of the order."""
        key = {"customerId": self.caller, "id": order_id}
        tombstone = {
            **key,
            "deletedAt": "2026-03-01T13:00:00.000Z",
            "expiresAt": 1803906000,
            **kept,
        }
        self._write(tombstone)
        return tombstone

    def employ(self, restaurant: str) -> None:
        """Have the caller as staff of a restaurant."""
        self._client.put_item(TableName=STAFF_TABLE, Item=self._employment(restaurant))

    def dismiss(self, restaurant: str) -> None:
        """Have the caller as its staff no more."""
        self._client.delete_item(TableName=STAFF_TABLE, Key=self._employment(restaurant))

    def _employment(self, restaurant: str) -> dict[str, Any]:
        return {"restaurantId": typed(restaurant), "userId": typed(self.caller)}

    def _write(self, item: dict[str, Any]) -> None:
        self._client.put_item(
            TableName=TABLE, Item={name: typed(value) for name, value in item.items()}
        )


ORDER: dict[str, Any] = {
    "id": "01JAY0000000000000000000AA",
    "name": "Pizza",
    "quantity": 6,
    "restaurantId": "Dominos",
    "addOns": ["chili"],
    "status": "PENDING",
    "attempt": 1,
    "placedAt": "2026-03-01T12:00:00.000Z",
    "updatedAt": "2026-03-01T12:00:00.000Z",
    "version": 1,
}


def config(table: str) -> Any:
    """Of a data source that is this table."""
    return {"dynamodbConfig": {"tableName": table, "awsRegion": REGION}}


def typed(value: str | int | list[str] | None) -> Any:
    """A value as DynamoDB spells it."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, list):
        return {"L": [{"S": each} for each in value]}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def make_table(client: "DynamoDBClient") -> None:
    """The table of orders, with its keys and indexes."""
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("customerId", "id", "placedAt", "restaurantId")
        ],
        KeySchema=key_schema("customerId", "id"),
        LocalSecondaryIndexes=[
            {
                "IndexName": "byPlacedAt",
                "KeySchema": key_schema("customerId", "placedAt"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "byRestaurant",
                "KeySchema": key_schema("restaurantId", "placedAt"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


def make_staff_table(client: "DynamoDBClient") -> None:
    """The table of who is staff of which restaurant."""
    client.create_table(
        TableName=STAFF_TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("restaurantId", "userId")
        ],
        KeySchema=key_schema("restaurantId", "userId"),
    )


def key_schema(hash_key: str, range_key: str) -> Any:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]
