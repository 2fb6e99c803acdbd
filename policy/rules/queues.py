"""Queues and topics: what cannot be delivered rests, and somebody hears of it."""

from typing import Annotated, Any

from policy.resource_types import (
    ALARM,
    EVENT_SOURCE_MAPPING,
    EVENT_TARGET,
    FUNCTION,
    INVOKE_CONFIG,
    QUEUE,
    REDRIVE_POLICY,
    SUBSCRIPTION,
    TOPIC,
)
from policy.rule import Faults, resource_rule, stack_rule
from policy.view import Resource, Stack, listed

# What SQS and Lambda have where nothing is set.
DEFAULT_RETENTION_SECONDS = 4 * 24 * 3600
DEFAULT_VISIBILITY_SECONDS = 30
DEFAULT_TIMEOUT_SECONDS = 3
DAY = 24 * 3600
# Where else than in a queue's redrive policy a dead-letter queue is named.
DESTINATIONS = {
    FUNCTION: ("deadLetterConfig", "targetArn"),
    EVENT_SOURCE_MAPPING: ("destinationConfig", "onFailure", "destinationArn"),
    INVOKE_CONFIG: ("destinationConfig", "onFailure", "destination"),
    EVENT_TARGET: ("deadLetterConfig", "arn"),
}


@resource_rule(QUEUE)
def queues_encrypted(queue: Resource) -> Faults:
    """Queues are encrypted at rest.

    SQS does it by itself, with keys of its own; only a queue that says no to that is without.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
    """
    if queue.get("sqsManagedSseEnabled") is False and not queue.has("kmsMasterKeyId"):
        yield "Set sqs_managed_sse_enabled=True, or a kms_master_key_id."


@stack_rule(TOPIC, level="advisory")
def topics_encrypted(topic: Resource, stack: Stack) -> Faults:
    """Topics are encrypted at rest by a key, but for those that alarms tell.

    SNS's server-side encryption is off until a key is set. CloudWatch may not use the key that AWS
    manages for SNS, so an alarm would reach nobody through such a topic.
    https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    if not topic.has("kmsMasterKeyId") and not is_told_by_alarms(topic, stack):
        yield 'Set kms_master_key_id="alias/aws/sns", the key that AWS manages.'


@stack_rule(QUEUE)
def queues_have_dead_letters(queue: Resource, stack: Stack) -> Faults:
    """Every queue has a dead-letter queue, but for these themselves.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    if queue.has("redrivePolicy"):
        return
    apart = stack.first(REDRIVE_POLICY, lambda each: each.get("queueUrl") == queue.own("url"))
    if not apart and not _is_dead_letter_queue(queue, stack):
        yield (
            "What its consumer cannot work off comes again until it expires, and is lost then: set"
            " a redrive_policy, or make it by infra/consumed_queue.py."
        )


@resource_rule(QUEUE, REDRIVE_POLICY)
def receives_before_rest(
    resource: Resource,
    *,
    receives: Annotated[int, "how often at least a message is received before it rests"] = 5,
) -> Faults:
    """A message is received several times before it rests as a dead letter.

    With fewer, a moment's throttling puts good messages to rest.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    if int(resource.document("redrivePolicy").get("maxReceiveCount", receives)) < receives:
        yield f"Set maxReceiveCount of the redrive policy to {receives:g} or more."


@stack_rule(QUEUE)
def dead_letters_kept(
    queue: Resource,
    stack: Stack,
    *,
    days: Annotated[int, "how long at least dead letters are kept, 14 days at most"] = 14,
) -> Faults:
    """Dead letters are kept for 14 days, as long as SQS can.

    SQS counts from when a message was first sent, and not from when it came to rest.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    """
    if not _is_dead_letter_queue(queue, stack):
        return
    kept = queue.get("messageRetentionSeconds") or DEFAULT_RETENTION_SECONDS
    if kept < days * DAY:
        yield (
            f"It keeps dead letters for {kept / DAY:g} days: set message_retention_seconds to"
            f" {days * DAY:.0f}."
        )


@stack_rule(QUEUE)
def dead_letters_alarmed(queue: Resource, stack: Stack) -> Faults:
    """An alarm tells of the first message in each dead-letter queue.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html
    """
    if not _is_dead_letter_queue(queue, stack):
        return
    alarm = stack.first(ALARM, lambda each: _tells_of_the_first_message(each, queue))
    if alarm is None:
        yield (
            "Nobody hears of what rests here: add an alarm with alarm_actions, for more than 0 of"
            " ApproximateNumberOfMessagesVisible of this queue, as infra/order_operations does."
        )


@stack_rule(QUEUE)
def visibility_timeout(
    queue: Resource,
    stack: Stack,
    *,
    times: Annotated[int, "how many times the function's timeout it is at least"] = 6,
) -> Faults:
    """A queue's visibility timeout is six times that of the function which consumes it.

    Lambda needs the room to call again where it is throttled; else messages are worked off twice.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    mapping = stack.first(
        EVENT_SOURCE_MAPPING, lambda each: each.get("eventSourceArn") == queue.own("arn")
    )
    function = mapping and function_of(mapping, stack)
    if not function:
        return
    visibility = queue.get("visibilityTimeoutSeconds")
    visibility = DEFAULT_VISIBILITY_SECONDS if visibility is None else visibility
    wanted = times * (function.get("timeout") or DEFAULT_TIMEOUT_SECONDS)
    if visibility < wanted:
        yield (
            f"It is {visibility:g} s, and {times:g} times the timeout of {function.name} is"
            f" {wanted:g} s: set visibility_timeout_seconds to that, or shorten the timeout."
        )


@resource_rule(SUBSCRIPTION)
def deliveries_have_dead_letters(subscription: Resource) -> Faults:
    """What a topic cannot deliver to a queue or a function rests.

    SNS gives up at once where it may not deliver, and after 23 days else; then it discards.
    https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    to_aws = subscription.get("protocol") in {"sqs", "lambda", "firehose"}
    if to_aws and not subscription.has("redrivePolicy"):
        yield "Set a redrive_policy with deadLetterTargetArn, as infra/order_notifications.py does."


def function_of(mapping: Resource, stack: Stack) -> Resource | None:
    """The function that an event source mapping calls, where the stack has it."""
    called = mapping.get("functionName")
    return stack.first(FUNCTION, lambda each: called in {each.own("arn"), each.own("name")})


def is_told_by_alarms(topic: Resource, stack: Stack) -> bool:
    return bool(
        stack.first(ALARM, lambda alarm: topic.own("arn") in listed(alarm.get("alarmActions")))
    )


def _is_dead_letter_queue(queue: Resource, stack: Stack) -> bool:
    def redrives(source: Resource) -> bool:
        return source.document("redrivePolicy").get("deadLetterTargetArn") == arn

    def sends(source: Resource) -> bool:
        return source.get(*DESTINATIONS[source.type]) == arn

    arn = queue.own("arn")
    return any(
        stack.first(source, redrives) for source in (QUEUE, REDRIVE_POLICY, SUBSCRIPTION)
    ) or any(stack.first(source, sends) for source in DESTINATIONS)


def _tells_of_the_first_message(alarm: Resource, queue: Resource) -> bool:
    threshold: dict[str, Any] = {"GreaterThanThreshold": 0, "GreaterThanOrEqualToThreshold": 1}
    return (
        alarm.get("metricName") == "ApproximateNumberOfMessagesVisible"
        and alarm.get("dimensions") == {"QueueName": queue.own("name")}
        and threshold.get(alarm.get("comparisonOperator")) == alarm.get("threshold")
        and alarm.has("alarmActions")
    )
