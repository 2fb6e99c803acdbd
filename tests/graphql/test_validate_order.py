"""validateOrder: what is refused of an order, whatever gives it."""

from typing import Any

import pytest

from tests.graphql.conftest import Evaluate, refused

INPUT: dict[str, Any] = {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos"}
ULID = "01JAY0000000000000000000AA"
UUID = "6f0c6b0e-6a55-4f2c-9d8e-0c6f3c1b2a19"

TEXT = "must have 1 to {} characters, and not only spaces"
CONTROL = "must not have line breaks or other control characters"
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
        ({"name": "\n\t"}, "name", TEXT.format(100)),
        ({"name": "\u00a0\u3000"}, "name", TEXT.format(100)),
        ({"name": "x" * 101}, "name", TEXT.format(100)),
        ({"name": "x" * 100_000}, "name", TEXT.format(100)),
        ({"name": "Piz\nza"}, "name", CONTROL),
        ({"name": "Pizza\n"}, "name", CONTROL),
        ({"name": "\rPizza"}, "name", CONTROL),
        ({"name": "Piz\tza"}, "name", CONTROL),
        ({"name": "Pizza\x00"}, "name", CONTROL),
        ({"name": "Pizza\x1f"}, "name", CONTROL),
        ({"name": "Pizza\x7f"}, "name", CONTROL),
        ({"name": "line 1\nline 2\x07"}, "name", CONTROL),
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
