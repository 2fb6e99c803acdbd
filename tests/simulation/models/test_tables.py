"""Conditions and updates, as DynamoDB has them."""

import contextlib

import pytest

from tests.simulation.models.tables import (
    Attribute,
    ConditionalCheckFailed,
    InvalidExpression,
    Item,
    Table,
)

KEY: Item = {"id": {"S": "a"}}
ITEM: Item = {**KEY, "status": {"S": "PENDING"}, "version": {"N": "3"}, "none": {"NULL": True}}
VALUES: dict[str, Attribute] = {
    ":pending": {"S": "PENDING"},
    ":three": {"N": "3"},
    ":ten": {"N": "10"},
}


@pytest.fixture
def table() -> Table:
    table = Table("orders", ("id",))
    table.put(ITEM, "test")
    return table


def used(*expressions: str) -> dict[str, Attribute]:
    return {name: value for name, value in VALUES.items() if name in " ".join(expressions)}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("attribute_exists(status)", True),
        ("attribute_not_exists(status)", False),
        ("attribute_not_exists(other)", True),
        ("#status = :pending", True),
        ("version = :three", True),
        ("version < :ten", True),
        ("version > :ten", False),
        # Of another type, or missing.
        ("version = :pending", False),
        ("other = :three", False),
        ("none = :three", False),
        ("#status = :pending AND version = :ten", False),
        ("#status = :pending OR version = :ten AND version = :three", True),
        ("(#status = :pending OR version = :three) AND version = :ten", False),
        ("NOT version = :ten", True),
    ],
)
def test_conditions(table: Table, condition: str, holds: bool) -> None:
    names = {"#status": "status"} if "#status" in condition else {}
    expected = contextlib.nullcontext() if holds else pytest.raises(ConditionalCheckFailed)

    with expected as failure:
        table.put(ITEM, "test", condition, names, used(condition))

    assert failure is None or failure.value.item == ITEM


def test_a_condition_about_an_item_that_is_not_there(table: Table) -> None:
    other: Item = {"id": {"S": "b"}}
    with pytest.raises(ConditionalCheckFailed) as failure:
        table.update(other, "test", "SET x = :three", "version = :three", {}, used(":three"))
    assert failure.value.item is None

    table.put(other, "test", "attribute_not_exists(id)")

    assert table.get(other) == other


@pytest.mark.parametrize(
    ("update", "attributes"),
    [
        ("SET version = version + :three", {"version": {"N": "6"}}),
        ("SET x = :ten, y = if_not_exists(version, :ten)", {"x": {"N": "10"}, "y": {"N": "3"}}),
        ("SET x = if_not_exists(x, :ten)", {"x": {"N": "10"}}),
        # From what was before.
        ("SET x = version, version = :ten", {"x": {"N": "3"}, "version": {"N": "10"}}),
    ],
)
def test_updates(table: Table, update: str, attributes: dict[str, Attribute]) -> None:
    item = table.update(KEY, "test", update, "", {}, used(update))

    assert item == {**ITEM, **attributes} == table.get(KEY)


def test_an_update_removes(table: Table) -> None:
    table.update(
        KEY,
        "test",
        "SET x = :ten REMOVE none, #status",
        "",
        {"#status": "status"},
        {":ten": {"N": "10"}},
    )

    assert table.get(KEY) == {**KEY, "version": {"N": "3"}, "x": {"N": "10"}}


@pytest.mark.parametrize(
    ("update", "condition"),
    [
        ("SET x = other + :ten", ""),
        ("SET x = :undefined", ""),
        ("SET x = :ten", "version = :undefined"),
        ("SET id = :ten", ""),
    ],
)
def test_what_dynamodb_refuses(table: Table, update: str, condition: str) -> None:
    with pytest.raises((InvalidExpression, KeyError)):
        table.update(KEY, "test", update, condition, {}, used(update))


def test_a_placeholder_that_is_not_used_is_refused(table: Table) -> None:
    with pytest.raises(InvalidExpression, match=":three"):
        table.update(KEY, "test", "SET x = :ten", "", {}, used(":ten", ":three"))


@pytest.mark.parametrize(
    "expression",
    [
        "size(x) = :ten",
        "x IN (:ten)",
        "x <> :ten",
        "x BETWEEN :three AND :ten",
        "begins_with(x, :ten)",
        "contains(x, :ten)",
        "x.y = :ten",
    ],
)
def test_a_condition_that_it_does_not_know_is_an_error_that_names_it(
    table: Table, expression: str
) -> None:
    with pytest.raises(NotImplementedError, match="in '"):
        table.put(ITEM, "test", expression, {}, used(expression))


@pytest.mark.parametrize("update", ["ADD x :ten", "SET x[0] = :ten", "DELETE x :ten"])
def test_an_update_that_it_does_not_know_is_an_error_that_names_it(
    table: Table, update: str
) -> None:
    with pytest.raises(NotImplementedError, match="in '"):
        table.update(KEY, "test", update, "", {}, used(update))
