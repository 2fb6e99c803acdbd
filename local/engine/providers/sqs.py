"""SQS queues and their policies."""

from typing import Any

from local.engine.aws import Aws
from local.engine.providers.provider import Created, Inputs, Provider, physical_name

ATTRIBUTES = {
    "visibilityTimeoutSeconds": "VisibilityTimeout",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "redrivePolicy": "RedrivePolicy",
}


def queue(aws: Aws, name: str, inputs: Inputs) -> Created:
    attributes: dict[Any, str] = {
        attribute: str(inputs[key]).lower() if isinstance(inputs[key], bool) else str(inputs[key])
        for key, attribute in ATTRIBUTES.items()
        if key in inputs
    }
    queue_name = physical_name(name, inputs)
    url = aws.sqs.create_queue(
        QueueName=queue_name, Attributes=attributes, tags=inputs.get("tags", {})
    )["QueueUrl"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, {"name": queue_name, "url": url, "arn": arn["QueueArn"]}


def queue_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.sqs.set_queue_attributes(
        QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]}
    )
    return inputs["queueUrl"], {}


def redrive_allow_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.sqs.set_queue_attributes(
        QueueUrl=inputs["queueUrl"],
        Attributes={"RedriveAllowPolicy": inputs["redriveAllowPolicy"]},
    )
    return inputs["queueUrl"], {}


PROVIDERS: dict[str, Provider] = {
    "aws:sqs/queue:Queue": queue,
    "aws:sqs/queuePolicy:QueuePolicy": queue_policy,
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": redrive_allow_policy,
}
