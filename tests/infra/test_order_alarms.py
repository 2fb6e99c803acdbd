"""What wakes an operator."""

from infra.order_alarms import OrderAlarms, OrderAlarmsArgs
from tests.infra.recording import ACCOUNT, record


def test_orders_that_do_not_get_through_raise_an_alarm() -> None:
    recording = record(
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
    topic = recording.one("aws:sns/topic:Topic", "order-alarms")
    alarms = recording.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    watched = {
        each.name: (each.inputs["metricName"], each.inputs["dimensions"], each.inputs["threshold"])
        for each in alarms
    }
    assert watched == {
        "orders-rejected": (
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": "dead-letters"},
            0,
        ),
        "orders-faulty": ("ExecutionsFailed", {"StateMachineArn": "arn:workflow"}, 0),
        "orders-cut-off": ("ExecutionsTimedOut", {"StateMachineArn": "arn:workflow"}, 0),
        "orders-unannounced": (
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": "broadcast-dead-letters"},
            0,
        ),
        "payments-unrefunded": (
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": "refund-dead-letters"},
            0,
        ),
        "customers-unmailed": (
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": "mail-dead-letters"},
            0,
        ),
        "mails-undelivered": (
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": "undelivered"},
            0,
        ),
        "orders-waiting": ("ApproximateAgeOfOldestMessage", {"QueueName": "queue"}, 300),
    }
    assert all(each.inputs["alarmActions"] == [topic.arn] for each in alarms)
    [subscription] = recording.of("aws:sns/topicSubscription:TopicSubscription")
    assert subscription.inputs["endpoint"] == "ops@shop.example"
    [allow] = recording.one("aws:sns/topicPolicy:TopicPolicy", "order-alarms").policy()[1:]
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
