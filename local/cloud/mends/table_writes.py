"""Has reads and writes of tables happen whole, one after the other, as DynamoDB does.

There a condition, its write and the stream's record of it are one step. The emulator takes them so
only for requests, which come one by one: workflows call its functions from threads of their own,
between the steps of others. Two conditional writes of one item both won, and streams told of writes
in another order than the table took them.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
"""

import threading

from ministack.services import dynamodb  # pyright: ignore[reportMissingTypeStubs]

from local.cloud.mends.locking import hold

WRITES = (
    "_batch_execute_statement",
    "_batch_write_item",
    "_delete_item",
    "_execute_statement",
    "_execute_transaction",
    "_put_item",
    "_transact_write_items",
    "_update_item",
)
READS = (
    "_batch_get_item",
    "_get_item",
    "_query",
    "_scan",
    "_transact_get_items",
    "get_state",
)


def write_tables_whole() -> None:
    """One lock for all tables: a transaction writes to several, and none is held for long."""
    lock = threading.RLock()
    hold(lock, dynamodb, *WRITES, *READS)
    # The emulator's own, which it holds while it deletes items whose time to live is over.
    setattr(dynamodb, "_lock", lock)  # noqa: B010 (it is declared as a lock of another kind)
