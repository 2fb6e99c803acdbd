"""A model of CloudWatch's alarms, small enough to be read against its guide.

Each minute an alarm looks at its last periods, which end with that minute; one whose periods are
longer than a day together, each hour. Of what the guide says it leaves out: metrics that come late,
periods of less than a minute, percentiles, and the older datapoints that CloudWatch takes where
newer ones are missing. Of a metric that was never reported, FILL has nothing here; the guide does
not say.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from preview.recording import Recording

METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
DAY_SECONDS = 86_400
OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
# Namespace, name, dimensions.
Key = tuple[str, str, frozenset[tuple[str, str]]]
Value = float | None


@dataclass(frozen=True)
class Values:
    """What was reported of a metric in a minute, or longer."""

    count: int = 0
    total: float = 0
    most: float = float("-inf")

    @classmethod
    def of(cls, several: Iterable["Values"]) -> "Values":
        there = [each for each in several if each.count]
        if not there:
            return cls()
        return cls(
            sum(each.count for each in there),
            sum(each.total for each in there),
            max(each.most for each in there),
        )


STATISTICS: dict[str, Callable[[Values], float]] = {
    "Sum": lambda values: values.total,
    "Maximum": lambda values: values.most,
    "Average": lambda values: values.total / values.count,
    "SampleCount": lambda values: values.count,
}


def key(namespace: str, name: str, dimensions: Mapping[str, str]) -> Key:
    return namespace, name, frozenset(dimensions.items())


@dataclass(frozen=True)
class Metrics:
    """All that was reported, by the minute."""

    values: dict[Key, dict[int, Values]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Values))
    )

    def report(self, metric: Key, minute: int, value: float, times: int = 1) -> None:
        before = self.values[metric][minute]
        self.values[metric][minute] = Values.of([before, Values(times, times * value, value)])

    def datapoint(self, metric: Key, statistic: str, end: int, period: int) -> Value:
        """Of the period of so many seconds whose last minute is `end`."""
        reported = self.values.get(metric)
        if not reported:
            return None
        minutes = range(end - period // 60 + 1, end + 1)
        found = Values.of(filter(None, map(reported.get, minutes)))
        return STATISTICS[statistic](found) if found.count else None


OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def compute(expression: str, values: Mapping[str, Value], reported: set[str]) -> Value:
    """An expression of metric math, whose syntax as far as it is used is Python's.

    Args:
        values: of each metric, in one period.
        reported: the metrics that ever were.
    """

    def of(node: ast.AST) -> Any:
        match node:
            case ast.Expression(body=body):
                return of(body)
            case ast.Constant(value=value):
                return float(value)  # pyright: ignore[reportArgumentType]
            case ast.Name(id=name):
                return values[name]
            case ast.List(elts=items):
                return [of(item) for item in items]
            case ast.BinOp(left=left, op=op, right=right):
                return both(op, of(left), of(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return both(op, of(left), of(right))
            case ast.Call(func=ast.Name(id="FILL"), args=[ast.Name(id=name), ast.Constant()]):
                value = values[name]
                filled = of(node.args[1]) if name in reported else None
                return filled if value is None else value
            case ast.Call(func=ast.Name(id="SUM"), args=[items]):
                there = [value for value in of(items) if value is not None]
                return sum(there) if there else None
            case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
                holds = of(condition)
                return None if holds is None else of(then) if holds else of(otherwise)
            case _:
                raise AssertionError(f"not modelled: {ast.dump(node)}")

    def both(op: ast.AST, left: Value, right: Value) -> Value:
        # What cannot be divided has no datapoint.
        if left is None or right is None or (isinstance(op, ast.Div) and right == 0):
            return None
        return float(OPERATORS[type(op)](left, right))

    return of(_parsed(expression))


@cache
def _parsed(expression: str) -> ast.Expression:
    return ast.parse(expression, mode="eval")


@dataclass(frozen=True)
class MetricAlarm:
    """An alarm as it was registered."""

    inputs: Mapping[str, Any]

    @cached_property
    def queries(self) -> dict[str, tuple[Key, str]]:
        """Metric and statistic, by the expression's name for them."""
        if "metricName" in self.inputs:
            found = {"": (self.inputs, self.inputs["statistic"])}
        else:
            asked = [each for each in self.inputs["metricQueries"] if "metric" in each]
            found = {each["id"]: (each["metric"], each["metric"]["stat"]) for each in asked}
        return {
            name: (key(metric["namespace"], metric["metricName"], metric["dimensions"]), statistic)
            for name, (metric, statistic) in found.items()
        }

    @cached_property
    def expression(self) -> str:
        [returned] = [each for each in self.inputs["metricQueries"] if each.get("returnData")]
        return returned["expression"]

    @cached_property
    def period(self) -> int:
        periods = {
            each["metric"]["period"]
            for each in self.inputs.get("metricQueries", ())
            if "metric" in each
        } or {self.inputs["period"]}
        [period] = periods
        return int(period)

    @property
    def seconds(self) -> int:
        return self.period * int(self.inputs["evaluationPeriods"])

    def datapoint(self, metrics: Metrics, end: int) -> Value:
        values = {
            name: metrics.datapoint(metric, statistic, end, self.period)
            for name, (metric, statistic) in self.queries.items()
        }
        if "" in values:
            return values[""]
        reported = {name for name, (metric, _) in self.queries.items() if metric in metrics.values}
        return compute(self.expression, values, reported)

    def state(self, metrics: Metrics, minute: int, before: str) -> str:
        assert self.inputs["comparisonOperator"] == "GreaterThanThreshold"
        if self.seconds > DAY_SECONDS and minute % 60:
            return before
        periods, most = int(self.inputs["evaluationPeriods"]), self.inputs["threshold"]
        needed = int(self.inputs["datapointsToAlarm"])
        ends = [minute - each * self.period // 60 for each in range(periods)]
        points = [self.datapoint(metrics, end) for end in ends]
        there = [point for point in points if point is not None]
        breaching = sum(point > most for point in there)
        if breaching >= needed:
            return ALARM
        match self.missing:
            case "notBreaching":
                return OK
            case "ignore":
                # Only what is there can say that it is well.
                return OK if len(there) - breaching > periods - needed else before
            case other:
                raise AssertionError(f"not modelled: {other}")

    @cached_property
    def missing(self) -> str:
        """What missing data means: of DynamoDB's metrics AWS ignores it, whatever is set."""
        namespaces = {metric[0] for metric, _ in self.queries.values()}
        return "ignore" if "AWS/DynamoDB" in namespaces else self.inputs["treatMissingData"]


def composite_state(rule: str, states: Mapping[str, str]) -> str:
    """Of a composite alarm, by the states of alarms by their names in AWS."""
    text = re.sub(r'ALARM\("([^"]+)"\)', lambda name: str(states[name[1]] == ALARM), rule)
    assert re.fullmatch(r"(True|False|AND|OR|[ ()])+", text), text
    tree = ast.parse(text.replace("AND", "and").replace("OR", "or"), mode="eval")

    def of(node: ast.AST) -> bool:
        match node:
            case ast.Expression(body=body):
                return of(body)
            case ast.Constant(value=bool(value)):
                return value
            case ast.BoolOp(op=ast.And(), values=values):
                return all(of(value) for value in values)
            case ast.BoolOp(op=ast.Or(), values=values):
                return any(of(value) for value in values)
            case _:
                raise AssertionError(ast.dump(node))

    return ALARM if of(tree) else OK


def states(
    recording: Recording, metrics: Metrics, until: int, *, names: str = "", step: int = 1
) -> list[dict[str, str]]:
    """Each alarm's state, minute by minute, or each `step` minutes.

    Args:
        names: what the names of those that matter begin with.
    """
    alarms = {
        each.name: MetricAlarm(each.inputs)
        for each in recording.of(METRIC_ALARM)
        if each.name.startswith(names)
    }
    rules = {
        each.name: each.inputs["alarmRule"]
        for each in recording.of(COMPOSITE_ALARM)
        if each.name.startswith(names)
    }
    now = dict.fromkeys(alarms, UNKNOWN)
    run: list[dict[str, str]] = []
    for minute in range(0, until, step):
        now = {name: alarm.state(metrics, minute, now[name]) for name, alarm in alarms.items()}
        by_aws = {f"{name}-1a2b3c4": state for name, state in now.items()}
        run.append({**now, **{name: composite_state(rule, by_aws) for name, rule in rules.items()}})
    return run
