"""Looks at the stage for whoever looks at the page: nothing is done where nobody does.

What functions logged and which executions failed is known of the time before the first look, too;
how long queues were is known of the moments of the looks alone.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.telemetry.order_metric import NAMESPACE, OrderMetric
from local import STAGE
from local.appsync import Answered
from local.engine import program_name
from local.engine.aws import Aws
from local.pages.flow.messages import ORDER_QUEUE, Message, depths, read_messages
from local.pages.looks import Looks
from local.pages.operations.dashboard import Line, Widget, read_dashboard
from local.pages.operations.figures import Figure, Operations, Series
from local.pages.operations.recording import KEPT, Metric, Recording, is_statistic
from local.watch.log import METRICS, LogFile, entries

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.literals import ExecutionStatusType

API, FUNCTIONS, QUEUES, WORKFLOWS = "AWS/AppSync", "AWS/Lambda", "AWS/SQS", "AWS/States"
LATENCY, REFUSED, FAILED = "Latency", "4XXError", "5XXError"
ERRORS = "Errors"
SENT, OLDEST, VISIBLE = (
    "NumberOfMessagesSent",
    "ApproximateAgeOfOldestMessage",
    "ApproximateNumberOfMessagesVisible",
)
ACCEPTED: Metric = (QUEUES, SENT, ORDER_QUEUE)
CUT_OFF: "Mapping[ExecutionStatusType, str]" = {
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
# By namespace and name; of the rest it is said why it is not there.
OBSERVED: set[Metric] = {
    *((NAMESPACE, str(metric)) for metric in OrderMetric),
    *((API, name) for name in (LATENCY, REFUSED, FAILED)),
    *((QUEUES, name) for name in (OLDEST, VISIBLE)),
    *((WORKFLOWS, name) for name in CUT_OFF.values()),
    (FUNCTIONS, ERRORS),
}
NO_THROTTLES = "the emulator counts no throttling"
NOT_OBSERVABLE: dict[Metric, str] = {
    (NAMESPACE, f"ApiFaults-{STAGE}"): "what resolvers log is not kept, to count faults in",
    (FUNCTIONS, "Throttles"): NO_THROTTLES,
    (WORKFLOWS, "ExecutionThrottled"): NO_THROTTLES,
    ("AWS/DynamoDB", "WriteThrottleEvents"): NO_THROTTLES,
    (FUNCTIONS, "IteratorAge"): "the emulator does not tell how old a stream's records are",
}
NOBODY_OBSERVES = "nothing here observes it"


class Observer:
    """Of one embedded cloud.

    Args:
        aws: its clients, once it runs.
        function_log: as local/cloud/function_log.py writes it.
        answered: the API's requests; what is read is taken out.
    """

    def __init__(
        self, aws: Callable[[], Aws], function_log: Path, answered: Callable[[], deque[Answered]]
    ) -> None:
        self._aws = aws
        self._log = LogFile(function_log)
        self._answered = answered
        self._recording = Recording()
        # What was counted already, by its id: messages and executions.
        self._counted = dict[str, datetime]()
        self._looks = Looks(self._look)

    def operations(self) -> Operations:
        """The stage now; one look is shared by all who ask.

        Raises:
            OSError, BotoCoreError, ClientError: the cloud does not answer.
        """
        return self._looks.at(None)

    def _look(self, _of: None) -> Operations:
        aws, now = self._aws(), datetime.now(UTC)
        # Queues first: a message that is seen there tells when it was sent.
        messages = read_messages(aws.url)
        self._read_queues(messages, now)
        self._read_log(now)
        self._read_requests()
        running = self._read_executions(aws, now)
        self._forget(now)
        until = now.replace(second=0, microsecond=0)
        return Operations(
            since=self._recording.first() or until,
            until=until,
            running=running,
            queues=depths(messages),
            figures=tuple(self._figure(widget) for widget in read_dashboard(aws)),
        )

    def _read_queues(self, messages: Mapping[str, Iterable[Message]], now: datetime) -> None:
        for queue, theirs in messages.items():
            there = list(theirs)
            self._recording.add((QUEUES, VISIBLE, queue), now, sum(each.visible for each in there))
            oldest = min((each.sent for each in there), default=now)
            age = max(0, round((now - oldest).total_seconds()))
            self._recording.add((QUEUES, OLDEST, queue), now, age)
            # Those that the order queue has given up came to it once.
            if queue.startswith(ORDER_QUEUE):
                for each in there:
                    if queue == ORDER_QUEUE or each.moved:
                        self._count_once(each.id, ACCEPTED, each.sent, now)

    def _read_log(self, now: datetime) -> None:
        for call in self._log.calls():
            function = program_name(STAGE, call["function"]) or call["function"]
            if call["failed"]:
                at = datetime.fromisoformat(call["at"])
                self._recording.add((FUNCTIONS, ERRORS, function), at, 1)
            for line in call["lines"]:
                if line.startswith(METRICS):
                    for metric, at, value in logged_metrics(line):
                        self._recording.add(metric, at, value)
            if function == "start-workflow":
                for entry in entries(call):
                    if message_id := entry.keys.get("messageId"):
                        self._count_once(str(message_id), ACCEPTED, entry.at, now)

    def _read_requests(self) -> None:
        answered = self._answered()
        while answered:
            each = answered.popleft()
            at = datetime.fromtimestamp(each.at, UTC)
            self._recording.add((API, LATENCY, each.api_id), at, round(each.milliseconds, 1))
            for name, first in ((REFUSED, 400), (FAILED, 500)):
                # No fault is a value, too.
                bad = first <= each.status < first + 100
                self._recording.add((API, name, each.api_id), at, int(bad))

    def _read_executions(self, aws: Aws, now: datetime) -> int:
        """Count those that were cut off; how many run."""
        running = 0
        pages = aws.step_functions.get_paginator("list_executions")
        for machine in aws.step_functions.list_state_machines()["stateMachines"]:
            workflow, arn = program_name(STAGE, machine["name"]), machine["stateMachineArn"]
            if workflow is None:
                continue
            for page in pages.paginate(stateMachineArn=arn, statusFilter="RUNNING"):
                running += len(page["executions"])
            for status, name in CUT_OFF.items():
                for page in pages.paginate(stateMachineArn=arn, statusFilter=status):
                    for each in page["executions"]:
                        ended = each.get("stopDate", now)
                        metric = (WORKFLOWS, name, workflow)
                        self._count_once(each["executionArn"], metric, ended, now)
        return running

    def _count_once(self, an_id: str, metric: Metric, at: datetime, now: datetime) -> None:
        if an_id not in self._counted and now - at < KEPT:
            self._counted[an_id] = at
            self._recording.add(metric, at, 1)

    def _forget(self, now: datetime) -> None:
        self._recording.forget(now - KEPT)
        self._counted = {an_id: at for an_id, at in self._counted.items() if now - at < KEPT}

    def _figure(self, widget: Widget) -> Figure:
        return Figure(
            title=widget.title,
            period_seconds=widget.period_seconds,
            series=tuple(self._series(line, widget.period_seconds) for line in widget.lines),
        )

    def _series(self, line: Line, period_seconds: int) -> Series:
        reason = not_observable(line)
        recording, of = self._recording, (line.metric, line.statistic)
        return Series(
            label=line.label,
            statistic=line.statistic,
            unit=line.unit,
            points=() if reason else recording.points(*of, period_seconds),
            overall=None if reason else recording.overall(*of),
            not_observable=reason,
        )


def not_observable(line: Line) -> str | None:
    """Why the embedded cloud cannot know it; None where it does."""
    if not is_statistic(line.statistic):
        return f"{line.statistic} is not computed here"
    if line.metric == ACCEPTED or line.metric[:2] in OBSERVED:
        return None
    return NOT_OBSERVABLE.get(line.metric[:2], NOBODY_OBSERVES)


def logged_metrics(line: str) -> Iterator[tuple[Metric, datetime, float]]:
    """The values of a line of the embedded metric format; none where it is not whole.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    try:
        found: dict[str, Any] = json.loads(line)
        at = datetime.fromtimestamp(found["_aws"]["Timestamp"] / 1000, UTC)
        read = [
            ((directive["Namespace"], metric["Name"], *map(found.__getitem__, names)), at, value)
            for directive in found["_aws"]["CloudWatchMetrics"]
            for names in directive["Dimensions"]
            for metric in directive["Metrics"]
            for value in _values(found[metric["Name"]])
        ]
    except (ValueError, KeyError, TypeError):
        return
    yield from read


def _values(value: Any) -> list[float]:
    several: list[Any] = value if isinstance(value, list) else [value]
    return [float(each) for each in several]
