"""Request units, by AWS's rules.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ThroughputConsiderations.Writes
"""

from typing import Any

import pytest

from cost.observation import Call
from cost.tables import TableUnits

TABLE = {"hashKey": "customerId", "rangeKey": "id"}
KEYS = {"customerId": 40, "id": 30}


def table(**index: Any) -> TableUnits:
    """A table with one index by `status`."""
    defaults = {"name": "byStatus", "hashKey": "status", "projectionType": "ALL"}
    return TableUnits.of({**TABLE, "globalSecondaryIndexes": [{**defaults, **index}]})


def write(before: dict[str, int], after: dict[str, int], *changed: str) -> Call:
    return Call(
        service="dynamodb",
        action="UpdateItem",
        by="",
        on="orders",
        before=before,
        after=after,
        changed=changed,
    )


@pytest.mark.parametrize(
    ("size", "units"), [(1, 1), (1024, 1), (1025, 2), (3 * 1024, 3), (3 * 1024 + 1, 4)]
)
def test_a_write_takes_a_unit_for_each_kilobyte_begun(size: int, units: int) -> None:
    alone = TableUnits.of(TABLE)
    assert alone.write_units(write({}, {"id": size}, "id")) == units
    # Of the larger of the two.
    assert alone.write_units(write({"id": size}, {"id": 1}, "id")) == units


def test_a_write_that_was_refused_or_changes_nothing_takes_the_tables_unit() -> None:
    item = {**KEYS, "status": 10}
    assert table().write_units(write(item, item)) == 1


@pytest.mark.parametrize(
    ("what", "before", "after", "changed", "units"),
    [
        ("comes into the index", {}, {"status": 10}, ["status"], 1),
        ("leaves it", {"status": 10}, {}, ["status"], 1),
        ("moves within it", {"status": 10}, {"status": 11}, ["status"], 2),
        ("stays, with another attribute", {"status": 10, "a": 1}, {"status": 10, "a": 2}, ["a"], 1),
        ("never was in it", {"a": 1}, {"a": 2}, ["a"], 0),
    ],
)
def test_an_index_is_written_where_its_entry_changes(
    what: str, before: dict[str, int], after: dict[str, int], changed: list[str], units: int
) -> None:
    change = write({**KEYS, **before}, {**KEYS, **after}, *changed)
    assert table().write_units(change) == 1 + units, what


@pytest.mark.parametrize(
    ("projection", "units"),
    [
        ({"projectionType": "KEYS_ONLY"}, 0),
        ({"projectionType": "INCLUDE", "nonKeyAttributes": ["b"]}, 0),
        ({"projectionType": "INCLUDE", "nonKeyAttributes": ["a"]}, 1),
    ],
)
def test_an_index_is_not_written_for_what_it_does_not_have(
    projection: dict[str, Any], units: int
) -> None:
    change = write({**KEYS, "status": 10, "a": 1}, {**KEYS, "status": 10, "a": 2}, "a")
    assert table(**projection).write_units(change) == 1 + units


def test_an_entry_has_the_size_of_what_is_projected() -> None:
    large = write({}, {**KEYS, "status": 10, "text": 5000}, "customerId", "id", "status", "text")
    assert table().write_units(large) == 5 + 5
    assert table(projectionType="KEYS_ONLY").write_units(large) == 5 + 1


def test_local_indexes_and_key_schemas_count_alike() -> None:
    local = {"name": "byTime", "rangeKey": "placedAt", "projectionType": "ALL"}
    schemas = {
        "name": "byRestaurant",
        "keySchemas": [{"attributeName": "restaurantId"}, {"attributeName": "placedAt"}],
        "projectionType": "ALL",
    }
    both = TableUnits.of(
        {**TABLE, "localSecondaryIndexes": [local], "globalSecondaryIndexes": [schemas]}
    )
    order = {**KEYS, "placedAt": 30, "restaurantId": 20}
    assert both.write_units(write({}, order, *order)) == 3
    # Without the time it is in neither.
    assert both.write_units(write({}, {**KEYS, "restaurantId": 20}, "id")) == 1
    assert both.stored_bytes(order) == 3 * (120 + 100)


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [(0, True, 1), (4096, True, 1), (4097, True, 2), (4096, False, 0.5), (8193, False, 1.5)],
)
def test_a_read_takes_a_unit_for_four_kilobytes_and_half_where_it_may_be_late(
    size: int, consistent: bool, units: float
) -> None:
    read = Call(
        service="dynamodb", action="GetItem", by="", on="orders", read=size, consistent=consistent
    )
    assert TableUnits.of(TABLE).read_units(read) == units
