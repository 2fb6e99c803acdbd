"""The table of orders."""

import pytest

from infra.guarded_table import Guards
from infra.order_store import OrderStore, OrderStoreArgs
from preview.recording import Recording, record


def store(*, guarded: bool) -> Recording:
    return record(
        lambda: OrderStore(
            "orders",
            OrderStoreArgs(
                guards=Guards(point_in_time_recovery=guarded, deletion_protection=guarded)
            ),
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return store(guarded=True)


@pytest.fixture(scope="module")
def unguarded() -> Recording:
    return store(guarded=False)


def test_it_is_one_table(recording: Recording) -> None:
    assert recording.types == {"orderflow:storage:OrderStore", "aws:dynamodb/table:Table"}


def test_a_customers_orders_are_one_partition(recording: Recording) -> None:
    inputs = recording.one("aws:dynamodb/table:Table", "orders").inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("customerId", "id")
    assert inputs["billingMode"] == "PAY_PER_REQUEST"


def test_the_indexes_list_whole_orders_by_time(recording: Recording) -> None:
    inputs = recording.one("aws:dynamodb/table:Table", "orders").inputs
    assert inputs["localSecondaryIndexes"] == [
        {"name": "byPlacedAt", "rangeKey": "placedAt", "projectionType": "ALL"}
    ]
    assert inputs["globalSecondaryIndexes"] == [
        {
            "name": "byRestaurant",
            "keySchemas": [
                {"attributeName": "restaurantId", "keyType": "HASH"},
                {"attributeName": "placedAt", "keyType": "RANGE"},
            ],
            "projectionType": "ALL",
        },
        {
            "name": "byId",
            "keySchemas": [{"attributeName": "id", "keyType": "HASH"}],
            "projectionType": "KEYS_ONLY",
        },
    ]
    assert inputs["attributes"] == [
        {"name": name, "type": "S"} for name in ("customerId", "id", "placedAt", "restaurantId")
    ]


def test_changes_are_streamed_with_both_images(recording: Recording) -> None:
    inputs = recording.one("aws:dynamodb/table:Table", "orders").inputs
    assert inputs["streamEnabled"] is True
    assert inputs["streamViewType"] == "NEW_AND_OLD_IMAGES"


def test_tombstones_expire(recording: Recording) -> None:
    inputs = recording.one("aws:dynamodb/table:Table", "orders").inputs
    assert inputs["ttl"] == {"enabled": True, "attributeName": "expiresAt"}


def test_the_stage_says_how_well_it_is_guarded(recording: Recording, unguarded: Recording) -> None:
    for each, guarded in ((recording, True), (unguarded, False)):
        inputs = each.one("aws:dynamodb/table:Table", "orders").inputs
        assert inputs["deletionProtectionEnabled"] is guarded
        assert inputs["pointInTimeRecovery"] == {"enabled": guarded}
