"""What becomes of an order when a step of its workflow goes wrong."""

import io
import json
import textwrap
import uuid
import zipfile

import pytest

from tests.e2e.conftest import Deploy
from tests.e2e.stage import Stage, eventually, message


@pytest.fixture(params=["STANDARD", "EXPRESS"])
def stage(request: pytest.FixtureRequest, deploy: Deploy) -> Stage:
    """A stage whose functions these tests may replace."""
    return deploy(workflowType=request.param, logRetentionDays=3)


def _replace(stage: Stage, function: str, body: str) -> None:
    """Give a function of the workflow another body; it has `event`, `boto3` and `TABLE`."""
    source = f"""\
import boto3
TABLE = {stage.outputs["orderTableName"]!r}
def handle(event, context):
{textwrap.indent(textwrap.dedent(body).strip(), "    ")}
"""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr(f"functions/{function}/handler.py", source)
    stage.cloud.aws.functions.update_function_code(
        FunctionName=_arn(stage, function), ZipFile=archive.getvalue()
    )


def _arn(stage: Stage, function: str) -> str:
    """The function's ARN, from the workflow that calls it."""
    definition = json.loads(
        stage.cloud.aws.step_functions.describe_state_machine(
            stateMachineArn=stage.outputs["workflowArn"]
        )["definition"]
    )
    state = {"take_payment": "TakePayment", "refund_payment": "RefundPayment"}[function]
    return definition["States"][state]["Arguments"]["FunctionName"]


@pytest.fixture(autouse=True)
def functions_may_write(stage: Stage) -> None:
    """The bodies that these tests give the functions use the table, which their roles may not."""
    for function in ("take_payment", "refund_payment"):
        role = stage.cloud.aws.functions.get_function(FunctionName=_arn(stage, function))
        stage.cloud.aws.iam.put_role_policy(
            RoleName=role["Configuration"].get("Role", "").rpartition("/")[2],
            PolicyName="test",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}],
                }
            ),
        )


@pytest.fixture(autouse=True)
def refunds_are_recorded(stage: Stage) -> None:
    _replace(
        stage,
        "refund_payment",
        """
        boto3.client("dynamodb").put_item(
            TableName=TABLE, Item={"customerId": {"S": "refunds"}, "id": {"S": event["id"]}}
        )
        return {"refunded": True}
        """,
    )


def _refunded(stage: Stage, order_id: str) -> bool:
    return any(item["id"]["S"] == order_id for item in stage.items("refunds"))


def _run(stage: Stage, **order: str | int) -> tuple[str, str]:
    """Send one order of a made-up customer and wait until its workflow is over: both ids."""
    body = message(f"customer-{uuid.uuid4().hex[:20]}", **order)
    ids = json.loads(body)["customerId"], json.loads(body)["id"]
    stage.send(body)
    eventually(lambda: stage.log_lines("start-workflow", ids[1]), bool)
    eventually(stage.running, lambda running: running == 0)
    return ids


def _execution(stage: Stage, customer_id: str, order_id: str) -> dict[str, object]:
    """The execution, as Step Functions describes it."""
    arn = stage.outputs["workflowArn"].replace(":stateMachine:", ":execution:")
    return dict(
        stage.cloud.aws.step_functions.describe_execution(
            executionArn=f"{arn}:{customer_id}-{order_id}"
        )
    )


def test_an_unforeseen_error_fails_the_order_and_gives_the_payment_back(stage: Stage) -> None:
    _replace(stage, "take_payment", 'raise ValueError("a bug")')

    customer_id, order_id = _run(stage)

    [item] = stage.items(customer_id)
    assert item["status"] == {"S": "PAYMENT_FAILED"}
    assert item["statusReason"] == {"S": "internal error"}
    assert _refunded(stage, order_id)
    execution = _execution(stage, customer_id, order_id)
    assert execution["status"] == "FAILED"
    assert execution["error"] == "OrderWorkflow.Fault"
    assert "a bug" in str(execution["cause"])


@pytest.mark.parametrize("outcome", ["ACCEPTED", "DECLINED"])
def test_an_order_deleted_during_its_payment_stays_deleted(stage: Stage, outcome: str) -> None:
    _replace(
        stage,
        "take_payment",
        f"""
        boto3.client("dynamodb").delete_item(
            TableName=TABLE,
            Key={{"customerId": {{"S": event["customerId"]}}, "id": {{"S": event["id"]}}}},
        )
        return {{"outcome": "{outcome}", "reason": "no" if "{outcome}" == "DECLINED" else None}}
        """,
    )

    customer_id, order_id = _run(stage)

    assert stage.items(customer_id) == []
    assert _refunded(stage, order_id) == (outcome == "ACCEPTED")
    assert _execution(stage, customer_id, order_id)["status"] == "SUCCEEDED"


def test_a_function_that_crashes_is_called_again(stage: Stage) -> None:
    _replace(
        stage,
        "take_payment",
        """
        import os
        calls = boto3.client("dynamodb").update_item(
            TableName=TABLE,
            Key={"customerId": {"S": "calls"}, "id": {"S": event["id"]}},
            UpdateExpression="ADD calls :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )["Attributes"]["calls"]["N"]
        if calls == "1":
            os._exit(1)
        return {"outcome": "ACCEPTED", "reason": None}
        """,
    )

    customer_id, order_id = _run(stage)

    [item] = stage.items(customer_id)
    assert (item["status"], item["version"]) == ({"S": "PAID"}, {"N": "2"})
    assert not _refunded(stage, order_id)


def test_an_earlier_attempt_that_arrives_late_changes_nothing(stage: Stage) -> None:
    _replace(
        stage, "take_payment", 'return {"outcome": "DECLINED", "reason": str(event["attempt"])}'
    )
    order = json.loads(message(f"customer-{uuid.uuid4().hex[:20]}", attempt=2))
    # As retryPayment leaves it: only a first attempt saves the order.
    stage.cloud.aws.dynamodb.put_item(
        TableName=stage.outputs["orderTableName"],
        Item={
            "customerId": {"S": order["customerId"]},
            "id": {"S": order["id"]},
            "name": {"S": order["name"]},
            "quantity": {"N": str(order["quantity"])},
            "restaurantId": {"S": order["restaurantId"]},
            "addOns": {"L": []},
            "placedAt": {"S": order["placedAt"]},
            "status": {"S": "PENDING"},
            "attempt": {"N": "2"},
            "version": {"N": "3"},
        },
    )
    customer_id, order_id = _run(stage, **order)
    [before] = stage.items(customer_id)
    assert before["statusReason"] == {"S": "2"}

    stage.send(message(customer_id, id=order_id, attempt=1))
    eventually(
        lambda: {line["execution"] for line in stage.log_lines("start-workflow", order_id)},
        lambda started: len(started) == 2,
    )
    eventually(stage.running, lambda running: running == 0)

    assert stage.items(customer_id) == [before]


def test_an_order_the_table_refuses_ends_as_a_fault(stage: Stage) -> None:
    _replace(stage, "take_payment", 'return {"outcome": "ACCEPTED", "reason": None}')
    # DynamoDB takes no empty string as a key of an index.
    body = json.loads(message("customer", restaurantId=""))
    started = stage.cloud.aws.step_functions.start_execution(
        stateMachineArn=stage.outputs["workflowArn"],
        name=f"customer-{body['id']}",
        input=json.dumps(body),
    )
    assert started["executionArn"]
    eventually(stage.running, lambda running: running == 0)

    assert stage.items("customer") == []
    assert _execution(stage, "customer", body["id"])["status"] == "FAILED"


def test_a_notification_that_fails_leaves_the_order_paid(deploy: Deploy) -> None:
    stage = deploy(workflowType="STANDARD", paymentSuccessRate=1, logRetentionDays=5)
    stage.cloud.aws.sns.delete_topic(TopicArn=stage.outputs["notificationTopicArn"])

    customer_id, order_id = _run(stage)

    [item] = stage.items(customer_id)
    assert item["status"] == {"S": "PAID"}
    assert _execution(stage, customer_id, order_id)["status"] == "FAILED"
