"""What a stage costs, item by item."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from cost.observation import Observation
from cost.prices import a_million, assumption, data, price, rule
from cost.tables import TableUnits
from cost.workload import (
    API,
    MACHINE,
    MAPPING,
    QUEUE,
    SUBSCRIPTION,
    TABLE,
    TOPIC,
    Load,
    Traffic,
    Workload,
    execution_ms,
    mean,
    milliseconds,
    work_out,
)
from preview.recording import Recording, Registered

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
PRICED = {ALARM, DASHBOARD, KEY, WEB_ACL}

MILLION = 1_000_000
MONTH_SECONDS = 730 * 3600
MONTH_DAYS = MONTH_SECONDS / 86_400
GB = 1_000_000_000
MESSAGE_BYTES = 64 * 1024
UPDATE_BYTES = 5 * 1024
EXPRESS_MEMORY_GB = 64 / 1024
EXPRESS_STEP_MS = 100


@dataclass(frozen=True, kw_only=True)
class Item:
    """What a million orders have to pay for.

    Args:
        detail: what is counted for one order.
    """

    name: str
    detail: str
    usd_per_million: float


@dataclass(frozen=True, kw_only=True)
class FixedItem:
    """What is paid each month, whether orders come or not."""

    name: str
    detail: str
    usd_per_month: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A stage's bill, without free tiers.

    Args:
        kept: what each million orders costs in each month that it is kept; not in the sum.
        shares: how many of the orders are of each kind.
        not_priced: what has no price here: resources by type and name, requests by caller.
        absent, unobserved: as of a Workload.
    """

    items: tuple[Item, ...]
    fixed: tuple[FixedItem, ...]
    kept: tuple[FixedItem, ...]
    traffic: Traffic
    shares: dict[str, float]
    not_priced: tuple[str, ...]
    absent: tuple[str, ...]
    unobserved: tuple[str, ...]

    @property
    def usd_per_million_orders(self) -> float:
        return sum(item.usd_per_million for item in self.items)

    @property
    def fixed_usd_per_month(self) -> float:
        return sum(item.usd_per_month for item in self.fixed)

    @property
    def usd_per_month(self) -> float:
        """Of the traffic's orders."""
        orders = self.usd_per_million_orders * self.traffic.orders / MILLION
        return orders + self.fixed_usd_per_month


def estimate(
    recording: Recording,
    traffic: Traffic = Traffic(),  # noqa: B008 (frozen)
    observation: Observation | None = None,
) -> Estimate:
    """The bill of a stage, from its graph.

    Args:
        observation: what orders call; None: what is in observed.json.

    Raises:
        ObservationError: that cannot be read.
    """
    workload = work_out(recording, observation or Observation.read(), traffic)
    sections = (
        *(_api, _live_updates, _queues, _functions, _workflows, _tables, _streams),
        *(_topics, _mails, _logs, _traces, _firewall),
    )
    return Estimate(
        items=tuple(item for section in sections for item in section(workload)),
        fixed=tuple(_fixed(recording)),
        kept=tuple(_kept(workload)),
        traffic=traffic,
        shares=workload.shares,
        not_priced=tuple(_not_priced(workload)),
        absent=workload.absent,
        unobserved=workload.unobserved,
    )


def number(value: float) -> str:
    """`4`, `0.1`, `4.05`."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _counted(value: float, what: str) -> str:
    return f"{number(value)} {what}{'' if number(value) == '1' else 's'}"


def _api(workload: Workload) -> Iterator[Item]:
    count = mean(workload.of("appsync", "mutation"))
    detail = f"{_counted(count, 'mutation')} at {a_million('appsync_operation')}"
    yield _item("AppSync", detail, count * price("appsync_operation"))


def _live_updates(workload: Workload) -> Iterator[Item]:
    publishes = workload.of("appsync", "publishOrderUpdate")
    if not publishes:
        return
    count = mean(publishes)
    subscribers = workload.traffic.subscribers
    received = subscribers * mean(publishes, lambda call: ceil(call.bytes / UPDATE_BYTES))
    minutes = subscribers * assumption("minutes_watched")
    yield _item(
        "AppSync, live updates",
        f"{_counted(count, 'mutation')} at {a_million('appsync_operation')}, "
        f"{_counted(received, 'update')} at {a_million('appsync_update')}, "
        f"{_counted(minutes, 'minute')} at {a_million('appsync_minute')}",
        count * price("appsync_operation")
        + received * price("appsync_update")
        + minutes * price("appsync_minute"),
    )


def _queues(workload: Workload) -> Iterator[Item]:
    batches = {
        mapping.inputs["eventSourceArn"]: workload.batch_of(mapping)
        for mapping in workload.recording.of(MAPPING)
    }
    for queue, loads in workload.by_name("sqs"):
        batch = batches.get(queue.arn, 1)
        sent = mean(
            [load for load in loads if load.call.action == "SendMessage"],
            lambda call: ceil(call.bytes / MESSAGE_BYTES),
        )
        taken, deleted = (
            mean([load for load in loads if load.call.action == action]) / batch
            for action in ("ReceiveMessage", "DeleteMessageBatch")
        )
        yield _item(
            f"SQS `{queue.name}`",
            f"{_counted(sent, 'send')}, {_counted(taken, 'receive')}, "
            f"{_counted(deleted, 'delete')} at {a_million('sqs_request')}",
            (sent + taken + deleted) * price("sqs_request"),
        )


def _functions(workload: Workload) -> Iterator[Item]:
    for function, loads in workload.by_name("lambda"):
        calls = sum(workload.calls_of(function, load) for load in loads)
        taken = mean(loads, lambda call, function=function: milliseconds(function, call))
        memory = function.inputs.get("memorySize") or 128
        [architecture] = function.inputs.get("architectures") or ["x86_64"]
        gb_seconds = taken / 1000 * memory / 1024
        yield _item(
            f"Lambda `{function.name}`",
            f"{_counted(calls, 'call')} at {a_million('lambda_request')}, "
            f"{taken:.0f} ms of {memory:.0f} MB",
            calls * price("lambda_request")
            + gb_seconds * price(f"lambda_{architecture}_gb_second"),
        )


def _workflows(workload: Workload) -> Iterator[Item]:
    for machine, loads in workload.by_name("states", "Execution"):
        name = f"Step Functions `{machine.name}`"
        if machine.inputs.get("type") == "EXPRESS":
            count = mean(loads)
            seconds = sum(load.times * _billed_seconds(workload, machine, load) for load in loads)
            yield _item(
                name,
                f"{_counted(count, 'request')} at {a_million('states_express_request')}, "
                f"{number(seconds)} s of 64 MB",
                count * price("states_express_request")
                + seconds * EXPRESS_MEMORY_GB * price("states_express_gb_second"),
            )
        else:
            transitions = mean(loads, lambda call: call.transitions)
            yield _item(
                name,
                f"{_counted(transitions, 'transition')} at {a_million('states_transition')}",
                transitions * price("states_transition"),
            )


def _billed_seconds(workload: Workload, machine: Registered, load: Load) -> float:
    taken = execution_ms(workload, machine, load.kind)
    return ceil(taken / EXPRESS_STEP_MS) * EXPRESS_STEP_MS / 1000


def _tables(workload: Workload) -> Iterator[Item]:
    for table, loads in workload.by_name("dynamodb"):
        units = TableUnits.of(table.inputs)
        writes = [load for load in loads if load.call.is_write]
        reads = [load for load in loads if not load.call.is_write]
        written, read = mean(writes, units.write_units), mean(reads, units.read_units)
        parts = [
            f"{_counted(mean(writes), 'write')} of {_counted(written, 'unit')}"
            f" at {a_million('dynamodb_write')}"
        ]
        if read:
            parts.append(f"{_counted(read, 'read unit')} at {a_million('dynamodb_read')}")
        yield _item(
            f"DynamoDB `{table.name}`",
            ", ".join(parts),
            written * price("dynamodb_write") + read * price("dynamodb_read"),
        )


def _streams(workload: Workload) -> Iterator[Item]:
    for table, loads in workload.by_name("dynamodb"):
        if table.inputs.get("streamEnabled"):
            changes = mean([load for load in loads if load.call.changed])
            detail = f"{_counted(changes, 'change')}; Lambda reads them for nothing"
            yield _item(f"DynamoDB stream `{table.name}`", detail, 0)


def _topics(workload: Workload) -> Iterator[Item]:
    for topic, loads in workload.by_name("sns"):
        published = mean(loads, lambda call: ceil(call.bytes / MESSAGE_BYTES))
        readers = sum(
            each.inputs["topic"] == topic.arn and each.inputs["protocol"] == "email"
            for each in workload.recording.of(SUBSCRIPTION)
        )
        detail = f"{_counted(published, 'message')} at {a_million('sns_publish')}"
        usd = published * price("sns_publish")
        if readers:
            mails = mean(loads) * readers
            detail += f", {_counted(mails, 'e-mail')} at {a_million('sns_email')}"
            usd += mails * price("sns_email")
        yield _item(f"SNS `{topic.name}`", detail, usd)


def _mails(workload: Workload) -> Iterator[Item]:
    if mails := mean(workload.of("ses")):
        detail = f"{_counted(mails, 'mail')} at {a_million('ses_mail')}"
        yield _item("SES", detail, mails * price("ses_mail"))


def _logs(workload: Workload) -> Iterator[Item]:
    written = dict(_log_bytes(workload))
    if not written:
        return
    kept_days = {
        group.name: group.inputs.get("retentionInDays")
        for group in workload.recording.of(LOG_GROUP)
    }
    size = sum(written.values())
    yield _item(
        "CloudWatch Logs",
        f"{number(size / 1000)} kB at ${price('logs_gb'):.2f} a GB",
        size / GB * price("logs_gb"),
    )
    gb_months = sum(
        each / GB * rule("log_compressed") * (kept_days.get(name) or 0) / MONTH_DAYS
        for name, each in written.items()
    )
    days = " and ".join(sorted({f"{kept_days.get(name) or 0:.0f}" for name in written}))
    yield _item(
        "CloudWatch Logs, kept",
        f"{days} days, compressed, at ${price('logs_gb_month'):.2f} a GB and month",
        gb_months * price("logs_gb_month"),
    )


def _log_bytes(workload: Workload) -> Iterator[tuple[str, float]]:
    """What an order has each log group take in, by its name."""
    event = rule("log_event_bytes")
    for function, loads in workload.by_name("lambda"):
        calls = sum(workload.calls_of(function, load) for load in loads)
        own = mean(loads, lambda call: call.log + call.lines * event)
        yield function.name, own + calls * (rule("lambda_log_bytes") + 2 * event)
    request = assumption("appsync_log_bytes") + assumption("appsync_log_events") * event
    for api in workload.recording.of(API):
        if api.inputs.get("logConfig"):
            yield api.name, mean(workload.of("appsync")) * request


def _traces(workload: Workload) -> Iterator[Item]:
    """What is called from a trace is part of that."""
    begun = 0.0
    if any(api.inputs.get("xrayEnabled") for api in workload.recording.of(API)):
        begun += mean(workload.of("appsync"))
    for function, loads in workload.by_name("lambda"):
        if (function.inputs.get("tracingConfig") or {}).get("mode") == "Active":
            begun += sum(workload.calls_of(function, load) for load in loads if not load.call.by)
    for machine, loads in workload.by_name("states", "Execution"):
        if (machine.inputs.get("tracingConfiguration") or {}).get("enabled"):
            begun += mean(loads)
    if not begun:
        return
    rate = begun * workload.traffic.orders / MONTH_SECONDS
    first = min(rate, rule("xray_each_second"))
    share = (first + (rate - first) * rule("xray_share")) / rate
    yield _item(
        "X-Ray",
        f"{share * 100:.0f} % of {_counted(begun, 'trace')} at {a_million('xray_trace')}",
        begun * share * price("xray_trace"),
    )


def _firewall(workload: Workload) -> Iterator[Item]:
    if workload.recording.of(ASSOCIATION):
        requests = mean(workload.of("appsync"))
        detail = f"{_counted(requests, 'request')} at {a_million('waf_request')}"
        yield _item("WAF", detail, requests * price("waf_request"))


def _item(name: str, detail: str, usd: float) -> Item:
    """Of what one order costs."""
    return Item(name=name, detail=detail, usd_per_million=usd * MILLION)


def _fixed(recording: Recording) -> Iterator[FixedItem]:
    def fixed(name: str, detail: str, usd: float) -> FixedItem:
        return FixedItem(name=name, detail=detail, usd_per_month=usd)

    if alarms := recording.of(ALARM):
        quick = sum((alarm.inputs.get("period") or 60) < 60 for alarm in alarms)
        usd = (len(alarms) - quick) * price("alarm") + quick * price("alarm_high_resolution")
        yield fixed("CloudWatch alarms", f"{len(alarms)} at ${price('alarm'):.2f}", usd)
    if dashboards := len(recording.of(DASHBOARD)):
        detail = f"{dashboards} at ${price('dashboard'):.2f}"
        yield fixed("CloudWatch dashboards", detail, dashboards * price("dashboard"))
    for acl in recording.of(WEB_ACL):
        rules = len(acl.inputs.get("rules") or [])
        yield fixed(
            f"WAF `{acl.name}`",
            f"${price('waf_acl'):.2f}, and {rules} rules at ${price('waf_rule'):.2f}",
            price("waf_acl") + rules * price("waf_rule"),
        )
    queues = {queue.arn for queue in recording.of(QUEUE)}
    polled = [each for each in recording.of(MAPPING) if each.inputs["eventSourceArn"] in queues]
    if polled:
        empty = MONTH_SECONDS / rule("sqs_long_poll_seconds") * rule("sqs_pollers") * len(polled)
        yield fixed(
            "SQS, empty receives",
            f"{len(polled)} queues, each asked by {rule('sqs_pollers'):.0f} pollers"
            f" every {rule('sqs_long_poll_seconds'):.0f} s",
            empty * price("sqs_request"),
        )
    if keys := len(recording.of(KEY)):
        yield fixed("KMS keys", f"{keys} at ${price('kms_key'):.2f}", keys * price("kms_key"))
    encrypted = [each for each in recording.of(TOPIC) if each.inputs.get("kmsMasterKeyId")]
    if encrypted:
        requests = MONTH_SECONDS / rule("sns_key_seconds") * 2 * len(encrypted)
        yield fixed(
            "KMS, encrypted topics",
            f"{requests:,.0f} requests at ${price('kms_request') * 10_000:.2f} for 10,000",
            requests * price("kms_request"),
        )


def _kept(workload: Workload) -> Iterator[FixedItem]:
    for table, loads in workload.by_name("dynamodb"):
        units = TableUnits.of(table.inputs)
        # An order's item as it was left last is the largest.
        left: dict[str, float] = {}
        for load in loads:
            stored = units.stored_bytes(load.call.after) if load.call.after else 0
            left[load.kind] = max(left.get(load.kind, 0), stored)
        placed = {
            kind: share
            for kind, share in workload.shares.items()
            if kind not in ("retried", "deleted")
        }
        size = sum(share * left.get(kind, 0) for kind, share in placed.items())
        gb = size * MILLION / GB
        a_gb = price("dynamodb_gb_month")
        detail = f"{number(gb)} GB at ${a_gb:.2f}"
        if units.recovery:
            detail += f", its recovery at ${price('dynamodb_recovery_gb_month'):.2f}"
            a_gb += price("dynamodb_recovery_gb_month")
        if table.inputs.get("ttl"):
            detail += f"; what has `{table.inputs['ttl']['attributeName']}` is deleted then"
        yield FixedItem(name=f"DynamoDB `{table.name}`", detail=detail, usd_per_month=gb * a_gb)


def _not_priced(workload: Workload) -> Iterator[str]:
    known = PRICED | set(data()["free_resources"])
    for each in workload.recording.resources:
        if each.custom and each.type not in known:
            yield f"{each.type} {each.name}"
    counted = {"appsync", "dynamodb", "lambda", "ses", "sns", "sqs"}
    free = {*data()["free_requests"], "states Execution"}
    requests = {
        f"{load.call.service} {load.call.action} by {load.call.by}"
        for load in workload.loads
        if load.call.service not in counted
        and f"{load.call.service} {load.call.action}" not in free
    }
    yield from sorted(requests)
    for table in workload.recording.of(TABLE):
        if table.inputs.get("billingMode") != "PAY_PER_REQUEST":
            yield f"{table.type} {table.name}, whose capacity is provisioned"
    for machine in workload.recording.of(MACHINE):
        level = (machine.inputs.get("loggingConfiguration") or {}).get("level", "OFF")
        if level not in ("OFF", "ERROR", "FATAL"):
            yield f"{machine.type} {machine.name}, what it logs at level {level}"
