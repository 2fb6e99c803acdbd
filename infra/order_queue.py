"""Takes the load between the API and the workflow."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.consumed_queue import ConsumedQueue, ConsumedQueueArgs
from infra.python_function import FunctionNames, PythonFunctionArgs

# What an execution ends with that has put its own message to rest (order_workflow.asl.yaml).
MESSAGE_RESTS = "OrderWorkflow.MessageRests"


@dataclass(frozen=True, kw_only=True)
class OrderQueueArgs:
    """Which workflow each message starts, and how fast."""

    workflow_arn: pulumi.Input[str]
    consumer_batch_size: int
    consumer_max_concurrency: int
    log_retention_days: pulumi.Input[int]


class OrderQueue(pulumi.ComponentResource):
    """The queue of accepted orders, consumed by `start_workflow`.

    In its dead-letter queue rests what could not be started, what the workflow could not go on
    with, and, brought by EventBridge, the orders of executions that were cut off. Executions of
    an EXPRESS workflow have no events.

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
        self, name: str, args: OrderQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:queueing:OrderQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        cut_off = aws.cloudwatch.EventRule(
            f"{name}-cut-off",
            description="Executions that ended without their order, nor its message put to rest.",
            event_pattern=pulumi.Output.json_dumps(
                {
                    "source": ["aws.states"],
                    "detail-type": ["Step Functions Execution Status Change"],
                    "detail": {
                        "stateMachineArn": [args.workflow_arn],
                        "$or": [
                            {"status": ["TIMED_OUT", "ABORTED"]},
                            {"status": ["FAILED"], "error": [{"anything-but": [MESSAGE_RESTS]}]},
                        ],
                    },
                }
            ),
            opts=child,
        )
        queue = ConsumedQueue(
            name,
            ConsumedQueueArgs(
                consumer=PythonFunctionArgs(
                    packages=["start_workflow", "telemetry"],
                    timeout_seconds=30,
                    log_retention_days=args.log_retention_days,
                    environment={"WORKFLOW_ARN": args.workflow_arn},
                    statements=[
                        {"Action": ["states:StartExecution"], "Resource": args.workflow_arn},
                        {
                            "Action": ["states:DescribeExecution"],
                            # The executions of this one workflow.
                            "Resource": pulumi.Output.from_input(args.workflow_arn).apply(
                                lambda arn: f"{arn.replace(':stateMachine:', ':execution:')}:*"
                            ),
                        },
                    ],
                ),
                batch_size=args.consumer_batch_size,
                max_concurrency=args.consumer_max_concurrency,
                dead_letters_allowed=[
                    {
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": ["sqs:SendMessage"],
                        "Condition": {"ArnEquals": {"aws:SourceArn": cut_off.arn}},
                    }
                ],
            ),
            child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-cut-off",
            rule=cut_off.name,
            arn=queue.dead_letter_queue_arn,
            input_path="$.detail",
            opts=child,
        )
        self.queue_name = queue.queue_name
        self.queue_url = queue.queue_url
        self.queue_arn = queue.queue_arn
        self.dead_letter_queue_name = queue.dead_letter_queue_name
        self.dead_letter_queue_url = queue.dead_letter_queue_url
        self.dead_letter_queue_arn = queue.dead_letter_queue_arn
        self.consumer = queue.consumer
        self.consumer_id = queue.consumer_id
        self.register_outputs(
            {"queueUrl": self.queue_url, "deadLetterQueueUrl": self.dead_letter_queue_url}
        )
