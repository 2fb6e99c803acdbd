"""SNS topics and their subscriptions."""

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import Created, Inputs, Provider, physical_name, tag_list


def topic(aws: Aws, name: str, inputs: Inputs) -> Created:
    topic_name = physical_name(name, inputs)
    attributes = {"KmsMasterKeyId": inputs["kmsMasterKeyId"]} if "kmsMasterKeyId" in inputs else {}
    arn = aws.sns.create_topic(
        Name=topic_name,
        Attributes=attributes,
        Tags=tag_list(inputs),  # pyright: ignore[reportArgumentType]
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
    return arn, {"arn": arn, "ownerId": ACCOUNT}


PROVIDERS: dict[str, Provider] = {
    "aws:sns/topic:Topic": topic,
    "aws:sns/topicPolicy:TopicPolicy": topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": topic_subscription,
}
