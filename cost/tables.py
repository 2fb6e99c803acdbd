"""Request units of DynamoDB, and what is stored, by the table's definition in the graph.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

from cost.observation import Call
from cost.prices import rule

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096

# The size of each attribute, by name.
Sizes = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Index:
    """What of an item is in an index, or in the table itself.

    Args:
        keys: without one of them, an item is not in it.
        projected: the attributes that it has; None: all.
    """

    keys: frozenset[str]
    projected: frozenset[str] | None

    def entry(self, item: Sizes) -> int:
        """The size of the item's entry; 0 where it has none."""
        if not item or not self.keys <= item.keys():
            return 0
        return sum(
            size for name, size in item.items() if self.projected is None or name in self.projected
        )

    def write_units(self, write: Call) -> int:
        """What a write costs here: nothing where its entry stays as it was."""
        before, after = self.entry(write.before), self.entry(write.after)
        changed = set(write.changed)
        if before and after and self.keys & changed:
            # Its entry is deleted, and another one is put.
            return _units(before, WRITE_UNIT_BYTES) + _units(after, WRITE_UNIT_BYTES)
        if self.projected is not None:
            changed &= self.projected
        return _units(max(before, after), WRITE_UNIT_BYTES) if changed and (before or after) else 0


@dataclass(frozen=True, kw_only=True)
class TableUnits:
    """How a table counts.

    Args:
        recovery: whether it is kept restorable, which is paid for by what it stores.
    """

    indexes: tuple[Index, ...]
    recovery: bool

    @classmethod
    def of(cls, inputs: dict[str, Any]) -> Self:
        """By the inputs of an `aws.dynamodb.Table`."""
        keys: set[str] = {inputs[key] for key in ("hashKey", "rangeKey") if inputs.get(key)}
        local: list[dict[str, Any]] = inputs.get("localSecondaryIndexes") or []
        other: list[dict[str, Any]] = inputs.get("globalSecondaryIndexes") or []
        recovery: dict[str, Any] = inputs.get("pointInTimeRecovery") or {}
        return cls(
            indexes=tuple(_index(each, keys) for each in (*local, *other)),
            recovery=bool(recovery.get("enabled")),
        )

    def write_units(self, write: Call) -> int:
        """The table's, of the larger item, whether it has changed or not; and the indexes'."""
        largest = max(sum(write.before.values()), sum(write.after.values()))
        return _units(largest, WRITE_UNIT_BYTES) + sum(
            index.write_units(write) for index in self.indexes
        )

    def read_units(self, read: Call) -> float:
        units = _units(read.read, READ_UNIT_BYTES)
        return units if read.consistent else units / 2

    def stored_bytes(self, item: Sizes) -> float:
        """What an item takes here, and in the indexes that it is in."""
        entries = [sum(item.values()), *filter(None, (each.entry(item) for each in self.indexes))]
        return sum(entries) + len(entries) * rule("dynamodb_item_bytes")


def _index(inputs: dict[str, Any], table_keys: set[str]) -> Index:
    """Of a local or a global secondary index's inputs, which have keys in one of three ways."""
    own: set[str] = {
        *(each["attributeName"] for each in inputs.get("keySchemas") or []),
        *(inputs[key] for key in ("hashKey", "rangeKey") if inputs.get(key)),
    }
    others: list[str] = inputs.get("nonKeyAttributes") or []
    projected = own | table_keys | set(others)
    everything = inputs["projectionType"] == "ALL"
    return Index(keys=frozenset(own), projected=None if everything else frozenset(projected))


def _units(size: int, unit: int) -> int:
    """Each begun one counts, and nothing is one."""
    return max(1, ceil(size / unit))
