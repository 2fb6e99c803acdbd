"""Data sources act with their role's permissions, where the emulator enforces them."""

import json
from collections.abc import Iterator

import pytest

from local.appsync import Gateway
from local.appsync.aws import boto_client
from local.cloud import Emulator
from tests.local.appsync.deployment import REGION, Api, deploy, unit

pytestmark = pytest.mark.cloud

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "appsync.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("enforcing"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTH", "true")
        emulator.start()
    yield emulator
    emulator.stop()


@pytest.fixture
def api(enforcing: Emulator) -> Iterator[Api]:
    with Gateway(enforcing.url) as gateway:
        client = boto_client("appsync", gateway.url, REGION)
        yield deploy(client, "type Query { send: AWSJSON  read: AWSJSON }")
        client.close()


@pytest.mark.parametrize("allowed", [False, True])
def test_a_data_source_may_do_what_its_role_allows(
    api: Api, enforcing: Emulator, allowed: bool
) -> None:
    iam = boto_client("iam", enforcing.url, REGION)
    sqs = boto_client("sqs", enforcing.url, REGION)
    dynamodb = boto_client("dynamodb", enforcing.url, REGION)
    name = f"source-{allowed}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    action = ["sqs:SendMessage", "dynamodb:GetItem"] if allowed else ["sqs:GetQueueUrl"]
    policy = {"Effect": "Allow", "Action": action, "Resource": "*"}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="source",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [policy]}),
    )
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    for client in (iam, sqs, dynamodb):
        client.close()
    api.data_source(
        "queue",
        "HTTP",
        serviceRoleArn=role["Arn"],
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
        serviceRoleArn=role["Arn"],
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
