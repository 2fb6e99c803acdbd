"""A write of the emulator's is whole: its condition, the item, and the stream's record of it."""

from itertools import pairwise
from typing import Any

import pytest

from tests.local.cloud.mends.conftest import Alone

pytestmark = pytest.mark.cloud

# Requests come by HTTP, workflows call from threads; each pauses between the steps of a write.
TABLE = """
import asyncio, json, random, threading, time
from ministack.services import dynamodb, stepfunctions

def pausing(function):
    def paused(*arguments, **named):
        time.sleep(random.random() / 100)
        return function(*arguments, **named)
    return paused

for step in ("_set_item", "_index_item", "_remove_item", "_emit_stream_event"):
    setattr(dynamodb, step, pausing(getattr(dynamodb, step)))

def request(action, **arguments):
    headers, body = {"x-amz-target": f"DynamoDB_20120810.{action}"}, json.dumps(arguments).encode()
    return asyncio.run(dynamodb.handle_request("POST", "/", headers, body, {}))[0] == 200

def workflow(operation, **arguments):
    try:
        stepfunctions._invoke_dynamodb(operation, arguments)
    except stepfunctions._ExecutionError:
        return False
    return True

def at_once(*writes):
    results = []
    start = threading.Barrier(len(writes))
    def run(write):
        start.wait()
        results.append(write())
    threads = [threading.Thread(target=run, args=[write]) for write in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

KEY = {"id": {"S": "one"}}
ITEM = {**KEY, "restaurant": {"S": "Dominos"}, "version": {"N": "1"}}
IN_ORDERS = {"TableName": "orders"}
request(
    "CreateTable", **IN_ORDERS, BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "restaurant", "AttributeType": "S"},
    ],
    GlobalSecondaryIndexes=[{
        "IndexName": "byRestaurant",
        "KeySchema": [{"AttributeName": "restaurant", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
)
"""

CONTESTS = """
IF_FIRST = {
    "ConditionExpression": "version = :first", "ExpressionAttributeValues": {":first": {"N": "1"}}
}
RAISE = {
    "Key": KEY, "UpdateExpression": "SET version = version + :first", **IF_FIRST
}
SELECT = "WHERE id = 'one' AND version = 1"
put = {"Item": ITEM, "ConditionExpression": "attribute_not_exists(id)"}
ways = {
    "PutItem": lambda: request("PutItem", **IN_ORDERS, **put),
    "putItem": lambda: workflow("putItem", **IN_ORDERS, **put),
    "UpdateItem": lambda: request("UpdateItem", **IN_ORDERS, **RAISE),
    "updateItem": lambda: workflow("updateItem", **IN_ORDERS, **RAISE),
    "DeleteItem": lambda: request("DeleteItem", **IN_ORDERS, Key=KEY, **IF_FIRST),
    "TransactWriteItems": lambda: request(
        "TransactWriteItems", TransactItems=[{"Update": {**IN_ORDERS, **RAISE}}]
    ),
    "ExecuteStatement": lambda: request(
        "ExecuteStatement", Statement='UPDATE "orders" SET version = 2 ' + SELECT
    ),
}
won = {}
for request_way, workflow_way in (
    ("PutItem", "putItem"),
    ("UpdateItem", "updateItem"),
    ("DeleteItem", "updateItem"),
    ("TransactWriteItems", "updateItem"),
    ("ExecuteStatement", "updateItem"),
):
    won[request_way] = []
    for _ in range(5):
        request("DeleteItem", **IN_ORDERS, Key=KEY)
        if workflow_way != "putItem":
            request("PutItem", **IN_ORDERS, Item=ITEM)
        results = at_once(ways[request_way], ways[workflow_way])
        won[request_way].append(sum(results))
print(json.dumps(won))
"""

WRITES = """
PUT = {"Item": ITEM}
RAISE = {
    "Key": KEY,
    "UpdateExpression": "ADD version :one",
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}
at_once(*5 * [
    lambda: workflow("putItem", **IN_ORDERS, **PUT),
    lambda: workflow("updateItem", **IN_ORDERS, **RAISE),
    lambda: workflow("deleteItem", **IN_ORDERS, Key=KEY),
    lambda: request("UpdateItem", **IN_ORDERS, **RAISE),
    lambda: request("DeleteItem", **IN_ORDERS, Key=KEY),
    lambda: request("BatchWriteItem", RequestItems={"orders": [{"PutRequest": PUT}]}),
    lambda: request("TransactWriteItems", TransactItems=[{"Update": {**IN_ORDERS, **RAISE}}]),
])
item = json.loads(dynamodb._get_item({**IN_ORDERS, "Key": KEY})[2]).get("Item")
changes = [each["dynamodb"] for each in dynamodb.stream_live_records("orders")]
images = [[each.get("OldImage"), each.get("NewImage")] for each in changes]
print(json.dumps({"item": item, "images": images}))
"""

READS = """
seen, stop = [], threading.Event()
query = {
    **IN_ORDERS, "IndexName": "byRestaurant", "KeyConditionExpression": "restaurant = :r",
    "ExpressionAttributeValues": {":r": ITEM["restaurant"]},
}
def read():
    while not stop.is_set():
        seen.append(json.loads(dynamodb._query(query)[2])["Count"])
        time.sleep(0.001)
request("PutItem", **IN_ORDERS, Item=ITEM)
dynamodb._query(query)
reader = threading.Thread(target=read)
reader.start()
# Until it has looked often enough, however busy the machine is.
while len(seen) < 20:
    workflow("putItem", **IN_ORDERS, Item=ITEM)
stop.set()
reader.join()
print(json.dumps(seen))
"""


def test_of_two_conditional_writes_at_once_one_wins(alone: Alone) -> None:
    won = alone(TABLE + CONTESTS)

    assert len(won) == 5
    for way, winners in won.items():
        assert winners == [1] * 5, way


def test_a_query_never_comes_between_the_steps_of_a_write(alone: Alone) -> None:
    seen = alone(TABLE + READS)

    assert set(seen) == {1}


def test_the_stream_tells_of_writes_in_the_order_in_which_the_table_took_them(
    alone: Alone,
) -> None:
    told = alone(TABLE + WRITES)

    images: list[list[Any]] = told["images"]
    assert len(images) > 10
    assert images[0][0] is None
    for (_, new), (old, _) in pairwise(images):
        assert old == new
    assert images[-1][1] == told["item"]
