"""Data sources act with their role's permissions."""

import json
from typing import TYPE_CHECKING

import pytest

from local.appsync.aws import boto_client
from local.cloud import Emulator
from tests.local.appsync.deployment import REGION, Api, deploy, make_role, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud


@pytest.fixture
def api(appsync: "AppSyncClient") -> Api:
    return deploy(appsync, "type Query { send: AWSJSON  read: AWSJSON }")


@pytest.mark.parametrize("allowed", [False, True])
def test_a_data_source_may_do_what_its_role_allows(
    api: Api, emulator: Emulator, allowed: bool
) -> None:
    sqs = boto_client("sqs", emulator.url, REGION)
    dynamodb = boto_client("dynamodb", emulator.url, REGION)
    name = f"source-{allowed}"
    actions = ["sqs:SendMessage", "dynamodb:GetItem"] if allowed else ["sqs:GetQueueUrl"]
    role = make_role(emulator, name, *({"Action": each, "Resource": "*"} for each in actions))
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    for client in (sqs, dynamodb):
        client.close()
    api.data_source(
        "queue",
        "HTTP",
        serviceRoleArn=role,
        httpConfig={
            "endpoint": f"https://sqs.{REGION}.amazonaws.com",
            "authorizationConfig": {
                "authorizationType": "AWS_IAM",
                "awsIamConfig": {"signingRegion": REGION, "signingServiceName": "sqs"},
            },
        },
    )
    api.data_source(
        "table",
        "AMAZON_DYNAMODB",
        serviceRoleArn=role,
        dynamodbConfig={"tableName": name, "awsRegion": REGION},
    )
    send = {
        "method": "POST",
        "resourcePath": "/",
        "params": {
            "headers": {
                "content-type": "application/x-amz-json-1.0",
                "x-amz-target": "AmazonSQS.SendMessage",
            },
            "body": json.dumps({"QueueUrl": queue, "MessageBody": "hello"}),
        },
    }
    read = {"operation": "GetItem", "key": {"id": {"S": "1"}}}
    code = "return { result: ctx.result ?? null, error: ctx.error ?? null };"
    api.resolver("Query.send", unit(f"return {json.dumps(send)};", code), "queue")
    api.resolver("Query.read", unit(f"return {json.dumps(read)};", code), "table")
    data = api.run("{ send read }").data
    sent, found = json.loads(data["send"]), json.loads(data["read"])
    assert (sent["result"]["statusCode"] == 200) is allowed, sent
    assert (found["error"] is None) is allowed, found


@pytest.mark.parametrize("may_read", [False, True])
def test_after_a_condition_that_failed_the_item_is_read_with_the_role(
    api: Api, emulator: Emulator, may_read: bool
) -> None:
    dynamodb = boto_client("dynamodb", emulator.url, REGION)
    name = f"conditions-{may_read}"
    actions = ["dynamodb:UpdateItem", *(["dynamodb:GetItem"] if may_read else [])]
    role = make_role(emulator, name, *({"Action": each, "Resource": "*"} for each in actions))
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    dynamodb.put_item(TableName=name, Item={"id": {"S": "1"}, "size": {"N": "2"}})
    dynamodb.close()
    api.data_source(
        "conditional",
        "AMAZON_DYNAMODB",
        serviceRoleArn=role,
        dynamodbConfig={"tableName": name, "awsRegion": REGION},
    )
    write = {
        "operation": "UpdateItem",
        "key": {"id": {"S": "1"}},
        "update": {"expression": "SET a = id"},
        "condition": {"expression": "attribute_not_exists(id)"},
    }
    code = "return { result: ctx.result ?? null, error: ctx.error };"
    api.resolver("Query.read", unit(f"return {json.dumps(write)};", code), "conditional")
    outcome = json.loads(api.run("{ read }").data["read"])
    if may_read:
        assert outcome["result"] == {"id": "1", "size": 2}
        assert outcome["error"]["type"] == "DynamoDB:ConditionalCheckFailedException"
    else:
        assert outcome["result"] is None
        assert outcome["error"]["type"] == "DynamoDB:DynamoDbException"
        assert "is not authorized to perform: dynamodb:GetItem" in outcome["error"]["message"]
