"""What a million orders cost, item by item."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from cost.prices import a_million, assumption, price, rule
from cost.tables import TableUnits
from cost.workload import (
    API,
    MAPPING,
    SUBSCRIPTION,
    Load,
    Workload,
    execution_ms,
    mean,
    milliseconds,
)
from preview.recording import Registered

ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"

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


def items_of(workload: Workload) -> Iterator[Item]:
    """All that orders have to pay for; always in the same order."""
    sections = (
        *(_api, _live_updates, _queues, _functions, _workflows, _tables, _streams),
        *(_topics, _mails, _logs, _traces, _firewall, _storefront),
    )
    for section in sections:
        yield from section(workload)


def number(value: float) -> str:
    """`4`, `0.1`, `4.05`."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def usd(value: float) -> str:
    """Dollars and cents; half a cent is rounded up, as on a bill."""
    return f"{value + 1e-9:,.2f}"


def counted(value: float, what: str) -> str:
    return f"{number(value)} {what}{'' if number(value) == '1' else 's'}"


def _api(workload: Workload) -> Iterator[Item]:
    count = mean(workload.of("appsync", "mutation"))
    detail = f"{counted(count, 'mutation')} at {a_million('appsync_operation')}"
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
        f"{counted(count, 'mutation')} at {a_million('appsync_operation')}, "
        f"{counted(received, 'update')} at {a_million('appsync_update')}, "
        f"{counted(minutes, 'minute')} at {a_million('appsync_minute')}",
        count * price("appsync_operation")
        + received * price("appsync_update")
        + minutes * price("appsync_minute"),
    )


def _queues(workload: Workload) -> Iterator[Item]:
    batches = {
        mapping.inputs.get("eventSourceArn"): workload.batch_of(mapping)
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
            f"{counted(sent, 'send')}, {counted(taken, 'receive')}, "
            f"{counted(deleted, 'delete')} at {a_million('sqs_request')}",
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
            f"{counted(calls, 'call')} at {a_million('lambda_request')}, "
            f"{number(round(taken, 1))} ms of {memory:.0f} MB",
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
                f"{counted(count, 'request')} at {a_million('states_express_request')}, "
                f"{number(seconds)} s of 64 MB",
                count * price("states_express_request")
                + seconds * EXPRESS_MEMORY_GB * price("states_express_gb_second"),
            )
        else:
            transitions = mean(loads, lambda call: call.transitions)
            yield _item(
                name,
                f"{counted(transitions, 'transition')} at {a_million('states_transition')}",
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
            f"{counted(mean(writes), 'write')} of {counted(written, 'unit')}"
            f" at {a_million('dynamodb_write')}"
        ]
        if read:
            parts.append(f"{counted(read, 'read unit')} at {a_million('dynamodb_read')}")
        yield _item(
            f"DynamoDB `{table.name}`",
            ", ".join(parts),
            written * price("dynamodb_write") + read * price("dynamodb_read"),
        )


def _streams(workload: Workload) -> Iterator[Item]:
    for table, loads in workload.by_name("dynamodb"):
        if table.inputs.get("streamEnabled"):
            changes = mean([load for load in loads if load.call.changed])
            detail = f"{counted(changes, 'change')}; Lambda reads them for nothing"
            yield _item(f"DynamoDB stream `{table.name}`", detail, 0)


def _topics(workload: Workload) -> Iterator[Item]:
    for topic, loads in workload.by_name("sns"):
        published = mean(loads, lambda call: ceil(call.bytes / MESSAGE_BYTES))
        readers = sum(
            each.inputs["topic"] == topic.arn and each.inputs["protocol"] == "email"
            for each in workload.recording.of(SUBSCRIPTION)
        )
        detail = f"{counted(published, 'message')} at {a_million('sns_publish')}"
        cost = published * price("sns_publish")
        if readers:
            mails = mean(loads) * readers
            detail += f", {counted(mails, 'e-mail')} at {a_million('sns_email')}"
            cost += mails * price("sns_email")
        yield _item(f"SNS `{topic.name}`", detail, cost)


def _mails(workload: Workload) -> Iterator[Item]:
    if mails := mean(workload.of("ses")):
        detail = f"{counted(mails, 'mail')} at {a_million('ses_mail')}"
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
        f"{share * 100:.0f} % of {counted(begun, 'trace')} at {a_million('xray_trace')}",
        begun * share * price("xray_trace"),
    )


def _firewall(workload: Workload) -> Iterator[Item]:
    if workload.recording.of(ASSOCIATION):
        requests = mean(workload.of("appsync"))
        detail = f"{counted(requests, 'request')} at {a_million('waf_request')}"
        yield _item("WAF", detail, requests * price("waf_request"))


def _storefront(workload: Workload) -> Iterator[Item]:
    read, kept = assumption("storefront_read_files"), assumption("storefront_kept_files")
    size = assumption("storefront_bytes")
    for each in workload.recording.of(DISTRIBUTION):
        yield _item(
            f"CloudFront `{each.name}`",
            f"{counted(read + kept, 'request')} at {a_million('cloudfront_request')}, "
            f"{number(size / 1000)} kB at ${price('cloudfront_gb'):.3f} a GB, "
            f"{counted(read, 'call')} of its function at {a_million('cloudfront_function')}",
            (read + kept) * price("cloudfront_request")
            + size / GB * price("cloudfront_gb")
            + read * price("cloudfront_function"),
        )
        yield _item(
            f"S3 `{each.name}`",
            f"{counted(read, 'read')} at {a_million('s3_read')}",
            read * price("s3_read"),
        )


def _item(name: str, detail: str, an_order: float) -> Item:
    """Of what one order costs."""
    return Item(name=name, detail=detail, usd_per_million=an_order * MILLION)
