"""Reads whole tables, at a pace that leaves them to the customers, and counts what it costs."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from cost.prices import price
from ops.orders import Item, OrderKey, payment_key, plain
from ops.stage import Stage

# One request's most: a page of a scan has 1 MB, 256 read units that are consistent.
PAGE = 500
KEYS_A_BATCH = 100
READ_UNIT_BYTES = 4096


class Reads:
    """Reads of the two tables, consistent, so many units a second at most.

    Attributes:
        units: read units that were used, as DynamoDB says.
    """

    def __init__(
        self,
        stage: Stage,
        units_a_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._stage = stage
        self._units_a_second = units_a_second
        self._clock = clock
        self._sleep = sleep
        self._next = clock()
        self.units = 0.0

    def expected_units(self) -> float:
        """About how many a scan of both tables takes: DynamoDB counts them anew every six hours."""
        tables = [self._stage.output(name) for name in ("orderTableName", "paymentTableName")]
        described = [
            self._stage.dynamodb.describe_table(TableName=name)["Table"] for name in tables
        ]
        size = sum(table.get("TableSizeBytes", 0) for table in described)
        orders = described[0].get("ItemCount", 0)
        # Both scanned; and a payment and a mail looked up of each order.
        return size / READ_UNIT_BYTES + 2 * orders

    def scan(
        self, output: str, condition: str | None = None, **values: str
    ) -> Iterator[list[Item]]:
        """Pages of the table of this output.

        Args:
            condition: of the items to return; what it leaves out is paid for all the same.
            values: of the condition, all text.
        """
        only: dict[str, Any] = {}
        if condition:
            only["FilterExpression"] = condition
            only["ExpressionAttributeValues"] = {
                f":{name}": {"S": value} for name, value in values.items()
            }
            if "#status" in condition:
                only["ExpressionAttributeNames"] = {"#status": "status"}
        pages = self._stage.dynamodb.get_paginator("scan").paginate(
            TableName=self._stage.output(output),
            ConsistentRead=True,
            ReturnConsumedCapacity="TOTAL",
            PaginationConfig={"PageSize": PAGE},
            **only,
        )
        for page in pages:
            self._count(page.get("ConsumedCapacity", {}).get("CapacityUnits", 0))
            yield [plain(item) for item in page["Items"]]

    def orders(self, keys: list[OrderKey]) -> dict[OrderKey, Item]:
        """The orders of these keys that are there."""
        wanted = [{"customerId": {"S": customer}, "id": {"S": each}} for customer, each in keys]
        found = self._items("orderTableName", wanted)
        return {(item["customerId"], item["id"]): item for item in found}

    def payments(self, keys: list[tuple[OrderKey, int]]) -> dict[OrderKey, dict[int, Item]]:
        """The rows of these orders and attempts that are there."""
        wanted = [
            {"customerId": {"S": customer}, "payment": {"S": f"{order_id}#{attempt}"}}
            for (customer, order_id), attempt in keys
        ]
        found = dict[OrderKey, dict[int, Item]]()
        for row in self._items("paymentTableName", wanted):
            key, attempt = payment_key(row)
            found.setdefault(key, {})[attempt] = row
        return found

    def _items(self, output: str, keys: list[dict[str, dict[str, str]]]) -> Iterator[Item]:
        table = self._stage.output(output)
        for start in range(0, len(keys), KEYS_A_BATCH):
            wanted: Any = {
                table: {"Keys": keys[start : start + KEYS_A_BATCH], "ConsistentRead": True}
            }
            while wanted:
                answer = self._stage.dynamodb.batch_get_item(
                    RequestItems=wanted, ReturnConsumedCapacity="TOTAL"
                )
                for used in answer.get("ConsumedCapacity", []):
                    self._count(used.get("CapacityUnits", 0))
                yield from map(plain, answer["Responses"].get(table, []))
                wanted = answer.get("UnprocessedKeys")

    def _count(self, units: float) -> None:
        """Wait until what was just used is within the pace."""
        self.units += units
        now = self._clock()
        self._next = max(now, self._next) + units / self._units_a_second
        if self._next > now:
            self._sleep(self._next - now)


def dollars(units: float) -> str:
    """What read units cost, in us-east-1."""
    return f"${units * price('dynamodb_read'):.4f}"
