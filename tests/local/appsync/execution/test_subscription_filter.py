"""Which results of a mutation a subscription receives."""

from typing import Any

import pytest

from local.appsync.execution.subscription_filter import (
    ArgumentFilter,
    FilterRefused,
    enhanced_filter,
)

RESULT = {
    "id": "1",
    "name": "Pizza",
    "quantity": 6,
    "price": 9.5,
    "paid": True,
    "tags": ["hot", "big"],
    "numbers": [1, 2],
    "child": {"kind": {"name": "round"}},
    "nothing": None,
}


@pytest.mark.parametrize(
    ("arguments", "accepted"),
    [
        ({}, True),
        ({"id": "1"}, True),
        ({"id": "2"}, False),
        ({"id": "1", "name": "Pizza"}, True),
        ({"id": "1", "name": "Sushi"}, False),
        ({"name": None}, False),
        ({"nothing": None}, True),
        ({"nothing": "x"}, False),
        ({"not selected by the mutation": "x"}, False),
        ({"quantity": 6}, True),
        ({"paid": True}, True),
        ({"paid": 1}, False),
        ({"tags": ["hot", "big"]}, True),
    ],
)
def test_arguments_equal_the_fields_of_their_names(
    arguments: dict[str, Any], accepted: bool
) -> None:
    assert ArgumentFilter(arguments).accepts(RESULT) is accepted


def test_a_result_that_is_no_object_has_no_fields() -> None:
    assert ArgumentFilter({}).accepts(7)
    assert not ArgumentFilter({"id": "1"}).accepts(7)
    assert not ArgumentFilter({"id": "1"}).accepts([RESULT])


def accepts(*conditions: tuple[str, str, Any]) -> bool:
    filters = [
        {"fieldName": name, "operator": operator, "value": value}
        for name, operator, value in conditions
    ]
    return enhanced_filter({"filterGroup": [{"filters": filters}]}).accepts(RESULT)


@pytest.mark.parametrize(
    ("condition", "accepted"),
    [
        (("id", "eq", "1"), True),
        (("id", "eq", 1), False),
        (("paid", "eq", 1), False),
        (("nothing", "eq", None), True),
        (("id", "ne", "2"), True),
        (("id", "ne", "1"), False),
        (("nothing", "ne", "1"), True),
        (("quantity", "lt", 7), True),
        (("quantity", "lt", 6), False),
        (("quantity", "le", 6), True),
        (("quantity", "le", 5), False),
        (("quantity", "gt", 5), True),
        (("quantity", "gt", 6), False),
        (("quantity", "ge", 6.0), True),
        (("price", "ge", 10), False),
        (("name", "gt", "Oyster"), True),
        (("name", "gt", 1), False),
        (("paid", "ge", 0), False),
        (("nothing", "lt", 1), False),
        (("tags", "contains", "hot"), True),
        (("tags", "contains", "ho"), False),
        (("name", "contains", "izz"), True),
        (("name", "contains", 1), False),
        (("quantity", "contains", 6), False),
        (("tags", "notContains", "cold"), True),
        (("tags", "notContains", "hot"), False),
        (("name", "beginsWith", "Pi"), True),
        (("name", "beginsWith", "zz"), False),
        (("quantity", "beginsWith", "6"), False),
        (("name", "in", ["Sushi", "Pizza"]), True),
        (("name", "in", ["Sushi"]), False),
        (("name", "notIn", ["Sushi"]), True),
        (("name", "notIn", ["Sushi", "Pizza"]), False),
        (("quantity", "between", [6, 7]), True),
        (("quantity", "between", [5, 6]), True),
        (("quantity", "between", [7, 9]), False),
        (("quantity", "between", ["a", "z"]), False),
        (("numbers", "containsAny", [7, 2]), True),
        (("numbers", "containsAny", [7]), False),
        (("child.kind.name", "eq", "round"), True),
        (("child.kind", "eq", "round"), False),
        (("child.name.kind", "eq", "round"), False),
    ],
)
def test_operators(condition: tuple[str, str, Any], accepted: bool) -> None:
    assert accepts(condition) is accepted


def test_all_conditions_of_one_group_must_hold() -> None:
    assert accepts(("id", "eq", "1"), ("quantity", "gt", 5))
    assert not accepts(("id", "eq", "1"), ("quantity", "gt", 6))

    def group(value: str) -> dict[str, Any]:
        return {"filters": [{"fieldName": "id", "operator": "eq", "value": value}]}

    assert enhanced_filter({"filterGroup": [group("2"), group("1")]}).accepts(RESULT)
    assert not enhanced_filter({"filterGroup": [group("2"), group("3")]}).accepts(RESULT)


NO_FILTERS: list[Any] = [
    "eq",
    {},
    {"filterGroup": []},
    {"filterGroup": {}},
    {"filterGroup": [{}]},
    {"filterGroup": [{"filters": []}]},
    {"filterGroup": [{"filters": ["id"]}]},
    {"filterGroup": [{"filters": [{"fieldName": "id", "operator": "eq"}]}]},
]


@pytest.mark.parametrize("document", NO_FILTERS)
def test_refuses_what_is_no_filter(document: Any) -> None:
    with pytest.raises(FilterRefused, match="need"):
        enhanced_filter(document)


@pytest.mark.parametrize(
    ("name", "operator", "value", "reason"),
    [
        ("id", "equals", "1", "'equals' is unknown"),
        ("id", "in", "1", "a list of 1 to 5"),
        ("id", "in", [], "a list of 1 to 5"),
        ("id", "notIn", ["1"] * 6, "a list of 1 to 5"),
        ("id", "between", [1, 2, 3], "a list of 2 values"),
        ("tags", "containsAny", ["1"] * 21, "a list of 1 to 20"),
        ("id", "eq", ["1"], "a single value"),
        ("a.b.c.d.e.f", "eq", "1", "no path"),
        ("a..b", "eq", "1", "no path"),
        ("a" * 257, "eq", "1", "no path"),
    ],
)
def test_names_what_is_wrong_with_a_condition(
    name: str, operator: str, value: Any, reason: str
) -> None:
    with pytest.raises(FilterRefused, match=reason):
        accepts((name, operator, value))
