"""An order has one id, however a client spells it: the same for every field that takes one."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.graphql.api import ORDER, Api

ULID = ORDER["id"]
UUID = "6f0c6b0e-6a55-4f2c-9d8e-0c6f3c1b2a19"
FAILED = {"status": "PAYMENT_FAILED", "statusReason": "payment method declined"}
FIELDS: dict[str, Callable[[Api, str], Any]] = {
    "getOrder": lambda api, order_id: api("getOrder", id=order_id),
    "updateOrder": lambda api, order_id: api(
        "updateOrder", input={"id": order_id, "version": 1, "quantity": 3}
    ),
    "retryPayment": lambda api, order_id: api("retryPayment", id=order_id),
    "deleteOrder": lambda api, order_id: api("deleteOrder", id=order_id),
    "placeOrder": lambda api, order_id: api(
        "placeOrder",
        input={
            **{name: ORDER[name] for name in ("name", "quantity", "restaurantId", "addOns")},
            "clientRequestToken": order_id,
        },
    ),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("spelling", "order_id"),
    [
        (ULID, ULID),
        (ULID.lower(), ULID),
        (ULID[:13] + ULID[13:].lower(), ULID),
        (UUID, UUID),
        (UUID.upper(), UUID),
        (UUID[:13].upper() + UUID[13:], UUID),
    ],
)
def test_an_order_is_found_by_its_id_in_any_spelling(
    api: Api, field: str, spelling: str, order_id: str
) -> None:
    api.put(**FAILED, id=order_id)

    assert FIELDS[field](api, spelling)["id"] == order_id
    if order_id != spelling:
        assert api.item(spelling) is None
