"""Takes the load between the API and the workflow."""

from dataclasses import dataclass

import pulumi

from infra.consumed_queue import ConsumedQueue, ConsumedQueueArgs
from infra.python_function import PythonFunctionArgs


@dataclass(frozen=True, kw_only=True)
class OrderQueueArgs:
    """Which workflow each message starts, and how fast."""

    workflow_arn: pulumi.Input[str]
    consumer_batch_size: int
    consumer_max_concurrency: int
    log_retention_days: pulumi.Input[int]


class OrderQueue(pulumi.ComponentResource):
    """The queue of accepted orders, consumed by `start_workflow`."""

    queue_name: pulumi.Output[str]
    queue_url: pulumi.Output[str]
    queue_arn: pulumi.Output[str]
    dead_letter_queue_name: pulumi.Output[str]
    dead_letter_queue_url: pulumi.Output[str]

    def __init__(
        self, name: str, args: OrderQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:queueing:OrderQueue", name, None, opts)
        queue = ConsumedQueue(
            name,
            ConsumedQueueArgs(
                consumer=PythonFunctionArgs(
                    packages=["start_workflow"],
                    timeout_seconds=30,
                    log_retention_days=args.log_retention_days,
                    environment={"WORKFLOW_ARN": args.workflow_arn},
                    statements=[
                        {"Action": ["states:StartExecution"], "Resource": args.workflow_arn}
                    ],
                ),
                batch_size=args.consumer_batch_size,
                max_concurrency=args.consumer_max_concurrency,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.queue_name = queue.queue_name
        self.queue_url = queue.queue_url
        self.queue_arn = queue.queue_arn
        self.dead_letter_queue_name = queue.dead_letter_queue_name
        self.dead_letter_queue_url = queue.dead_letter_queue_url
        self.register_outputs(
            {"queueUrl": self.queue_url, "deadLetterQueueUrl": self.dead_letter_queue_url}
        )
