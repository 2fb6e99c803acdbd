"""Sends what the stage itself would have sent: through the same queues, to the same code."""

import json
from typing import Any

from ops.mails import ended_of
from ops.orders import Item, Orders, message_of
from ops.reconcile.executions import Executions
from ops.reconcile.finding import Finding, Mend
from ops.reconcile.search import Search
from ops.stage import Stage

# Of a notification of the workflow's (infra/order_workflow.asl.yaml, Notify).
NOTIFIED = (
    *("id", "customerId", "name", "quantity", "restaurantId", "addOns", "status", "attempt"),
    *("placedAt", "updatedAt", "version"),
)


class Mending:
    """Mends findings one by one."""

    def __init__(self, stage: Stage, search: Search) -> None:
        self._stage = stage
        self._search = search
        self._orders = Orders(stage)

    def mend(self, finding: Finding) -> bool:
        """Whether it still was as found, and the message was sent.

        Whatever happens between this look and the message's delivery, the message finds it: every
        write that follows from it is conditional.
        """
        if finding.mend is Mend.EXECUTION:
            if self._orders.order(finding.order):
                return False
            body = Executions(self._stage).input_of(finding.execution)
            return self._send("orderQueueUrl", body)
        if finding not in self._search.of(finding.order):
            return False
        item = self._orders.order(finding.order)
        match finding.mend:
            case Mend.ORDER if item:
                return self._send("orderQueueUrl", json.dumps(message_of(item)))
            case Mend.REFUND:
                customer_id, order_id = finding.order
                refund = {"id": order_id, "customerId": customer_id, "attempt": finding.attempt}
                return self._send("refundQueueUrl", json.dumps(refund))
            case Mend.MAIL if item and ended_of(item):
                return self._send("mailQueueUrl", json.dumps(notification_of(item)))
            case _:
                return False

    def _send(self, queue: str, body: str) -> bool:
        self._stage.sqs.send_message(QueueUrl=self._stage.output(queue), MessageBody=body)
        return True


def notification_of(item: Item) -> dict[str, Any]:
    """What the workflow publishes of the attempt that ended last, as it was."""
    ended = {**item, **item["ended"]}
    return {**{name: ended[name] for name in NOTIFIED}, "statusReason": ended.get("statusReason")}
