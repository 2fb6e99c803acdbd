"""deleteOrder: what it answers and leaves, and when many come at once."""

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.faults import definition_of
from tests.e2e.stage import (
    DELETE,
    LIST,
    LIST_RESTAURANT,
    PIZZA,
    PLACE,
    Stage,
    eventually,
    message,
)


def test_it_answers_with_the_order_as_it_was_and_nothing_shows_it_any_more(stage: Stage) -> None:
    restaurant = f"R{uuid.uuid4().hex[:8]}"
    chef, alice = stage.staff(restaurant), stage.customer()
    order_id = stage.store(alice.sub, status="PAID", attempt=2, restaurantId=restaurant)
    before = stage.get(alice, order_id)

    deleted = stage.graphql(alice.access_token, DELETE, id=order_id)["deleteOrder"]

    assert deleted == before
    assert stage.get(alice, order_id) is None
    assert stage.graphql(alice.access_token, LIST)["listOrders"]["items"] == []
    listed = stage.graphql(chef.access_token, LIST_RESTAURANT, restaurantId=restaurant)
    assert listed["listRestaurantOrders"]["items"] == []
    again = stage.refusal(alice.access_token, DELETE, id=order_id)
    assert (again["errorType"], again["data"]) == ("OrderNotFound", None)
    # All that is left of the order: that it is deleted, and which attempt's payment is kept.
    [tombstone] = stage.items(alice.sub)
    assert set(tombstone) == {"customerId", "id", "deletedAt", "expiresAt", "paidAttempt"}
    assert tombstone["paidAttempt"] == {"N": "2"}


def test_a_deleted_order_s_token_does_not_bring_it_back(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED")
    stage.place(alice, clientRequestToken=order_id)
    stage.ended(alice, order_id)
    stage.graphql(alice.access_token, DELETE, id=order_id)

    for token in (order_id, order_id.upper()):
        again = stage.refusal(
            alice.access_token, PLACE, input={**PIZZA, "clientRequestToken": token}
        )
        assert (again["errorType"], again["data"]) == ("OrderConflict", None)
    # Nor does its message, when it is delivered again.
    stage.send(message(alice.sub, id=order_id))
    eventually(lambda: stage.depth("orderQueueUrl"), lambda depth: depth == 0)
    eventually(stage.running, lambda running: running == 0)
    assert stage.get(alice, order_id) is None
    [tombstone] = stage.items(alice.sub)
    assert "status" not in tombstone


def test_of_twenty_deletions_at_once_one_has_the_order(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub)

    def delete(_number: int) -> str | None:
        return stage.error_type(alice.access_token, DELETE, id=order_id)

    with ThreadPoolExecutor(20) as clients:
        outcomes = Counter(clients.map(delete, range(20)))

    assert outcomes == {None: 1, "OrderNotFound": 19}


def test_wherever_its_workflow_is_a_deleted_order_stays_deleted_and_unpaid(stage: Stage) -> None:
    """Each order is deleted a little later than the one before, from its saving to its end.

    The first five wait for their payments until they are deleted, the last five are at their end.
    """
    alice = stage.customer()
    functions = stage.cloud.aws.functions
    take_payment = definition_of(stage)["States"]["TakePayment"]["Arguments"]["FunctionName"]
    orders = [stage.order_id(("ACCEPTED", "DECLINED")[number % 2]) for number in range(30)]

    def place_and_delete(number: int) -> str:
        order_id = orders[number]
        stage.place(alice, clientRequestToken=order_id)
        eventually(lambda: stage.get(alice, order_id), bool)
        if number < 25:
            time.sleep(
                max(0, number - 5) * 0.01
            )  # Where the workflow is by then is what this test varies.
        else:
            stage.ended(alice, order_id)
        answer = stage.graphql(alice.access_token, DELETE, id=order_id)
        return answer["deleteOrder"]["status"]

    functions.put_function_concurrency(FunctionName=take_payment, ReservedConcurrentExecutions=0)
    deleted_as = [place_and_delete(number) for number in range(5)]
    functions.delete_function_concurrency(FunctionName=take_payment)
    with ThreadPoolExecutor(10) as clients:
        deleted_as += clients.map(place_and_delete, range(5, 30))

    eventually(lambda: stage.depth("orderQueueUrl"), lambda depth: depth == 0)
    eventually(stage.running, lambda running: running == 0)
    assert set(deleted_as[:5]) == {"PENDING"}
    assert "PENDING" not in deleted_as[25:]
    tombstones = stage.orders(alice.sub)
    assert all("status" not in each for each in tombstones.values())
    for number, (order_id, status) in enumerate(zip(orders, deleted_as, strict=True)):
        assert ("paidAttempt" in tombstones[order_id]) == (status == "PAID")
        taken_in_vain = number % 2 == 0 and status == "PENDING"
        assert eventually(
            lambda order_id=order_id: _refunds(stage, order_id),
            lambda refunds, expected=taken_in_vain: refunds == expected,
        ) == int(taken_in_vain), (order_id, status)


def _refunds(stage: Stage, order_id: str) -> int:
    lines = stage.log_lines("refund-payment", order_id)
    return [line["message"] for line in lines].count("Payment refunded")
