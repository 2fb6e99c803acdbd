"""Takes the payment of one attempt at an order. Called by the workflow's TakePayment state."""

from typing import TypedDict

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.payments.environment import payment_processor
from functions.payments.event import PaymentEvent, payment_of
from functions.payments.processor import Outcome, PaymentProcessor, PaymentProcessorUnreachable

logger = Logger()

REASONS: dict[Outcome, str | None] = {
    Outcome.ACCEPTED: None,
    Outcome.DECLINED: "payment method declined",
    # The order has ended by this reason; nobody is told it again.
    Outcome.VOIDED: "payment processor unreachable",
}
LOG_LINES: dict[Outcome, str] = {
    Outcome.ACCEPTED: "Payment taken",
    Outcome.DECLINED: "Payment declined",
    Outcome.VOIDED: "Payment was voided before",
}


class PaymentResult(TypedDict):
    """What the workflow goes on with; `reason` is for the customer."""

    outcome: Outcome
    reason: str | None


@logger.inject_lambda_context(clear_state=True)
def handle(event: PaymentEvent, _context: LambdaContext) -> PaymentResult:
    """Take the payment; a declined one is a result.

    Raises:
        PaymentProcessorUnreachable: the workflow calls again.
    """
    return take_payment(event, payment_processor())


def take_payment(event: PaymentEvent, processor: PaymentProcessor) -> PaymentResult:
    """As `handle`, with the processor handed in."""
    logger.append_keys(
        orderId=event["id"],
        customerId=event["customerId"],
        attempt=event["attempt"],
        execution=event.get("execution"),
    )
    try:
        outcome = processor.take(payment_of(event))
    except PaymentProcessorUnreachable:
        logger.warning("Payment processor unreachable")
        raise
    logger.info(LOG_LINES[outcome])
    return {"outcome": outcome, "reason": REASONS[outcome]}
