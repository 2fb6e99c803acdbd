"""The stage's dashboard as it is deployed: what it draws, and of what.

It is infra/order_operations/dashboard.yaml with the names of what was deployed, so the page has its
titles, their order, and each line with the name that it has there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local import STAGE
from local.engine import program_name
from local.engine.aws import Aws
from local.engine.program import PROJECT
from local.pages.operations.recording import Metric

NAME = f"{PROJECT}-{STAGE}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One metric of a widget; `statistic` and `unit` as in figures.py."""

    metric: Metric
    label: str
    statistic: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Widget:
    title: str
    period_seconds: int
    lines: tuple[Line, ...]


def read_dashboard(aws: Aws) -> tuple[Widget, ...]:
    """The widgets that draw metrics; none where no dashboard is deployed.

    Raises:
        BotoCoreError, ClientError: the emulator does not answer.
    """
    found = aws.cloudwatch.list_dashboards(DashboardNamePrefix=NAME).get("DashboardEntries", [])
    if all(entry.get("DashboardName") != NAME for entry in found):
        return ()
    body = json.loads(aws.cloudwatch.get_dashboard(DashboardName=NAME)["DashboardBody"])
    return tuple(_widgets(body))


def _widgets(body: Mapping[str, Any]) -> Iterator[Widget]:
    for widget in body["widgets"]:
        properties = widget["properties"]
        if widget["type"] == "metric":
            yield Widget(
                title=properties["title"],
                period_seconds=properties["period"],
                lines=tuple(_line(row, properties) for row in properties["metrics"]),
            )


def _line(row: list[Any], properties: Mapping[str, Any]) -> Line:
    """Of a row as CloudWatch has it: namespace, name, dimensions in pairs, and options."""
    options: dict[str, Any] = row[-1] if isinstance(row[-1], dict) else {}
    names = [each for each in row if isinstance(each, str)]
    dimensions = [_known(value) for value in names[3::2]]
    axis = properties.get("yAxis", {}).get(options.get("yAxis", "left"), {})
    return Line(
        metric=(*names[:2], *dimensions),
        label=options.get("label", " ".join([*names[1:2], *dimensions])),
        statistic=options.get("stat", properties.get("stat", "Average")),
        unit=axis.get("label", ""),
    )


def _known(value: str) -> str:
    """What the program calls the resource of this name or ARN; other values as they are."""
    return program_name(STAGE, value.rpartition(":")[2]) or value
