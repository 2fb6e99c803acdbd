"""The topic, its subscribers and the mail to customers."""

import json

import pytest

from infra.order_notifications import OrderNotifications, OrderNotificationsArgs
from preview.recording import Recording, arn, record


def notifications(sender: str | None) -> Recording:
    return record(
        lambda: OrderNotifications(
            "order-notifications",
            OrderNotificationsArgs(
                notification_emails=["a@shop.example", "b@shop.example"],
                sender_email=sender,
                user_pool_id="pool-id",
                user_pool_arn="arn:pool",
                consumer_batch_size=5,
                log_retention_days=3,
            ),
        )
    )


@pytest.fixture(scope="module")
def mailing() -> Recording:
    return notifications("orders@shop.example")


@pytest.fixture(scope="module")
def silent() -> Recording:
    return notifications(None)


def test_the_topic_is_encrypted(mailing: Recording) -> None:
    topic = mailing.one("aws:sns/topic:Topic", "order-notifications")
    assert topic.inputs == {"kmsMasterKeyId": "alias/aws/sns"}


def test_the_operators_are_subscribed(mailing: Recording) -> None:
    for address in ("a@shop.example", "b@shop.example"):
        name = f"order-notifications-{address}"
        assert mailing.one("aws:sns/topicSubscription:TopicSubscription", name).inputs == {
            "topic": arn("aws:sns/topic:Topic", "order-notifications"),
            "protocol": "email",
            "endpoint": address,
        }


def test_without_a_sender_there_is_only_the_topic(silent: Recording) -> None:
    assert silent.types == {
        "orderflow:notifications:OrderNotifications",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
    }


def test_the_mail_queue_gets_the_bare_notification(mailing: Recording) -> None:
    subscription = mailing.one(
        "aws:sns/topicSubscription:TopicSubscription", "customer-mail"
    ).inputs
    assert subscription["protocol"] == "sqs"
    undelivered = mailing.one("aws:sqs/queue:Queue", "undelivered-mail").arn
    assert subscription["topic"] == arn("aws:sns/topic:Topic", "order-notifications")
    assert subscription["endpoint"] == mailing.one("aws:sqs/queue:Queue", "customer-mail").arn
    assert subscription["rawMessageDelivery"] is True
    assert json.loads(subscription["redrivePolicy"]) == {"deadLetterTargetArn": undelivered}


def test_only_the_topic_fills_the_mail_queue_and_that_of_what_it_cannot_deliver(
    mailing: Recording,
) -> None:
    policies = {each.name: each.policy() for each in mailing.of("aws:sqs/queuePolicy:QueuePolicy")}
    assert set(policies) == {"customer-mail", "customer-mail-dead-letters", "undelivered-mail"}
    # SQS moves messages only out of dead-letter queues that no other service fills.
    assert [each["Effect"] for each in policies["customer-mail-dead-letters"]] == ["Deny"]
    for name in ("customer-mail", "undelivered-mail"):
        [allow] = [each for each in policies[name] if each["Effect"] == "Allow"]
        assert allow["Principal"] == {"Service": "sns.amazonaws.com"}
        assert allow["Action"] == ["sqs:SendMessage"]
        topic = arn("aws:sns/topic:Topic", "order-notifications")
        assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": topic}}


def test_email_customer_knows_sender_pool_and_table(mailing: Recording) -> None:
    function = mailing.one("aws:lambda/function:Function", "email-customer").inputs
    variables = function["environment"]["variables"]
    assert variables["SENDER_EMAIL"] == "orders@shop.example"
    assert variables["USER_POOL_ID"] == "pool-id"
    assert variables["MAILS_TABLE"] == "customer-mails-1a2b3c4"


def test_sent_mails_are_forgotten_in_time(mailing: Recording) -> None:
    table = mailing.one("aws:dynamodb/table:Table", "customer-mails").inputs
    assert table["hashKey"] == "id"
    assert table["attributes"] == [{"name": "id", "type": "S"}]
    assert table["billingMode"] == "PAY_PER_REQUEST"
    assert table["ttl"] == {"enabled": True, "attributeName": "expiration"}


def test_few_mails_are_sent_at_once_and_each_is_tried_for_a_day(mailing: Recording) -> None:
    [mapping] = mailing.of("aws:lambda/eventSourceMapping:EventSourceMapping")
    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 2}
    queue = mailing.one("aws:sqs/queue:Queue", "customer-mail").inputs
    receives = json.loads(queue["redrivePolicy"])["maxReceiveCount"]
    assert receives * queue["visibilityTimeoutSeconds"] == 24 * 3600


def test_email_customer_mails_from_the_sender_alone(mailing: Recording) -> None:
    statements = mailing.one("aws:iam/rolePolicy:RolePolicy", "email-customer").policy()
    [send] = [each for each in statements if each["Action"] == ["ses:SendEmail"]]
    assert send["Condition"] == {"StringEquals": {"ses:FromAddress": "orders@shop.example"}}
