"""How many orders a second a stage can carry: what they need, and which quota binds first."""

from collections.abc import Iterator
from dataclasses import dataclass

from cost.observation import Observation
from cost.prices import quota
from cost.tables import TableUnits
from cost.workload import (
    FUNCTION,
    MAPPING,
    QUEUE,
    SUBSCRIPTION,
    Load,
    Traffic,
    Workload,
    mean,
    milliseconds,
    work_out,
)
from preview.recording import Recording, Registered


@dataclass(frozen=True, kw_only=True)
class Need:
    """What orders need of something that is limited.

    Args:
        per_order: how much of it one order a second takes.
        quota: how much there is; None: nobody limits it, or AWS to no number that holds for all.
        new: how much there is for a new account, or a new table.
        unit: of all three.
    """

    name: str
    unit: str
    per_order: float
    quota: float | None
    new: float | None

    @property
    def rate(self) -> float:
        """The orders a second at which it is used up."""
        return float("inf") if self.quota is None else self.quota / self.per_order

    @property
    def new_rate(self) -> float:
        return float("inf") if self.new is None else self.new / self.per_order


def capacity(
    recording: Recording,
    traffic: Traffic = Traffic(),  # noqa: B008 (frozen)
    observation: Observation | None = None,
) -> tuple[Need, ...]:
    """What an order a second needs, that which is used up first at the beginning.

    Raises:
        ObservationError: what orders call cannot be read.
    """
    workload = work_out(recording, observation or Observation.read(), traffic)
    sections = (_consumers, _functions, _workflows, _tables, _topics, _mails, _pools)
    needs = [need for section in sections for need in section(workload) if need.per_order]
    return tuple(sorted(needs, key=lambda need: (need.rate, need.new_rate, need.name)))


def _consumers(workload: Workload) -> Iterator[Need]:
    """An order waits on the queue while its consumer is at work as often as it may be at once."""
    queues = {queue.arn: queue for queue in workload.recording.of(QUEUE)}
    functions = {function.arn: function for function in workload.recording.of(FUNCTION)}
    loads = dict(_loads_by_function(workload))
    for mapping in workload.recording.of(MAPPING):
        scaling: dict[str, float] = mapping.inputs.get("scalingConfig") or {}
        at_once = scaling.get("maximumConcurrency")
        queue = queues.get(mapping.inputs["eventSourceArn"])
        function = functions.get(mapping.inputs["functionName"])
        if queue and function and at_once and function.name in loads:
            busy = _seconds(function, loads[function.name])
            name = f"consumers of `{queue.name}`"
            yield Need(name=name, unit="at once", per_order=busy, quota=at_once, new=at_once)


def _functions(workload: Workload) -> Iterator[Need]:
    busy = {
        name: _seconds(workload.recording.one(FUNCTION, name), loads)
        for name, loads in _loads_by_function(workload)
    }
    for name, seconds in busy.items():
        yield Need(name=f"Lambda `{name}`", unit="at once", per_order=seconds, quota=None, new=None)
    yield _need("Lambda, all functions", "at once", sum(busy.values()), "lambda_concurrency")


def _loads_by_function(workload: Workload) -> Iterator[tuple[str, list[Load]]]:
    for function, loads in workload.by_name("lambda"):
        yield function.name, loads


def _seconds(function: Registered, loads: list[Load]) -> float:
    """How long an order keeps a function busy; a batch as long as its messages one by one."""
    return mean(loads, lambda call: milliseconds(function, call)) / 1000


def _workflows(workload: Workload) -> Iterator[Need]:
    for machine, loads in workload.by_name("states", "Execution"):
        express = machine.inputs.get("type") == "EXPRESS"
        starts = "states_start_express" if express else "states_start"
        yield _need("Step Functions, StartExecution", "/s", mean(loads), starts)
        if not express:
            transitions = mean(loads, lambda call: call.transitions)
            yield _need("Step Functions, transitions", "/s", transitions, "states_transition")


def _tables(workload: Workload) -> Iterator[Need]:
    for table, loads in workload.by_name("dynamodb"):
        units = TableUnits.of(table.inputs)
        written = mean([load for load in loads if load.call.is_write], units.write_units)
        name = f"DynamoDB `{table.name}`"
        yield _need(name, "units/s", written, "dynamodb_write")


def _topics(workload: Workload) -> Iterator[Need]:
    for topic, loads in workload.by_name("sns"):
        published = mean(loads)
        yield _need(f"SNS `{topic.name}`", "messages/s", published, "sns_publish")
        for each in workload.recording.of(SUBSCRIPTION):
            if each.inputs["topic"] == topic.arn and each.inputs["protocol"] == "email":
                name = f"SNS to {each.inputs['endpoint']}"
                yield _need(name, "mails/s", published, "sns_email")


def _mails(workload: Workload) -> Iterator[Need]:
    yield _need("SES", "mails/s", mean(workload.of("ses")), "ses_mail")


def _pools(workload: Workload) -> Iterator[Need]:
    asked = mean(workload.of("cognito-idp", "AdminGetUser"))
    yield _need("Cognito, AdminGetUser", "/s", asked, "cognito_user_read")


def _need(name: str, unit: str, per_order: float, of: str) -> Need:
    return Need(name=name, unit=unit, per_order=per_order, quota=quota(of), new=quota(of, new=True))
