"""What `take_payment` and `refund_payment` read of what the workflow sends them."""

from typing import NotRequired, TypedDict

from functions.payments.processor import Payment


class PaymentEvent(TypedDict):
    """Which attempt at paying whose order, and by which execution, for the log."""

    id: str
    customerId: str
    attempt: int
    execution: NotRequired[str]


def payment_of(event: PaymentEvent) -> Payment:
    return Payment(customer_id=event["customerId"], order_id=event["id"], attempt=event["attempt"])
