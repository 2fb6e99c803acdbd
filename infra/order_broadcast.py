"""Tells subscribers of every change to an order."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.dead_letters import dead_letter_queue
from infra.python_function import FunctionNames, PythonFunction, PythonFunctionArgs

# What is older is no live update, and holds back those that are.
FIVE_MINUTES = 300
# The objective: 99 % of orders end within this.
LATE_AFTER_SECONDS = 30
MOST_RETRIES = 10
# Lambda hands an item's changes to one batch at a time; ten batches of a shard are at work at once.
BATCHES_AT_ONCE = 10
BATCH_SIZE = 10


@dataclass(frozen=True, kw_only=True)
class OrderBroadcastArgs:
    """Where changes come from, and the API that tells of them."""

    stream_arn: pulumi.Input[str]
    api_arn: pulumi.Input[str]
    graphql_url: pulumi.Input[str]
    log_retention_days: pulumi.Input[int]


class OrderBroadcast(pulumi.ComponentResource):
    """The table's stream, read in order by `broadcast_update`, which publishes each change.

    Changes that could not be published are given up after a while, so that they hold back no newer
    ones; the dead-letter queue then keeps where in the stream they are.
    """

    dead_letter_queue_name: pulumi.Output[str]
    dead_letter_queue_url: pulumi.Output[str]
    consumer: pulumi.Output[FunctionNames]

    def __init__(
        self, name: str, args: OrderBroadcastArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:broadcast:OrderBroadcast", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        dead_letters = dead_letter_queue(f"{name}-dead-letters", child)
        function = PythonFunction(
            "broadcast-update",
            PythonFunctionArgs(
                packages=["broadcast_update", "telemetry"],
                timeout_seconds=30,
                log_retention_days=args.log_retention_days,
                environment={
                    "GRAPHQL_URL": args.graphql_url,
                    "LATE_AFTER_SECONDS": str(LATE_AFTER_SECONDS),
                },
                statements=[
                    {
                        "Action": [
                            "dynamodb:DescribeStream",
                            "dynamodb:GetRecords",
                            "dynamodb:GetShardIterator",
                            "dynamodb:ListStreams",
                        ],
                        "Resource": args.stream_arn,
                    },
                    {"Action": ["sqs:SendMessage"], "Resource": dead_letters.arn},
                    {
                        "Action": ["appsync:GraphQL"],
                        "Resource": pulumi.Output.concat(
                            args.api_arn, "/types/Mutation/fields/publishOrderUpdate"
                        ),
                    },
                ],
            ),
            child,
        )
        aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=args.stream_arn,
            function_name=function.arn,
            # From the stream's beginning: nothing is missed while the mapping is being made.
            starting_position="TRIM_HORIZON",
            batch_size=BATCH_SIZE,
            parallelization_factor=BATCHES_AT_ONCE,
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=MOST_RETRIES,
            maximum_record_age_in_seconds=FIVE_MINUTES,
            destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                    destination_arn=dead_letters.arn
                )
            ),
            opts=child,
        )
        self.dead_letter_queue_name = dead_letters.name
        self.dead_letter_queue_url = dead_letters.url
        self.consumer = function.names
        self.register_outputs({"deadLetterQueueName": self.dead_letter_queue_name})
