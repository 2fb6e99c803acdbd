"""`staff add | remove | list`: who is staff of which restaurant.

Two things make a user staff: the group, which opens the list at all, and a row for each restaurant
(README, "Staff of a restaurant").
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.orders import Item, Orders, plain
from ops.stage import OpsError, Stage
from ops.terminal import Terminal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# What the door takes as a restaurant.
MESSAGE = Path(__file__).parents[1] / "functions" / "start_workflow" / "order_message.schema.json"


def add(stage: Stage, terminal: Terminal, restaurant: str, address: str) -> int:
    """Make a user who has signed up staff of a restaurant."""
    pattern: str = json.loads(MESSAGE.read_text())["properties"]["restaurantId"]["pattern"]
    if not re.search(pattern, restaurant):
        raise OpsError(
            f"{restaurant!r} is no restaurant: 1 to 64 letters, digits, spaces and -_.'&."
        )
    user_id = Orders(stage).customer_id(address)
    unknown = (
        ""
        if _has_orders(stage, restaurant)
        else " No order was placed there yet: is it spelled as in the orders?"
    )
    terminal.confirm(f"{address} becomes staff of {restaurant} of stage {stage.name}.{unknown}")
    stage.cognito.admin_add_user_to_group(
        UserPoolId=stage.output("userPoolId"), Username=user_id, GroupName=_group(stage)
    )
    stage.dynamodb.put_item(TableName=_table(stage), Item=_key(restaurant, user_id))
    terminal.say(f"{address} is staff of {restaurant}, and signs in anew: tokens carry the group.")
    terminal.document({"stage": stage.name, "added": _row(restaurant, user_id, address)})
    return 0


def remove(stage: Stage, terminal: Terminal, restaurant: str, address: str) -> int:
    """Refuse a user the list of a restaurant from the next request on."""
    user_id = Orders(stage).customer_id(address)
    rows = [row for row in _rows(stage) if row["userId"] == user_id]
    if restaurant not in {row["restaurantId"] for row in rows}:
        raise OpsError(f"{address} is not staff of {restaurant}.")
    last = len(rows) == 1
    terminal.confirm(
        f"{address} is no longer staff of {restaurant} of stage {stage.name}"
        + (", nor in the group: it is the last restaurant." if last else ".")
    )
    # The row first: without it the next request is refused, whatever token comes with it.
    stage.dynamodb.delete_item(TableName=_table(stage), Key=_key(restaurant, user_id))
    if last:
        stage.cognito.admin_remove_user_from_group(
            UserPoolId=stage.output("userPoolId"), Username=user_id, GroupName=_group(stage)
        )
    terminal.say(f"{address} is no longer staff of {restaurant}.")
    terminal.document({"stage": stage.name, "removed": _row(restaurant, user_id, address)})
    return 0


def list_staff(stage: Stage, terminal: Terminal, restaurant: str | None) -> int:
    """Who is staff, of all restaurants or of one."""
    orders = Orders(stage)
    rows = [
        _row(row["restaurantId"], row["userId"], orders.address(row["userId"]))
        for row in _rows(stage)
        if restaurant in {None, row["restaurantId"]}
    ]
    rows.sort(key=lambda row: (row["restaurantId"], row["address"] or ""))
    terminal.table(
        ["restaurant", "user", "address"],
        [(row["restaurantId"], row["userId"], row["address"] or "account is gone") for row in rows],
    )
    terminal.document({"stage": stage.name, "staff": rows})
    return 0


def _has_orders(stage: Stage, restaurant: str) -> bool:
    found = stage.dynamodb.query(
        TableName=stage.output("orderTableName"),
        IndexName="byRestaurant",
        KeyConditionExpression="restaurantId = :restaurant",
        ExpressionAttributeValues={":restaurant": {"S": restaurant}},
        Limit=1,
    )
    return bool(found["Items"])


def _rows(stage: Stage) -> list[Item]:
    """All of them: a stage has as many as its restaurants have people."""
    pages = stage.dynamodb.get_paginator("scan").paginate(
        TableName=_table(stage), ConsistentRead=True
    )
    return [plain(item) for page in pages for item in page["Items"]]


def _row(restaurant: str, user_id: str, address: str | None) -> dict[str, Any]:
    return {"restaurantId": restaurant, "userId": user_id, "address": address}


def _key(restaurant: str, user_id: str) -> "dict[str, AttributeValueTypeDef]":
    return {"restaurantId": {"S": restaurant}, "userId": {"S": user_id}}


def _table(stage: Stage) -> str:
    return stage.output("restaurantStaffTableName")


def _group(stage: Stage) -> str:
    """The pool has this one group."""
    [group] = stage.output("userGroups")
    return group
