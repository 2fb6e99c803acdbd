"""Orders and their payments, as the stage's tables have them."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.stage import OpsError, Stage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# An item of a table, with plain values.
Item = dict[str, Any]
# A customer's and an order's id.
OrderKey = tuple[str, str]

DECLINED = "payment method declined"
UNREACHABLE = "payment processor unreachable"
# All that is kept of a deleted order (graphql/functions/eraseOrder.js).
TOMBSTONE = frozenset({"customerId", "id", "deletedAt", "expiresAt", "paidAttempt"})
# What a message about an order carries (graphql/functions/queueOrder.js).
MESSAGE = (
    *("id", "customerId", "name", "quantity", "restaurantId", "addOns", "placedAt", "attempt"),
)


class Orders:
    """The tables of a stage, read so that a write that was answered is seen."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def order(self, key: OrderKey) -> Item | None:
        """An order or its tombstone; None where there is neither."""
        item = self.raw(key)
        return None if item is None else plain(item)

    def raw(self, key: OrderKey) -> Item | None:
        """As `order`, with DynamoDB's own attribute values."""
        got = self._stage.dynamodb.get_item(
            TableName=self._stage.output("orderTableName"), Key=_key(key), ConsistentRead=True
        )
        return dict(got["Item"]) if "Item" in got else None

    def payments(self, key: OrderKey) -> dict[int, Item]:
        """The ledger's rows of an order, by the attempt."""
        customer_id, order_id = key
        pages = self._stage.dynamodb.get_paginator("query").paginate(
            TableName=self._stage.output("paymentTableName"),
            KeyConditionExpression="customerId = :customer AND begins_with(payment, :order)",
            ExpressionAttributeValues={
                ":customer": {"S": customer_id},
                ":order": {"S": f"{order_id}#"},
            },
            ConsistentRead=True,
        )
        rows = [plain(item) for page in pages for item in page["Items"]]
        return {payment_key(row)[1]: row for row in rows}

    def keys_of(self, order_id: str) -> list[OrderKey]:
        """Whose orders have this id: clients choose their tokens, so there may be several."""
        pages = self._stage.dynamodb.get_paginator("query").paginate(
            TableName=self._stage.output("orderTableName"),
            IndexName="byId",
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": {"S": order_id}},
        )
        return [key_of(plain(item)) for page in pages for item in page["Items"]]

    def newest_of(self, customer_id: str, limit: int) -> list[Item]:
        """A customer's orders by the time of placing; deleted ones are not among them."""
        found = self._stage.dynamodb.query(
            TableName=self._stage.output("orderTableName"),
            IndexName="byPlacedAt",
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues={":customer": {"S": customer_id}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        return [plain(item) for item in found["Items"]]

    def customer_id(self, name: str) -> str:
        """The `sub` of a user of the pool.

        Args:
            name: an address, or the `sub` itself.

        Raises:
            OpsError: the pool has none by that name.
        """
        return self._attribute(name, "sub")

    def address(self, customer_id: str) -> str | None:
        """A customer's; None where the account has gone."""
        try:
            return self._attribute(customer_id, "email")
        except OpsError:
            return None

    def _attribute(self, name: str, attribute: str) -> str:
        cognito = self._stage.cognito
        try:
            user = cognito.admin_get_user(
                UserPoolId=self._stage.output("userPoolId"), Username=name
            )
        except cognito.exceptions.UserNotFoundException as error:
            raise OpsError(f"Stage {self._stage.name} has no customer {name}.") from error
        attributes = {each["Name"]: each.get("Value", "") for each in user["UserAttributes"]}
        return attributes[attribute]


def plain(item: "Mapping[str, Any]") -> Item:
    """An item with plain values; numbers are whole."""
    return {name: _value(value) for name, value in item.items()}


def _value(value: Mapping[str, Any]) -> Any:
    [(kind, held)] = value.items()
    match kind:
        case "N":
            return int(held) if held.lstrip("-").isdecimal() else float(held)
        case "M":
            return plain(held)
        case "L":
            return [_value(each) for each in held]
        case "NULL":
            return None
        case _:
            return held


def _key(key: OrderKey) -> "dict[str, AttributeValueTypeDef]":
    return {"customerId": {"S": key[0]}, "id": {"S": key[1]}}


def key_of(item: Item) -> OrderKey:
    return item["customerId"], item["id"]


def payment_key(row: Item) -> tuple[OrderKey, int]:
    """Whose order a row of the ledger is about, and which attempt.

    Raises:
        OpsError: somebody else than the ledger has written it.
    """
    order_id, _, attempt = row["payment"].rpartition("#")
    if not attempt.isdecimal():
        raise OpsError(f"The ledger has a row that is no payment, {row['payment']!r}: delete it.")
    return (row["customerId"], order_id), int(attempt)


def kept_attempt(item: Item | None) -> int | None:
    """The attempt by which an order, or what was deleted, is paid."""
    item = item or {}
    attempt = item.get("attempt") if item.get("status") == "PAID" else item.get("paidAttempt")
    return None if attempt is None else int(attempt)


def message_of(item: Item) -> Item:
    """The message by which an order's present attempt goes through the queue (again)."""
    return {name: item[name] for name in MESSAGE}


def spelled(order_id: str) -> str:
    """As the tables have it: a ULID in capitals, a UUID in small letters."""
    return order_id.lower() if "-" in order_id else order_id.upper()


def moment(text: str) -> datetime:
    """Of a time as the tables have it; one without a zone is UTC."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def latest(texts: Iterable[Any]) -> datetime | None:
    """The last of some times; None where there are none, and of what is no time."""
    found = list[datetime]()
    for text in texts:
        with suppress(TypeError, ValueError):
            found.append(moment(text))
    return max(found, default=None)
