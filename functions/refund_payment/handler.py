"""Gives back the payment of one attempt. Called by the workflow's RefundPayment state."""

from typing import TypedDict

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.payments.environment import Environment
from functions.payments.event import PaymentEvent, payment_of
from functions.payments.processor import PaymentProcessor, RandomProcessor

logger = Logger()


class RefundResult(TypedDict):
    """Whether there was anything to give back."""

    refunded: bool


@logger.inject_lambda_context(clear_state=True)
def handle(event: PaymentEvent, _context: LambdaContext) -> RefundResult:
    """Refund the payment; one that was never taken is left alone."""
    processor = RandomProcessor(Environment.read().payment_success_rate)
    return refund_payment(event, processor)


def refund_payment(event: PaymentEvent, processor: PaymentProcessor) -> RefundResult:
    logger.append_keys(
        orderId=event["id"], customerId=event["customerId"], attempt=event["attempt"]
    )
    refunded = processor.refund(payment_of(event))
    logger.info("Payment refunded" if refunded else "There was no payment to refund")
    return {"refunded": refunded}
