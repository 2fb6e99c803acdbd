"""deleteOrder: what it answers, and when many come at once."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.stage import DELETE, Stage, eventually


def test_it_answers_with_the_order_as_it_was(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub, status="PAID")
    before = stage.get(alice, order_id)

    deleted = stage.graphql(alice.access_token, DELETE, id=order_id)["deleteOrder"]

    assert deleted == before
    assert stage.orders(alice.sub) == {}
    again = stage.refusal(alice.access_token, DELETE, id=order_id)
    assert again["errorType"] == "OrderNotFound"


def test_of_twenty_deletions_at_once_one_has_the_order(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub)

    def delete(_number: int) -> str | None:
        return stage.error_type(alice.access_token, DELETE, id=order_id)

    with ThreadPoolExecutor(20) as clients:
        outcomes = Counter(clients.map(delete, range(20)))

    assert outcomes == {None: 1, "OrderNotFound": 19}


def test_wherever_its_workflow_is_a_deleted_order_stays_deleted_and_unpaid(stage: Stage) -> None:
    """Each order is deleted a little later than the one before, from its saving to its end."""
    alice = stage.customer()
    orders = [stage.order_id(("ACCEPTED", "DECLINED")[number % 2]) for number in range(30)]

    def place_and_delete(number: int) -> str:
        order_id = orders[number]
        stage.place(alice, clientRequestToken=order_id)
        eventually(lambda: stage.get(alice, order_id), bool)
        if number < 25:
            time.sleep(number * 0.01)  # Where the workflow is by then is what this test varies.
        else:
            stage.ended(alice, order_id)
        answer = stage.graphql(alice.access_token, DELETE, id=order_id)
        return answer["deleteOrder"]["status"]

    with ThreadPoolExecutor(10) as clients:
        deleted_as = list(clients.map(place_and_delete, range(30)))

    eventually(lambda: stage.depth("orderQueueUrl"), lambda depth: depth == 0)
    eventually(stage.running, lambda running: running == 0)
    assert stage.orders(alice.sub) == {}
    # Some were deleted before their end was written and some after it, or nothing was varied.
    assert {"PENDING"} < set(deleted_as)
    for number, (order_id, status) in enumerate(zip(orders, deleted_as, strict=True)):
        refunds = [
            line
            for line in stage.log_lines("refund-payment", order_id)
            if line["message"] == "Payment refunded"
        ]
        taken_in_vain = number % 2 == 0 and status == "PENDING"
        assert len(refunds) == taken_in_vain, (order_id, status)
