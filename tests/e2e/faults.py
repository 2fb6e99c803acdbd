"""What a test breaks of a deployed stage, and mends again."""

import io
import json
import zipfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.stage import Stage

FUNCTIONS = Path(__file__).parents[2] / "functions"
# Around take_payment as it is: what is done instead of calling it is `handle`.
AROUND = """
import os, time
import boto3
from functions.take_payment.original import handle as take_payment

dynamodb = boto3.client("dynamodb")

def order(event):
    key = {{name: {{"S": event[name]}} for name in ("customerId", "id")}}
    return dynamodb.get_item(TableName="{orders}", Key=key, ConsistentRead=True)["Item"]

def calls(event, more=0):
    return int(dynamodb.update_item(
        TableName="{orders}",
        Key={{"customerId": {{"S": "calls"}}, "id": {{"S": event["id"]}}}},
        UpdateExpression="ADD calls :more",
        ExpressionAttributeValues={{":more": {{"N": str(more)}}}},
        ReturnValues="ALL_NEW",
    )["Attributes"]["calls"]["N"])

def wait(until):
    give_up = time.monotonic() + 6
    while not until() and time.monotonic() < give_up:
        time.sleep(0.02)

{handle}
"""
A_BUG = """
def handle(event, context):
    raise ValueError("a bug")
"""
EXITS_ONCE_IT_HAS_TAKEN = """
def handle(event, context):
    result = take_payment(event, context)
    if calls(event, more=1) == 1:
        os._exit(1)
    return result
"""
TAKES_WHAT_IS_DELETED_MEANWHILE = """
def handle(event, context):
    result = take_payment(event, context)
    wait(lambda: "deletedAt" in order(event))
    return result
"""
TAKES_TWO_AT_ONCE = """
def handle(event, context):
    result = take_payment(event, context)
    calls(event, more=1)
    wait(lambda: calls(event) == 2)
    return result
"""
HAS_TAKEN_AND_DOES_NOT_COME_BACK = """
def handle(event, context):
    take_payment(event, context)
    wait(lambda: calls(event) == 1)
"""
DECLINES_AT_FIRST = """
def handle(event, context):
    if event["attempt"] == 1:
        return {"outcome": "DECLINED", "reason": "payment method declined"}
    return take_payment(event, context)
"""

Definition = dict[str, Any]


def definition_of(stage: Stage) -> Definition:
    """The workflow's, as it is deployed."""
    described = stage.cloud.aws.step_functions.describe_state_machine(
        stateMachineArn=stage.outputs["workflowArn"]
    )
    return json.loads(described["definition"])


@contextmanager
def workflow_with(stage: Stage, state: str, **arguments: str) -> Generator[None]:
    """Have a state of the workflow called with other arguments."""
    step_functions, arn = stage.cloud.aws.step_functions, stage.outputs["workflowArn"]
    before, changed = definition_of(stage), definition_of(stage)
    changed["States"][state]["Arguments"].update(arguments)
    step_functions.update_state_machine(stateMachineArn=arn, definition=json.dumps(changed))
    try:
        yield
    finally:
        step_functions.update_state_machine(stateMachineArn=arn, definition=json.dumps(before))


@contextmanager
def take_payment_that(stage: Stage, handle: str) -> Generator[None]:
    """Have take_payment do something else, which may use the order table too."""
    functions, iam = stage.cloud.aws.functions, stage.cloud.aws.iam
    name = definition_of(stage)["States"]["TakePayment"]["Arguments"]["FunctionName"]
    role = functions.get_function_configuration(FunctionName=name).get("Role", "")
    anything = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    iam.put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="test",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [anything]}),
    )
    original = (FUNCTIONS / "take_payment" / "handler.py").read_text()
    around = AROUND.format(orders=stage.outputs["orderTableName"], handle=handle)
    code = {"handler.py": around, "original.py": original}
    functions.update_function_code(FunctionName=name, ZipFile=_archive(code))
    try:
        yield
    finally:
        code = {"handler.py": original}
        functions.update_function_code(FunctionName=name, ZipFile=_archive(code))
        iam.delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="test")


def _archive(take_payment: dict[str, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        for name, text in take_payment.items():
            code.writestr(f"functions/take_payment/{name}", text)
        for file in (FUNCTIONS / "payments").glob("*.py"):
            code.write(file, f"functions/payments/{file.name}")
    return archive.getvalue()


@contextmanager
def nobody_consuming(stage: Stage) -> Generator[None]:
    """Have the order queue's messages wait."""
    functions, consumer = stage.cloud.aws.functions, stage.outputs["orderConsumerId"]
    functions.update_event_source_mapping(UUID=consumer, Enabled=False)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=consumer, Enabled=True)


@contextmanager
def _topic_deleted(stage: Stage) -> Generator[None]:
    sns, topic = stage.cloud.aws.sns, stage.outputs["notificationTopicArn"]
    [subscription] = (
        each
        for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        if each.get("Protocol") == "sqs"
    )
    sns.delete_topic(TopicArn=topic)
    try:
        yield
    finally:
        sns.create_topic(Name=topic.rpartition(":")[2])
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=subscription.get("Endpoint", ""),
            Attributes={"RawMessageDelivery": "true"},
        )


FAULTS: dict[str, Callable[[Stage], AbstractContextManager[None]]] = {
    "SaveOrder": lambda stage: workflow_with(stage, "SaveOrder", TableName="away"),
    "TakePayment": lambda stage: take_payment_that(stage, A_BUG),
    "MarkOrder": lambda stage: workflow_with(stage, "MarkOrder", TableName="away"),
    "MarkUnreachable": lambda stage: workflow_with(stage, "MarkUnreachable", TableName="away"),
    "RefundPayment": lambda stage: workflow_with(stage, "RefundPayment", QueueUrl="away"),
    "Notify": _topic_deleted,
}
