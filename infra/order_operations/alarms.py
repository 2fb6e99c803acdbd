"""When somebody is woken: each alarm as data, and the alarm of CloudWatch's that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

RUNBOOK = "docs/runbook.md"
# CloudWatch takes no alarm on more: "Alarms on metric math expressions".
MOST_METRICS = 10


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A series that AWS, or a function, keeps of something.

    Args:
        of: the dimensions.
        statistic: `Sum` of what is counted, `Maximum` of a level.
    """

    namespace: str
    name: str
    of: Mapping[str, pulumi.Input[str]]
    statistic: str = "Sum"


@dataclass(frozen=True, kw_only=True)
class Periods:
    """How many of the last periods must be above the threshold."""

    breaching: int
    of: int


ONE = Periods(breaching=1, of=1)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """What is watched, and from when on it is an alarm.

    Args:
        name: its own, and that of its page in the runbook.
        tells: what has happened, and what customers feel of it.
        metrics: by the names that the expression has for them.
        expression: CloudWatch's metric math; empty: of the one metric as it is. Of metrics that
            were never reported FILL may have nothing, which SUM passes over.
        more_than: the threshold.
        period: seconds; each minute CloudWatch looks at the last ones anew.
        missing: what no data means: `notBreaching`, or `ignore`, that nothing has changed.
        page: of the runbook, where that is another's.
    """

    name: str
    tells: str
    metrics: Mapping[str, Metric]
    expression: str = ""
    more_than: float = 0
    period: int = 60
    periods: Periods = ONE
    missing: str = "notBreaching"
    page: str = ""


def description(tells: str, page: str) -> str:
    """What the mail of an alarm says: which stage, what customers feel, and where to read on."""
    return f"Stage {pulumi.get_stack()}: {tells} See {RUNBOOK}#{page}"


def total(metrics: Mapping[str, Metric]) -> str:
    """The sum of metrics that are reported only when there is something to report."""
    return f"SUM([{', '.join(f'FILL({each}, 0)' for each in metrics)}])"


def metric_alarm(
    alarm: Alarm, told: Sequence[pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> aws.cloudwatch.MetricAlarm:
    """Make it.

    Args:
        told: topics that hear of it, and of its end.
    """
    assert len(alarm.metrics) <= MOST_METRICS, alarm.name  # noqa: S101 (what CloudWatch refuses)
    return aws.cloudwatch.MetricAlarm(
        alarm.name,
        alarm_description=description(alarm.tells, alarm.page or alarm.name),
        evaluation_periods=alarm.periods.of,
        datapoints_to_alarm=alarm.periods.breaching,
        threshold=alarm.more_than,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data=alarm.missing,
        alarm_actions=told,
        ok_actions=told,
        opts=opts,
        **(_by_math(alarm) if alarm.expression else _by_itself(alarm)),
    )


def _by_itself(alarm: Alarm) -> dict[str, Any]:
    [metric] = alarm.metrics.values()
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": metric.of,
        "statistic": metric.statistic,
        "period": alarm.period,
    }


def _by_math(alarm: Alarm) -> dict[str, Any]:
    return {
        "metric_queries": [
            *(
                aws.cloudwatch.MetricAlarmMetricQueryArgs(
                    id=name,
                    metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                        namespace=metric.namespace,
                        metric_name=metric.name,
                        dimensions=metric.of,
                        stat=metric.statistic,
                        period=alarm.period,
                    ),
                )
                for name, metric in alarm.metrics.items()
            ),
            aws.cloudwatch.MetricAlarmMetricQueryArgs(
                id="watched", expression=alarm.expression, label=alarm.name, return_data=True
            ),
        ]
    }
