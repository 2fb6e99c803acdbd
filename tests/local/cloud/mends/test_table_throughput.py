"""A table gives no more than its provisioned throughput, whoever asks; on demand it gives all."""

import pytest

from tests.local.cloud.mends.conftest import Alone

pytestmark = pytest.mark.cloud

TABLE = """
import json
from ministack.services import dynamodb, stepfunctions
from local.cloud.mends import table_throughput

class Clock:
    second = 7.0
    def monotonic(self):
        return self.second

table_throughput.time = Clock()
ORDERS = {"TableName": "orders"}
KEY = {"id": {"S": "one"}}

def ask(operation, **arguments):
    status, _, body = getattr(dynamodb, operation)({**ORDERS, **arguments})
    return json.loads(body)["__type"].rpartition("#")[2] if status >= 400 else "ok"

def workflow():
    try:
        stepfunctions._invoke_dynamodb("putItem", {**ORDERS, "Item": KEY})
    except stepfunctions._ExecutionError as error:
        return error.error
    return "ok"

dynamodb._create_table({
    **ORDERS, "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
})
put = lambda: ask("_put_item", Item=KEY)
get = lambda: ask("_get_item", Key=KEY)
said = {"on demand": [put() for _ in range(3)]}
ask("_update_table", BillingMode="PROVISIONED",
    ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 2})
said["writes"] = [put(), put(), put(), workflow(), ask("_delete_item", Key=KEY)]
said["reads"] = [get(), get()]
Clock.second = 8.0
said["the next second"] = [workflow(), put(), put()]
ask("_update_table", BillingMode="PAY_PER_REQUEST")
said["on demand again"] = [put(), workflow(), get()]
print(json.dumps(said))
"""
EXCEEDED = "ProvisionedThroughputExceededException"


def test_what_goes_beyond_the_throughput_of_a_second_is_refused(alone: Alone) -> None:
    assert alone(TABLE) == {
        "on demand": ["ok"] * 3,
        "writes": ["ok", "ok", EXCEEDED, f"DynamoDB.{EXCEEDED}", EXCEEDED],
        "reads": ["ok", EXCEEDED],
        "the next second": ["ok", "ok", EXCEEDED],
        "on demand again": ["ok"] * 3,
    }
