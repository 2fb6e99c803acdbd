"""Batches and transactions, against two tables."""

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local.appsync.aws import boto_client
from local.cloud import Emulator
from tests.local.appsync.deployment import REGION, Api, deploy, make_role, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.cloud
TABLES = ("posts", "authors")
_names = itertools.count()


@pytest.fixture(scope="module")
def dynamodb(emulator: Emulator) -> Iterator["DynamoDBClient"]:
    client: DynamoDBClient = boto_client("dynamodb", emulator.url, REGION)
    for table in TABLES:
        client.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
    yield client
    client.close()


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient", dynamodb: "DynamoDBClient", emulator: Emulator) -> Api:
    """Its fields run whatever request object they are given; one may read posts alone."""
    del dynamodb
    api = deploy(
        appsync, "type Query { run(request: AWSJSON!): AWSJSON denied(request: AWSJSON!): AWSJSON }"
    )
    posts = f"arn:aws:dynamodb:{REGION}:000000000000:table/posts"
    role = make_role(emulator, "posts-only", {"Action": "dynamodb:GetItem", "Resource": posts})
    table = {"tableName": "posts", "awsRegion": REGION}
    api.data_source("tables", "AMAZON_DYNAMODB", dynamodbConfig=table)
    api.data_source("reads", "AMAZON_DYNAMODB", dynamodbConfig=table, serviceRoleArn=role)
    code = unit(
        "return ctx.args.request;",
        "return { result: ctx.result ?? null, error: ctx.error ?? null };",
    )
    api.resolver("Query.run", code, "tables")
    api.resolver("Query.denied", code, "reads")
    return api


@pytest.fixture
def name() -> str:
    return f"p{next(_names)}"


def run(api: Api, field: str = "run", **request: Any) -> tuple[Any, Any]:
    """`ctx.result` and `ctx.error`."""
    query = f"query ($request: AWSJSON!) {{ {field}(request: $request) }}"
    outcome = json.loads(api.run(query, request=json.dumps(request)).data[field])
    return outcome["result"], outcome["error"]


def key(name: str) -> dict[str, Any]:
    return {"id": {"S": name}}


def put(api: Api, name: str) -> None:
    items = {"posts": [key(name) | {"title": {"S": "old"}, "likes": {"N": 1}}]}
    run(api, operation="BatchPutItem", tables=items | {"authors": [key(name)]})


def test_a_batch_is_put_and_got_in_the_order_of_the_request(api: Api, name: str) -> None:
    posts = [key(f"{name}-{index}") | {"likes": {"N": index}} for index in range(3)]
    plain = [{"id": f"{name}-{index}", "likes": index} for index in range(3)]
    tables = {"posts": posts, "authors": [key(name)]}
    assert run(api, operation="BatchPutItem", tables=tables) == (
        {
            "data": {"posts": plain, "authors": [{"id": name}]},
            "unprocessedItems": {"posts": [], "authors": []},
        },
        None,
    )
    keys = [key(f"{name}-{index}") for index in (2, 9, 0)]
    asked = {"posts": {"keys": keys, "consistentRead": True}, "authors": {"keys": [key(name)]}}
    assert run(api, operation="BatchGetItem", tables=asked) == (
        {
            "data": {"posts": [plain[2], None, plain[0]], "authors": [{"id": name}]},
            "unprocessedKeys": {"posts": [], "authors": []},
        },
        None,
    )
    deleted, _ = run(api, operation="BatchDeleteItem", tables={"posts": keys})
    assert deleted == {
        "data": {"posts": [{"id": f"{name}-{index}"} for index in (2, 9, 0)]},
        "unprocessedKeys": {"posts": []},
    }
    left, _ = run(api, operation="BatchGetItem", tables={"posts": {"keys": keys}})
    assert left["data"] == {"posts": [None, None, None]}


def test_a_batch_has_only_the_attributes_that_it_asks_for(api: Api, name: str) -> None:
    put(api, name)
    projection = {"expression": "#l", "expressionNames": {"#l": "likes"}}
    asked = {"posts": {"keys": [key(name)], "projection": projection}}
    result, _ = run(api, operation="BatchGetItem", tables=asked)
    assert result["data"] == {"posts": [{"likes": 1}]}


@pytest.mark.parametrize(
    ("operation", "asked", "rest"),
    [
        ("BatchGetItem", {"authors": {"keys": [key("a")]}}, "unprocessedKeys"),
        ("BatchPutItem", {"authors": [key("a")]}, "unprocessedItems"),
        ("BatchDeleteItem", {"authors": [key("a")]}, "unprocessedKeys"),
    ],
)
def test_of_a_batch_that_is_denied_nothing_was_processed(
    api: Api, operation: str, asked: Any, rest: str
) -> None:
    result, error = run(api, "denied", operation=operation, tables=asked)
    assert error["type"] == "DynamoDB:DynamoDbException"
    assert "is not authorized to perform" in error["message"]
    assert result == {"data": {"authors": [None]}, rest: {"authors": [{"id": "a"}]}}


def test_a_transaction_reads_in_the_order_of_the_request(api: Api, name: str) -> None:
    put(api, name)
    items = [
        {"table": "authors", "key": key("nobody")},
        {"table": "posts", "key": key(name), "projection": {"expression": "title"}},
    ]
    assert run(api, operation="TransactGetItems", transactItems=items) == (
        {"items": [None, {"title": "old"}], "cancellationReasons": None},
        None,
    )


def writes(name: str, expected: str) -> list[dict[str, Any]]:
    is_expected = {
        "expression": "title = :title",
        "expressionValues": {":title": {"S": expected}},
    }
    there = {"expression": "attribute_exists(id)"}
    update = {"expression": "SET likes = likes + :one", "expressionValues": {":one": {"N": 1}}}
    return [
        {"table": "posts", "operation": "UpdateItem", "key": key(name), "update": update}
        | {"condition": is_expected},
        {"table": "authors", "operation": "ConditionCheck", "key": key(name), "condition": there},
        {"table": "posts", "operation": "PutItem", "key": key(f"{name}-2")}
        | {"attributeValues": {"title": {"S": "new"}}},
        {"table": "posts", "operation": "DeleteItem", "key": key(f"{name}-3")},
    ]


def test_a_transaction_writes_and_answers_with_the_keys(api: Api, name: str) -> None:
    put(api, name)
    written = run(api, operation="TransactWriteItems", transactItems=writes(name, "old"))
    keys = [{"id": name}, {"id": name}, {"id": f"{name}-2"}, {"id": f"{name}-3"}]
    assert written == ({"keys": keys, "cancellationReasons": None}, None)
    keys_left = [key(name), key(f"{name}-2")]
    result, _ = run(api, operation="BatchGetItem", tables={"posts": {"keys": keys_left}})
    assert result["data"]["posts"] == [
        {"id": name, "title": "old", "likes": 2},
        {"id": f"{name}-2", "title": "new"},
    ]


@pytest.mark.parametrize("returned", [None, True, False])
def test_a_cancelled_transaction_says_why_and_has_the_item(
    api: Api, name: str, returned: bool | None
) -> None:
    put(api, name)
    items = writes(name, "another")
    if returned is not None:
        items[0]["condition"]["returnValuesOnConditionCheckFailure"] = returned
    result, error = run(api, operation="TransactWriteItems", transactItems=items)
    assert error["type"] == "DynamoDB:TransactionCanceledException"
    assert result["keys"] is None
    first, *others = result["cancellationReasons"]
    item = {} if returned is False else {"item": {"id": name, "title": "old", "likes": 1}}
    assert first == item | {
        "type": "ConditionalCheckFailed",
        "message": "The conditional request failed",
    }
    assert others == [{"type": "None", "message": "None"}] * 3


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"operation": "BatchGetItem"}, "Value for field '$[tables]' not found."),
    (
        {"operation": "BatchGetItem", "tables": {"posts": {"keys": [], "limit": 1}}},
        "Unsupported element '$[tables][posts][limit]'.",
    ),
    ({"operation": "TransactGetItems"}, "Value for field '$[transactItems]' not found."),
    (
        {
            "operation": "TransactWriteItems",
            "transactItems": [{"operation": "Query", "table": "posts", "key": {}}],
        },
        "Unsupported operation 'Query'.",
    ),
]


@pytest.mark.parametrize(("request_object", "message"), WRONG)
def test_a_wrong_request_object_fails_the_field(
    api: Api, request_object: dict[str, Any], message: str
) -> None:
    query = "query ($request: AWSJSON!) { run(request: $request) }"
    error = api.run(query, request=json.dumps(request_object)).error
    assert (error["errorType"], error["message"]) == ("MappingTemplate", message)
