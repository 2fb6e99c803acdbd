"""What wakes an operator, and what ends it: each alarm's settings, run on made-up metrics."""

from typing import Any, NamedTuple

import pytest

from preview.recording import Recording
from tests.infra.order_operations.cloudwatch import (
    ALARM,
    COMPOSITE_ALARM,
    METRIC_ALARM,
    OK,
    Key,
    MetricAlarm,
    Metrics,
    compute,
    key,
    states,
)

DEAD_LETTERS = "ApproximateNumberOfMessagesVisible"
WORKFLOW = {"StateMachineArn": "arn:workflow"}
API = {"GraphQLAPIId": "api"}
MAIL = {
    *("customers-unmailed", "mails-undelivered", "email-customer-failing"),
    *("mails-bouncing", "mails-complained-of"),
}


def queue(name: str, metric: str = DEAD_LETTERS) -> Key:
    return key("AWS/SQS", metric, {"QueueName": name})


def workflow(metric: str) -> Key:
    return key("AWS/States", metric, WORKFLOW)


def function(name: str, metric: str = "Errors") -> Key:
    return key("AWS/Lambda", metric, {"FunctionName": name})


def table(event: str, name: str, **index: str) -> Key:
    return key("AWS/DynamoDB", f"{event}ThrottleEvents", {"TableName": name, **index})


class Story(NamedTuple):
    """An alarm's metrics while all is well, and while it is not.

    Args:
        sick: what is reported each minute; of one metric, or of those that the story is about.
        well: likewise; nothing: nothing is reported.
        fires: in which minute of the sickness the alarm rings.
        clears: in which minute after it the alarm has ended.
    """

    statistic: str
    sick: dict[Key, float]
    well: dict[Key, float]
    threshold: float
    period: int
    periods: str
    fires: int
    clears: int
    missing: str = "notBreaching"


def at_once(metric: Key, statistic: str = "Sum") -> Story:
    """The first is one too many."""
    return Story(statistic, {metric: 1}, {}, 0, 60, "1 of 1", 1, 1)


def resting(name: str) -> Story:
    return at_once(queue(name), "Maximum")


def goes_on(metric: Key) -> Story:
    """Three bad minutes of 15, though what is tried again every three minutes alone fails."""
    return Story("Sum", {metric: 1}, {}, 0, 60, "3 of 15", 3, 13)


def repeatedly(metric: Key, statistic: str = "Sum") -> Story:
    return Story(statistic, {metric: 1}, {metric: 0}, 0, 60, "3 of 5", 3, 3)


BOUNCES = key("AWS/SES", "Reputation.BounceRate", {})
COMPLAINTS = key("AWS/SES", "Reputation.ComplaintRate", {})
WAITING = queue("queue", "ApproximateAgeOfOldestMessage")
ITERATOR_AGE = function("broadcast-update", "IteratorAge")
# Those that are computed: of which metrics, and by what.
CALLS = function("take-payment", "Invocations")
THROTTLED = {
    "started": function("start-workflow", "Throttles"),
    "paid": function("take-payment", "Throttles"),
    "refunded": function("refund-payment", "Throttles"),
    "published": function("broadcast-update", "Throttles"),
    "mailed": function("email-customer", "Throttles"),
}
BY_RESTAURANT = {"GlobalSecondaryIndexName": "byRestaurant"}
BY_ID = {"GlobalSecondaryIndexName": "byId"}
TABLES = {
    "orders_writes": table("Write", "orders"),
    "by_restaurant_writes": table("Write", "orders", **BY_RESTAURANT),
    "by_id_writes": table("Write", "orders", **BY_ID),
    "ledger_writes": table("Write", "payments"),
    "mails_writes": table("Write", "mails"),
    "orders_reads": table("Read", "orders"),
    "by_restaurant_reads": table("Read", "orders", **BY_RESTAURANT),
    "by_id_reads": table("Read", "orders", **BY_ID),
    "staff_reads": table("Read", "staff"),
}


def filled(names: dict[str, Key]) -> str:
    return f"SUM([{', '.join(f'FILL({name}, 0)' for name in names)}])"


COMPUTED: dict[str, tuple[dict[str, Key], str]] = {
    "take-payment-failing": (
        {"errors": function("take-payment"), "calls": CALLS},
        "IF(errors >= 5, errors / calls, 0)",
    ),
    "functions-throttled": (THROTTLED, filled(THROTTLED)),
    "tables-throttled": (TABLES, filled(TABLES)),
}
STORIES = {
    "orders-rejected": resting("dead-letters"),
    "payments-unrefunded": resting("refund-dead-letters"),
    "orders-unannounced": resting("broadcast-dead-letters"),
    "customers-unmailed": resting("mail-dead-letters"),
    "mails-undelivered": resting("undelivered"),
    "orders-faulty": at_once(workflow("ExecutionsFailed")),
    "orders-cut-off": at_once(workflow("ExecutionsTimedOut")),
    "orders-aborted": at_once(workflow("ExecutionsAborted")),
    "orders-throttled": repeatedly(workflow("ExecutionThrottled")),
    "orders-waiting": Story("Maximum", {WAITING: 301}, {WAITING: 300}, 300, 60, "1 of 1", 1, 1),
    "start-workflow-failing": goes_on(function("start-workflow")),
    "refund-payment-failing": goes_on(function("refund-payment")),
    "broadcast-update-failing": goes_on(function("broadcast-update")),
    "email-customer-failing": goes_on(function("email-customer")),
    "updates-late": Story(
        "Maximum", {ITERATOR_AGE: 60_001}, {ITERATOR_AGE: 60_000}, 60_000, 60, "3 of 5", 3, 3
    ),
    "api-failing": repeatedly(key("AWS/AppSync", "5XXError", API)),
    "notifications-failed": at_once(
        key("AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": "notifications"})
    ),
    # Of a whole hour.
    "mails-bouncing": Story(
        "Average", {BOUNCES: 0.09}, {BOUNCES: 0.02}, 0.05, 3600, "1 of 1", 26, 35, "ignore"
    ),
    "mails-complained-of": Story(
        "Average", {COMPLAINTS: 0.0038}, {COMPLAINTS: 0}, 0.001, 3600, "1 of 1", 16, 45, "ignore"
    ),
    # A fifth and more; what the workflow asks again is no alarm by itself.
    "take-payment-failing": Story(
        "Sum",
        {function("take-payment"): 3, CALLS: 10},
        {function("take-payment"): 1, CALLS: 10},
        0.2,
        300,
        "1 of 1",
        3,
        3,
    ),
    "functions-throttled": goes_on(THROTTLED["paid"]),
    "tables-throttled": Story(
        "Sum", {TABLES["staff_reads"]: 2}, {}, 0, 60, "3 of 5", 3, 3, "ignore"
    ),
}
BEGINS, ENDS, UNTIL = 80, 160, 260
ONCE = {name for name, story in STORIES.items() if story.periods == "1 of 1"}


def settings(alarm: Any) -> dict[str, Any]:
    """All of an alarm that its name and description do not say."""
    apart = {"alarmDescription", "tags", "alarmActions", "okActions"}
    return {name: value for name, value in alarm.inputs.items() if name not in apart}


def is_a_window(name: str) -> bool:
    """Whether it is one of those that composite alarms are made of."""
    return name.startswith(("requests-failing-", "orders-late-"))


def test_every_alarm_is_here(recording: Recording, without_mail_and_budget: Recording) -> None:
    names = {name for name in recording.names(METRIC_ALARM) if not is_a_window(name)}
    assert names == STORIES.keys()
    there = {name for name in without_mail_and_budget.names(METRIC_ALARM) if not is_a_window(name)}
    assert there == STORIES.keys() - MAIL
    assert recording.names(COMPOSITE_ALARM) == without_mail_and_budget.names(COMPOSITE_ALARM)


@pytest.mark.parametrize("name", STORIES)
def test_what_is_watched(recording: Recording, name: str) -> None:
    story = STORIES[name]
    breaching, _, periods = story.periods.partition(" of ")
    same = {
        "threshold": story.threshold,
        "evaluationPeriods": int(periods),
        "datapointsToAlarm": int(breaching),
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": story.missing,
    }

    def metric(of: Key) -> dict[str, Any]:
        return {"namespace": of[0], "metricName": of[1], "dimensions": dict(of[2])}

    if name in COMPUTED:
        metrics, expression = COMPUTED[name]
        asked = [
            {"id": each, "metric": {**metric(of), "stat": story.statistic, "period": story.period}}
            for each, of in metrics.items()
        ]
        watched = {"id": "watched", "expression": expression, "label": name, "returnData": True}
        own: dict[str, Any] = {"metricQueries": [*asked, watched]}
    else:
        [of] = story.sick
        own = {**metric(of), "statistic": story.statistic, "period": story.period}
    assert settings(recording.one(METRIC_ALARM, name)) == {**same, **own}


def told(story: Story) -> Metrics:
    """What is reported: well, then sick, then well again."""
    metrics = Metrics()
    for minute in range(UNTIL):
        sick = BEGINS <= minute < ENDS
        for metric, value in (story.sick if sick else story.well).items():
            metrics.report(metric, minute, value)
    return metrics


@pytest.mark.parametrize("name", STORIES)
def test_it_fires_and_clears(recording: Recording, name: str) -> None:
    story = STORIES[name]
    run = [each[name] for each in states(recording, told(story), UNTIL, names=name)]
    fires, clears = BEGINS + story.fires - 1, ENDS + story.clears - 1
    assert ALARM not in run[:fires], run.index(ALARM) - BEGINS + 1
    assert set(run[fires:clears]) == {ALARM}, run.index(OK, fires) - ENDS + 1
    assert set(run[clears:]) == {OK}


@pytest.mark.parametrize("name", [name for name in STORIES if name not in ONCE])
def test_a_single_bad_minute_is_no_alarm(recording: Recording, name: str) -> None:
    metrics = Metrics()
    for metric, value in STORIES[name].sick.items():
        metrics.report(metric, BEGINS, value)
    run = states(recording, metrics, UNTIL, names=name)
    assert ALARM not in {each[name] for each in run}


def test_what_is_tried_again_every_three_minutes_alone_is_an_alarm(recording: Recording) -> None:
    name, metrics = "email-customer-failing", Metrics()
    for minute in range(0, UNTIL, 3):
        metrics.report(function("email-customer"), minute, 1)
    assert states(recording, metrics, UNTIL, names=name)[-1][name] == ALARM


def test_a_stage_that_nobody_uses_is_well(recording: Recording) -> None:
    [last] = states(recording, Metrics(), 1)
    assert ALARM not in last.values()


@pytest.mark.parametrize("name", ["mails-bouncing", "mails-complained-of"])
def test_that_nobody_is_mailed_is_no_better(recording: Recording, name: str) -> None:
    metrics = Metrics()
    [(metric, value)] = STORIES[name].sick.items()
    metrics.report(metric, 0, value)
    run = states(recording, metrics, UNTIL, names=name)
    assert {each[name] for each in run} == {ALARM}


@pytest.mark.parametrize("metric", TABLES.values(), ids=TABLES)
def test_any_table_that_is_throttled_rings_whichever_never_were(
    recording: Recording, metric: Key
) -> None:
    metrics = Metrics()
    for minute in range(5):
        metrics.report(metric, minute, 1)
    assert states(recording, metrics, 5, names="tables")[-1]["tables-throttled"] == ALARM


def test_few_unanswered_payments_are_no_alarm(recording: Recording) -> None:
    # An order whose every try is unanswered, and nothing else for minutes.
    metrics = Metrics()
    metrics.report(function("take-payment"), 10, 4)
    metrics.report(CALLS, 10, 4)
    run = states(recording, metrics, 60, names="take-payment")
    assert {each["take-payment-failing"] for each in run} == {OK}


def test_cloudwatch_takes_each(recording: Recording) -> None:
    """PutMetricAlarm: a day at most, a week from periods of an hour on; ten metrics."""
    for each in recording.of(METRIC_ALARM):
        alarm = MetricAlarm(each.inputs)
        assert alarm.period % 60 == 0
        assert alarm.seconds <= (7 if alarm.period >= 3600 else 1) * 86_400
        assert len(alarm.queries) <= 10
        assert each.inputs["datapointsToAlarm"] <= each.inputs["evaluationPeriods"]
        assert len(each.inputs["alarmDescription"]) <= 1024


def test_each_says_which_stage_what_customers_feel_and_its_page(recording: Recording) -> None:
    for each in recording.of(METRIC_ALARM) + recording.of(COMPOSITE_ALARM):
        text: str = each.inputs["alarmDescription"]
        page = each.name.rpartition("-")[0] if is_a_window(each.name) else each.name
        if each.type == COMPOSITE_ALARM:
            page = each.name
        assert text.startswith("Stage test: ")
        assert "ustomer" in text
        assert text.endswith(f". See docs/runbook.md#{page}")
        assert text.count("See") == 1


def test_what_is_the_accounts_says_so(recording: Recording) -> None:
    for name in ("mails-bouncing", "mails-complained-of"):
        text: str = recording.one(METRIC_ALARM, name).inputs["alarmDescription"]
        assert "all that this account mails" in text
        assert "whichever stage's it is" in text


def test_the_operators_hear_of_the_alarm_and_of_its_end(recording: Recording) -> None:
    topic = recording.one("aws:sns/topic:Topic", "order-alarms")
    # CloudWatch may not use the key that AWS manages for SNS.
    assert "kmsMasterKeyId" not in topic.inputs
    for each in recording.of(METRIC_ALARM) + recording.of(COMPOSITE_ALARM):
        # A window by itself wakes nobody.
        window = each.type == METRIC_ALARM and is_a_window(each.name)
        heard: list[str] = [] if window else [topic.arn]
        assert each.inputs["alarmActions"] == each.inputs["okActions"] == heard
    assert [
        each.inputs for each in recording.of("aws:sns/topicSubscription:TopicSubscription")
    ] == [
        {"topic": topic.arn, "protocol": "email", "endpoint": email}
        for email in ("ops@shop.example", "boss@shop.example")
    ]


def test_metric_math() -> None:
    values = {"a": 3.0, "b": None, "c": None}
    reported = {"a", "b"}

    def of(expression: str) -> float | None:
        return compute(expression, values, reported)

    assert of("a / 2") == 1.5
    assert of("a + b") is None
    assert of("a / 0") is None
    assert of("FILL(b, 0) + a") == 3
    assert of("FILL(c, 0) + a") is None
    assert of("SUM([FILL(c, 0), FILL(b, 0), a])") == 3
    assert of("SUM([b, c])") is None
    assert of("IF(a >= 3, a, 0)") == 3
    assert of("IF(a > 3, a, 0)") == 0
    assert of("IF(b > 3, a, 0)") is None
