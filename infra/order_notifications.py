"""Who is told how an order went."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.consumed_queue import ConsumedQueue, ConsumedQueueArgs
from infra.dead_letters import dead_letter_queue
from infra.location import Location
from infra.policy import ResourceStatement, resource_policy
from infra.python_function import FunctionNames, PythonFunctionArgs

# SES refuses what is above the account's rate, and may ask to wait for ten minutes: few are sent at
# once, and with the visibility timeout of six times that a mail is tried for a day before it rests.
MAILERS_AT_ONCE = 2
MAIL_SECONDS = 30
MOST_MAIL_RECEIVES = 480


@dataclass(frozen=True, kw_only=True)
class OrderNotificationsArgs:
    """Whom to tell.

    Args:
        notification_emails: the stage's operators, told of every order by SNS e-mail.
        sender_email: SES identity that mails each customer; None: customers are not mailed.
        user_pool_id, user_pool_arn: where a customer's address of the moment is found.
    """

    notification_emails: Sequence[str]
    sender_email: str | None
    user_pool_id: pulumi.Input[str]
    user_pool_arn: pulumi.Input[str]
    consumer_batch_size: int
    log_retention_days: pulumi.Input[int]


@dataclass(frozen=True, kw_only=True)
class CustomerMail:
    """How customers are mailed, and where rests what none could be.

    Attributes:
        queue_url: of what is to be mailed, which `consumer` works off.
        mail_table_name: what `email_customer` remembers of each mail, for 30 days.
        dead_letter_queue_name, dead_letter_queue_url: what `email_customer` could not send.
        undelivered_queue_name, undelivered_queue_url: what the topic could not put on its queue.
            Apart, since SQS moves no messages out of a queue that SNS fills (StartMessageMoveTask).
    """

    queue_url: pulumi.Output[str]
    consumer: pulumi.Output[FunctionNames]
    mail_table_name: pulumi.Output[str]
    dead_letter_queue_name: pulumi.Output[str]
    dead_letter_queue_url: pulumi.Output[str]
    undelivered_queue_name: pulumi.Output[str]
    undelivered_queue_url: pulumi.Output[str]


class OrderNotifications(pulumi.ComponentResource):
    """A topic with one message for each order that has ended, and the mail to its customer.

    Attributes:
        customer_mail: None where customers are not mailed.
    """

    topic_arn: pulumi.Output[str]
    topic_name: pulumi.Output[str]
    customer_mail: CustomerMail | None

    def __init__(
        self, name: str, args: OrderNotificationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:notifications:OrderNotifications", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(name, kms_master_key_id="alias/aws/sns", opts=child)
        aws.sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=resource_policy(topic.arn, "sns:Publish"),
            opts=child,
        )
        for email in args.notification_emails:
            aws.sns.TopicSubscription(
                f"{name}-{email}", topic=topic.arn, protocol="email", endpoint=email, opts=child
            )
        self.customer_mail = (
            self._mail_customers(topic, args.sender_email, args) if args.sender_email else None
        )
        self.topic_arn = topic.arn
        self.topic_name = topic.name
        self.register_outputs({"topicArn": self.topic_arn})

    def _mail_customers(
        self, topic: aws.sns.Topic, sender_email: str, args: OrderNotificationsArgs
    ) -> CustomerMail:
        child = pulumi.ResourceOptions(parent=self)
        # Remembers each mail for as long as its message can come again (Powertools' idempotency).
        mails = aws.dynamodb.Table(
            "customer-mails",
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
            ttl=aws.dynamodb.TableTtlArgs(enabled=True, attribute_name="expiration"),
            opts=child,
        )
        filled_by_topic: ResourceStatement = {
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": ["sqs:SendMessage"],
            "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}},
        }
        location = Location.of(topic.arn)
        queue = ConsumedQueue(
            "customer-mail",
            ConsumedQueueArgs(
                consumer=PythonFunctionArgs(
                    packages=["email_customer", "telemetry"],
                    timeout_seconds=MAIL_SECONDS,
                    log_retention_days=args.log_retention_days,
                    environment={
                        "USER_POOL_ID": args.user_pool_id,
                        "SENDER_EMAIL": sender_email,
                        "MAILS_TABLE": mails.name,
                    },
                    statements=[
                        {"Action": ["cognito-idp:AdminGetUser"], "Resource": args.user_pool_arn},
                        {
                            "Action": ["ses:SendEmail"],
                            # SES asks for the right to the identity that it has verified, address
                            # or domain, to a sandbox's verified recipients, and to the identity's
                            # default configuration set: to any of them, from this sender alone.
                            "Resource": [
                                location.arn("ses", "identity/*"),
                                location.arn("ses", "configuration-set/*"),
                            ],
                            "Condition": {"StringEquals": {"ses:FromAddress": sender_email}},
                        },
                        {
                            # A write that is refused brings what is there: nothing is ever read.
                            "Action": [
                                "dynamodb:PutItem",
                                "dynamodb:UpdateItem",
                                "dynamodb:DeleteItem",
                            ],
                            "Resource": mails.arn,
                        },
                    ],
                ),
                batch_size=args.consumer_batch_size,
                max_concurrency=MAILERS_AT_ONCE,
                max_receive_count=MOST_MAIL_RECEIVES,
                allowed=[filled_by_topic],
            ),
            child,
        )
        undelivered = dead_letter_queue("undelivered-mail", child, filled_by_topic)
        aws.sns.TopicSubscription(
            "customer-mail",
            topic=topic.arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": undelivered.arn}),
            opts=child,
        )
        return CustomerMail(
            queue_url=queue.queue_url,
            consumer=queue.consumer,
            mail_table_name=mails.name,
            dead_letter_queue_name=queue.dead_letter_queue_name,
            dead_letter_queue_url=queue.dead_letter_queue_url,
            undelivered_queue_name=undelivered.name,
            undelivered_queue_url=undelivered.url,
        )
