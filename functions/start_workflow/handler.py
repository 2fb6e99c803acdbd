"""Starts one workflow execution for each order on the queue."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Self, TypedDict

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.start_workflow.order_message import (
    MalformedOrderMessage,
    OrderMessage,
    order_body,
    parse,
)
from functions.telemetry.error import error_keys
from functions.telemetry.metrics import count, counted
from functions.telemetry.order_metric import OrderMetric
from functions.telemetry.trace import trace_by_header, trace_header, trace_keys

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

logger = Logger()

# An execution that ended so did not bring its order to an end, and is followed by another.
FAILED = {"FAILED", "TIMED_OUT", "ABORTED"}
# With the longest ids and attempt the names of these have 80 characters, Step Functions' most.
MOST_FOLLOW_ONS = 999


class Traced(TypedDict, total=False):
    """Which trace an execution goes on with."""

    traceHeader: str


class TooManyExecutions(Exception):
    """The message was sent round so often that its executions' names are used up."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Set by infra/order_queue.py."""

    workflow_arn: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(workflow_arn=environ["WORKFLOW_ARN"])


@cache
def _step_functions() -> "SFNClient":
    client = boto3.client("stepfunctions")
    trace_by_header(client)
    return client


@counted
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Start an execution for each message; answer which messages to deliver again."""
    start = partial(start_workflow, _step_functions(), Environment.read().workflow_arn)
    return process_partial_response(
        event=event,
        record_handler=start,
        # A batch of bad messages only is reported like any other, not raised.
        processor=BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )


def start_workflow(step_functions: "SFNClient", workflow_arn: str, record: SQSRecord) -> None:
    """Start the execution of one message, unless one runs already or has come to an end.

    Raises:
        MalformedOrderMessage: the message cannot be an order.
        ClientError: Step Functions did not take it.
    """
    with logger.append_context_keys(messageId=record.message_id, **trace_keys(record)):
        try:
            body = order_body(record.body)
            message = parse(body)
        except MalformedOrderMessage as error:
            logger.error("Message refused: %s", error)
            raise
        with logger.append_context_keys(
            orderId=message["id"], customerId=message["customerId"], attempt=message["attempt"]
        ):
            try:
                name = _start_next(
                    step_functions, workflow_arn, message, body, trace_header(record)
                )
            except Exception as error:
                logger.error("Workflow could not be started", extra=error_keys(error))
                raise
            # Not where it follows one that failed: the order was counted with that.
            if name == execution_name(message):
                first = message["attempt"] == 1
                count(OrderMetric.ORDERS_STARTED if first else OrderMetric.ORDERS_RETRIED)
            logger.info(
                "Workflow started" if name else "Workflow was started already", execution=name
            )


def _start_next(
    step_functions: "SFNClient",
    workflow_arn: str,
    message: OrderMessage,
    body: str,
    trace: str | None,
) -> str | None:
    """Start what follows the message's executions that failed; None where one did not fail.

    Returns:
        The new execution's name.
    """
    traced: Traced = {"traceHeader": trace} if trace else {}
    for follow_on in range(MOST_FOLLOW_ONS + 1):
        name = execution_name(message, follow_on)
        try:
            step_functions.start_execution(
                stateMachineArn=workflow_arn, name=name, input=body, **traced
            )
        except step_functions.exceptions.ExecutionAlreadyExists:
            arn = f"{workflow_arn.replace(':stateMachine:', ':execution:')}:{name}"
            status = step_functions.describe_execution(executionArn=arn)["status"]
            if status not in FAILED:
                return None
        else:
            return name
    raise TooManyExecutions(f"{MOST_FOLLOW_ONS + 1} executions of this message have failed")


def execution_name(message: OrderMessage, follow_on: int = 0) -> str:
    """The name that makes starting idempotent: at most 80 letters, digits, `-` and `_`.

    Args:
        follow_on: how many executions of the same message have failed before.
    """
    name = f"{message['customerId']}-{message['id']}"
    if message["attempt"] > 1:
        name += f"-{message['attempt']}"
    return f"{name}_{follow_on}" if follow_on else name
