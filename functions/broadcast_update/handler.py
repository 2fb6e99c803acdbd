"""Publishes each change of the table of orders to the API's subscribers."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBStreamEvent,
    StreamRecord,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.session import get_session

from functions.broadcast_update.order_end import order_end
from functions.broadcast_update.order_update import order_update
from functions.broadcast_update.publisher import NotPublished, Publisher
from functions.telemetry.metrics import count, counted, measure
from functions.telemetry.order_metric import OrderMetric

logger = Logger()

ANSWER_WITHIN_SECONDS = 5
# What an answer that does not come, and the report of it, may take of a call's time.
LAST_MILLISECONDS = (ANSWER_WITHIN_SECONDS + 1) * 1000
# As botocore's own clients have it: headers and body leave without waiting for each other.
SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Set by infra/order_broadcast.py, and AWS_REGION by Lambda.

    Args:
        late_after_seconds: an order that ends later than that is late.
    """

    graphql_url: str
    late_after_seconds: float
    region: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(
            graphql_url=environ["GRAPHQL_URL"],
            late_after_seconds=float(environ["LATE_AFTER_SECONDS"]),
            region=environ["AWS_REGION"],
        )


@cache
def _publisher(environment: Environment) -> Publisher:
    """One for all calls, so that connections stay open between them."""
    credentials = get_session().get_credentials()
    if credentials is None:
        raise NoCredentialsError
    http = URLLib3Session(
        timeout=ANSWER_WITHIN_SECONDS,
        socket_options=SOCKET_OPTIONS,  # pyright: ignore[reportArgumentType] (stubbed as text)
    )
    return Publisher(environment.graphql_url, http, credentials, environment.region)


@counted
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Publish each record's change; answer from which record on to deliver again."""
    environment = Environment.read()
    return broadcast(
        DynamoDBStreamEvent(event),
        _publisher(environment),
        context.get_remaining_time_in_millis,
        environment.late_after_seconds,
    )


def broadcast(
    event: DynamoDBStreamEvent,
    publisher: Publisher,
    milliseconds_left: Callable[[], int],
    late_after_seconds: float,
) -> PartialItemFailureResponse:
    """As `handle`, with what it needs handed in.

    A call that is cut off counts as failed, and all that it has published is published again: it
    stops while there is time to say how far it came.

    Stops at the first failure, where a BatchProcessor would go on: Lambda delivers again from the
    earliest failure on, and what follows must neither overtake it nor be published twice. Where
    nothing was published yet, the whole batch fails: Lambda halves it, until the bad one is alone.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    published = False
    for record in event.records:
        change, event_name = record.dynamodb, record.event_name
        update = order_update(change, event_name) if change and event_name else None
        if change is None or update is None:
            continue
        with logger.append_context_keys(orderId=update["id"], customerId=update["customerId"]):
            if published and milliseconds_left() < LAST_MILLISECONDS:
                logger.warning("No time left; the rest is delivered again")
                return _again_from(change)
            try:
                publisher.publish(update)
            except NotPublished as error:
                logger.error("Update not published: %s", error)
                if not published:
                    raise
                return _again_from(change)
            published = True
            # Not before: what is not published is delivered again.
            _count_end(change, late_after_seconds)
            logger.info("Update published", status=update["status"], version=update["version"])
    return {"batchItemFailures": []}


def _count_end(change: StreamRecord, late_after_seconds: float) -> None:
    end = order_end(change)
    if end:
        count(end.outcome)
        measure(OrderMetric.ORDER_AGE, end.milliseconds)
        count(OrderMetric.ORDERS_LATE, int(end.milliseconds > 1000 * late_after_seconds))


def _again_from(change: StreamRecord) -> PartialItemFailureResponse:
    return {"batchItemFailures": [{"itemIdentifier": change.sequence_number or ""}]}
