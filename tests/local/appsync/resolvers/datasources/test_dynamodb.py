"""The AMAZON_DYNAMODB data source, operation by operation, against a table."""

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local.appsync.aws import boto_client
from local.appsync.resolvers.datasources.attribute_values import to_plain
from local.cloud import Emulator
from tests.local.appsync.deployment import REGION, Api, deploy, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_dynamodb import DynamoDBClient

cloud = pytest.mark.cloud
_customers = itertools.count()


@pytest.fixture(scope="module")
def dynamodb(emulator: Emulator) -> Iterator["DynamoDBClient"]:
    client: DynamoDBClient = boto_client("dynamodb", emulator.url, REGION)
    client.create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "owner", "KeyType": "HASH"},
            {"AttributeName": "id", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "owner", "AttributeType": "S"},
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "size", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "bySize",
                "KeySchema": [
                    {"AttributeName": "owner", "KeyType": "HASH"},
                    {"AttributeName": "size", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    yield client
    client.close()


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient", dynamodb: "DynamoDBClient") -> Api:
    """Its one field runs whatever request object it is given, and tells what came of it."""
    del dynamodb
    api = deploy(appsync, "type Query { run(request: AWSJSON!): AWSJSON }")
    api.data_source(
        "things", "AMAZON_DYNAMODB", dynamodbConfig={"tableName": "things", "awsRegion": REGION}
    )
    api.resolver(
        "Query.run",
        unit(
            "return ctx.args.request;",
            "return { result: ctx.result ?? null, error: ctx.error ?? null };",
        ),
        "things",
    )
    return api


@pytest.fixture
def owner() -> str:
    return f"owner-{next(_customers)}"


def raw(api: Api, request: dict[str, Any]) -> Any:
    return api.run(
        "query ($request: AWSJSON!) { run(request: $request) }", request=json.dumps(request)
    )


def run(api: Api, **request: Any) -> tuple[Any, Any]:
    """`ctx.result` and `ctx.error`."""
    outcome = json.loads(raw(api, request).data["run"])
    return outcome["result"], outcome["error"]


def key(owner: str, name: str = "a") -> dict[str, Any]:
    return {"owner": {"S": owner}, "id": {"S": name}}


def put(api: Api, owner: str, name: str = "a", **request: Any) -> tuple[Any, Any]:
    return run(api, operation="PutItem", key=key(owner, name), **request)


VALUES: list[tuple[dict[str, Any], Any]] = [
    ({"S": "a"}, "a"),
    ({"N": "5"}, 5),
    ({"N": "5.0"}, 5.0),
    ({"N": "1.5E3"}, 1500.0),
    ({"N": "12345678901234567890"}, 12345678901234567890),
    ({"BOOL": False}, False),
    ({"NULL": True}, None),
    ({"B": "YQ=="}, "YQ=="),
    ({"SS": ["a"]}, ["a"]),
    ({"NS": ["1", "1.5"]}, [1, 1.5]),
    ({"L": [{"N": "1"}, {"M": {"a": {"L": []}}}]}, [1, {"a": []}]),
]


@pytest.mark.parametrize(("typed", "plain"), VALUES)
def test_values_come_plain(typed: dict[str, Any], plain: Any) -> None:
    assert to_plain(typed) == plain
    assert type(to_plain(typed)) is type(plain)


@cloud
def test_an_item_is_put_and_read(api: Api, owner: str) -> None:
    values = {"size": {"N": "3"}, "tags": {"SS": ["x"]}, "note": {"NULL": True}}
    item = {"owner": owner, "id": "a", "size": 3, "tags": ["x"], "note": None}
    assert put(api, owner, attributeValues=values) == (item, None)
    assert run(api, operation="GetItem", key=key(owner), consistentRead=True) == (item, None)
    projected = {"expression": "#s, id", "expressionNames": {"#s": "size"}}
    assert run(api, operation="GetItem", key=key(owner), projection=projected) == (
        {"size": 3, "id": "a"},
        None,
    )


@cloud
def test_a_missing_item_is_null(api: Api, owner: str) -> None:
    assert run(api, operation="GetItem", key=key(owner)) == (None, None)
    assert run(api, operation="DeleteItem", key=key(owner)) == (None, None)


@cloud
def test_an_update_answers_with_the_new_item(api: Api, owner: str) -> None:
    put(api, owner, attributeValues={"size": {"N": "1"}})
    update = {
        "expression": "SET #s = #s + :one, title = :title",
        "expressionNames": {"#s": "size"},
        "expressionValues": {":one": {"N": "1"}, ":title": {"S": "t"}},
    }
    condition = {
        "expression": "#size = :was",
        "expressionNames": {"#size": "size"},
        "expressionValues": {":was": {"N": "1"}},
    }
    updated = {"owner": owner, "id": "a", "size": 2, "title": "t"}
    assert run(api, operation="UpdateItem", key=key(owner), update=update, condition=condition) == (
        updated,
        None,
    )
    result, error = run(
        api, operation="UpdateItem", key=key(owner), update=update, condition=condition
    )
    assert error["type"] == "DynamoDB:ConditionalCheckFailedException"
    assert error["message"].startswith("The conditional request failed (Service: DynamoDb")
    assert result == updated


@cloud
def test_a_delete_answers_with_the_old_item(api: Api, owner: str) -> None:
    put(api, owner, attributeValues={"size": {"N": "1"}})
    item = {"owner": owner, "id": "a", "size": 1}
    named = {
        "expression": "#s = :two",
        "expressionNames": {"#s": "size"},
        "expressionValues": {":two": {"N": "2"}},
    }
    result, error = run(api, operation="DeleteItem", key=key(owner), condition=named)
    assert (result, error["type"]) == (item, "DynamoDB:ConditionalCheckFailedException")
    assert run(api, operation="DeleteItem", key=key(owner)) == (item, None)
    assert run(api, operation="DeleteItem", key=key(owner), condition=named) == (None, None)


@cloud
def test_a_failed_put_succeeds_where_the_item_is_already_as_wanted(api: Api, owner: str) -> None:
    absent = {"expression": "attribute_not_exists(id)"}
    values = {"size": {"N": "1"}, "at": {"S": "noon"}}
    put(api, owner, attributeValues=values, condition=absent)
    item = {"owner": owner, "id": "a", "size": 1, "at": "noon"}
    assert put(api, owner, attributeValues=values, condition=absent) == (item, None)

    later = values | {"at": {"S": "night"}}
    result, error = put(api, owner, attributeValues=later, condition=absent)
    assert (result, error["type"]) == (item, "DynamoDB:ConditionalCheckFailedException")
    ignoring = absent | {"equalsIgnore": ["at"], "consistentRead": True}
    assert put(api, owner, attributeValues=later, condition=ignoring) == (item, None)
    longer = later | {"more": {"S": "x"}}
    result, error = put(api, owner, attributeValues=longer, condition=ignoring)
    assert (result, error["type"]) == (item, "DynamoDB:ConditionalCheckFailedException")


@pytest.fixture
def many(api: Api, owner: str) -> str:
    for index in range(5):
        put(api, owner, f"{index}", attributeValues={"size": {"N": f"{9 - index}"}})
    return owner


def query(owner: str, **more: Any) -> dict[str, Any]:
    return {
        "operation": "Query",
        "query": {
            "expression": "#o = :o",
            "expressionNames": {"#o": "owner"},
            "expressionValues": {":o": {"S": owner}},
        },
    } | more


def ids(result: Any) -> list[str]:
    return [item["id"] for item in result["items"]]


@cloud
def test_a_query_pages_through_its_items(api: Api, many: str) -> None:
    pages: list[list[str]] = []
    token = None
    while True:
        result, error = run(api, **query(many, limit=2, nextToken=token))
        assert error is None
        pages.append(ids(result))
        token = result["nextToken"]
        if token is None:
            break
    assert pages == [["0", "1"], ["2", "3"], ["4"]]


@cloud
def test_a_query_has_every_documented_field(api: Api, many: str) -> None:
    result, _ = run(api, **query(many, scanIndexForward=False, consistentRead=True, limit=2))
    assert ids(result) == ["4", "3"]
    result, _ = run(api, **query(many, index="bySize"))
    assert ids(result) == ["4", "3", "2", "1", "0"]
    filtered = {
        "expression": "#s > :s",
        "expressionNames": {"#s": "size"},
        "expressionValues": {":s": {"N": "7"}},
    }
    result, _ = run(api, **query(many, filter=filtered, select="ALL_ATTRIBUTES"))
    assert (ids(result), result["scannedCount"]) == (["0", "1"], 5)
    result, _ = run(api, **query(many, limit=1, projection={"expression": "id"}))
    assert result["items"] == [{"id": "0"}]


@cloud
def test_another_query_s_token_is_refused(api: Api, many: str) -> None:
    token = run(api, **query(many, limit=2))[0]["nextToken"]
    assert run(api, **query(many, limit=2, nextToken=token))[1] is None
    others = [
        query("somebody", nextToken=token),
        query(many, index="bySize", nextToken=token),
        query(many, nextToken=token[:-6] + "AAAAA="),
        query(many, nextToken="garbage"),
        {"operation": "Scan", "nextToken": token},
    ]
    for other in others:
        result, error = run(api, **other)
        assert result is None
        assert "Invalid pagination token given" in error["message"]


@cloud
def test_a_scan_reads_the_table(api: Api, many: str) -> None:
    mine = {
        "expression": "#o = :o",
        "expressionNames": {"#o": "owner"},
        "expressionValues": {":o": {"S": many}},
    }
    result, _ = run(api, operation="Scan", filter=mine, consistentRead=True)
    assert sorted(ids(result)) == ["0", "1", "2", "3", "4"]
    result, _ = run(api, operation="Scan", limit=1)
    assert len(result["items"]) == 1
    assert result["nextToken"]


@cloud
def test_errors_of_dynamodb_reach_the_response_handler(api: Api) -> None:
    result, error = run(api, operation="GetItem", key={"wrong": {"S": "a"}})
    assert result is None
    assert error["type"] == "DynamoDB:DynamoDbException"
    assert "Status Code: 400" in error["message"]


@cloud
@pytest.mark.parametrize(
    ("request_object", "message"),
    [
        ({"key": {}}, "Value for field '$[operation]' not found."),
        ({"operation": "GetItem"}, "Value for field '$[key]' not found."),
        ({"operation": "Query"}, "Value for field '$[query]' not found."),
        ({"operation": "UpdateItem", "key": {}}, "Value for field '$[update]' not found."),
        ({"operation": "GetItem", "key": {}, "returnValues": "x"},
         "Unsupported element '$[returnValues]'."),
        ({"operation": "PutItem", "key": {}, "condition": {"expression": "a", "more": 1}},
         "Unsupported element '$[condition][more]'."),
        ({"operation": "Sync"}, "The DynamoDB operation Sync is not supported here."),
        ({"operation": "GetItem", "key": {"owner": "a"}},
         "Expected JSON object for attribute value '$[key][owner]' but got 'STRING' instead."),
        ({"operation": "PutItem", "key": {}, "_version": 1}, "Unsupported element '$[_version]'."),
        ({"operation": "GetItem", "key": {}, "version": "2019-01-01"},
         "Unsupported version '2019-01-01'."),
        ({"operation": "PutItem", "key": {}, "condition": {"expression": "a",
          "conditionalCheckFailedHandler": {"strategy": "Custom"}}},
         "The conditionalCheckFailedHandler strategy Custom is not supported here."),
    ],
)  # fmt: skip
def test_a_wrong_request_object_fails_the_field(
    api: Api, request_object: dict[str, Any], message: str
) -> None:
    error = raw(api, request_object).error
    assert (error["errorType"], error["message"]) == ("MappingTemplate", message)
