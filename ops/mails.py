"""What `email_customer` remembers of its mails, by Powertools' idempotency, for 30 days."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

from ops.orders import Item, OrderKey, key_of, plain
from ops.stage import Stage

# As functions/email_customer/handler.py has them.
KEPT_FOR = timedelta(days=30)
FUNCTION = "functions.email_customer.handler.email_customer.<locals>.mail_once"
# DynamoDB's most in one request.
KEYS_A_BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How an attempt at an order ended, of which its customer is mailed once."""

    order: OrderKey
    attempt: int
    status: str


def ended_of(item: Item) -> Ended | None:
    """The last end of an order; None where it has come to none, or keeps none."""
    ended = item.get("ended")
    if not ended:
        return None
    return Ended(order=key_of(item), attempt=int(ended["attempt"]), status=ended["status"])


@dataclass(frozen=True, kw_only=True)
class Mailed:
    """That it was done with.

    Args:
        mail_id: SES's; None where the customer has no verified address.
    """

    at: datetime
    mail_id: str | None


class Mails:
    """The table of them, of a stage that mails its customers."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def of(self, ends: Iterable[Ended]) -> dict[Ended, Mailed]:
        """Those of the ends of which the customer was mailed."""
        table = self._stage.output("mailTableName")
        by_id = {self._id(end): end for end in ends}
        ids, found = list(by_id), dict[Ended, Mailed]()
        for start in range(0, len(ids), KEYS_A_BATCH):
            wanted: Any = {
                table: {
                    "Keys": [{"id": {"S": each}} for each in ids[start : start + KEYS_A_BATCH]],
                    "ConsistentRead": True,
                }
            }
            while wanted:
                answer = self._stage.dynamodb.batch_get_item(RequestItems=wanted)
                for record in map(plain, answer["Responses"].get(table, [])):
                    if record["status"] == "COMPLETED":
                        found[by_id[record["id"]]] = _mailed(record)
                wanted = answer.get("UnprocessedKeys")
        return found

    def _id(self, end: Ended) -> str:
        """As Powertools makes it of the key that the function gives."""
        name = self._stage.functions["email_customer"]["name"]
        key = json.dumps([*end.order, end.attempt, end.status], sort_keys=True)
        return f"{name}.{FUNCTION}#{md5(key.encode(), usedforsecurity=False).hexdigest()}"


def _mailed(record: Item) -> Mailed:
    # Known to the second: it was before the next one.
    at = datetime.fromtimestamp(record["expiration"] + 0.999, UTC) - KEPT_FOR
    return Mailed(at=at, mail_id=json.loads(record.get("data") or "null"))
