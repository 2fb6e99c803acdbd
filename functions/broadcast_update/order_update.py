"""What subscribers see of a change to the table of orders."""

from datetime import UTC, datetime
from typing import Any, TypedDict

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecordEventName,
    StreamRecord,
)


class OrderUpdate(TypedDict):
    """OrderUpdateInput of graphql/schema.graphql: an order as it is, or was when it was deleted."""

    id: str
    customerId: str
    name: str
    quantity: int
    restaurantId: str
    addOns: list[str]
    status: str
    statusReason: str | None
    placedAt: str
    updatedAt: str
    version: int
    deletedAt: str | None


def order_update(change: StreamRecord, event: DynamoDBRecordEventName) -> OrderUpdate | None:
    """The update to publish; None where nothing that customers see has changed.

    A deleted order's item stays as a tombstone, which has `deletedAt`. That this expires in the end
    is no news.
    """
    before, after = _order(change.old_image), _order(change.new_image)
    if before and "deletedAt" in change.new_image:
        return {**before, "deletedAt": change.new_image["deletedAt"]}
    if before and event is DynamoDBRecordEventName.REMOVE:
        return {**before, "deletedAt": _utc(change.approximate_creation_date_time or 0)}
    return after if after != before else None


def _order(image: dict[str, Any]) -> OrderUpdate | None:
    """The order of an item; None where the item is none, or is not there."""
    try:
        return {
            "id": image["id"],
            "customerId": image["customerId"],
            "name": image["name"],
            "quantity": int(image["quantity"]),
            "restaurantId": image["restaurantId"],
            "addOns": image["addOns"],
            "status": image["status"],
            "statusReason": image.get("statusReason"),
            "placedAt": image["placedAt"],
            "updatedAt": image["updatedAt"],
            "version": int(image["version"]),
            "deletedAt": None,
        }
    except (KeyError, TypeError, ValueError):
        return None


def _utc(seconds: int) -> str:
    """ISO 8601 of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
