"""What the consumer takes for an order, and what it says of the rest."""

import json
import random
import string
from typing import Any

import pytest

from functions.start_workflow.order_message import MalformedOrderMessage, OrderMessage, parse

ORDER: OrderMessage = {
    "id": "01JAY0000000000000000000AA",
    "customerId": "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11",
    "name": "Pizza",
    "quantity": 6,
    "restaurantId": "Dominos",
    "addOns": ["extra cheese", "chili"],
    "placedAt": "2026-03-01T12:00:00.000Z",
    "attempt": 1,
}
RESTAURANT_CHARACTERS = string.ascii_letters + string.digits + " -_.'&"


def body(**changes: Any) -> str:
    return json.dumps({**ORDER, **changes})


def test_an_order_is_read_as_it_is() -> None:
    assert parse(json.dumps(ORDER)) == ORDER


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "0" * 26),
        ("id", "6f0c6b0e-6a55-4f2c-9d8e-0c6f3c1b2a19"),
        ("customerId", "c"),
        ("customerId", "A" * 36),
        ("name", "x"),
        ("name", "x" * 100),
        ("name", "🍕" * 100),
        ("name", " \u200bx\u200b "),
        ("name", "🏴\U000e0067\U000e0062\U000e007f"),
        ("name", "葛\U000e0100"),
        ("quantity", 1),
        ("quantity", 100),
        ("restaurantId", "x"),
        ("restaurantId", "x" * 64),
        ("restaurantId", RESTAURANT_CHARACTERS[:64]),
        ("restaurantId", RESTAURANT_CHARACTERS[-64:]),
        ("addOns", []),
        ("addOns", ["x" * 50] * 10),
        ("placedAt", "2026-03-01T12:00:00Z"),
        ("attempt", 99),
    ],
)
def test_a_value_at_its_limit_is_taken(field: str, value: Any) -> None:
    assert parse(body(**{field: value})) == {**ORDER, field: value}


@pytest.mark.parametrize("field", ORDER)
def test_a_missing_field_is_named(field: str) -> None:
    message = json.dumps({name: value for name, value in ORDER.items() if name != field})

    with pytest.raises(MalformedOrderMessage, match=rf"must contain \['{field}'\]"):
        parse(message)


TYPES = {
    "id": "string",
    "customerId": "string",
    "name": "string",
    "quantity": "integer",
    "restaurantId": "string",
    "addOns": "array",
    "placedAt": "string",
    "attempt": "integer",
}
OF_EACH_TYPE = {
    "string": "6",
    "integer": 6,
    "number": 1.5,
    "boolean": True,
    "null": None,
    "array": ["6"],
    "object": {"6": 6},
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field, value)
        for field, right in TYPES.items()
        for of_type, value in OF_EACH_TYPE.items()
        if of_type != right
    ],
)
def test_a_field_of_another_type_is_named_with_its_rule(field: str, value: Any) -> None:
    with pytest.raises(MalformedOrderMessage, match=rf"{field} must be {TYPES[field]}$"):
        parse(body(**{field: value}))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("id", "", "id must match pattern"),
        ("id", "0" * 25, "id must match pattern"),
        ("id", "0" * 37, "id must match pattern"),
        ("id", "0" * 25 + "/", "id must match pattern"),
        ("id", "0" * 26 + "\n", "id must match pattern"),
        ("customerId", "", "customerId must match pattern"),
        ("customerId", "c" * 37, "customerId must match pattern"),
        ("customerId", "alice@example.com", "customerId must match pattern"),
        ("customerId", "c\n", "customerId must match pattern"),
        ("name", "", "name must match pattern"),
        ("name", "x" * 101, "name must be shorter than or equal to 100 characters"),
        ("quantity", -5, "quantity must be bigger than or equal to 1"),
        ("quantity", 0, "quantity must be bigger than or equal to 1"),
        ("quantity", 101, "quantity must be smaller than or equal to 100"),
        ("restaurantId", "", "restaurantId must match pattern"),
        ("restaurantId", "  ", "restaurantId must match pattern"),
        ("restaurantId", "x" * 65, "restaurantId must match pattern"),
        ("restaurantId", "Domino/s", "restaurantId must match pattern"),
        ("restaurantId", "Café", "restaurantId must match pattern"),
        ("restaurantId", "Dominos\n", "restaurantId must match pattern"),
        ("addOns", ["x"] * 11, "addOns must contain less than or equal to 10 items"),
        ("name", "🍕" * 101, "name must be shorter than or equal to 100 characters"),
        ("addOns", [""], r"addOns\[0\] must match pattern"),
        ("addOns", ["x", " "], r"addOns\[1\] must match pattern"),
        ("addOns", ["x\u202e"], r"addOns\[0\] must match pattern"),
        ("addOns", ["x", "x" * 51], r"addOns\[1\] must be shorter than or equal to 50 characters"),
        ("addOns", ["x", 1], r"addOns\[1\] must be string"),
        ("addOns", [None], r"addOns\[0\] must be string"),
        ("placedAt", "", "placedAt must be date-time"),
        ("placedAt", "yesterday", "placedAt must be date-time"),
        ("placedAt", "2026-03-01", "placedAt must be date-time"),
        ("attempt", 0, "attempt must be bigger than or equal to 1"),
        ("attempt", 100, "attempt must be smaller than or equal to 99"),
    ],
)
def test_a_value_beyond_its_limit_is_named_with_its_rule(field: str, value: Any, says: str) -> None:
    with pytest.raises(MalformedOrderMessage, match=f"^data.{says}"):
        parse(body(**{field: value}))


@pytest.mark.parametrize("text", ["", "order", "{", '{"id": }', "\x00", '{"id": "1"} {}'])
def test_what_is_no_json_is_malformed(text: str) -> None:
    with pytest.raises(MalformedOrderMessage, match=r"line 1 column"):
        parse(text)


@pytest.mark.parametrize("text", ["null", "true", "6", '"order"', "[]", f"[{json.dumps(ORDER)}]"])
def test_json_that_is_no_object_is_malformed(text: str) -> None:
    with pytest.raises(MalformedOrderMessage, match="must be object"):
        parse(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_number_that_is_none_is_malformed(number: str) -> None:
    with pytest.raises(MalformedOrderMessage, match="quantity must be"):
        parse(json.dumps(ORDER).replace('"quantity": 6', f'"quantity": {number}'))


@pytest.mark.parametrize("seed", range(50))
def test_any_order_within_the_limits_is_read_as_it_is(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 (a test's choices)

    def text(most: int) -> str:
        characters = "aZ0 -'\"\\/🍕é漢\u200b"
        return "x" + "".join(draw.choices(characters, k=draw.randint(0, most - 1)))

    order = {
        "id": "".join(draw.choices(string.ascii_uppercase + string.digits, k=26)),
        "customerId": "".join(draw.choices(string.hexdigits + "-_", k=draw.randint(1, 36))),
        "name": text(100),
        "quantity": draw.randint(1, 100),
        "restaurantId": "x" + "".join(draw.choices(RESTAURANT_CHARACTERS, k=draw.randint(0, 63))),
        "addOns": [text(50) for _ in range(draw.randint(0, 10))],
        "placedAt": f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}T12:00:00.000Z",
        "attempt": draw.randint(1, 99),
    }

    assert parse(json.dumps(order, ensure_ascii=draw.random() < 0.5)) == order
