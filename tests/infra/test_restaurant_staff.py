"""The table of who is staff of which restaurant."""

import pytest

from infra.restaurant_staff import RestaurantStaff, RestaurantStaffArgs
from tests.infra.recording import Registered, record


def table(*, guarded: bool = True) -> Registered:
    recording = record(
        lambda: RestaurantStaff(
            "restaurant-staff",
            RestaurantStaffArgs(point_in_time_recovery=guarded, deletion_protection=guarded),
        )
    )
    assert recording.types == {"orderflow:identity:RestaurantStaff", "aws:dynamodb/table:Table"}
    return recording.one("aws:dynamodb/table:Table", "restaurant-staff")


def test_there_is_a_row_for_each_restaurant_and_user() -> None:
    inputs = table().inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("restaurantId", "userId")
    assert inputs["attributes"] == [
        {"name": "restaurantId", "type": "S"},
        {"name": "userId", "type": "S"},
    ]
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    # Staff stay until an operator deletes the row.
    assert "ttl" not in inputs


@pytest.mark.parametrize("guarded", [True, False])
def test_the_stage_says_how_well_it_is_guarded(guarded: bool) -> None:
    inputs = table(guarded=guarded).inputs
    assert inputs["deletionProtectionEnabled"] is guarded
    assert inputs["pointInTimeRecovery"] == {"enabled": guarded}
