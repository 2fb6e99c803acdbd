"""What was observed, by metric and minute, and CloudWatch's statistics of it."""

import math
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from local.pages.operations.figures import Point

# A namespace, a name, and the values of its dimensions: ("AWS/Lambda", "Errors", "take-payment").
Metric = tuple[str, ...]
# As far back as the dashboard looks: `start` of dashboard.yaml.
KEPT = timedelta(hours=3)
MINUTE = 60
PERCENTILE = re.compile(r"p(\d+)")
COUNTS = ("Sum", "SampleCount")
MOST = "Maximum"


class Recording:
    """Values of metrics; those that are older than is kept are left out."""

    def __init__(self) -> None:
        # How often each value came in the minute that begins at this Unix time.
        self._minutes = defaultdict[Metric, defaultdict[int, Counter[float]]](
            lambda: defaultdict(Counter)
        )

    def add(self, metric: Metric, at: datetime, value: float, times: int = 1) -> None:
        self._minutes[metric][int(at.timestamp()) // MINUTE * MINUTE][value] += times

    def forget(self, before: datetime) -> None:
        for minutes in self._minutes.values():
            for minute in [each for each in minutes if each < before.timestamp()]:
                del minutes[minute]

    def first(self) -> datetime | None:
        """The first minute of which anything is known."""
        began = min((min(each) for each in self._minutes.values() if each), default=None)
        return None if began is None else datetime.fromtimestamp(began, UTC)

    def points(self, metric: Metric, statistic: str, period_seconds: int) -> tuple[Point, ...]:
        periods = defaultdict[int, Counter[float]](Counter)
        for minute, values in self._of(metric).items():
            periods[minute // period_seconds * period_seconds] += values
        return tuple(
            Point(at=datetime.fromtimestamp(began, UTC), value=value)
            for began, values in sorted(periods.items())
            if (value := statistic_of(values, statistic)) is not None
        )

    def overall(self, metric: Metric, statistic: str) -> float | None:
        values = Counter[float]()
        for each in self._of(metric).values():
            values += each
        return statistic_of(values, statistic)

    def _of(self, metric: Metric) -> dict[int, Counter[float]]:
        return self._minutes.get(metric, {})


def is_statistic(name: str) -> bool:
    return name in COUNTS or name == MOST or bool(PERCENTILE.fullmatch(name))


def statistic_of(values: Counter[float], name: str) -> float | None:
    """A statistic of values that came so often each; None where there is no value to have it of.

    A percentile is the value that so many of a hundred do not exceed: CloudWatch interpolates.
    """
    if name == "Sum":
        return sum(value * times for value, times in values.items())
    if name == "SampleCount":
        return values.total()
    if name == MOST or not values:
        return max(values, default=None)
    rank = math.ceil(int(name.removeprefix("p")) / 100 * values.total())
    for value, times in sorted(values.items()):
        rank -= times
        if rank <= 0:
            return value
    return max(values)
