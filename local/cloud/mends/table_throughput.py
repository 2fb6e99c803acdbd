"""Has a table with provisioned throughput refuse what goes beyond it, as DynamoDB does.

The emulator keeps the numbers and heeds none of them. Here each read and write of one item, and
each query, is one unit of its second. What DynamoDB saves up for bursts is left out, as are the
sizes of items, indexes, batches and transactions.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

import functools
import time
from typing import Any

from ministack.core.responses import (  # pyright: ignore[reportMissingTypeStubs]
    error_response_json,
)
from ministack.services import dynamodb  # pyright: ignore[reportMissingTypeStubs]

UNITS = {
    "_put_item": "WriteCapacityUnits",
    "_update_item": "WriteCapacityUnits",
    "_delete_item": "WriteCapacityUnits",
    "_get_item": "ReadCapacityUnits",
    "_query": "ReadCapacityUnits",
}
EXCEEDED = (
    "The level of configured provisioned throughput for the table was exceeded. Consider "
    "increasing your provisioning level with the UpdateTable API."
)

_tables: Any = dynamodb


def throttle_tables() -> None:
    """Patch the emulator that this process runs."""
    # Of each table, by its identity, and kind: the second that goes on, and what it has had.
    spent: dict[tuple[int, str], tuple[int, int]] = {}
    for name, unit in UNITS.items():
        setattr(dynamodb, name, _throttled(getattr(dynamodb, name), unit, spent))


def _throttled(operation: Any, unit: str, spent: dict[tuple[int, str], tuple[int, int]]) -> Any:
    @functools.wraps(operation)
    def throttled(data: dict[str, Any]) -> Any:
        table = _tables._tables.get(_tables._normalize_table_name(data.get("TableName")))
        # On demand there are none.
        if table and (most := int(table.get("ProvisionedThroughput", {}).get(unit, 0))):
            second, (of, units) = int(time.monotonic()), spent.get((id(table), unit), (0, 0))
            units = units + 1 if of == second else 1
            if units > most:
                return error_response_json("ProvisionedThroughputExceededException", EXCEEDED, 400)
            spent[id(table), unit] = (second, units)
        return operation(data)

    return throttled
