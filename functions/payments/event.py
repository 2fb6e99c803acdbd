"""What `take_payment` and `refund_payment` read of the order message the workflow sends them."""

from typing import TypedDict

from functions.payments.processor import Payment


class PaymentEvent(TypedDict):
    """Which attempt at paying whose order."""

    id: str
    customerId: str
    attempt: int


def payment_of(event: PaymentEvent) -> Payment:
    return Payment(order_id=event["id"], attempt=event["attempt"])
