"""Functions and state machines on the emulator, and what becomes of executions."""

import contextlib
import io
import json
import uuid
import zipfile
from typing import Any, Literal

from local.engine.aws import ACCOUNT, Aws
from tests.local.processes import eventually

ROLE = "anything"


def role_arn(aws: Aws) -> str:
    """The ARN of the role `ROLE`, which may do nothing: the emulator asks no workflow's."""
    assumed_by = {"Version": "2012-10-17", "Statement": list[Any]()}
    with contextlib.suppress(aws.iam.exceptions.EntityAlreadyExistsException):
        aws.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(assumed_by))
    return f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"


def python_function(aws: Aws, files: dict[str, str], **settings: Any) -> str:
    """The name of a new function of these modules, whose handler is `code.handle`."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        for module, text in files.items():
            content.writestr(f"{module}.py", text)
    return aws.functions.create_function(
        FunctionName=uuid.uuid4().hex,
        Runtime="python3.13",
        Role=role_arn(aws),
        Handler="code.handle",
        Code={"ZipFile": archive.getvalue()},
        **settings,
    )["FunctionName"]


def machine(
    aws: Aws, *states: dict[str, Any], kind: Literal["STANDARD", "EXPRESS"] = "STANDARD"
) -> str:
    """The ARN of a new state machine that takes one state after the other."""
    last = len(states) - 1
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "0",
        "States": {
            str(number): state | ({"End": True} if number == last else {"Next": str(number + 1)})
            for number, state in enumerate(states)
        },
    }
    return aws.step_functions.create_state_machine(
        name=uuid.uuid4().hex,
        definition=json.dumps(definition),
        roleArn=role_arn(aws),
        type=kind,
    )["stateMachineArn"]


def ended(aws: Aws, arn: str) -> dict[str, Any]:
    """The execution once it runs no more."""
    return dict(
        eventually(
            lambda: aws.step_functions.describe_execution(executionArn=arn),
            lambda execution: execution["status"] != "RUNNING",
        )
    )


def told(aws: Aws, machine_arn: str, **detail: Any) -> str:
    """The URL of a queue that is told from now on of this machine's executions of this detail."""
    name = uuid.uuid4().hex
    url = aws.sqs.create_queue(QueueName=name)["QueueUrl"]
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [machine_arn], **detail},
    }
    rule = aws.events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    aws.events.put_targets(
        Rule=name, Targets=[{"Id": "queue", "Arn": queue_arn(name), "InputPath": "$.detail"}]
    )
    let(aws, url, rule)
    return url


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def let(aws: Aws, queue_url: str, rule_arn: str) -> None:
    """Let one rule send to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(queue_url.rpartition("/")[2]),
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    aws.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


def messages(aws: Aws, queue_url: str, count: int) -> list[Any]:
    """What a queue was sent, in no order, once there is as much of it."""
    bodies: list[Any] = []

    def receive() -> int:
        received = aws.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        bodies.extend(json.loads(each.get("Body", "")) for each in received.get("Messages", []))
        return len(bodies)

    eventually(receive, lambda received: received >= count)
    return bodies
