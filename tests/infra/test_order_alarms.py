"""What wakes an operator."""

from typing import NamedTuple

import pytest

from infra.order_alarms import OrderAlarms, OrderAlarmsArgs
from preview.recording import Recording, record


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(
        lambda: OrderAlarms(
            "order-alarms",
            OrderAlarmsArgs(
                alarm_emails=["ops@shop.example"],
                queue_name="queue",
                dead_letter_queue_name="dead-letters",
                refund_dead_letter_queue_name="refund-dead-letters",
                broadcast_dead_letter_queue_name="broadcast-dead-letters",
                mail_dead_letter_queue_name="mail-dead-letters",
                undelivered_mail_queue_name="undelivered",
                workflow_arn="arn:workflow",
            ),
        )
    )


class Alarm(NamedTuple):
    """What is watched, and what its reader is told."""

    namespace: str
    metric: str
    statistic: str
    of: dict[str, str]
    more_than: float
    description: str


def rests_in(queue: str, description: str) -> Alarm:
    visible = "ApproximateNumberOfMessagesVisible"
    return Alarm("AWS/SQS", visible, "Maximum", {"QueueName": queue}, 0, description)


def executions(metric: str, description: str) -> Alarm:
    # Each minute's sum: Step Functions counts events, where SQS reports levels.
    return Alarm("AWS/States", metric, "Sum", {"StateMachineArn": "arn:workflow"}, 0, description)


ALARMS = {
    "orders-rejected": rests_in(
        "dead-letters",
        "Messages rest in the dead-letter queue: look at them, mend the cause, redrive them.",
    ),
    "payments-unrefunded": rests_in(
        "refund-dead-letters",
        "Payments that paid no order could not be given back: mend the cause, redrive them.",
    ),
    "orders-unannounced": rests_in(
        "broadcast-dead-letters",
        "Changes of orders were given up: subscribers have not been told of them.",
    ),
    "customers-unmailed": rests_in(
        "mail-dead-letters",
        "Mails to customers could not be sent: mend the cause, redrive them.",
    ),
    "mails-undelivered": rests_in(
        "undelivered",
        "The topic could not put mails on their queue: mend the cause, put them there.",
    ),
    "orders-faulty": executions(
        "ExecutionsFailed",
        "Workflow executions failed: their messages rest in the dead-letter queue.",
    ),
    "orders-cut-off": executions(
        "ExecutionsTimedOut",
        "Workflow executions timed out: their orders may be pending still. Those of a STANDARD"
        " workflow rest in the dead-letter queue.",
    ),
    "orders-waiting": Alarm(
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        "Maximum",
        {"QueueName": "queue"},
        300,
        "The oldest order has waited on the queue for more than five minutes.",
    ),
}


def test_orders_that_do_not_get_through_raise_an_alarm(recording: Recording) -> None:
    alarms = {
        each.name: Alarm(
            each.inputs["namespace"],
            each.inputs["metricName"],
            each.inputs["statistic"],
            each.inputs["dimensions"],
            each.inputs["threshold"],
            each.inputs["alarmDescription"],
        )
        for each in recording.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    assert alarms == ALARMS


def test_one_bad_minute_is_enough_and_silence_is_not_bad(recording: Recording) -> None:
    for each in recording.of("aws:cloudwatch/metricAlarm:MetricAlarm"):
        assert each.inputs["comparisonOperator"] == "GreaterThanThreshold"
        assert (each.inputs["period"], each.inputs["evaluationPeriods"]) == (60, 1)
        # A queue that is not used, and a workflow in which nothing failed, report nothing.
        assert each.inputs["treatMissingData"] == "notBreaching"


def test_the_operators_hear_of_the_alarm_and_of_its_end(recording: Recording) -> None:
    topic = recording.one("aws:sns/topic:Topic", "order-alarms")
    # CloudWatch may not use the key that AWS manages for SNS.
    assert "kmsMasterKeyId" not in topic.inputs
    for each in recording.of("aws:cloudwatch/metricAlarm:MetricAlarm"):
        assert each.inputs["alarmActions"] == each.inputs["okActions"] == [topic.arn]
    [subscription] = recording.of("aws:sns/topicSubscription:TopicSubscription")
    assert subscription.inputs == {
        "topic": topic.arn,
        "protocol": "email",
        "endpoint": "ops@shop.example",
    }
