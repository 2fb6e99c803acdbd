"""Who is woken when orders do not get through."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.policy import resource_policy

FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class OrderAlarmsArgs:
    """What to watch, and whom to wake.

    Args:
        alarm_emails: may be empty: the alarms are there, and nobody is told.
        mail_dead_letter_queue_name, undelivered_mail_queue_name: None where no customer is mailed.
    """

    alarm_emails: Sequence[str]
    queue_name: pulumi.Input[str]
    dead_letter_queue_name: pulumi.Input[str]
    refund_dead_letter_queue_name: pulumi.Input[str]
    broadcast_dead_letter_queue_name: pulumi.Input[str]
    mail_dead_letter_queue_name: pulumi.Input[str] | None
    undelivered_mail_queue_name: pulumi.Input[str] | None
    workflow_arn: pulumi.Input[str]


class OrderAlarms(pulumi.ComponentResource):
    """CloudWatch alarms for orders that are rejected, failed, waiting or unannounced."""

    def __init__(
        self, name: str, args: OrderAlarmsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:operations:OrderAlarms", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        # Not encrypted: CloudWatch may not use the key that AWS manages for SNS.
        self._topic = aws.sns.Topic(name, opts=self._child)
        aws.sns.TopicPolicy(
            name,
            arn=self._topic.arn,
            policy=resource_policy(
                self._topic.arn,
                "sns:Publish",
                {
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": ["sns:Publish"],
                    "Condition": {"StringEquals": {"aws:SourceAccount": self._topic.owner}},
                },
            ),
            opts=self._child,
        )
        for email in args.alarm_emails:
            aws.sns.TopicSubscription(
                f"{name}-{email}",
                topic=self._topic.arn,
                protocol="email",
                endpoint=email,
                opts=self._child,
            )
        self._resting(
            "orders-rejected",
            "Messages rest in the dead-letter queue: look at them, mend the cause, redrive them.",
            args.dead_letter_queue_name,
        )
        self._resting(
            "payments-unrefunded",
            "Payments that paid no order could not be given back: mend the cause, redrive them.",
            args.refund_dead_letter_queue_name,
        )
        self._resting(
            "orders-unannounced",
            "Changes of orders were given up: subscribers have not been told of them.",
            args.broadcast_dead_letter_queue_name,
        )
        if args.mail_dead_letter_queue_name is not None:
            self._resting(
                "customers-unmailed",
                "Mails to customers could not be sent: mend the cause, redrive them.",
                args.mail_dead_letter_queue_name,
            )
        if args.undelivered_mail_queue_name is not None:
            self._resting(
                "mails-undelivered",
                "The topic could not put mails on their queue: mend the cause, put them there.",
                args.undelivered_mail_queue_name,
            )
        self._alarm(
            "orders-faulty",
            "Workflow executions failed: their messages rest in the dead-letter queue.",
            "AWS/States",
            "ExecutionsFailed",
            {"StateMachineArn": args.workflow_arn},
        )
        self._alarm(
            "orders-cut-off",
            "Workflow executions timed out: their orders may be pending still. Those of a STANDARD"
            " workflow rest in the dead-letter queue.",
            "AWS/States",
            "ExecutionsTimedOut",
            {"StateMachineArn": args.workflow_arn},
        )
        self._alarm(
            "orders-waiting",
            "The oldest order has waited on the queue for more than five minutes.",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": args.queue_name},
            more_than=FIVE_MINUTES,
        )
        self.register_outputs({})

    def _resting(self, name: str, description: str, queue_name: pulumi.Input[str]) -> None:
        """An alarm for what rests in a dead-letter queue."""
        metric = "ApproximateNumberOfMessagesVisible"
        self._alarm(name, description, "AWS/SQS", metric, {"QueueName": queue_name})

    def _alarm(
        self,
        name: str,
        description: str,
        namespace: str,
        metric: str,
        dimensions: dict[str, pulumi.Input[str]],
        *,
        more_than: float = 0,
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=description,
            namespace=namespace,
            metric_name=metric,
            dimensions=dimensions,
            # SQS reports levels, Step Functions counts events.
            statistic="Maximum" if namespace == "AWS/SQS" else "Sum",
            period=60,
            evaluation_periods=1,
            threshold=more_than,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[self._topic.arn],
            ok_actions=[self._topic.arn],
            opts=self._child,
        )
