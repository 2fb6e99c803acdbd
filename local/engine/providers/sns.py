"""SNS topics and their subscriptions."""

import json
import time
from typing import Any, ClassVar

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import (
    DOCUMENT,
    FIXED,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    given,
    pascal,
    retag,
    tag_list,
    tag_map,
)

CONFIRMED_WITHIN_SECONDS = 10


class Topic(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "displayName": Property(default=""),
        "kmsMasterKeyId": Property(default=""),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": (), "owner": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        return aws.sns.create_topic(
            Name=inputs["name"],
            Attributes={
                key: value
                for key, value in pascal(given(inputs, "displayName", "kmsMasterKeyId")).items()
                if value
            },
            Tags=tag_list(inputs["tags"]),
        )["TopicArn"]

    def read(self, aws: Aws, state: State) -> State:
        arn = state["id"]
        attributes = aws.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        return {
            "name": arn.rpartition(":")[2],
            "arn": arn,
            "owner": attributes.get("Owner", ACCOUNT),
            "displayName": attributes.get("DisplayName", ""),
            "kmsMasterKeyId": attributes.get("KmsMasterKeyId", ""),
            "tags": tag_map(aws.sns.list_tags_for_resource(ResourceArn=arn).get("Tags", [])),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        arn = state["id"]
        for key in sorted(changed & {"displayName", "kmsMasterKeyId"}):
            aws.sns.set_topic_attributes(
                TopicArn=arn, AttributeName=key[0].upper() + key[1:], AttributeValue=inputs[key]
            )
        retag(
            state,
            inputs,
            lambda tags: aws.sns.tag_resource(ResourceArn=arn, Tags=tag_list(tags)),
            lambda keys: aws.sns.untag_resource(ResourceArn=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.sns.delete_topic(TopicArn=state["id"])


class TopicPolicy(Provider):
    inputs: ClassVar = {"arn": FIXED, "policy": DOCUMENT}
    outputs: ClassVar = {"owner": ()}
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        _set_policy(aws, inputs["arn"], inputs["policy"])
        return inputs["arn"]

    def read(self, aws: Aws, state: State) -> State:
        attributes = aws.sns.get_topic_attributes(TopicArn=state["id"])["Attributes"]
        return {"arn": state["id"], "owner": ACCOUNT, "policy": attributes.get("Policy", "")}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        _set_policy(aws, state["id"], inputs["policy"])

    def delete(self, aws: Aws, state: State) -> None:
        """A topic has a policy: without another its owner's account may use it."""
        owner = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["SNS:GetTopicAttributes", "SNS:Publish", "SNS:Subscribe"],
            "Resource": state["id"],
            "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
        }
        policy = {"Version": "2008-10-17", "Statement": [owner]}
        _set_policy(aws, state["id"], json.dumps(policy))


def _set_policy(aws: Aws, topic_arn: str, policy: str) -> None:
    aws.sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="Policy", AttributeValue=policy)


class TopicSubscription(Provider):
    inputs: ClassVar = {
        "topic": FIXED,
        "protocol": FIXED,
        "endpoint": FIXED,
        "rawMessageDelivery": Property(default=False),
        "redrivePolicy": DOCUMENT,
    }
    outputs: ClassVar = {"arn": (), "ownerId": (), "pendingConfirmation": ()}
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        attributes = {"RawMessageDelivery": _lower(inputs["rawMessageDelivery"])}
        if inputs["redrivePolicy"]:
            attributes["RedrivePolicy"] = inputs["redrivePolicy"]
        arn = aws.sns.subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        if inputs["protocol"] == "email":
            _subscribe_mailbox(aws, inputs["topic"], inputs["endpoint"])
        return arn

    def read(self, aws: Aws, state: State) -> State:
        arn = state["id"]
        attributes = aws.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        return {
            "arn": arn,
            "ownerId": attributes.get("Owner", ACCOUNT),
            "pendingConfirmation": attributes.get("PendingConfirmation") == "true",
            "topic": attributes["TopicArn"],
            "protocol": attributes["Protocol"],
            "endpoint": attributes["Endpoint"],
            "rawMessageDelivery": attributes.get("RawMessageDelivery") == "true",
            "redrivePolicy": attributes.get("RedrivePolicy", ""),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        values = {
            "rawMessageDelivery": _lower(inputs["rawMessageDelivery"]),
            "redrivePolicy": inputs["redrivePolicy"] or "",
        }
        for key in sorted(changed & set(values)):
            aws.sns.set_subscription_attributes(
                SubscriptionArn=state["id"],
                AttributeName=key[0].upper() + key[1:],
                AttributeValue=values[key],
            )

    def delete(self, aws: Aws, state: State) -> None:
        aws.sns.unsubscribe(SubscriptionArn=state["id"])
        if state["protocol"] == "email":
            mailbox = _mailbox(aws, state["endpoint"])
            for each in _subscriptions(aws, state["topic"]):
                if each["Endpoint"] == mailbox:
                    aws.sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])


def _lower(value: bool) -> str:
    return str(value).lower()


def _subscriptions(aws: Aws, topic_arn: str) -> list[Any]:
    pages = aws.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    return [each for page in pages for each in page["Subscriptions"]]


def _mailbox(aws: Aws, address: str) -> str:
    return f"{aws.gateway_url}/mailbox/{address}"


def _subscribe_mailbox(aws: Aws, topic_arn: str, address: str) -> None:
    """The emulator sends no e-mail; this brings what it would say to local/mailbox.py."""
    endpoint = _mailbox(aws, address)
    aws.sns.subscribe(TopicArn=topic_arn, Protocol="http", Endpoint=endpoint)
    deadline = time.monotonic() + CONFIRMED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if any(
            each.get("Endpoint") == endpoint and each.get("SubscriptionArn", "").startswith("arn:")
            for each in _subscriptions(aws, topic_arn)
        ):
            return
        time.sleep(0.01)
    raise TimeoutError(f"the mailbox of {address} did not confirm its subscription")


PROVIDERS: dict[str, Provider] = {
    "aws:sns/topic:Topic": Topic(),
    "aws:sns/topicPolicy:TopicPolicy": TopicPolicy(),
    "aws:sns/topicSubscription:TopicSubscription": TopicSubscription(),
}
