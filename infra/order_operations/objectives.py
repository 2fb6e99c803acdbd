"""What customers are promised, and how soon somebody is woken when it is being broken.

As the SRE workbook has it ("Alerting on SLOs", multiwindow, multi-burn-rate alerts): how many times
faster than allowed the budget of faults is used up, over a long window, so that it matters, and
over a short one, so that it is still going on. https://sre.google/workbook/alerting-on-slos/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.order_operations.alarms import Alarm, Metric, description, metric_alarm, total

MINUTE, HOUR, DAY = 60, 3600, 86_400
# A single fault in a quiet night is no trend.
FEWEST_FAULTS = 3


@dataclass(frozen=True, kw_only=True)
class BurnRate:
    """So many times faster than allowed, over both windows. Both are in seconds."""

    times: float
    long: int
    short: int


# Of the budget of 30 days, 2 % are gone in an hour, or 5 % in six: somebody is to get up.
FAST = (
    BurnRate(times=14.4, long=HOUR, short=5 * MINUTE),
    BurnRate(times=6, long=6 * HOUR, short=30 * MINUTE),
)
# 10 % in three days: on the next working day. CloudWatch looks at so long a window once an hour.
SLOWLY = (BurnRate(times=1, long=3 * DAY, short=6 * HOUR),)


@dataclass(frozen=True, kw_only=True)
class Objective:
    """A share of requests or orders that is to go well.

    Args:
        name: how it is when it does not.
        promised: the share, such as 0.999.
        felt: what customers feel where it is broken.
        bad: metrics whose sum went wrong.
        every: the metrics whose sum all are.
    """

    name: str
    promised: float
    felt: str
    bad: Mapping[str, Metric]
    every: Mapping[str, Metric]


def watch(
    objective: Objective, told: Sequence[pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> None:
    """Make an alarm for what is burnt fast, and one for what is burnt slowly."""
    for speed, rates in (("fast", FAST), ("slowly", SLOWLY)):
        name = f"{objective.name}-{speed}"
        both: list[pulumi.Output[str]] = []
        for rate in rates:
            long, short = (
                metric_alarm(_window(objective, rate, seconds, name), (), opts)
                for seconds in (rate.long, rate.short)
            )
            both.append(
                pulumi.Output.concat('(ALARM("', long.name, '") AND ALARM("', short.name, '"))')
            )
        aws.cloudwatch.CompositeAlarm(
            name,
            # Pulumi makes up no name for these.
            alarm_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            alarm_description=description(
                f"{objective.felt} The objective of {100 * objective.promised:g} % is being missed"
                f" {speed}.",
                name,
            ),
            alarm_rule=pulumi.Output.all(*both).apply(" OR ".join),
            alarm_actions=told,
            ok_actions=told,
            opts=opts,
        )


def _window(objective: Objective, rate: BurnRate, seconds: int, page: str) -> Alarm:
    """Above so many times what is allowed, over one window; it wakes nobody by itself.

    So few faults are none over the long window alone: over the short one a single one goes on.
    """
    budget = round(1 - objective.promised, 6)
    bad, every = total(objective.bad), total(objective.every)
    fewest = FEWEST_FAULTS if seconds == rate.long else 1
    return Alarm(
        name=f"{page}-{_told(seconds)}",
        tells=(f"{objective.felt} Over {_told(seconds)}, {rate.times:g} times as many as allowed."),
        metrics={**objective.bad, **objective.every},
        expression=f"IF({bad} >= {fewest}, {bad} / {every}, 0)",
        more_than=round(rate.times * budget, 6),
        period=seconds,
        page=page,
    )


def _told(seconds: int) -> str:
    """`5m`, `6h`, `3d`."""
    for unit, letter in ((DAY, "d"), (HOUR, "h")):
        if seconds % unit == 0:
            return f"{seconds // unit}{letter}"
    return f"{seconds // MINUTE}m"
