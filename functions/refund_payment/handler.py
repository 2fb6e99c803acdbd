"""Gives back payments that paid no order: one message of the refund queue each."""

import json
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.payments.environment import payment_processor
from functions.payments.event import PaymentEvent, payment_of
from functions.payments.processor import PaymentProcessor
from functions.telemetry.error import error_keys
from functions.telemetry.metrics import count, counted
from functions.telemetry.order_metric import OrderMetric
from functions.telemetry.trace import trace_keys

logger = Logger()


@counted
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Refund for each message; answer which messages to deliver again."""
    return process_partial_response(
        event=event,
        record_handler=partial(refund_payment, payment_processor()),
        processor=BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )


def refund_payment(processor: PaymentProcessor, record: SQSRecord) -> None:
    """Refund the payment of one message; one that was never taken is left alone.

    Raises:
        Exception: whatever stood in the way; the message is delivered again.
    """
    with logger.append_context_keys(messageId=record.message_id, **trace_keys(record)):
        try:
            event: PaymentEvent = json.loads(record.body)
            payment = payment_of(event)
        except (ValueError, KeyError, TypeError) as error:
            logger.error("Message names no payment", extra=error_keys(error))
            raise
        with logger.append_context_keys(
            orderId=payment.order_id,
            customerId=payment.customer_id,
            attempt=payment.attempt,
            execution=event.get("execution"),
        ):
            try:
                refunded = processor.refund(payment)
            except Exception as error:
                logger.error("Payment could not be refunded", extra=error_keys(error))
                raise
            if refunded:
                count(OrderMetric.PAYMENTS_REFUNDED)
            logger.info("Payment refunded" if refunded else "There was no payment to refund")
