"""validateOrder: what is refused of an order, whatever gives it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.start_workflow.order_message import MalformedOrderMessage, parse
from tests.graphql.api import ORDER
from tests.graphql.conftest import CUSTOMER, Evaluate, refused

INPUT: dict[str, Any] = {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos"}
ULID = "01JAY0000000000000000000AA"
UUID = "6f0c6b0e-6a55-4f2c-9d8e-0c6f3c1b2a19"

TEXT = "must have 1 to {} whole characters, at least one of them visible"
CONTROL = (
    "must not have line breaks, other control characters or overrides of the writing direction"
)
RESTAURANT = "must have 1 to 64 letters, digits, spaces and -_.'&"
TOKEN = "must be a ULID or a UUID"


@pytest.mark.parametrize("arguments", [{"input": {}}, {}, {"input": dict.fromkeys(INPUT)}])
def test_what_is_not_given_is_not_refused(evaluate: Evaluate, arguments: dict[str, Any]) -> None:
    evaluation = evaluate("validateOrder", "request", args=arguments)

    assert (evaluation.status, evaluation.skip_to) == ("earlyReturn", None)


def test_it_asks_no_data_source(evaluate: Evaluate) -> None:
    evaluation = evaluate("validateOrder", "request", args={"input": INPUT})

    assert (evaluation.status, evaluation.skip_to) == ("earlyReturn", None)


@pytest.mark.parametrize("restaurant", ["", " ", "x" * 65, "Caf\u00e9"])
def test_arguments_that_are_no_input_have_the_same_limits(
    evaluate: Evaluate, restaurant: str
) -> None:
    evaluation = evaluate("validateOrder", "request", args={"restaurantId": restaurant})

    assert refused(evaluation)["errorInfo"] == {"field": "restaurantId", "rule": RESTAURANT}


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"name": ""}, "name", TEXT.format(100)),
        ({"name": "   "}, "name", TEXT.format(100)),
        ({"name": "\u00a0\u3000"}, "name", TEXT.format(100)),
        ({"name": "\u200b\ufe0f\U000e0100"}, "name", TEXT.format(100)),
        ({"name": "x" * 101}, "name", TEXT.format(100)),
        ({"name": "x" * 100_000}, "name", TEXT.format(100)),
        ({"name": "🍕" * 101}, "name", TEXT.format(100)),
        ({"name": "Pizza\ud83c"}, "name", TEXT.format(100)),
        ({"name": "\udf55Pizza"}, "name", TEXT.format(100)),
        ({"name": "\udf55\ud83c"}, "name", TEXT.format(100)),
        ({"name": "\n\t"}, "name", CONTROL),
        ({"name": "Piz\nza"}, "name", CONTROL),
        ({"name": "Pizza\n"}, "name", CONTROL),
        ({"name": "\rPizza"}, "name", CONTROL),
        ({"name": "Piz\tza"}, "name", CONTROL),
        ({"name": "Pizza\x00"}, "name", CONTROL),
        ({"name": "Pizza\x1f"}, "name", CONTROL),
        ({"name": "Pizza\x7f"}, "name", CONTROL),
        ({"name": "line 1\nline 2\x07"}, "name", CONTROL),
        ({"name": "Piz\u0085za"}, "name", CONTROL),
        *(
            ({"name": f"Pizza{character}"}, "name", CONTROL)
            for character in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ),
        ({"quantity": 0}, "quantity", "must be from 1 to 100"),
        ({"quantity": -5}, "quantity", "must be from 1 to 100"),
        ({"quantity": 101}, "quantity", "must be from 1 to 100"),
        ({"quantity": 2**31 - 1}, "quantity", "must be from 1 to 100"),
        ({"restaurantId": ""}, "restaurantId", RESTAURANT),
        ({"restaurantId": "   "}, "restaurantId", RESTAURANT),
        ({"restaurantId": "x" * 65}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Café"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Domino/s"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Domin\nos"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "Dominos\n"}, "restaurantId", RESTAURANT),
        ({"restaurantId": "<b>Dominos</b>"}, "restaurantId", RESTAURANT),
        ({"addOns": ["x"] * 11}, "addOns", "must be at most 10"),
        ({"addOns": [""]}, "addOns[0]", TEXT.format(50)),
        ({"addOns": ["x", "  "]}, "addOns[1]", TEXT.format(50)),
        ({"addOns": ["x"] * 9 + ["x" * 51]}, "addOns[9]", TEXT.format(50)),
        ({"addOns": ["x", "y\nz"]}, "addOns[1]", CONTROL),
        ({"addOns": ["\x00x"]}, "addOns[0]", CONTROL),
        ({"addOns": ["🌶" * 51]}, "addOns[0]", TEXT.format(50)),
        ({"addOns": ["x", "\u2800"]}, "addOns[1]", TEXT.format(50)),
        ({"addOns": ["x\u202e"]}, "addOns[0]", CONTROL),
        ({"clientRequestToken": ""}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": "my order"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": ULID[:-1]}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": ULID + "A"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": ULID + "\n"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": "8" + ULID[1:]}, "clientRequestToken", TOKEN),
        *(
            ({"clientRequestToken": ULID[:-1] + letter}, "clientRequestToken", TOKEN)
            for letter in "ILOUilou-_"
        ),
        ({"clientRequestToken": UUID[:-1]}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID + "0"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID.replace("-", "")}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID[:-1] + "g"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": "{" + UUID + "}"}, "clientRequestToken", TOKEN),
        ({"clientRequestToken": UUID + "\n"}, "clientRequestToken", TOKEN),
    ],
    ids=lambda value: str(value)[:60].encode("unicode_escape").decode(),
)
def test_an_input_beyond_its_limit_is_refused_with_its_field_and_rule(
    evaluate: Evaluate, changes: dict[str, Any], field: str, rule: str
) -> None:
    evaluation = evaluate("validateOrder", "request", args={"input": {**INPUT, **changes}})

    assert refused(evaluation) == {
        "message": f"{field} {rule}",
        "errorType": "ValidationError",
        "data": None,
        "errorInfo": {"field": field, "rule": rule},
    }


# What Unicode calls white space or ignorable, and what else shows nothing.
INVISIBLE = [
    (0x20, 0x20), (0xA0, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
    (0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x202F, 0x202F),
    (0x205F, 0x2065), (0x206A, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]  # fmt: skip
EDGES = {code for first, last in INVISIBLE for code in (first, last)}
NEIGHBOURS = {
    code
    for first, last in INVISIBLE
    for code in (first - 1, last + 1)
    # These are refused wherever they stand.
    if code not in {0x1F, 0x9F, 0x2028, 0x202E, 0x2066, 0x2069}
}
TELLING = st.sampled_from([*EDGES, *NEIGHBOURS, 0x09, 0x202E, 0x2069, 0xD83C, 0xDF55, 0xFFFF])
TEXTS = st.text(
    st.characters() | st.characters(categories=["Cc", "Cf", "Cs", "Zs"]) | TELLING.map(chr),
    max_size=8,
)


def at_the_door(evaluate: Evaluate, **changes: Any) -> bool:
    """Whether it takes the order."""
    return evaluate("validateOrder", "request", args={"input": {**INPUT, **changes}}).error is None


def at_the_consumer(**changes: Any) -> bool:
    """Whether it takes the message of such an order."""
    order = {**ORDER, "customerId": CUSTOMER, **INPUT, "addOns": [], **changes}
    try:
        parse(json.dumps(order))
    except MalformedOrderMessage:
        return False
    return True


@pytest.mark.parametrize("code", sorted(EDGES), ids="U+{:04X}".format)
def test_a_text_needs_a_visible_character(evaluate: Evaluate, code: int) -> None:
    for name in (chr(code), chr(code) * 3, f" {chr(code)}\u200d"):
        assert not at_the_door(evaluate, name=name)
        assert not at_the_consumer(name=name)
    assert at_the_door(evaluate, name=f"x{chr(code)}")
    assert at_the_consumer(name=f"x{chr(code)}")


@pytest.mark.parametrize("code", sorted(NEIGHBOURS), ids="U+{:04X}".format)
def test_what_is_beside_an_invisible_character_is_visible(evaluate: Evaluate, code: int) -> None:
    assert at_the_door(evaluate, name=chr(code))
    assert at_the_consumer(name=chr(code))


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(text=TEXTS, times=st.sampled_from([1, 1, 1, 25, 49, 50, 51, 99, 100, 101]))
def test_the_door_takes_the_texts_that_the_consumer_takes(
    evaluate: Evaluate, text: str, times: int
) -> None:
    long = (text * times)[: times if times > 1 else None]
    for changes in ({"name": long}, {"addOns": [long]}):
        assert at_the_door(evaluate, **changes) == at_the_consumer(**changes), ascii(changes)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(st.sampled_from("aZ0 -_.'&/\n\u00e9"), max_size=3), st.integers(1, 40))
def test_the_door_takes_the_restaurants_that_the_consumer_takes(
    evaluate: Evaluate, text: str, times: int
) -> None:
    restaurant = text * times

    assert at_the_door(evaluate, restaurantId=restaurant) == at_the_consumer(
        restaurantId=restaurant
    )
