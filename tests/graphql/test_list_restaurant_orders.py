"""listRestaurantOrders: what every customer ordered at one restaurant."""

import pytest

from tests.graphql.api import Api, Refused
from tests.graphql.conftest import Evaluate


def test_the_orders_of_all_customers_at_the_restaurant_are_listed_newest_first(api: Api) -> None:
    for number, customer in enumerate(("alice", "bob", "carol")):
        api.put(customerId=customer, placedAt=f"2026-03-01T12:00:0{number}.000Z")
    api.put(customerId="dave", restaurantId="Beirut")
    api.employ("Dominos")

    page = api("listRestaurantOrders", restaurantId="Dominos")

    assert [order["customerId"] for order in page["items"]] == ["carol", "bob", "alice"]
    assert page["nextToken"] is None


def test_it_goes_on_by_its_token_and_by_no_other(api: Api) -> None:
    for number in range(3):
        api.put(id=f"order-{number}", placedAt=f"2026-03-01T12:00:0{number}.000Z")
    for restaurant in ("Dominos", "Beirut"):
        api.employ(restaurant)
    page = api("listRestaurantOrders", restaurantId="Dominos", limit=2)

    rest = api("listRestaurantOrders", restaurantId="Dominos", nextToken=page["nextToken"])
    assert [order["id"] for order in rest["items"]] == ["order-0"]
    for other in ({"restaurantId": "Beirut"}, {"restaurantId": "Dominos", "limit": 0}):
        with pytest.raises(Refused, match="ValidationError"):
            api("listRestaurantOrders", **other, nextToken=page["nextToken"])
    with pytest.raises(Refused, match="ValidationError: nextToken"):
        api("listOrders", nextToken=page["nextToken"])


@pytest.mark.parametrize("restaurant", ["", "  ", "x" * 65, "x" * 5000, "a/b"])
def test_what_can_be_no_restaurant_is_refused(api: Api, restaurant: str) -> None:
    with pytest.raises(Refused, match="ValidationError: restaurantId"):
        api("listRestaurantOrders", restaurantId=restaurant)
    assert api.table.calls == []


def test_staff_of_several_restaurants_list_each(api: Api) -> None:
    for restaurant in ("Dominos", "Beirut"):
        api.put(id=f"at-{restaurant}", customerId="dave", restaurantId=restaurant)
        api.employ(restaurant)

    for restaurant in ("Dominos", "Beirut"):
        page = api("listRestaurantOrders", restaurantId=restaurant)
        assert [order["id"] for order in page["items"]] == [f"at-{restaurant}"]


# A restaurant's name is spelled as in the orders.
@pytest.mark.parametrize("restaurant", ["Beirut", "dominos", "Dominos ", "Nowhere"])
def test_another_restaurant_s_orders_are_refused_and_not_asked_for(
    api: Api, restaurant: str
) -> None:
    api.put(restaurantId=restaurant)
    api.employ("Dominos")

    with pytest.raises(Refused, match="Unauthorized"):
        api("listRestaurantOrders", restaurantId=restaurant)
    assert api.table.calls == ["GetItem"]


def test_a_row_is_one_user_s_alone(api: Api) -> None:
    api.employ("Dominos")
    api.caller = "bob"

    with pytest.raises(Refused, match="Unauthorized"):
        api("listRestaurantOrders", restaurantId="Dominos")


def test_whose_row_is_deleted_is_out_also_on_the_next_page(api: Api) -> None:
    for number in range(2):
        api.put(id=f"order-{number}")
    api.employ("Dominos")
    token = api("listRestaurantOrders", restaurantId="Dominos", limit=1)["nextToken"]
    assert token
    api.dismiss("Dominos")

    with pytest.raises(Refused, match="Unauthorized"):
        api("listRestaurantOrders", restaurantId="Dominos", nextToken=token)


def test_a_global_index_is_not_read_consistently(evaluate: Evaluate) -> None:
    evaluation = evaluate("listRestaurantOrders", "request", args={"restaurantId": "Dominos"})

    assert evaluation.stash == {
        "index": "byRestaurant",
        "query": {
            "expression": "restaurantId = :restaurantId",
            "expressionValues": {":restaurantId": {"S": "Dominos"}},
        },
        "consistentRead": False,
    }
