"""Has subscribers told of orders as they are now.

By calling `broadcast_update` as the table's stream does, with the item as the change. Not by
touching the item, so that the stream does: what is PAID is final, and a version that rises has its
customer's next change refused. Nothing is written; who has seen the version knows it.
"""

import json
from typing import TYPE_CHECKING, Any

from ops.orders import Item, OrderKey, Orders, spelled
from ops.stage import OpsError, Stage
from ops.terminal import Terminal, plain_json, whole

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.type_defs import RecordTypeDef

# While an order changes, the stream tells of it too.
MOST_TIMES = 5
MOST_ORDERS = 100


def run(stage: Stage, terminal: Terminal, name: str) -> int:
    """Replay one order, or a customer's newest.

    Args:
        name: an order's id, or a customer's address.
    """
    orders = Orders(stage)
    if "@" in name:
        customer_id = orders.customer_id(name)
        keys = [(customer_id, item["id"]) for item in orders.newest_of(customer_id, MOST_ORDERS)]
    else:
        keys = orders.keys_of(spelled(name))
    if not keys:
        raise OpsError(f"Stage {stage.name} has no order of {name}.")
    terminal.confirm(
        f"{len(keys)} order{'s' * (len(keys) > 1)} of {name}: as they are now, they are published "
        "to their subscribers once more. Nothing is written."
    )
    done = {key: replay(stage, key) for key in keys}
    rows = [
        (order_id, published or "deleted: nothing is left to tell")
        for (_, order_id), published in done.items()
    ]
    terminal.table([whole("order"), "published version"], rows)
    terminal.document(
        {
            "stage": stage.name,
            "replayed": [{"id": key[1], "version": version} for key, version in done.items()],
        }
    )
    return 0


def replay(stage: Stage, key: OrderKey, deletion: "RecordTypeDef | None" = None) -> int | None:
    """Publish an order as it is now, and again where it has changed meanwhile.

    Args:
        deletion: the change by which it was deleted: what it was is nowhere else any more.

    Returns:
        The version that was published last; None where it is deleted, or not there.

    Raises:
        OpsError: it was not published.
    """
    read = Orders(stage)
    published, order = None, read.raw(key)
    for _ in range(MOST_TIMES):
        if order is None or "version" not in order:
            if deletion:
                _invoke(stage, deletion)
            return None
        version = int(order["version"]["N"])
        if version == published:
            break
        _invoke(stage, _change(order))
        published, order = version, read.raw(key)
    return published


def _change(item: Item) -> dict[str, Any]:
    """A record of the stream by which the item came to be as it is."""
    keys = {name: item[name] for name in ("customerId", "id")}
    return {"eventName": "MODIFY", "dynamodb": {"Keys": keys, "NewImage": item}}


def _invoke(stage: Stage, record: Any) -> None:
    name = stage.functions["broadcast_update"]["name"]
    answer = stage.lambda_.invoke(
        FunctionName=name, Payload=json.dumps({"Records": [record]}, default=plain_json)
    )
    said = answer["Payload"].read().decode()
    if "FunctionError" in answer or json.loads(said) != {"batchItemFailures": []}:
        raise OpsError(f"{name} did not publish: {said[:300]}")
