"""The dashboard's figures are drawn of what was observed: exact numbers, and none made up."""

import json
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from infra.order_operations.dashboard import DASHBOARD
from local.appsync import Answered
from local.embedded_cloud import EmbeddedCloud
from local.engine.aws import Aws
from local.pages.operations.dashboard import Line
from local.pages.operations.observer import (
    NOBODY_OBSERVES,
    Observer,
    logged_metrics,
    not_observable,
)
from local.pages.operations.recording import KEPT, Recording, is_statistic, statistic_of
from tests.e2e.stage import Stage, eventually
from tests.local.pages.test_flow import visibility

BODY = yaml.safe_load(DASHBOARD.read_text())
WIDGETS = [each["properties"] for each in BODY["widgets"] if each["type"] == "metric"]
ORDERS = "Orders accepted and ended, a minute"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

# By the title of the figure and the label of the series.
Found = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def fresh() -> Iterator[Stage]:
    """A stage in a cloud of its own, in which nothing was counted before."""
    with EmbeddedCloud() as cloud:
        yield Stage(cloud=cloud, outputs=cloud.deploy(), success_rate=0.8)


def operations(stage: Stage) -> dict[str, Any]:
    with urllib.request.urlopen(f"{stage.cloud.gateway.url}/operations.json", timeout=60) as answer:  # noqa: S310 (our own)
        return json.load(answer)


def series_of(found: dict[str, Any]) -> Found:
    return {
        figure["title"]: {series["label"]: series for series in figure["series"]}
        for figure in found["figures"]
    }


def overall(found: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    """What each series comes to, where it can be observed."""
    return {
        title: {
            label: each["overall"]
            for label, each in series.items()
            if each["notObservable"] is None
        }
        for title, series in series_of(found).items()
    }


def all_is_done(found: dict[str, Any]) -> bool:
    now = overall(found)
    mailed = now[ORDERS]["customers mailed"]
    asked = now["Requests, in five minutes"]["all"]
    return (now["Dead letters"]["orders"], mailed, asked, found["running"]) == (1, 2, 7, 0)


@pytest.mark.cloud
def test_a_paid_a_declined_and_a_poison_order(fresh: Stage) -> None:
    stage = fresh
    alice = stage.customer()
    before = overall(operations(stage))
    assert set(before[ORDERS].values()) == {0}
    assert before["Age of orders"]["half at its end"] is None
    assert before["Latency of the API"] == {"half": None, "95 %": None, "99 %": None}

    for wanted in ("ACCEPTED", "DECLINED"):
        stage.place(alice, clientRequestToken=stage.order_id(wanted))
    assert stage.error_type("nobody", "{ __typename }")
    # What is delivered again while its execution runs is counted again.
    ended = eventually(
        lambda: overall(operations(stage))[ORDERS]["ended"], lambda ended: ended == 2
    )
    assert ended == 2
    with visibility(stage, seconds=1):
        stage.send("poison")
        found = eventually(lambda: operations(stage), all_is_done)

    now = overall(found)
    assert now[ORDERS] == {
        "accepted": 3,
        "started": 2,
        "retried by customers": 0,
        "ended": 2,
        "customers mailed": 2,
    }
    assert now["How orders end, in five minutes"] == {
        "paid": 1,
        "declined": 1,
        "processor unreachable": 0,
        "given back": 0,
    }
    assert now["Dead letters"] == {
        "orders": 1,
        "refunds": 0,
        "live updates": 0,
        "mails": 0,
        "mails not queued": 0,
    }
    # A message that is refused is no error of the function's.
    assert set(now["Errors by step"].values()) == {0}
    # Two orders, somebody who is let in nowhere, and two live updates of each order.
    assert now["Requests, in five minutes"] == {"all": 7, "refused": 1, "failed": 0}
    ages = [now["Age of orders"][label] for label in ("half at its end", "99 % at their end")]
    assert all(ages)
    assert ages == sorted(ages, key=lambda age: age or 0)
    latencies = [*now["Latency of the API"].values()]
    assert all(latencies)
    assert latencies == sorted(latencies, key=lambda each: each or 0)
    # And what cannot be known is no number.
    for title in ("Throttled", "Age of the live updates"):
        assert now[title] == {}
    assert "API" not in now["Errors by step"]


@pytest.mark.cloud
def test_a_function_that_fails_and_an_execution_that_is_cut_off(fresh: Stage) -> None:
    stage = fresh
    aws = stage.cloud.aws
    before = overall(operations(stage))["Errors by step"]
    function = next(
        name
        for page in aws.functions.get_paginator("list_functions").paginate()
        for each in page["Functions"]
        if "refund-payment" in (name := each.get("FunctionName", ""))
    )
    failed = aws.functions.invoke(FunctionName=function, Payload=b'{"Records": "rubbish"}')
    assert "FunctionError" in failed
    aws.step_functions.start_execution(
        stateMachineArn=stage.outputs["workflowArn"], input='{"id": "no order"}'
    )

    def errors_now() -> dict[str, float | None]:
        return overall(operations(stage))["Errors by step"]

    cut_off = {**before, "refund-payment": 1, "workflow": 1}
    assert eventually(errors_now, lambda errors: errors == cut_off) == cut_off

    # The next look, which another request is seen by, counts nothing again.
    def requests_now() -> float:
        return overall(operations(stage))["Requests, in five minutes"]["all"] or 0

    requests = requests_now()
    assert stage.error_type("nobody", "{ __typename }")
    assert eventually(requests_now, lambda number: number > requests) == requests + 1
    assert errors_now() == cut_off


@pytest.mark.cloud
def test_it_is_the_dashboard_as_code(fresh: Stage) -> None:
    found = operations(fresh)
    assert [figure["title"] for figure in found["figures"]] == [each["title"] for each in WIDGETS]
    assert [[series["label"] for series in figure["series"]] for figure in found["figures"]] == [
        [row[-1]["label"] for row in each["metrics"]] for each in WIDGETS
    ]
    assert [figure["periodSeconds"] for figure in found["figures"]] == [
        each["period"] for each in WIDGETS
    ]


@pytest.mark.cloud
def test_the_shape(fresh: Stage) -> None:
    found = operations(fresh)
    assert set(found) == {"since", "until", "running", "queues", "figures"}
    assert found["since"] <= found["until"]
    assert found["queues"]["refunds"] == {"waiting": 0, "inFlight": 0}
    statistics = Counter[str]()
    for figure in found["figures"]:
        assert set(figure) == {"title", "periodSeconds", "series"}
        for series in figure["series"]:
            assert set(series) == {
                *("label", "statistic", "unit", "points", "overall", "notObservable")
            }
            statistics[series["statistic"]] += 1
            if series["notObservable"]:
                assert (series["points"], series["overall"]) == ([], None)
            for point in series["points"]:
                assert set(point) == {"at", "value"}
    assert set(statistics) == {"Sum", "SampleCount", "Maximum", "p50", "p95", "p99"}


@pytest.mark.cloud
def test_one_look_serves_all_who_ask(fresh: Stage) -> None:
    asked = list[Aws]()

    def aws() -> Aws:
        asked.append(fresh.cloud.aws)
        return fresh.cloud.aws

    answered = deque[Answered]()
    observer = Observer(aws, fresh.cloud.emulator.function_log, lambda: answered)
    assert asked == []
    first = observer.operations()
    assert observer.operations() is first
    assert len(asked) == 1


@pytest.mark.cloud
def test_without_a_stage_there_is_no_figure() -> None:
    with EmbeddedCloud() as cloud:
        url = f"{cloud.gateway.url}/operations.json"
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 (our own)
            found = json.load(answer)
    assert (found["figures"], found["queues"], found["running"]) == ([], {}, 0)


def test_of_each_metric_it_is_known_why_it_is_not_there() -> None:
    """A new line of the dashboard is observed, or somebody has thought about why it is not."""
    for widget in WIDGETS:
        for row in widget["metrics"]:
            names = [each for each in row if isinstance(each, str)]
            name = names[1].replace("${Stage}", "local")
            dimensions = [each.replace("${OrderQueue}", "order-queue") for each in names[3::2]]
            statistic = row[-1].get("stat", widget.get("stat"))
            assert is_statistic(statistic)
            line = Line(
                metric=(names[0], name, *dimensions), label="", statistic=statistic, unit=""
            )
            assert not_observable(line) != NOBODY_OBSERVES, row


def test_what_nobody_observes_is_said() -> None:
    def line(*metric: str, statistic: str = "Sum") -> Line:
        return Line(metric=metric, label="", statistic=statistic, unit="")

    assert not_observable(line("AWS/EC2", "CPUUtilization")) == NOBODY_OBSERVES
    assert not_observable(line("AWS/SQS", "NumberOfMessagesSent", "refunds")) == NOBODY_OBSERVES
    assert not_observable(line("AWS/SQS", "NumberOfMessagesSent", "order-queue")) is None
    assert not_observable(line("AWS/Lambda", "Errors", statistic="Average")) == (
        "Average is not computed here"
    )


def test_it_looks_as_far_back_as_the_dashboard() -> None:
    assert BODY["start"] == f"-PT{KEPT // timedelta(hours=1)}H"


@pytest.mark.parametrize(
    ("values", "statistic", "expected"),
    [
        ([], "Sum", 0),
        ([], "SampleCount", 0),
        ([], "Maximum", None),
        ([], "p50", None),
        ([0, 0, 3], "Sum", 3),
        ([0, 0, 3], "SampleCount", 3),
        ([2, 9, 3], "Maximum", 9),
        ([7], "p99", 7),
        (range(1, 101), "p50", 50),
        (range(1, 101), "p99", 99),
        ([1, 1, 1, 8], "p50", 1),
        ([1, 1, 1, 8], "p95", 8),
    ],
)
def test_a_statistic(values: list[float], statistic: str, expected: float | None) -> None:
    assert statistic_of(Counter(values), statistic) == expected


def test_periods_are_whole_and_what_is_old_is_forgotten() -> None:
    recording = Recording()
    assert recording.first() is None
    for minutes, value in ((0, 1), (4, 2), (5, 4), (5, 4)):
        recording.add(("a",), NOON + timedelta(minutes=minutes, seconds=30), value)
    assert [(point.at, point.value) for point in recording.points(("a",), "Sum", 300)] == [
        (NOON, 3),
        (NOON + timedelta(minutes=5), 8),
    ]
    assert recording.points(("b",), "Sum", 60) == ()
    recording.forget(NOON + timedelta(minutes=5))
    assert recording.first() == NOON + timedelta(minutes=5)
    assert recording.overall(("a",), "Sum") == 8


def test_a_line_of_the_embedded_metric_format() -> None:
    line: dict[str, Any] = {
        "_aws": {
            "Timestamp": NOON.timestamp() * 1000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "orderflow",
                    "Dimensions": [["stage"]],
                    "Metrics": [{"Name": "OrdersPaid"}, {"Name": "OrderAge"}],
                }
            ],
        },
        "stage": "local",
        "OrdersPaid": [1.0],
        "OrderAge": [250.0, 300.0],
    }
    age = ("orderflow", "OrderAge", "local")
    assert [*logged_metrics(json.dumps(line))] == [
        (("orderflow", "OrdersPaid", "local"), NOON, 1.0),
        (age, NOON, 250.0),
        (age, NOON, 300.0),
    ]
    del line["OrderAge"]
    for rubbish in (json.dumps(line), '{"_aws": ', '{"_aws": 7}', '{"_aws": {"Timestamp": "x"}}'):
        assert [*logged_metrics(rubbish)] == []
