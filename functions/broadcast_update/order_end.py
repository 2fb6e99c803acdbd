"""How an order ended, as the change of its item tells that the workflow has marked it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord

from functions.telemetry.order_metric import OrderMetric

# What the workflow writes where the processor did not answer (order_workflow.asl.yaml).
UNREACHABLE = "payment processor unreachable"
FIRST_ATTEMPT = 1


@dataclass(frozen=True, kw_only=True)
class OrderEnd:
    """One end of one attempt.

    Args:
        outcome: the metric that counts it.
        milliseconds: since the customer placed the order, or retried its payment.
    """

    outcome: OrderMetric
    milliseconds: float


def order_end(change: StreamRecord) -> OrderEnd | None:
    """What has ended by this change; None where nothing has.

    An attempt whose message the queue did not take is undone by the API: its order is as it was
    before, and no attempt of its has ended.
    """
    before: dict[str, Any] = change.old_image
    after: dict[str, Any] = change.new_image
    if before.get("status") != "PENDING" or after.get("status") == "PENDING":
        return None
    ended: dict[str, Any] = after.get("ended") or {}
    if not ended or ended.get("attempt") != after.get("attempt"):
        return None
    # A retry begins where the API has the order pending again.
    began = after["placedAt"] if after["attempt"] == FIRST_ATTEMPT else before["updatedAt"]
    # Clocks of two services: what seems to end before it began took no time.
    taken = max(0.0, (_time(after["updatedAt"]) - _time(began)).total_seconds())
    return OrderEnd(outcome=_outcome(ended), milliseconds=round(1000 * taken))


def _outcome(ended: dict[str, Any]) -> OrderMetric:
    if ended["status"] == "PAID":
        return OrderMetric.ORDERS_PAID
    unanswered = ended.get("statusReason") == UNREACHABLE
    return OrderMetric.ORDERS_UNREACHABLE if unanswered else OrderMetric.ORDERS_DECLINED


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
