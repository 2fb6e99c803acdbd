"""The shape of what is known of a stage, which does not know how."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.pages.flow.story import Depth, moment


@dataclass(frozen=True, kw_only=True)
class Point:
    """A statistic of one period.

    Args:
        at: when the period began.
    """

    at: datetime
    value: float

    def as_json(self) -> dict[str, Any]:
        return {"at": moment(self.at), "value": self.value}


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a figure.

    Args:
        statistic: as CloudWatch names it: `Sum`, `SampleCount`, `Maximum`, `p99` ….
        unit: `milliseconds`, `seconds`; empty of what is counted.
        points: of the periods of which anything is known; of a count, what is left out is zero.
        overall: the statistic of all the time; None where no value of it is known.
        not_observable: why the embedded cloud cannot know it; None where it does.
    """

    label: str
    statistic: str
    unit: str
    points: tuple[Point, ...]
    overall: float | None
    not_observable: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "statistic": self.statistic,
            "unit": self.unit,
            "points": [point.as_json() for point in self.points],
            "overall": self.overall,
            "notObservable": self.not_observable,
        }


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One widget of the dashboard."""

    title: str
    period_seconds: int
    series: tuple[Series, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "periodSeconds": self.period_seconds,
            "series": [series.as_json() for series in self.series],
        }


@dataclass(frozen=True, kw_only=True)
class Operations:
    """The stage at one moment.

    Args:
        since: when the first of what is known was; the last three hours are.
        until: the minute of the look.
        running: executions that have not ended.
        queues: by the name that the program gives them, such as `order-queue`.
        figures: in the dashboard's order; empty where no stage is deployed.
    """

    since: datetime
    until: datetime
    running: int
    queues: dict[str, Depth]
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "since": moment(self.since),
            "until": moment(self.until),
            "running": self.running,
            "queues": {name: depth.as_json() for name, depth in self.queues.items()},
            "figures": [figure.as_json() for figure in self.figures],
        }
