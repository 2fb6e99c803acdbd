"""Which alarms a stage has, and what it promises: the metrics of its parts, by AWS's names."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from functions.telemetry.order_metric import NAMESPACE, STAGE, OrderMetric
from infra.order_operations.alarms import Alarm, Metric, Periods, total
from infra.order_operations.objectives import Objective

# What the resolvers log of a fault of ours is counted by this name.
API_FAULTS = "ApiFaults"
FIVE_MINUTES = 300
# Lambda gives up what is older than five minutes (order_broadcast.py).
UPDATES_LATE_MILLISECONDS = 60_000
# Of what the fake processor does not answer and the workflow asks again, 4 % are usual at the
# default paymentSuccessRate, 17 % at 0.
MOST_UNANSWERED = 0.2
FEWEST_UNANSWERED = 5
# AWS reviews accounts from here on: https://docs.aws.amazon.com/ses/latest/dg/reputation-dashboard-dg.html
MOST_BOUNCES, MOST_COMPLAINTS = 0.05, 0.001
# AWS calls again by itself what fails or is throttled once, messages after a minute or three.
GOES_ON = Periods(breaching=3, of=15)
REPEATEDLY = Periods(breaching=3, of=5)


def of_orders(metric: OrderMetric, statistic: str = "Sum") -> Metric:
    """What the functions count."""
    return Metric(
        namespace=NAMESPACE,
        name=metric,
        of={STAGE: pulumi.get_stack()},
        statistic=statistic,
    )


def of_queue(name: pulumi.Input[str], metric: str) -> Metric:
    return Metric(namespace="AWS/SQS", name=metric, of={"QueueName": name}, statistic="Maximum")


def of_workflow(arn: pulumi.Input[str], metric: str) -> Metric:
    return Metric(namespace="AWS/States", name=metric, of={"StateMachineArn": arn})


def of_function(name: pulumi.Input[str], metric: str, statistic: str = "Sum") -> Metric:
    return Metric(
        namespace="AWS/Lambda", name=metric, of={"FunctionName": name}, statistic=statistic
    )


def of_api(api_id: pulumi.Input[str], metric: str, statistic: str = "Sum") -> Metric:
    return Metric(
        namespace="AWS/AppSync", name=metric, of={"GraphQLAPIId": api_id}, statistic=statistic
    )


def api_faults() -> Metric:
    """What a filter counts of the API's log; its metrics have dimensions, or a 0 where there is
    nothing to count, but not both: the stage is in the name."""
    return Metric(namespace=NAMESPACE, name=f"{API_FAULTS}-{pulumi.get_stack()}", of={})


def objectives(api_id: pulumi.Input[str]) -> Iterator[Objective]:
    yield Objective(
        name="requests-failing",
        promised=0.999,
        felt="Requests are answered with a fault of ours: customers are told to try again.",
        bad={"faults": api_faults(), "errors": of_api(api_id, "5XXError")},
        every={"requests": of_api(api_id, "Latency", "SampleCount")},
    )
    # An order that does not end at all is told of by the alarms for what rests or was cut off; it
    # counts here once it ends.
    yield Objective(
        name="orders-late",
        promised=0.99,
        felt="Orders end later than 30 seconds after they were placed: customers wait.",
        bad={"late": of_orders(OrderMetric.ORDERS_LATE)},
        # Of those too that are not: each order that ends counts there, with 0 or 1.
        every={"ended": of_orders(OrderMetric.ORDERS_LATE, "SampleCount")},
    )


def resting(name: str, tells: str, queue_name: pulumi.Input[str]) -> Alarm:
    """From the first message in a dead-letter queue on."""
    metric = of_queue(queue_name, "ApproximateNumberOfMessagesVisible")
    return Alarm(name=name, tells=tells, metrics={"resting": metric})


def executions(workflow_arn: pulumi.Input[str]) -> Iterator[Alarm]:
    for name, metric, tells in (
        (
            "orders-faulty",
            "ExecutionsFailed",
            "Workflow executions failed, and their messages rest in the dead-letter queue."
            " Customers see these orders pending.",
        ),
        (
            "orders-cut-off",
            "ExecutionsTimedOut",
            "Workflow executions timed out. Customers may see these orders pending; those of a"
            " STANDARD workflow rest in the dead-letter queue.",
        ),
        (
            "orders-aborted",
            "ExecutionsAborted",
            "Somebody stopped workflow executions. Customers may see these orders pending; those"
            " of a STANDARD workflow rest in the dead-letter queue.",
        ),
    ):
        yield Alarm(name=name, tells=tells, metrics={"ended": of_workflow(workflow_arn, metric)})
    yield Alarm(
        name="orders-throttled",
        tells=(
            "Step Functions keeps throttling the workflow's transitions. Customers wait longer;"
            " nothing is lost."
        ),
        metrics={"throttled": of_workflow(workflow_arn, "ExecutionThrottled")},
        periods=REPEATEDLY,
    )


def waiting(queue_name: pulumi.Input[str]) -> Alarm:
    return Alarm(
        name="orders-waiting",
        tells=(
            "The oldest order has waited on the queue for more than five minutes. Customers see"
            " new orders by no list, and nothing happens to retried ones."
        ),
        metrics={"age": of_queue(queue_name, "ApproximateAgeOfOldestMessage")},
        more_than=FIVE_MINUTES,
    )


def failing(function: str, tells: str, name: pulumi.Input[str]) -> Alarm:
    """A function whose calls go on failing: it crashes, times out or cannot be loaded."""
    return Alarm(
        name=f"{function}-failing",
        tells=tells,
        metrics={"errors": of_function(name, "Errors")},
        periods=GOES_ON,
    )


def payments_failing(name: pulumi.Input[str]) -> Alarm:
    """An unanswered payment is an error of the function's, too: some are no alarm."""
    return Alarm(
        name="take-payment-failing",
        tells=(
            "More than 20 % of the calls that take payments fail. Customers are told that the"
            " payment processor cannot be reached, or their orders stay pending."
        ),
        metrics={
            "errors": of_function(name, "Errors"),
            "calls": of_function(name, "Invocations"),
        },
        expression=f"IF(errors >= {FEWEST_UNANSWERED}, errors / calls, 0)",
        more_than=MOST_UNANSWERED,
        period=FIVE_MINUTES,
    )


def functions_throttled(names: Mapping[str, pulumi.Input[str]]) -> Alarm:
    """
    Args:
        names: of the functions, by what the expression calls them.
    """
    metrics = {each: of_function(name, "Throttles") for each, name in names.items()}
    return Alarm(
        name="functions-throttled",
        tells=(
            "Lambda keeps throttling functions: the account's concurrency is used up. Customers"
            " wait longer; nothing is lost."
        ),
        metrics=metrics,
        expression=total(metrics),
        periods=GOES_ON,
    )


def updates_late(name: pulumi.Input[str]) -> Alarm:
    return Alarm(
        name="updates-late",
        tells=(
            "Changes of orders are published more than a minute late. Customers who watch an order"
            " see it late, and after five minutes not at all until they ask."
        ),
        metrics={"age": of_function(name, "IteratorAge", "Maximum")},
        more_than=UPDATES_LATE_MILLISECONDS,
        periods=REPEATEDLY,
    )


def api_failing(api_id: pulumi.Input[str]) -> Alarm:
    return Alarm(
        name="api-failing",
        tells="AppSync keeps answering requests with errors of its own. Customers must try again.",
        metrics={"errors": of_api(api_id, "5XXError")},
        periods=REPEATEDLY,
    )


def tables_throttled(
    *,
    written: Mapping[str, Mapping[str, pulumi.Input[str]]],
    read: Mapping[str, Mapping[str, pulumi.Input[str]]],
) -> Alarm:
    """
    Args:
        written, read: the dimensions of tables and of indexes, by what the expression calls them.
    """
    metrics = {
        f"{each}_{event.lower()}s": Metric(
            namespace="AWS/DynamoDB", name=f"{event}ThrottleEvents", of=of
        )
        for event, tables in (("Write", written), ("Read", read))
        for each, of in tables.items()
    }
    return Alarm(
        name="tables-throttled",
        tells=(
            "DynamoDB keeps throttling the stage's tables. Customers' requests may fail, and their"
            " orders wait for retries."
        ),
        metrics=metrics,
        expression=total(metrics),
        # Whatever is set, alarms on DynamoDB's metrics ignore it (PutMetricAlarm); filled up,
        # nothing is missing, so that the alarm ends.
        missing="ignore",
        periods=REPEATEDLY,
    )


def notifications_failed(topic_name: pulumi.Input[str]) -> Alarm:
    return Alarm(
        name="notifications-failed",
        tells=(
            "SNS could not deliver what became of orders. Operators, or customers, may have got no"
            " mail about them."
        ),
        metrics={
            "failed": Metric(
                namespace="AWS/SNS",
                name="NumberOfNotificationsFailed",
                of={"TopicName": topic_name},
            )
        },
    )


def reputation() -> Sequence[Alarm]:
    """SES keeps these of the whole account: it has no dimension for a stage."""

    def rate(name: str, metric: str, most: float, tells: str) -> Alarm:
        return Alarm(
            name=name,
            tells=tells,
            metrics={"rate": Metric(namespace="AWS/SES", name=metric, of={}, statistic="Average")},
            more_than=most,
            period=3600,
            # Where nobody is mailed, nothing is reported, and nothing has become better.
            missing="ignore",
        )

    return (
        rate(
            "mails-bouncing",
            "Reputation.BounceRate",
            MOST_BOUNCES,
            "More than 5 % of all that this account mails bounces, whichever stage's it is: SES may"
            " stop it. Customers with a wrong address get no mail.",
        ),
        rate(
            "mails-complained-of",
            "Reputation.ComplaintRate",
            MOST_COMPLAINTS,
            "More than 0.1 % of all that this account mails is complained of as spam, whichever"
            " stage's it is: SES may stop it. Customers do not want these mails.",
        ),
    )
