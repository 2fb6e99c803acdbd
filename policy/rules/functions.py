"""Lambda functions, and what calls them."""

from typing import Annotated

from policy.resource_types import (
    EVENT_SOURCE_MAPPING,
    EVENT_TARGET,
    FUNCTION,
    INVOKE_CONFIG,
    LOG_GROUP,
    SUBSCRIPTION,
)
from policy.rule import Faults, resource_rule, stack_rule
from policy.view import Resource, Stack, listed

# Of Python; 3.11's time ends in 2027.
RUNTIMES = ["python3.12", "python3.13", "python3.14"]


@resource_rule(EVENT_SOURCE_MAPPING)
def batch_item_failures(mapping: Resource) -> Faults:
    """A batch's failures are reported one by one, so that a bad message holds back no good one.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    if "ReportBatchItemFailures" not in listed(mapping.get("functionResponseTypes")):
        yield (
            'Set function_response_types=["ReportBatchItemFailures"], and have the function return'
            " what failed."
        )


@resource_rule(EVENT_SOURCE_MAPPING)
def stream_failures_kept(mapping: Resource) -> Faults:
    """What of a stream cannot be worked off rests, after a limited number of retries.

    Else it holds back its shard until it expires, and is lost then.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html
    """
    # Queues have no position to start from.
    if not mapping.has("startingPosition"):
        return
    if not mapping.has("destinationConfig", "onFailure", "destinationArn"):
        yield "Set destination_config's on_failure to a dead-letter queue."
    retries = mapping.get("maximumRetryAttempts")
    if retries is None or retries < 0:
        yield "Set maximum_retry_attempts: without it Lambda tries until the record expires."


@stack_rule(FUNCTION)
def asynchronous_failures_kept(function: Resource, stack: Stack) -> Faults:
    """What an asynchronous call of a function fails by rests in a dead-letter queue.

    Lambda tries twice more and then discards the event. Known as asynchronous are the calls of
    EventBridge and of SNS.
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    if function.has("deadLetterConfig", "targetArn"):
        return
    called = stack.first(
        EVENT_TARGET, lambda each: each.get("arn") == function.own("arn")
    ) or stack.first(SUBSCRIPTION, lambda each: each.get("endpoint") == function.own("arn"))
    if called and not stack.first(
        INVOKE_CONFIG,
        lambda each: (
            each.get("functionName") in {function.own("arn"), function.own("name")}
            and each.has("destinationConfig", "onFailure")
        ),
    ):
        yield f"{called.name} calls it, and what fails is lost: set dead_letter_config."


@stack_rule(FUNCTION)
def own_log_group(function: Resource, stack: Stack) -> Faults:
    """Each function logs to a log group of its own, which the stack has.

    Else Lambda makes one when it is first called, which keeps its logs for ever, and stays.
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """

    def logs_to(each: Resource) -> str:
        return each.get("loggingConfig", "logGroup") or f"/aws/lambda/{each.own('name')}"

    group = logs_to(function)
    if not stack.first(LOG_GROUP, lambda each: each.own("name") == group):
        yield f"The stack has no log group {group}: make one, as infra/python_function.py does."
    other = stack.first(
        FUNCTION, lambda each: each.name != function.name and logs_to(each) == group
    )
    if other:
        yield f"{other.name} logs there too: give each its own, as infra/python_function.py does."


@resource_rule(FUNCTION)
def supported_runtimes(
    function: Resource,
    *,
    runtimes: Annotated[list[str], "runtimes that functions may have"] = RUNTIMES,
) -> Faults:
    """Functions run on a Python that AWS still mends.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-supported
    """
    runtime = function.get("runtime")
    # An image has its own.
    if runtime and runtime not in runtimes:
        yield f"{runtime} is not one of {', '.join(runtimes)}: set runtime to the newest."


@resource_rule(FUNCTION, level="advisory")
def functions_on_arm64(function: Resource) -> Faults:
    """Functions run on arm64, for a fifth less a millisecond.

    https://aws.amazon.com/lambda/pricing/
    """
    if listed(function.get("architectures")) != ["arm64"]:
        yield 'Set architectures=["arm64"], with layers and libraries that are built for it.'


@resource_rule(EVENT_SOURCE_MAPPING)
def consumers_bounded(mapping: Resource) -> Faults:
    """A queue's consumer has a limit of its own on calls at once.

    Else a full queue takes up to 1,000 of them, and with them what other functions need.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
    """
    if mapping.has("startingPosition"):
        return
    if not mapping.has("scalingConfig", "maximumConcurrency"):
        yield "Set scaling_config's maximum_concurrency, 2 or more."
