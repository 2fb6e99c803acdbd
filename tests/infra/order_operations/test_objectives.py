"""The budget of faults: somebody is woken when it goes fast, told when it goes slowly."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from preview.recording import Recording
from tests.infra.order_operations.cloudwatch import (
    ALARM,
    COMPOSITE_ALARM,
    METRIC_ALARM,
    Metrics,
    key,
    states,
)

HOUR, DAY = 60, 24 * 60
FAULTS = key("orderflow", "ApiFaults-test", {})
ERRORS = key("AWS/AppSync", "5XXError", {"GraphQLAPIId": "api"})
REQUESTS = key("AWS/AppSync", "Latency", {"GraphQLAPIId": "api"})
LATE = key("orderflow", "OrdersLate", {"stage": "test"})


def requests(metrics: Metrics, minute: int, all_of_them: int, bad: int) -> None:
    """As AppSync reports them, half of the bad ones by the log's filter, half by AppSync itself."""
    metrics.report(REQUESTS, minute, 20, all_of_them)
    metrics.report(FAULTS, minute, 1, bad - bad // 2)
    # The filter has a 0 where there was nothing to count.
    metrics.report(FAULTS, minute, 0, all_of_them)
    if bad // 2:
        metrics.report(ERRORS, minute, bad // 2)


def orders(metrics: Metrics, minute: int, all_of_them: int, bad: int) -> None:
    """As broadcast_update counts each that ends."""
    metrics.report(LATE, minute, 1, bad)
    metrics.report(LATE, minute, 0, all_of_them - bad)


class Objective(NamedTuple):
    """Args:
    a_thousand: so many of a thousand may be bad.
    """

    name: str
    a_thousand: int
    report: Callable[[Metrics, int, int, int], None]


OBJECTIVES = [
    Objective("requests-failing", 1, requests),
    Objective("orders-late", 10, orders),
]
objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda each: each.name)


def run(
    recording: Recording,
    objective: Objective,
    until: int,
    bad: Callable[[int], float],
    *,
    all_of_them: int = 1000,
    step: int = 1,
) -> tuple[list[bool], list[bool]]:
    """Whether the alarms ring, for what goes fast and for what goes slowly.

    Args:
        bad: how many times more than allowed are bad in a minute.
        all_of_them: in a minute.
        step: in minutes; in each, all that comes meanwhile is reported at once.
    """
    metrics = Metrics()
    for minute in range(0, until, step):
        allowed = objective.a_thousand * all_of_them / 1000
        objective.report(metrics, minute, all_of_them, round(bad(minute) * allowed))
    every = states(recording, metrics, until, names=objective.name, step=step)
    return tuple(  # pyright: ignore[reportReturnType] (of two)
        [each[f"{objective.name}-{speed}"] == ALARM for each in every]
        for speed in ("fast", "slowly")
    )


# The share that may be bad, times what is looked at; and the windows, in seconds.
WINDOWS = {
    "fast-1h": (14.4, 3600, 3),
    "fast-5m": (14.4, 300, 1),
    "fast-6h": (6, 6 * 3600, 3),
    "fast-30m": (6, 1800, 1),
    "slowly-3d": (1, 3 * 86_400, 3),
    "slowly-6h": (1, 6 * 3600, 1),
}
METRICS = {
    "requests-failing": (
        {
            "faults": (FAULTS, "Sum"),
            "errors": (ERRORS, "Sum"),
            "requests": (REQUESTS, "SampleCount"),
        },
        "SUM([FILL(faults, 0), FILL(errors, 0)])",
        "SUM([FILL(requests, 0)])",
    ),
    "orders-late": (
        {"late": (LATE, "Sum"), "ended": (LATE, "SampleCount")},
        "SUM([FILL(late, 0)])",
        "SUM([FILL(ended, 0)])",
    ),
}


@objective
@pytest.mark.parametrize("window", WINDOWS)
def test_what_each_window_looks_at(recording: Recording, objective: Objective, window: str) -> None:
    times, seconds, fewest = WINDOWS[window]
    metrics, bad, every = METRICS[objective.name]
    name = f"{objective.name}-{window}"
    asked: list[dict[str, Any]] = [
        {
            "id": each,
            "metric": {
                "namespace": of[0],
                "metricName": of[1],
                "dimensions": dict(of[2]),
                "stat": statistic,
                "period": seconds,
            },
        }
        for each, (of, statistic) in metrics.items()
    ]
    expression = f"IF({bad} >= {fewest}, {bad} / {every}, 0)"
    inputs = dict(recording.one(METRIC_ALARM, name).inputs)
    for told in ("alarmDescription", "tags", "alarmActions", "okActions"):
        inputs.pop(told, None)
    assert inputs == {
        "threshold": pytest.approx(times * objective.a_thousand / 1000),
        "evaluationPeriods": 1,
        "datapointsToAlarm": 1,
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "notBreaching",
        "metricQueries": [
            *asked,
            {"id": "watched", "expression": expression, "label": name, "returnData": True},
        ],
    }


def test_two_windows_each_make_an_alarm(recording: Recording) -> None:
    def both(name: str, long: str, short: str) -> str:
        return f'(ALARM("{name}-{long}-1a2b3c4") AND ALARM("{name}-{short}-1a2b3c4"))'

    rules = {each.name: each.inputs["alarmRule"] for each in recording.of(COMPOSITE_ALARM)}
    assert rules == {
        f"{name}-{speed}": rule
        for name in ("requests-failing", "orders-late")
        for speed, rule in (
            ("fast", f"{both(f'{name}-fast', '1h', '5m')} OR {both(f'{name}-fast', '6h', '30m')}"),
            ("slowly", both(f"{name}-slowly", "3d", "6h")),
        )
    }
    for each in recording.of(COMPOSITE_ALARM):
        # AWS makes up no name for these; each says its stage.
        assert each.inputs["alarmName"] == f"orderflow-test-{each.name}"
        text: str = each.inputs["alarmDescription"]
        promised = "99.9 %" if each.name.startswith("requests") else "99 %"
        assert f"The objective of {promised} is being missed" in text


def test_the_api_s_faults_are_counted_from_its_log(recording: Recording) -> None:
    [counter] = recording.of("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    assert counter.inputs == {
        "logGroupName": "api-logs",
        "pattern": '"Fault:"',
        "metricTransformation": {
            "namespace": FAULTS[0],
            "name": FAULTS[1],
            "value": "1",
            "defaultValue": "0",
        },
    }


@objective
def test_an_outage_wakes_somebody_within_minutes_and_ends_when_it_ends(
    recording: Recording, objective: Objective
) -> None:
    begins, ends = 7 * HOUR, 7 * HOUR + 30
    fast, _ = run(
        recording, objective, 8 * HOUR, lambda minute: 90 if begins <= minute < ends else 0
    )
    # 14.4 times what an hour may have, at 90 times as many a minute: ten minutes.
    assert not any(fast[: begins + 9])
    assert all(fast[begins + 9 : ends])
    # The hour's window is over its limit for an hour still; that of five minutes ends it.
    assert not any(fast[ends + 29 :])


@objective
def test_what_was_short_wakes_nobody(recording: Recording, objective: Objective) -> None:
    # Ten minutes at 60 times what is allowed: ten times what the hour may have.
    begins = 7 * HOUR
    fast, _ = run(
        recording, objective, 9 * HOUR, lambda minute: 60 if begins <= minute < begins + 10 else 0
    )
    assert not any(fast)


@objective
def test_eight_times_as_many_as_allowed_wake_somebody_by_the_six_hours(
    recording: Recording, objective: Objective
) -> None:
    begins = 7 * HOUR
    fast, _ = run(recording, objective, 13 * HOUR, lambda minute: 8 if minute >= begins else 0)
    # Eight times for four and a half hours are six times for six.
    assert fast.index(True) == begins + 4.5 * HOUR
    assert all(fast[fast.index(True) :])


@objective
def test_twice_as_many_as_allowed_for_days_tell_somebody_and_wake_nobody(
    recording: Recording, objective: Objective
) -> None:
    begins, ends = 4 * DAY, 6 * DAY
    fast, slowly = run(
        recording,
        objective,
        8 * DAY,
        lambda minute: 2 if begins <= minute < ends else 0,
        step=30,
    )
    assert not any(fast)
    began, ended = slowly.index(True) * 30, (len(slowly) - slowly[::-1].index(True)) * 30
    # Of three days, half at twice what is allowed; over when six hours have less.
    assert begins + 1.5 * DAY - HOUR <= began <= begins + 1.5 * DAY + HOUR
    assert ends < ended <= ends + 4 * HOUR


@objective
def test_what_is_allowed_is_no_alarm(recording: Recording, objective: Objective) -> None:
    fast, slowly = run(recording, objective, 4 * DAY, lambda _: 0.9, step=30)
    assert not any(fast)
    assert not any(slowly)


@objective
def test_two_faults_in_a_quiet_night_wake_nobody_and_three_do(
    recording: Recording, objective: Objective
) -> None:
    for most, rings in ((2, False), (3, True)):
        metrics = Metrics()
        for minute in range(2 * HOUR):
            if minute % 10 == 0:
                objective.report(metrics, minute, 1, 0)
            if minute >= HOUR and (minute - HOUR) % 2 == 0 and (minute - HOUR) // 2 < most:
                objective.report(metrics, minute, 1, 1)
        every = states(recording, metrics, 2 * HOUR, names=objective.name)
        assert any(each[f"{objective.name}-fast"] == ALARM for each in every) == rings


@objective
def test_no_traffic_is_no_alarm_and_ends_one(recording: Recording, objective: Objective) -> None:
    metrics = Metrics()
    for minute in range(HOUR):
        objective.report(metrics, minute, 100, 50)
    every = states(recording, metrics, 2 * HOUR, names=objective.name)
    rings = [each[f"{objective.name}-fast"] == ALARM for each in every]
    assert rings[HOUR - 1]
    assert not any(rings[HOUR + 30 :])
