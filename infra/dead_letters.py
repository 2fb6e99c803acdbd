"""Where what could not be worked off rests."""

import pulumi
import pulumi_aws as aws

from infra.policy import ResourceStatement, resource_policy

FOURTEEN_DAYS = 14 * 24 * 3600


def dead_letter_queue(
    name: str, opts: pulumi.ResourceOptions, *allowed: ResourceStatement
) -> aws.sqs.Queue:
    """An encrypted queue that keeps messages for 14 days, SQS's longest.

    Args:
        allowed: which AWS services may fill it; a redrive policy needs none.
    """
    queue = aws.sqs.Queue(
        name,
        message_retention_seconds=FOURTEEN_DAYS,
        sqs_managed_sse_enabled=True,
        opts=opts,
    )
    aws.sqs.QueuePolicy(
        name,
        queue_url=queue.url,
        policy=resource_policy(queue.arn, "sqs:*", *allowed),
        opts=opts,
    )
    return queue
