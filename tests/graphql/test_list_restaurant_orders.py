"""listRestaurantOrders: what every customer ordered at one restaurant."""

import pytest

from tests.graphql.api import Api, Refused
from tests.graphql.conftest import Evaluate


def test_the_orders_of_all_customers_at_the_restaurant_are_listed_newest_first(api: Api) -> None:
    for number, customer in enumerate(("alice", "bob", "carol")):
        api.put(customerId=customer, placedAt=f"2026-03-01T12:00:0{number}.000Z")
    api.put(customerId="dave", restaurantId="Beirut")

    page = api("listRestaurantOrders", restaurantId="Dominos")

    assert [order["customerId"] for order in page["items"]] == ["carol", "bob", "alice"]
    assert page["nextToken"] is None


def test_it_goes_on_by_its_token_and_by_no_other(api: Api) -> None:
    for number in range(3):
        api.put(id=f"order-{number}", placedAt=f"2026-03-01T12:00:0{number}.000Z")
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
