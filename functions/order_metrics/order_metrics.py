"""What is counted of orders: CloudWatch's metrics, written as lines of the log, so by no call.

A line is of the embedded metric format, of namespace `orderflow` and the one dimension `stage`:
each further value of a dimension would be another metric to pay for.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
"""

import os
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

P = ParamSpec("P")
R = TypeVar("R")

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


# Without a service, as each would be a dimension.
_metrics = Metrics(namespace=NAMESPACE, service="")


def count(metric: OrderMetric, by: int = 1) -> None:
    """Count it for this call; `by` 0 has the metric be there, and at 0."""
    _metrics.add_metric(name=metric, unit=MetricUnit.Count, value=by)


def measure(metric: OrderMetric, milliseconds: float) -> None:
    """One of the values whose distribution the metric is."""
    _metrics.add_metric(name=metric, unit=MetricUnit.Milliseconds, value=milliseconds)


def counted(handler: Callable[P, R]) -> Callable[P, R]:
    """Write what a call has counted when it ends, however it ends."""

    @wraps(handler)
    def handle(*args: P.args, **kwargs: P.kwargs) -> R:
        # What was cut off half-way is delivered again, and counted then.
        _metrics.provider.metric_set.clear()
        _metrics.provider.dimension_set[STAGE] = os.environ["STAGE"]
        try:
            return handler(*args, **kwargs)
        finally:
            if _metrics.provider.metric_set:
                _metrics.flush_metrics()

    return handle
