"""Has SQS itself move all of a dead-letter queue: that goes on whatever becomes of this process.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ops.dead_letters.queues import DeadLetterQueue
from ops.stage import OpsError, Stage

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import ListMessageMoveTasksResultEntryTypeDef

# SQS's own limit.
MOST_A_SECOND = 500
LOOK_SECONDS = 2
UNKNOWN = {"InvalidAction", "AWS.SimpleQueueService.UnsupportedOperation"}


def move_by_sqs(
    stage: Stage,
    queue: DeadLetterQueue,
    destination: str,
    rate: float | None,
    told: Callable[[int], None],
    sleep: Callable[[float], None] = time.sleep,
) -> int | None:
    """Start the task, or follow the one that runs, to its end.

    Args:
        destination: the address of the queue that they go to.
        rate: letters a second; None: as fast as SQS sees fit.
        told: is told how many more have been moved, about.

    Returns:
        How many were moved; None where there is no such thing, as on the embedded cloud.

    Raises:
        OpsError: the task failed, or was cancelled.
    """
    source = _arn(stage, queue.url)
    try:
        task = _newest(stage, source)
        if task is None or task.get("Status") not in {"RUNNING", "CANCELLING"}:
            _start(stage, source, _arn(stage, destination), rate)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in UNKNOWN:
            return None
        raise
    moved = 0
    while True:
        task = _newest(stage, source) or {}
        now = task.get("ApproximateNumberOfMessagesMoved", 0)
        told(now - moved)
        moved = now
        match task.get("Status"):
            case "COMPLETED":
                return moved
            case "FAILED" | "CANCELLED" | "CANCELLING":
                why = task.get("FailureReason", "by somebody")
                raise OpsError(
                    f"SQS moved {moved} letters of {queue.name}, then its task was "
                    f"{task.get('Status', '').lower()}: {why}. "
                    "The others rest; --older-than 0s sends them one by one."
                )
            case _:
                sleep(LOOK_SECONDS)


def _start(stage: Stage, source: str, destination: str, rate: float | None) -> None:
    if rate is None:
        stage.sqs.start_message_move_task(SourceArn=source, DestinationArn=destination)
        return
    stage.sqs.start_message_move_task(
        SourceArn=source,
        DestinationArn=destination,
        MaxNumberOfMessagesPerSecond=max(1, min(MOST_A_SECOND, round(rate))),
    )


def _newest(stage: Stage, source: str) -> "ListMessageMoveTasksResultEntryTypeDef | None":
    tasks = stage.sqs.list_message_move_tasks(SourceArn=source, MaxResults=1).get("Results", [])
    return tasks[0] if tasks else None


def _arn(stage: Stage, url: str) -> str:
    attributes = stage.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return attributes["Attributes"]["QueueArn"]
