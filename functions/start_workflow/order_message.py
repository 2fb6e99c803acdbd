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


def parse(body: str) -> OrderMessage:
    """Read a message's body.

    Raises:
        MalformedOrderMessage: it is no JSON, or breaks the schema.
    """
    try:
        return _validate(json.loads(body))
    except (ValueError, RecursionError, fastjsonschema.JsonSchemaValueException) as error:
        raise MalformedOrderMessage(str(error)) from error
