"""Lists: the staff's view, page tokens, and pages while orders come and go."""

from typing import Any

from tests.e2e.stage import DELETE, LIST_RESTAURANT, RESTAURANT, UPDATE, Stage

LIST_OWN = """
  query ($limit: Int, $nextToken: String) {
    listOrders(limit: $limit, nextToken: $nextToken) { items { id } nextToken }
  }
"""


def test_staff_sees_a_restaurant_s_orders_of_all_customers(stage: Stage) -> None:
    alice, bob = stage.customer(), stage.customer()
    restaurant = f"R{stage.store(alice.sub)[:8]}"
    chef = stage.staff(restaurant)
    placed = [
        stage.store(
            customer.sub,
            restaurantId=restaurant,
            placedAt=f"2026-01-01T12:0{minute}:00.000Z",
            status=status,
        )
        for minute, (customer, status) in enumerate(
            [(alice, "PAID"), (bob, "PAYMENT_FAILED"), (alice, "PAYMENT_FAILED")]
        )
    ]

    def listed(**variables: Any) -> list[str]:
        page = stage.graphql(
            chef.access_token, LIST_RESTAURANT, restaurantId=restaurant, **variables
        )["listRestaurantOrders"]
        ids = [order["id"] for order in page["items"]]
        rest = page["nextToken"]
        return ids + listed(**{**variables, "nextToken": rest}) if rest else ids

    assert listed() == placed[::-1]
    assert listed(limit=1) == placed[::-1]
    assert listed(status="PAYMENT_FAILED") == [placed[2], placed[1]]


def test_a_page_token_opens_only_its_own_query(stage: Stage) -> None:
    chef = stage.staff(RESTAURANT, "Kyoto")
    alice, bob = stage.customer(), stage.customer()
    for customer in (alice, alice, bob, bob, chef, chef):
        stage.store(customer.sub)
    token = stage.graphql(alice.access_token, LIST_OWN, limit=1)["listOrders"]["nextToken"]
    assert token
    pages = {"restaurantId": RESTAURANT}
    staff_token = stage.graphql(chef.access_token, LIST_RESTAURANT, limit=1, **pages)[
        "listRestaurantOrders"
    ]["nextToken"]
    assert staff_token

    for caller, query, variables in [
        (bob, LIST_OWN, {"nextToken": token}),
        (alice, LIST_OWN, {"nextToken": token[:-4] + "AAAA"}),
        (alice, LIST_OWN, {"nextToken": "page 2"}),
        (alice, LIST_OWN, {"nextToken": staff_token}),
        (chef, LIST_RESTAURANT, {**pages, "nextToken": token}),
        (chef, LIST_RESTAURANT, {"restaurantId": "Kyoto", "nextToken": staff_token}),
    ]:
        error = stage.refusal(caller.access_token, query, **variables)
        assert error["errorType"] == "ValidationError"
        assert error["errorInfo"]["field"] == "nextToken"
        assert error["data"] is None


def test_pages_are_stable_while_orders_come_change_and_go(stage: Stage) -> None:
    alice = stage.customer()
    placed = [
        stage.store(alice.sub, placedAt=f"2026-01-01T12:00:0{second}.000Z") for second in range(6)
    ]

    def page(token: str | None) -> tuple[list[str], str | None]:
        answer = stage.graphql(alice.access_token, LIST_OWN, limit=2, nextToken=token)
        orders = answer["listOrders"]
        return [order["id"] for order in orders["items"]], orders["nextToken"]

    first, token = page(None)
    assert first == [placed[5], placed[4]]
    # A new order before the page, a change on it, its last order and one to come deleted.
    stage.store(alice.sub)
    change = {"id": placed[2], "version": 1, "name": "Salad"}
    stage.graphql(alice.access_token, UPDATE, input=change)
    for order_id in (placed[4], placed[3]):
        stage.graphql(alice.access_token, DELETE, id=order_id)

    second, token = page(token)
    third, _ = page(token)

    assert second + third == [placed[2], placed[1], placed[0]]
