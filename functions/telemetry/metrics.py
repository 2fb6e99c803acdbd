"""What is counted of orders: CloudWatch's metrics, written as lines of the log, so by no call.

A line is of the embedded metric format, of namespace `orderflow` and the one dimension `stage`:
each further value of a dimension would be another metric to pay for.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
"""

import os
from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

from functions.telemetry.order_metric import NAMESPACE, STAGE, OrderMetric

P = ParamSpec("P")
R = TypeVar("R")

# What the call that is going on has counted; None: none is.
Count = tuple[OrderMetric, MetricUnit, float]
_call: list[Count] | None = None


def count(metric: OrderMetric, by: int = 1) -> None:
    """Count it for the call that is going on; by 0, that the metric is there, and none of it."""
    if _call is not None:
        _call.append((metric, MetricUnit.Count, by))


def measure(metric: OrderMetric, milliseconds: float) -> None:
    """One of the values whose distribution the metric is."""
    if _call is not None:
        _call.append((metric, MetricUnit.Milliseconds, milliseconds))


def counted(handler: Callable[P, R]) -> Callable[P, R]:
    """Write what a call has counted when it ends, however it ends.

    What a call that is killed has counted is lost; where it is delivered again, it is counted then.
    """

    @wraps(handler)
    def handle(*args: P.args, **kwargs: P.kwargs) -> R:
        global _call
        outer, _call = _call, (counts := list[Count]())
        try:
            return handler(*args, **kwargs)
        finally:
            _call = outer
            _write(counts)

    return handle


def _write(counts: Sequence[Count]) -> None:
    if not counts:
        return
    # Without a service, as that would be a dimension. Its own for each call: Powertools' Metrics
    # warns whenever it keeps a dimension from one call to the next.
    metrics = AmazonCloudWatchEMFProvider(
        namespace=NAMESPACE, service="", dimension_set={STAGE: os.environ["STAGE"]}
    )
    for metric, unit, value in counts:
        metrics.add_metric(name=metric, unit=unit, value=value)
    # A hundred values of one metric are written at once.
    if metrics.metric_set:
        metrics.flush_metrics()
