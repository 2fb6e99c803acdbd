"""The order message, as the queue carries it; its rules are in order_message.schema.json."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict, cast

import fastjsonschema  # pyright: ignore[reportMissingTypeStubs]


class OrderMessage(TypedDict):
    """An accepted order, and which attempt at its payment this is."""

    id: str
    customerId: str
    name: str
    quantity: int
    restaurantId: str
    addOns: list[str]
    placedAt: str
    attempt: int


class MalformedOrderMessage(Exception):
    """The message cannot be an order; it says which field breaks which rule."""


_SCHEMA = Path(__file__).with_name("order_message.schema.json")
_validate = cast(
    Callable[[Any], OrderMessage],
    fastjsonschema.compile(json.loads(_SCHEMA.read_text())),
)


def order_body(body: str) -> str:
    """The order message in a queue message's body.

    Raises:
        MalformedOrderMessage: it is no JSON.

    An execution that was cut off is brought back by EventBridge, as the `detail` of its status
    event: the order message is its `input`.
    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    match _json(body):
        case {"executionArn": _, "input": str(order)}:
            return order
        case _:
            return body


def parse(body: str) -> OrderMessage:
    """Read a message's body.

    Raises:
        MalformedOrderMessage: it is no JSON, or breaks the schema.
    """
    try:
        return _validate(_json(body))
    except fastjsonschema.JsonSchemaValueException as error:
        raise MalformedOrderMessage(str(error)) from error


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedOrderMessage(str(error)) from error
