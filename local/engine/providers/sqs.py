"""SQS queues and their policies."""

from typing import Any, ClassVar

from local.engine.aws import Aws
from local.engine.providers.provider import (
    DOCUMENT,
    FIXED,
    TAGS,
    Gone,
    Inputs,
    Property,
    Provider,
    State,
    retag,
)

ATTRIBUTES = {
    "delaySeconds": "DelaySeconds",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Queue(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "delaySeconds": Property(default=0),
        "messageRetentionSeconds": Property(default=345_600),
        "receiveWaitTimeSeconds": Property(default=0),
        "redrivePolicy": DOCUMENT,
        "sqsManagedSseEnabled": Property(default=True),
        "visibilityTimeoutSeconds": Property(default=30),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": (), "url": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        attributes: Any = {
            attribute: _text(inputs[key])
            for key, attribute in ATTRIBUTES.items()
            if inputs[key] is not None
        }
        return aws.sqs.create_queue(
            QueueName=inputs["name"], Attributes=attributes, tags=inputs["tags"]
        )["QueueUrl"]

    def read(self, aws: Aws, state: State) -> State:
        url = state["id"]
        found: Any = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        attributes = found["Attributes"]
        return {
            "name": attributes["QueueArn"].rpartition(":")[2],
            "arn": attributes["QueueArn"],
            "url": url,
            "tags": aws.sqs.list_queue_tags(QueueUrl=url).get("Tags", {}),
            **{
                key: _value(attributes[attribute])
                for key, attribute in ATTRIBUTES.items()
                if attribute in attributes
            },
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        url = state["id"]
        attributes: Any = {
            ATTRIBUTES[key]: "" if inputs[key] is None else _text(inputs[key])
            for key in sorted(changed & set(ATTRIBUTES))
        }
        if attributes:
            aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        retag(
            state,
            inputs,
            lambda tags: aws.sqs.tag_queue(QueueUrl=url, Tags=tags),
            lambda keys: aws.sqs.untag_queue(QueueUrl=url, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.sqs.delete_queue(QueueUrl=state["id"])

    def holds(self, aws: Aws, state: State) -> str | None:
        found = aws.sqs.get_queue_attributes(QueueUrl=state["id"], AttributeNames=WAITING)
        waiting = sum(int(count) for count in found["Attributes"].values())
        return "messages" if waiting else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(text: str) -> Any:
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isdecimal() else text


class QueueAttribute(Provider):
    """One attribute of a queue, as a resource of its own.

    Args:
        key: the input that it is.
    """

    name: ClassVar = None

    def __init__(self, key: str) -> None:
        self._key = key
        self._attribute: Any = key[0].upper() + key[1:]
        self.inputs = {"queueUrl": FIXED, key: DOCUMENT}  # pyright: ignore[reportAttributeAccessIssue]

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._set(aws, inputs["queueUrl"], inputs[self._key])
        return inputs["queueUrl"]

    def read(self, aws: Aws, state: State) -> State:
        url = state["id"]
        found: Any = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[self._attribute])
        value = found.get("Attributes", {}).get(self._attribute)
        if not value:
            raise Gone(url)
        return {"queueUrl": url, self._key: value}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._set(aws, state["id"], inputs[self._key])

    def delete(self, aws: Aws, state: State) -> None:
        self._set(aws, state["id"], "")

    def _set(self, aws: Aws, url: str, value: str) -> None:
        aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={self._attribute: value})


PROVIDERS: dict[str, Provider] = {
    "aws:sqs/queue:Queue": Queue(),
    "aws:sqs/queuePolicy:QueuePolicy": QueueAttribute("policy"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": QueueAttribute("redriveAllowPolicy"),
}
