"""The table of who is staff of which restaurant."""

import pytest

from infra.guarded_table import Guards
from infra.restaurant_staff import RestaurantStaff, RestaurantStaffArgs
from preview.recording import Recording, record


def staff(*, guarded: bool) -> Recording:
    return record(
        lambda: RestaurantStaff(
            "restaurant-staff",
            RestaurantStaffArgs(
                guards=Guards(point_in_time_recovery=guarded, deletion_protection=guarded)
            ),
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return staff(guarded=True)


@pytest.fixture(scope="module")
def unguarded() -> Recording:
    return staff(guarded=False)


def test_it_is_one_table(recording: Recording) -> None:
    assert recording.types == {"orderflow:identity:RestaurantStaff", "aws:dynamodb/table:Table"}


def test_there_is_a_row_for_each_restaurant_and_user(recording: Recording) -> None:
    inputs = recording.one("aws:dynamodb/table:Table", "restaurant-staff").inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("restaurantId", "userId")
    assert inputs["attributes"] == [
        {"name": "restaurantId", "type": "S"},
        {"name": "userId", "type": "S"},
    ]
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    # Staff stay until an operator deletes the row.
    assert "ttl" not in inputs


def test_the_stage_says_how_well_it_is_guarded(recording: Recording, unguarded: Recording) -> None:
    for each, guarded in ((recording, True), (unguarded, False)):
        inputs = each.one("aws:dynamodb/table:Table", "restaurant-staff").inputs
        assert inputs["deletionProtectionEnabled"] is guarded
        assert inputs["pointInTimeRecovery"] == {"enabled": guarded}
