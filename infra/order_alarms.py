"""Who is woken when orders do not get through."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.policy import resource_policy

FIVE_MINUTES = 300


@dataclass(frozen=True, kw_only=True)
class OrderAlarmsArgs:
    """Whom to wake, and what to watch."""

    alarm_emails: Sequence[str]
    queue_name: pulumi.Input[str]
    dead_letter_queue_name: pulumi.Input[str]
    refund_dead_letter_queue_name: pulumi.Input[str]
    broadcast_dead_letter_queue_name: pulumi.Input[str]
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
        self._alarm(
            "orders-rejected",
            "Messages rest in the dead-letter queue: look at them, mend the cause, redrive them.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": args.dead_letter_queue_name},
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
            "payments-unrefunded",
            "Payments that paid no order could not be given back: mend the cause, redrive them.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": args.refund_dead_letter_queue_name},
        )
        self._alarm(
            "orders-waiting",
            "The oldest order has waited on the queue for more than five minutes.",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": args.queue_name},
            more_than=FIVE_MINUTES,
        )
        self._alarm(
            "orders-unannounced",
            "Changes of orders were given up: subscribers have not been told of them.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": args.broadcast_dead_letter_queue_name},
        )
        self.register_outputs({})

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
