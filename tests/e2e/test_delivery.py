"""At-least-once delivery, exactly-once effect: duplicates, rubbish and lost answers."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.conftest import Deploy
from tests.e2e.stage import Stage, eventually, message


def test_the_same_token_sent_twenty_times_is_one_order(stage: Stage) -> None:
    alice = stage.customer()
    token = stage.order_id("ACCEPTED")

    def place(_number: int) -> dict[str, Any]:
        return stage.place(alice, clientRequestToken=token)

    with ThreadPoolExecutor(8) as clients:
        placed = list(clients.map(place, range(20)))

    assert {order["id"] for order in placed} == {token}
    _assert_one_effect(stage, alice.sub, alice.email, token)


def test_a_message_delivered_ten_times_at_once_is_one_order(stage: Stage) -> None:
    alice = stage.customer()
    token = stage.order_id("ACCEPTED")

    stage.send(*[message(alice.sub, id=token)] * 10)

    _assert_one_effect(stage, alice.sub, alice.email, token)


def _assert_one_effect(stage: Stage, customer_id: str, email: str, order_id: str) -> None:
    """One item, paid once, and one mail, after every delivery has been worked off."""
    stage.settle()
    [item] = stage.items(customer_id)
    assert item["id"]["S"] == order_id
    assert item["status"] == {"S": "PAID"}
    # Placed, then marked: nothing else was written, so no second payment had any effect.
    assert item["version"] == {"N": "2"}
    [payment] = stage.payments(order_id, customer_id).values()
    assert "refundedAt" not in payment
    assert stage.executions(order_id) == {f"{customer_id}-{order_id}"}
    assert len(stage.mails(order_id, email)) == 1


def test_bad_messages_hold_back_no_good_ones_and_rest_intact(deploy: Deploy) -> None:
    stage = deploy(paymentSuccessRate=1)
    alice = stage.customer()
    # Shorter than the stage's own, so that five receives take seconds.
    stage.cloud.aws.sqs.set_queue_attributes(
        QueueUrl=stage.outputs["orderQueueUrl"], Attributes={"VisibilityTimeout": "2"}
    )
    good = [message(alice.sub) for _ in range(50)]
    bad = ["this is no order", message(alice.sub, quantity=0), json.dumps({"id": "1"})]

    stage.send(*good[:10], bad[0], *good[10:30], bad[1], *good[30:], bad[2])

    items = eventually(
        lambda: stage.items(alice.sub),
        lambda items: [item["status"]["S"] for item in items].count("PAID") == 50,
    )
    assert {item["id"]["S"] for item in items} == {json.loads(body)["id"] for body in good}
    # Of one that has not ended, how far it came.
    unpaid = [item["id"]["S"] for item in items if item["status"]["S"] != "PAID"]
    assert {each: stage.execution(f"{alice.sub}-{each}") for each in unpaid} == {}
    eventually(lambda: stage.depth("deadLetterQueueUrl"), lambda depth: depth == 3)
    assert sorted(stage.dead_letters()) == sorted(bad)
    assert stage.depth("orderQueueUrl") == 0
