"""Values compared as data."""

import json
from typing import Any

import pytest

from preview.resources.differences import ABSENT, differences


def paths(old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    return [(each.path, each.old, each.new) for each in differences(old, new)]


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "", "text", [], {}, [{"a": [None]}], '{"a": 1}']
)
def test_the_same_is_no_difference(value: Any) -> None:
    assert paths({"a": value}, {"a": value}) == []


def test_a_place_is_named_as_deep_as_it_goes() -> None:
    assert paths({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}) == [("a.b[1].c", 2, 3)]


def test_what_is_there_is_not_null() -> None:
    assert paths({"a": None}, {}) == [("a", None, ABSENT)]
    assert paths({}, {"a": None}) == [("a", ABSENT, None)]


def test_true_is_not_one() -> None:
    assert paths({"a": True}, {"a": 1}) == [("a", True, 1)]


def test_a_json_document_is_compared_as_what_it_says() -> None:
    old = json.dumps({"x": 1, "y": [2]})
    assert paths({"a": old}, {"a": '{"y":[2],"x":1}'}) == []
    assert paths({"a": old}, {"a": '{"y":[2,3],"x":1}'}) == [("a.y[1]", ABSENT, 3)]


def test_what_only_looks_like_a_document_is_a_text() -> None:
    assert paths({"a": "{x"}, {"a": "{y"}) == [("a", "{x", "{y")]
    assert paths({"a": "{}"}, {"a": "{y"}) == [("a", "{}", "{y")]


def test_of_a_list_only_what_was_put_in_or_taken_out_differs() -> None:
    assert paths({"a": ["x", "y"]}, {"a": ["new", "x", "y"]}) == [("a[0]", ABSENT, "new")]
    assert paths({"a": ["x", "y", "z"]}, {"a": ["x", "z"]}) == [("a[1]", "y", ABSENT)]
    # A place is named as it is now.
    assert paths({"a": ["x", {"b": 1}]}, {"a": ["new", "x", {"b": 2}]}) == [
        ("a[0]", ABSENT, "new"),
        ("a[2].b", 1, 2),
    ]
    assert paths({"a": ["x", "y"]}, {"a": ["x", "z", "w"]}) == [
        ("a[1]", "y", "z"),
        ("a[2]", ABSENT, "w"),
    ]


def test_a_list_in_another_order_differs() -> None:
    assert paths({"a": ["x", "y"]}, {"a": ["y", "x"]})


def test_but_not_where_order_makes_no_difference() -> None:
    old, new = [{"b": ["x", "y"]}, "z"], ["z", {"b": ["y", "x"]}]
    assert [*differences(old, new, "a", ordered=False)] == []
    [difference] = differences(old, [*new, "w"], "a", ordered=False)
    assert difference.new == "w"
    # How often a thing is there does.
    assert [*differences(["x"], ["x", "x"], "a", ordered=False)]


def test_nor_in_a_policy() -> None:
    def policy(*statements: Any) -> dict[str, Any]:
        return {"a": json.dumps({"Statement": [*statements]})}

    read, write = {"Action": ["s3:Get", "s3:List"]}, {"Action": "s3:Put"}
    assert paths(policy(read, write), policy(write, {"Action": ["s3:List", "s3:Get"]})) == []
    assert paths(policy(read), policy({"Action": ["s3:Get"]})) == [
        ("a.Statement[0].Action[1]", "s3:List", ABSENT)
    ]
