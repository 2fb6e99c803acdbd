"""The deployed stage as an operator sees it: its queues, executions and tables."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from local.cloud import CloudError
from local.embedded_cloud import EmbeddedCloud
from local.engine.program import name_prefix
from ops.dead_letters.cause import cause_of, group_of
from ops.orders import Item, plain

# What a killed consumer had comes back after this; on the stage itself it takes minutes.
VISIBILITY_SECONDS = 1
MOST_PAYMENTS_AT_ONCE = 4
MOST_REDRIVEN_AT_ONCE = 40
LOOK_SECONDS = 0.25
# For an operator who looks at dead letters and puts them back.
HELD_SECONDS = 60
IN_QUEUE = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
# Messages go from each to what comes after it, and never back but by an operator.
FLOW = ("order-queue-", "refunds-", "customer-mail-")
# Of all names that the stage's resources have.
PREFIX = name_prefix("local")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A consumed queue and its dead-letter queue."""

    url: str
    dead_letters: str


class Stage:
    """One deployment on the embedded cloud. Its methods block."""

    def __init__(self, cloud: EmbeddedCloud, outputs: dict[str, Any]) -> None:
        self.cloud = cloud
        self.outputs = outputs
        self.queues = [self._queue(prefix) for prefix in FLOW]

    @property
    def orders(self) -> Queue:
        """The queue that the door fills."""
        return self.queues[0]

    def _queue(self, prefix: str) -> Queue:
        listed = self.cloud.aws.sqs.list_queues(QueueNamePrefix=PREFIX + prefix)
        urls = listed.get("QueueUrls", [])
        dead, alive = (
            [url for url in urls if ("dead-letters" in url) is wanted] for wanted in (True, False)
        )
        assert len(dead) == len(alive) == 1, urls
        return Queue(url=alive[0], dead_letters=dead[0])

    def hasten(self) -> None:
        """Have messages whose consumer was killed come back at once.

        That is shorter than the functions' time-outs: a slow consumer's messages are delivered a
        second time meanwhile. The stage must bear that, too.
        """
        for queue in self.queues:
            self.cloud.aws.sqs.set_queue_attributes(
                QueueUrl=queue.url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)}
            )

    def make_scarce(self) -> None:
        """Have Lambda throttle those whose calls it would otherwise all run at once.

        As in a small account; and here each call of many at once is a process that starts.
        """
        functions = self.cloud.aws.functions
        pages = functions.get_paginator("list_functions").paginate()
        names = [
            function.get("FunctionName", "") for page in pages for function in page["Functions"]
        ]
        for name in names:
            if name.startswith(f"{PREFIX}take-payment-"):
                functions.put_function_concurrency(
                    FunctionName=name, ReservedConcurrentExecutions=MOST_PAYMENTS_AT_ONCE
                )

    def delay_orders(self, seconds: int) -> None:
        """Have every message about an order arrive that much later from now on."""
        self.cloud.aws.sqs.set_queue_attributes(
            QueueUrl=self.orders.url, Attributes={"DelaySeconds": str(seconds)}
        )

    def send(self, body: str, delay_seconds: int = 0) -> None:
        """Put a message straight on the queue of orders."""
        self.cloud.aws.sqs.send_message(
            QueueUrl=self.orders.url, MessageBody=body, DelaySeconds=delay_seconds
        )

    def running(self) -> list[str]:
        """The ARNs of executions that have not ended."""
        listed = self.cloud.aws.step_functions.list_executions(
            stateMachineArn=self.outputs["workflowArn"], statusFilter="RUNNING"
        )
        return [execution["executionArn"] for execution in listed["executions"]]

    def moving(self) -> dict[str, int]:
        """How much still moves: messages and executions, looked at along their way.

        In this order nothing can slip from where it was not looked at yet to where it was already.
        """
        orders, *later = self.queues
        moving = {orders.url: self._depth(orders.url), "executions": len(self.running())}
        moving |= {queue.url: self._depth(queue.url) for queue in later}
        return {where: number for where, number in moving.items() if number}

    def _depth(self, url: str) -> int:
        attributes = self.cloud.aws.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=list(IN_QUEUE)
        )["Attributes"]
        return sum(int(value) for value in attributes.values())

    async def rest(self, within_seconds: float) -> None:
        """Wait until nothing moves.

        Raises:
            CloudError: it does not come to that in time.
        """
        deadline = time.monotonic() + within_seconds
        while moving := await asyncio.to_thread(self.moving):
            if time.monotonic() > deadline:
                raise CloudError(f"Not at rest within {within_seconds:.0f} seconds: {moving}")
            await asyncio.sleep(LOOK_SECONDS)

    def redrive(self, poison: Collection[str]) -> Counter[str]:
        """Send some of what rests back to where it came from, but poison; how many of which cause.

        Not all of it at once: what rests because calls were throttled would be throttled again.

        The emulator has no StartMessageMoveTask.
        """
        sqs, moved = self.cloud.aws.sqs, Counter[str]()
        for queue in self.queues:
            resting = [each for each in self._resting(queue) if each["Body"] not in poison]
            for message in resting[:MOST_REDRIVEN_AT_ONCE]:
                sqs.send_message(QueueUrl=queue.url, MessageBody=message["Body"])
                sqs.delete_message(
                    QueueUrl=queue.dead_letters, ReceiptHandle=message["ReceiptHandle"]
                )
                moved[group_of(cause_of(message))] += 1
        return moved

    def dead_letters(self) -> list[str]:
        """The bodies of all that rests."""
        return [message["Body"] for queue in self.queues for message in self._resting(queue)]

    def _resting(self, queue: Queue) -> list[Item]:
        """All dead letters of a queue, which go on resting."""
        sqs, resting = self.cloud.aws.sqs, list[Item]()
        while received := sqs.receive_message(
            QueueUrl=queue.dead_letters,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HELD_SECONDS,
            MessageAttributeNames=["cause"],
        ).get("Messages"):
            resting += [dict(message) for message in received]
        for message in resting:
            sqs.change_message_visibility(
                QueueUrl=queue.dead_letters,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=0,
            )
        return resting

    def item(self, customer_id: str, order_id: str) -> Item | None:
        """What the table of orders has by this key."""
        got = self.cloud.aws.dynamodb.get_item(
            TableName=self.outputs["orderTableName"],
            Key={"customerId": {"S": customer_id}, "id": {"S": order_id}},
            ConsistentRead=True,
        )
        return plain(got["Item"]) if "Item" in got else None

    def table(self, output: str) -> list[Item]:
        """Every item of the table of this output."""
        pages = self.cloud.aws.dynamodb.get_paginator("scan").paginate(
            TableName=self.outputs[output], ConsistentRead=True
        )
        return [plain(item) for page in pages for item in page["Items"]]
