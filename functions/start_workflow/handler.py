"""Starts one workflow execution for each order on the queue."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Self

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

from functions.start_workflow.order_message import MalformedOrderMessage, OrderMessage, parse

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

logger = Logger()


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Set by infra/order_queue.py."""

    workflow_arn: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(workflow_arn=environ["WORKFLOW_ARN"])


@cache
def _step_functions() -> "SFNClient":
    return boto3.client("stepfunctions")


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
    """Start the execution of one message; one that exists already counts as started.

    Raises:
        MalformedOrderMessage: the message cannot be an order.
        ClientError: Step Functions did not take it.
    """
    with logger.append_context_keys(messageId=record.message_id):
        try:
            message = parse(record.body)
        except MalformedOrderMessage as error:
            logger.error("Message refused: %s", error)
            raise
        name = execution_name(message)
        with logger.append_context_keys(orderId=message["id"], execution=name):
            try:
                step_functions.start_execution(
                    stateMachineArn=workflow_arn, name=name, input=record.body
                )
                logger.info("Workflow started")
            except step_functions.exceptions.ExecutionAlreadyExists:
                logger.info("Workflow was started already")
            except Exception:
                logger.exception("Workflow could not be started")
                raise


def execution_name(message: OrderMessage) -> str:
    """The name that makes starting idempotent: at most 80 letters, digits, `-` and `_`."""
    first = f"{message['customerId']}-{message['id']}"
    return first if message["attempt"] == 1 else f"{first}-{message['attempt']}"
