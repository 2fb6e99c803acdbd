"""A queue, the function that consumes it, and the dead-letter queue of what it cannot consume."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.dead_letters import dead_letter_queue
from infra.policy import ResourceStatement, resource_policy
from infra.python_function import FunctionNames, PythonFunction, PythonFunctionArgs

# Lambda's guide, "Creating and configuring an Amazon SQS event source mapping": a visibility
# timeout of at least six times the function's, and at least five receives.
VISIBILITY_PER_FUNCTION_TIMEOUT = 6
MAX_RECEIVE_COUNT = 5
FOUR_DAYS = 4 * 24 * 3600
LONG_POLL_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class ConsumedQueueArgs:
    """Who consumes the queue, and which AWS services fill it, or its dead-letter queue.

    Args:
        max_receive_count: how often a message is delivered before it rests.
    """

    consumer: PythonFunctionArgs
    batch_size: int
    max_concurrency: int
    max_receive_count: int = MAX_RECEIVE_COUNT
    allowed: Sequence[ResourceStatement] = ()
    dead_letters_allowed: Sequence[ResourceStatement] = ()


class ConsumedQueue(pulumi.ComponentResource):
    """Delivers at least once, in batches; a message that keeps failing rests for 14 days.

    The consumer reports each batch's failures, so that a bad message holds back no good one.

    Attributes:
        consumer_id: of the event source mapping, by which the consumer is paused.
    """

    queue_name: pulumi.Output[str]
    queue_url: pulumi.Output[str]
    queue_arn: pulumi.Output[str]
    dead_letter_queue_name: pulumi.Output[str]
    dead_letter_queue_url: pulumi.Output[str]
    dead_letter_queue_arn: pulumi.Output[str]
    consumer: pulumi.Output[FunctionNames]
    consumer_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: ConsumedQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:queueing:ConsumedQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        dead_letters = dead_letter_queue(f"{name}-dead-letters", child, *args.dead_letters_allowed)
        queue = aws.sqs.Queue(
            name,
            visibility_timeout_seconds=(
                VISIBILITY_PER_FUNCTION_TIMEOUT * args.consumer.timeout_seconds
            ),
            message_retention_seconds=FOUR_DAYS,
            receive_wait_time_seconds=LONG_POLL_SECONDS,
            sqs_managed_sse_enabled=True,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": args.max_receive_count}
            ),
            opts=child,
        )
        aws.sqs.RedriveAllowPolicy(
            name,
            queue_url=dead_letters.url,
            redrive_allow_policy=pulumi.Output.json_dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [queue.arn]}
            ),
            opts=child,
        )
        aws.sqs.QueuePolicy(
            name,
            queue_url=queue.url,
            policy=resource_policy(queue.arn, "sqs:*", *args.allowed),
            opts=child,
        )
        consumer = PythonFunction(
            args.consumer.packages[0].replace("_", "-"),
            dataclasses.replace(
                args.consumer,
                statements=[
                    *args.consumer.statements,
                    {
                        "Action": [
                            "sqs:ReceiveMessage",
                            "sqs:DeleteMessage",
                            "sqs:GetQueueAttributes",
                        ],
                        "Resource": queue.arn,
                    },
                ],
            ),
            child,
        )
        mapping = aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=queue.arn,
            function_name=consumer.arn,
            batch_size=args.batch_size,
            # No batching window: it would keep orders waiting.
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=aws.lambda_.EventSourceMappingScalingConfigArgs(
                maximum_concurrency=args.max_concurrency
            ),
            opts=child,
        )
        self.queue_name = queue.name
        self.queue_url = queue.url
        self.queue_arn = queue.arn
        self.dead_letter_queue_name = dead_letters.name
        self.dead_letter_queue_url = dead_letters.url
        self.dead_letter_queue_arn = dead_letters.arn
        self.consumer = consumer.names
        self.consumer_id = mapping.id
        self.register_outputs(
            {"queueUrl": self.queue_url, "deadLetterQueueUrl": self.dead_letter_queue_url}
        )
