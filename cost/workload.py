"""What an order calls on average, of a stage's graph and of a mix of orders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from cost.observation import Call, Observation
from cost.prices import assumption, rule
from functions.payments.processor import RandomProcessor
from preview.recording import Recording, Registered

API = "aws:appsync/graphQLApi:GraphQLApi"
FUNCTION = "aws:lambda/function:Function"
MACHINE = "aws:sfn/stateMachine:StateMachine"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
ROLE = "aws:iam/role:Role"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TABLE = "aws:dynamodb/table:Table"
TOPIC = "aws:sns/topic:Topic"
# What is called, by the service that has it.
CALLED = {"dynamodb": TABLE, "lambda": FUNCTION, "sns": TOPIC, "sqs": QUEUE, "states": MACHINE}
CALLERS = (ROLE, MACHINE, TOPIC)
SUCCESS_RATE = "PAYMENT_SUCCESS_RATE"


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """How orders come. The defaults are those of an order that is placed, and no more.

    Args:
        orders: a month's, spread evenly.
        retries: of the orders whose payment failed, the share that is tried once more, and paid.
        deletes: of all orders, the share that is deleted after it was paid.
        tokens: of the paid orders, the share that was placed with a clientRequestToken.
        subscribers: how many follow an order.
        batch: messages in a batch; 1, as where they come one by one.
    """

    orders: int = 1_000_000
    retries: float = 0
    deletes: float = 0
    tokens: float = 0
    subscribers: float = 1
    batch: int = 1


@dataclass(frozen=True, kw_only=True)
class Load:
    """A call, and how often an order makes it on average."""

    kind: str
    times: float
    call: Call


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What an order of a stage calls.

    Args:
        shares: how many orders are of each kind; a retry and a deletion are further ones.
        loads: of all kinds.
        absent: what was called where it was observed, and is not in this stage.
        unobserved: what is in this stage, and no observed order called.
    """

    recording: Recording
    traffic: Traffic
    shares: dict[str, float]
    loads: tuple[Load, ...]
    absent: tuple[str, ...]
    unobserved: tuple[str, ...]

    def of(self, service: str, *actions: str) -> list[Load]:
        """Those of a service, in order of what is called."""
        found = [
            load
            for load in self.loads
            if load.call.service == service and (not actions or load.call.action in actions)
        ]
        return sorted(found, key=lambda load: load.call.on)

    def by_name(self, service: str, *actions: str) -> Iterator[tuple[Registered, list[Load]]]:
        """Those of each table, queue, topic, function or state machine."""
        loads = self.of(service, *actions)
        for name in sorted({load.call.on for load in loads} - {""}):
            called = self.recording.one(CALLED[service], name)
            yield called, [load for load in loads if load.call.on == name]

    def mapping_of(self, function: Registered) -> Registered | None:
        """The event source mapping that calls a function."""
        for mapping in self.recording.of(MAPPING):
            if mapping.inputs["functionName"] == function.arn:
                return mapping
        return None

    def batch_of(self, mapping: Registered) -> float:
        """Messages in a batch: the traffic's, and no more than the mapping takes."""
        return min(self.traffic.batch, mapping.inputs.get("batchSize") or 10)

    def calls_of(self, function: Registered, load: Load) -> float:
        """How often an order has a function called: a batch is one call for all its orders."""
        mapping = None if load.call.by else self.mapping_of(function)
        return load.times / (self.batch_of(mapping) if mapping else 1)


def mean(loads: list[Load], value: Callable[[Call], float] = lambda _: 1) -> float:
    """What an order has of something, on average."""
    return sum(load.times * value(load.call) for load in loads)


def milliseconds(function: Registered, call: Call) -> int:
    """How long a message keeps a function on AWS, as far as can be said from here.

    All the time that was observed is taken for work of the processor, of which a function has a
    share by its memory: that stands in for its waiting, too.
    """
    memory = function.inputs.get("memorySize") or 128
    return ceil(call.ms * max(1.0, rule("lambda_mb_of_a_vcpu") / memory))


def execution_ms(workload: Workload, machine: Registered, kind: str) -> float:
    """How long an execution takes for an order of a kind, without the wait between retries."""
    taken = 0.0
    for call in [load.call for load in workload.loads if load.kind == kind]:
        if call.by != machine.name or call.service == "states":
            continue
        if call.service == "lambda":
            function = workload.recording.one(FUNCTION, call.on)
            taken += call.count * milliseconds(function, call)
        else:
            taken += call.count * assumption("express_call_ms")
    return taken


def work_out(recording: Recording, observation: Observation, traffic: Traffic) -> Workload:
    """What an order calls where the stage has what is called."""
    shares = _shares(_success_rate(recording), traffic)
    loads, absent = list[Load](), set[str]()
    for kind, share in shares.items():
        for call in observation.kinds[kind] if share else ():
            if missing := _missing(recording, call):
                absent.add(missing)
            else:
                loads.append(Load(kind=kind, times=share * call.count, call=call))
    called = {(call.service, call.on) for calls in observation.kinds.values() for call in calls}
    return Workload(
        recording=recording,
        traffic=traffic,
        shares=shares,
        loads=tuple(loads),
        absent=tuple(sorted(absent)),
        unobserved=tuple(
            sorted(
                f"{each.name} ({each.type.rpartition(':')[2]})"
                for service, resource_type in CALLED.items()
                for each in recording.of(resource_type)
                if (service, each.name) not in called
            )
        ),
    )


def _success_rate(recording: Recording) -> float:
    """As the functions have it; without one, every payment is accepted."""
    rates = {
        variables[SUCCESS_RATE]
        for function in recording.of(FUNCTION)
        if SUCCESS_RATE in (variables := _variables(function))
    }
    return float(min(rates, default=1))


def _variables(function: Registered) -> dict[str, Any]:
    return (function.inputs.get("environment") or {}).get("variables") or {}


def _shares(success_rate: float, traffic: Traffic) -> dict[str, float]:
    failed = 1 - success_rate
    unreachable = failed * RandomProcessor.UNREACHABLE_SHARE
    return {
        "paid": success_rate * (1 - traffic.tokens),
        "paid_by_token": success_rate * traffic.tokens,
        "declined": failed - unreachable,
        "unreachable": unreachable,
        "retried": failed * traffic.retries,
        "deleted": traffic.deletes,
    }


def _missing(recording: Recording, call: Call) -> str | None:
    """What of a call the stage does not have."""
    if call.on and call.on not in recording.names(CALLED[call.service]):
        return call.on
    known = {name for each in CALLERS for name in recording.names(each)}
    return None if call.by in ("", "customer") or call.by in known else call.by
