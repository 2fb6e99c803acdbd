"""Who is woken when customers are not well, and what shows whether they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.order_operations import watched
from infra.order_operations.alarms import Alarm, metric_alarm
from infra.order_operations.dashboard import dashboard, saved_queries
from infra.order_operations.objectives import watch
from infra.order_operations.spending import monthly_budget
from infra.order_store import BY_ID, BY_RESTAURANT
from infra.policy import resource_policy
from infra.python_function import FunctionNames

# What the resolvers' console.error begins with where a request fails by a fault of ours.
FAULT = "Fault:"


@dataclass(frozen=True, kw_only=True)
class WatchedMail:
    """What mails customers.

    Args:
        dead_letter_queue_name: of what `email_customer` could not send.
        undelivered_queue_name: of what the topic could not put on the mail queue.
        table_name: which mails were sent.
    """

    dead_letter_queue_name: pulumi.Input[str]
    undelivered_queue_name: pulumi.Input[str]
    email_customer: pulumi.Input[FunctionNames]
    table_name: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class OrderOperationsArgs:
    """What to watch, and whom to wake.

    Args:
        alarm_emails: may be empty: the alarms are there, and nobody is told.
        monthly_budget: US dollars, above which the alarm_emails are told; 0 is none.
        api_log_group_name: where the API logs the faults that are counted.
        mail: None where no customer is mailed.
        region: where the dashboard's metrics are.
    """

    alarm_emails: Sequence[str]
    monthly_budget: int
    api_id: pulumi.Input[str]
    api_log_group_name: pulumi.Input[str]
    queue_name: pulumi.Input[str]
    dead_letter_queue_name: pulumi.Input[str]
    refund_dead_letter_queue_name: pulumi.Input[str]
    broadcast_dead_letter_queue_name: pulumi.Input[str]
    workflow_arn: pulumi.Input[str]
    workflow_log_group_name: pulumi.Input[str]
    start_workflow: pulumi.Input[FunctionNames]
    take_payment: pulumi.Input[FunctionNames]
    refund_payment: pulumi.Input[FunctionNames]
    broadcast_update: pulumi.Input[FunctionNames]
    order_table_name: pulumi.Input[str]
    payment_table_name: pulumi.Input[str]
    staff_table_name: pulumi.Input[str]
    notification_topic_name: pulumi.Input[str]
    mail: WatchedMail | None
    region: pulumi.Input[str]


class OrderOperations(pulumi.ComponentResource):
    """CloudWatch alarms, of which each has a page in docs/runbook.md; objectives with burn-rate
    alarms; a budget, where one is set; a dashboard; and queries saved for whoever looks into the
    logs."""

    def __init__(
        self, name: str, args: OrderOperationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:operations:OrderOperations", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = self._topic(args.alarm_emails)
        faults = watched.api_faults()
        aws.cloudwatch.LogMetricFilter(
            "api-faults",
            log_group_name=args.api_log_group_name,
            pattern=f'"{FAULT}"',
            metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
                namespace=faults.namespace, name=faults.name, value="1", default_value="0"
            ),
            opts=child,
        )
        for alarm in _alarms(args):
            metric_alarm(alarm, [topic.arn], child)
        for objective in watched.objectives(args.api_id):
            watch(objective, [topic.arn], child)
        if args.monthly_budget:
            monthly_budget("monthly-costs", args.monthly_budget, args.alarm_emails, child)
        places = _places(args)
        dashboard(name, places, child)
        saved_queries(places, child)
        self.register_outputs({})

    def _topic(self, emails: Sequence[str]) -> aws.sns.Topic:
        child = pulumi.ResourceOptions(parent=self)
        # Not encrypted: CloudWatch may not use the key that AWS manages for SNS.
        topic = aws.sns.Topic("order-alarms", opts=child)
        aws.sns.TopicPolicy(
            "order-alarms",
            arn=topic.arn,
            policy=resource_policy(
                topic.arn,
                "sns:Publish",
                {
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": ["sns:Publish"],
                    "Condition": {"StringEquals": {"aws:SourceAccount": topic.owner}},
                },
            ),
            opts=child,
        )
        for email in emails:
            aws.sns.TopicSubscription(
                f"order-alarms-{email}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=child,
            )
        return topic


def _alarms(args: OrderOperationsArgs) -> Iterator[Alarm]:
    mail = args.mail
    functions = {
        "started": _name(args.start_workflow),
        "paid": _name(args.take_payment),
        "refunded": _name(args.refund_payment),
        "published": _name(args.broadcast_update),
        **({"mailed": _name(mail.email_customer)} if mail else {}),
    }
    orders = {"TableName": args.order_table_name}
    with_indexes = {
        "orders": orders,
        "by_restaurant": {**orders, "GlobalSecondaryIndexName": BY_RESTAURANT},
        "by_id": {**orders, "GlobalSecondaryIndexName": BY_ID},
    }
    yield watched.resting(
        "orders-rejected",
        "Messages rest in the dead-letter queue. Customers see these orders pending, or not at"
        " all.",
        args.dead_letter_queue_name,
    )
    yield watched.resting(
        "payments-unrefunded",
        "Payments that paid no order could not be given back for a day. Customers miss their"
        " money.",
        args.refund_dead_letter_queue_name,
    )
    yield watched.resting(
        "orders-unannounced",
        "Changes of orders were given up. Customers who watch these orders have not been told of"
        " them; whoever asks sees them.",
        args.broadcast_dead_letter_queue_name,
    )
    if mail:
        yield watched.resting(
            "customers-unmailed",
            "Mails could not be sent for a day. Customers have not been told how their orders"
            " went.",
            mail.dead_letter_queue_name,
        )
        yield watched.resting(
            "mails-undelivered",
            "The topic could not put mails on their queue. Customers have not been told how their"
            " orders went.",
            mail.undelivered_queue_name,
        )
    yield from watched.executions(args.workflow_arn)
    yield watched.waiting(args.queue_name)
    yield watched.failing(
        "start-workflow",
        "The function that starts workflows goes on failing. Customers' orders are accepted, and"
        " wait.",
        _name(args.start_workflow),
    )
    yield watched.payments_failing(_name(args.take_payment))
    yield watched.failing(
        "refund-payment",
        "The function that gives payments back goes on failing. Customers wait for their money.",
        _name(args.refund_payment),
    )
    yield watched.failing(
        "broadcast-update",
        "The function that publishes changes goes on failing. Customers who watch their orders"
        " see nothing happen.",
        _name(args.broadcast_update),
    )
    if mail:
        yield watched.failing(
            "email-customer",
            "The function that mails goes on failing. Customers get no mail.",
            _name(mail.email_customer),
        )
    yield watched.functions_throttled(functions)
    yield watched.updates_late(_name(args.broadcast_update))
    yield watched.api_failing(args.api_id)
    yield watched.tables_throttled(
        written={
            **with_indexes,
            "ledger": {"TableName": args.payment_table_name},
            **({"mails": {"TableName": mail.table_name}} if mail else {}),
        },
        read={**with_indexes, "staff": {"TableName": args.staff_table_name}},
    )
    yield watched.notifications_failed(args.notification_topic_name)
    if mail:
        yield from watched.reputation()


def _places(args: OrderOperationsArgs) -> dict[str, pulumi.Input[str]]:
    """What fills dashboard.yaml and queries.yaml; of mail nothing, where no customer is mailed."""
    mail = args.mail
    return {
        "Stage": pulumi.get_stack(),
        "Region": args.region,
        "ApiId": args.api_id,
        "ApiLogs": args.api_log_group_name,
        "OrderQueue": args.queue_name,
        "OrderDeadLetters": args.dead_letter_queue_name,
        "RefundDeadLetters": args.refund_dead_letter_queue_name,
        "BroadcastDeadLetters": args.broadcast_dead_letter_queue_name,
        "WorkflowArn": args.workflow_arn,
        "WorkflowLogs": args.workflow_log_group_name,
        "StartWorkflow": _name(args.start_workflow),
        "StartWorkflowLogs": _log_group(args.start_workflow),
        "TakePayment": _name(args.take_payment),
        "TakePaymentLogs": _log_group(args.take_payment),
        "RefundPayment": _name(args.refund_payment),
        "RefundPaymentLogs": _log_group(args.refund_payment),
        "BroadcastUpdate": _name(args.broadcast_update),
        "BroadcastUpdateLogs": _log_group(args.broadcast_update),
        "OrderTable": args.order_table_name,
        "PaymentTable": args.payment_table_name,
        **(
            {
                "MailDeadLetters": mail.dead_letter_queue_name,
                "UndeliveredMail": mail.undelivered_queue_name,
                "EmailCustomer": _name(mail.email_customer),
                "EmailCustomerLogs": _log_group(mail.email_customer),
            }
            if mail
            else {}
        ),
    }


def _name(function: pulumi.Input[FunctionNames]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(function).apply(lambda names: names["name"])


def _log_group(function: pulumi.Input[FunctionNames]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(function).apply(lambda names: names["logGroup"])
