"""The table of orders."""

import pytest

from infra.order_store import OrderStore, OrderStoreArgs
from tests.infra.recording import Registered, record


def table(*, guarded: bool = True) -> Registered:
    recording = record(
        lambda: OrderStore(
            "orders", OrderStoreArgs(point_in_time_recovery=guarded, deletion_protection=guarded)
        )
    )
    assert recording.types == {"orderflow:storage:OrderStore", "aws:dynamodb/table:Table"}
    return recording.one("aws:dynamodb/table:Table", "orders")


def test_a_customers_orders_are_one_partition() -> None:
    inputs = table().inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("customerId", "id")
    assert inputs["billingMode"] == "PAY_PER_REQUEST"


def test_the_indexes_list_by_time() -> None:
    inputs = table().inputs
    [by_placed_at] = inputs["localSecondaryIndexes"]
    assert (by_placed_at["name"], by_placed_at["rangeKey"]) == ("byPlacedAt", "placedAt")
    [by_restaurant] = inputs["globalSecondaryIndexes"]
    assert by_restaurant["name"] == "byRestaurant"
    assert [key["attributeName"] for key in by_restaurant["keySchemas"]] == [
        "restaurantId",
        "placedAt",
    ]
    keys = {attribute["name"] for attribute in inputs["attributes"]}
    assert keys == {"customerId", "id", "placedAt", "restaurantId"}


def test_changes_are_streamed_with_both_images() -> None:
    inputs = table().inputs
    assert inputs["streamEnabled"] is True
    assert inputs["streamViewType"] == "NEW_AND_OLD_IMAGES"


def test_tombstones_expire() -> None:
    assert table().inputs["ttl"] == {"enabled": True, "attributeName": "expiresAt"}


@pytest.mark.parametrize("guarded", [True, False])
def test_the_stage_says_how_well_it_is_guarded(guarded: bool) -> None:
    inputs = table(guarded=guarded).inputs
    assert inputs["deletionProtectionEnabled"] is guarded
    assert inputs["pointInTimeRecovery"] == {"enabled": guarded}
