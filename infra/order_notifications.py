"""Who is told how an order went."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.consumed_queue import ConsumedQueue, ConsumedQueueArgs
from infra.policy import ResourceStatement, resource_policy
from infra.python_function import PythonFunctionArgs


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
    consumer_max_concurrency: int
    log_retention_days: pulumi.Input[int]


class OrderNotifications(pulumi.ComponentResource):
    """A topic with one message for each order that has ended, and the mail to its customer."""

    topic_arn: pulumi.Output[str]

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
        if args.sender_email:
            self._mail_customers(topic, args.sender_email, args)
        self.topic_arn = topic.arn
        self.register_outputs({"topicArn": self.topic_arn})

    def _mail_customers(
        self, topic: aws.sns.Topic, sender_email: str, args: OrderNotificationsArgs
    ) -> None:
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
        # SES asks for the right to the identity that it has verified: the address or its domain.
        identities = [
            pulumi.Output.all(topic.region, topic.owner).apply(
                lambda at, identity=identity: f"arn:aws:ses:{at[0]}:{at[1]}:identity/{identity}"
            )
            for identity in (sender_email, sender_email.partition("@")[2])
        ]
        # What the topic cannot deliver to the queue rests with what the queue could not.
        filled_by_topic: ResourceStatement = {
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": ["sqs:SendMessage"],
            "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}},
        }
        queue = ConsumedQueue(
            "customer-mail",
            ConsumedQueueArgs(
                consumer=PythonFunctionArgs(
                    packages=["email_customer"],
                    timeout_seconds=30,
                    log_retention_days=args.log_retention_days,
                    environment={
                        "USER_POOL_ID": args.user_pool_id,
                        "SENDER_EMAIL": sender_email,
                        "MAILS_TABLE": mails.name,
                    },
                    statements=[
                        {"Action": ["cognito-idp:AdminGetUser"], "Resource": args.user_pool_arn},
                        {"Action": ["ses:SendEmail"], "Resource": identities},
                        {
                            "Action": [
                                "dynamodb:GetItem",
                                "dynamodb:PutItem",
                                "dynamodb:UpdateItem",
                                "dynamodb:DeleteItem",
                            ],
                            "Resource": mails.arn,
                        },
                    ],
                ),
                batch_size=args.consumer_batch_size,
                max_concurrency=args.consumer_max_concurrency,
                allowed=(filled_by_topic,),
                dead_letters_allowed=(filled_by_topic,),
            ),
            child,
        )
        aws.sns.TopicSubscription(
            "customer-mail",
            topic=topic.arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": queue.dead_letter_queue_arn}
            ),
            opts=child,
        )
