"""The metrics of orders, by the names that they have in CloudWatch.

Apart from how they are written, as the program that deploys needs them too, and not Powertools.
"""

from enum import StrEnum

NAMESPACE = "orderflow"
STAGE = "stage"


class OrderMetric(StrEnum):
    """Each is counted by one function alone."""

    # By start_workflow, once its execution was taken. A STANDARD execution is counted again where
    # its message is delivered again while it runs: Step Functions' answer does not tell the two
    # apart; an EXPRESS one is counted at each delivery, as it is then started again.
    ORDERS_STARTED = "OrdersStarted"
    ORDERS_RETRIED = "OrdersRetried"
    # By broadcast_update, of what the workflow has marked in the table: once for each change, and
    # again only where a call was cut off after it had published. What it gave up is in no count.
    ORDERS_PAID = "OrdersPaid"
    ORDERS_DECLINED = "OrdersDeclined"
    ORDERS_UNREACHABLE = "OrdersUnreachable"
    ORDERS_LATE = "OrdersLate"
    ORDER_AGE = "OrderAge"
    # By refund_payment, where the ledger says that this call gave it back: never twice.
    PAYMENTS_REFUNDED = "PaymentsRefunded"
    # By email_customer, once for each mail that SES took; the table of mails says which it has.
    CUSTOMERS_MAILED = "CustomersMailed"
