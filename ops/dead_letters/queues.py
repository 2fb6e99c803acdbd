"""The stage's dead-letter queues."""

from dataclasses import dataclass

from ops.stage import OpsError, Stage

ORDERS, REFUNDS, BROADCAST = "orders", "refunds", "broadcast"
MAIL, UNDELIVERED_MAIL = "mail", "undelivered-mail"
NAMES = (ORDERS, REFUNDS, BROADCAST, MAIL, UNDELIVERED_MAIL)
# The outputs of each, and of the queue that it sends round to.
OUTPUTS = {
    ORDERS: ("deadLetterQueueUrl", "orderQueueUrl"),
    REFUNDS: ("refundDeadLetterQueueUrl", "refundQueueUrl"),
    # Of changes to the table: these are published again.
    BROADCAST: ("broadcastDeadLetterQueueUrl", None),
    MAIL: ("mailDeadLetterQueueUrl", "mailQueueUrl"),
    UNDELIVERED_MAIL: ("undeliveredMailQueueUrl", "mailQueueUrl"),
}
# What SQS fills, it also moves (StartMessageMoveTask); not what SNS and Lambda fill.
MOVED_BY_SQS = (ORDERS, REFUNDS, MAIL)


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueue:
    """One of the stage's.

    Args:
        name: as an operator calls it.
        destination: the address of the queue that its messages are sent round to; None where it
            is not to a queue that they go.
    """

    name: str
    url: str
    destination: str | None


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How many messages there are, as SQS knows it: about.

    Args:
        hidden: received a moment ago, by whomever, and not deleted.
    """

    visible: int
    hidden: int

    @property
    def all(self) -> int:
        return self.visible + self.hidden


def queues_of(stage: Stage, name: str | None) -> list[DeadLetterQueue]:
    """Those of the stage, or the one of this name.

    Raises:
        OpsError: this stage has none of that name.
    """
    found = [_queue(stage, each) for each in NAMES if name in {None, each}]
    there = [queue for queue in found if queue]
    if not there:
        raise OpsError(f"Stage {stage.name} mails no customers, so it has no queue {name}.")
    return there


def _queue(stage: Stage, name: str) -> DeadLetterQueue | None:
    url, destination = OUTPUTS[name]
    if name in {MAIL, UNDELIVERED_MAIL} and not stage.has(url):
        return None
    return DeadLetterQueue(
        name=name,
        url=stage.output(url),
        destination=stage.output(destination) if destination else None,
    )


def depth(stage: Stage, url: str) -> Depth:
    attributes = stage.sqs.get_queue_attributes(
        QueueUrl=url,
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )["Attributes"]
    return Depth(
        visible=int(attributes["ApproximateNumberOfMessages"])
        + int(attributes["ApproximateNumberOfMessagesDelayed"]),
        hidden=int(attributes["ApproximateNumberOfMessagesNotVisible"]),
    )
