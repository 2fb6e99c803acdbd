"""What a stage costs each month, whether orders come or not; and what it costs to keep them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cost.items import GB, MILLION, MONTH_SECONDS, number
from cost.prices import price, rule
from cost.tables import TableUnits
from cost.workload import MAPPING, QUEUE, TOPIC, Workload
from preview.recording import Recording, Registered

COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
KEY = "aws:kms/key:Key"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
PRICED = {ALARM, COMPOSITE_ALARM, DASHBOARD, KEY, WEB_ACL}


@dataclass(frozen=True, kw_only=True)
class FixedItem:
    """What is paid each month, whether orders come or not."""

    name: str
    detail: str
    usd_per_month: float


def fixed_items(recording: Recording) -> Iterator[FixedItem]:
    """What the resources of a stage cost by being there."""

    def fixed(name: str, detail: str, usd: float) -> FixedItem:
        return FixedItem(name=name, detail=detail, usd_per_month=usd)

    if alarms := recording.of(ALARM):
        watched = [metric for alarm in alarms for metric in _metrics(alarm)]
        quick = sum((metric.get("period") or 60) < 60 for metric in watched)
        usd = (len(watched) - quick) * price("alarm") + quick * price("alarm_high_resolution")
        detail = f"{len(alarms)} of {len(watched)} metrics at ${price('alarm'):.2f}"
        yield fixed("CloudWatch alarms", detail, usd)
    if composites := len(recording.of(COMPOSITE_ALARM)):
        detail = f"{composites} at ${price('alarm_composite'):.2f}"
        yield fixed("CloudWatch composite alarms", detail, composites * price("alarm_composite"))
    if own := _own_metrics(recording):
        detail = f"{len(own)} at ${price('metric'):.2f}, if orders come"
        yield fixed("CloudWatch metrics", detail, len(own) * price("metric"))
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
    polled = [each for each in recording.of(MAPPING) if each.inputs.get("eventSourceArn") in queues]
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


def _metrics(alarm: Registered) -> list[dict[str, Any]]:
    """What an alarm watches: one metric, or those of its expression."""
    queries: list[dict[str, Any]] = alarm.inputs.get("metricQueries") or []
    return [query["metric"] for query in queries if query.get("metric")] or [alarm.inputs]


def _own_metrics(recording: Recording) -> set[str]:
    """The metrics that the stage itself reports, as its dashboards show them all."""
    return {
        name
        for dashboard in recording.of(DASHBOARD)
        for widget in json.loads(dashboard.inputs.get("dashboardBody") or "{}").get("widgets", ())
        for namespace, name, *_ in widget["properties"].get("metrics", ())
        if not namespace.startswith("AWS/")
    }


def kept_items(workload: Workload) -> Iterator[FixedItem]:
    """What the items of a million orders cost in each month that they are stored."""
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
