"""SNS topics and their subscriptions."""

import time

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import Created, Inputs, Provider, physical_name, tag_list

CONFIRMED_WITHIN_SECONDS = 10


def topic(aws: Aws, name: str, inputs: Inputs) -> Created:
    topic_name = physical_name(name, inputs)
    attributes = {"KmsMasterKeyId": inputs["kmsMasterKeyId"]} if "kmsMasterKeyId" in inputs else {}
    arn = aws.sns.create_topic(
        Name=topic_name,
        Attributes=attributes,
        Tags=tag_list(inputs),
    )["TopicArn"]
    return arn, {"name": topic_name, "arn": arn, "owner": ACCOUNT}


def topic_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.sns.set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return inputs["arn"], {"owner": ACCOUNT}


def topic_subscription(aws: Aws, _name: str, inputs: Inputs) -> Created:
    attributes: dict[str, str] = {}
    if "rawMessageDelivery" in inputs:
        attributes["RawMessageDelivery"] = str(inputs["rawMessageDelivery"]).lower()
    if "redrivePolicy" in inputs:
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
    return arn, {"arn": arn, "ownerId": ACCOUNT}


def _subscribe_mailbox(aws: Aws, topic_arn: str, address: str) -> None:
    """The emulator sends no e-mail; this brings what it would say to local/mailbox.py."""
    endpoint = f"{aws.gateway_url}/mailbox/{address}"
    aws.sns.subscribe(TopicArn=topic_arn, Protocol="http", Endpoint=endpoint)
    deadline = time.monotonic() + CONFIRMED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        subscriptions = aws.sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
        if any(
            subscription.get("Endpoint") == endpoint
            and subscription.get("SubscriptionArn", "").startswith("arn:")
            for subscription in subscriptions
        ):
            return
        time.sleep(0.01)
    raise TimeoutError(f"the mailbox of {address} did not confirm its subscription")


PROVIDERS: dict[str, Provider] = {
    "aws:sns/topic:Topic": topic,
    "aws:sns/topicPolicy:TopicPolicy": topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": topic_subscription,
}
