"""retryPayment: the next attempt, once however often it is asked for, and never lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.conftest import Deploy
from tests.e2e.stage import PIZZA, PLACE, RETRY, Stage, eventually


def test_a_failed_order_is_paid_by_its_next_attempt(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.order_id("DECLINED", "ACCEPTED")

    def subjects(count: int) -> list[str]:
        return eventually(
            lambda: [mail.subject for mail in stage.mails(order_id, alice.email)],
            lambda subjects: len(subjects) == count,
        )

    stage.place(alice, clientRequestToken=order_id)
    failed = stage.ended(alice, order_id)
    assert failed["status"] == "PAYMENT_FAILED"
    # The queue of mails keeps no order of its own.
    assert subjects(1) == ["Your order at Dominos: the payment failed"]

    retried = stage.graphql(alice.access_token, RETRY, id=order_id)["retryPayment"]

    assert (retried["status"], retried["statusReason"]) == ("PENDING", None)
    assert retried["version"] == failed["version"] + 1
    paid = stage.ended(alice, order_id)
    assert (paid["status"], paid["version"]) == ("PAID", retried["version"] + 1)
    assert executions(stage, order_id, 2) == {
        f"{alice.sub}-{order_id}",
        f"{alice.sub}-{order_id}-2",
    }
    assert subjects(2) == [
        "Your order at Dominos: the payment failed",
        "Your order at Dominos is paid",
    ]


def executions(stage: Stage, order_id: str, count: int) -> set[str]:
    """The names of the order's executions as they are logged, once it is so many."""
    return eventually(
        lambda: {line["execution"] for line in stage.log_lines("start-workflow", order_id)},
        lambda names: len(names) >= count,
    )


@pytest.mark.parametrize("status", ["PENDING", "PAID"])
def test_what_has_not_failed_is_a_conflict_that_shows_the_order(stage: Stage, status: str) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub, status=status)

    error = stage.refusal(alice.access_token, RETRY, id=order_id)

    assert error["errorType"] == "OrderConflict"
    assert error["data"] == stage.get(alice, order_id)


def test_twenty_retries_at_once_are_one_attempt(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.order_id("DECLINED", "ACCEPTED")
    stage.place(alice, clientRequestToken=order_id)
    stage.ended(alice, order_id)

    def retry(_number: int) -> str | None:
        return stage.error_type(alice.access_token, RETRY, id=order_id)

    with ThreadPoolExecutor(20) as clients:
        outcomes = Counter(clients.map(retry, range(20)))

    assert outcomes == {None: 1, "OrderConflict": 19}
    assert stage.ended(alice, order_id)["status"] == "PAID"
    eventually(lambda: stage.depth("orderQueueUrl"), lambda depth: depth == 0)
    item = stage.orders(alice.sub)[order_id]
    assert (item["attempt"], item["version"]) == ({"N": "2"}, {"N": "4"})
    assert executions(stage, order_id, 2) == {
        f"{alice.sub}-{order_id}",
        f"{alice.sub}-{order_id}-2",
    }


def test_a_retry_that_the_queue_refuses_leaves_the_order_as_it_was(deploy: Deploy) -> None:
    stage = deploy(workflowType="STANDARD", paymentSuccessRate=0.5)
    alice = stage.customer()
    order_id = stage.store(alice.sub)
    before = stage.get(alice, order_id)
    assert before is not None
    stage.cloud.aws.sqs.delete_queue(QueueUrl=stage.outputs["orderQueueUrl"])

    error = stage.refusal(alice.access_token, RETRY, id=order_id)

    assert error["errorType"] == "OrderNotQueued"
    after = stage.get(alice, order_id)
    assert after is not None
    assert after == {**before, "version": before["version"] + 2}
    placed = stage.refusal(alice.access_token, PLACE, input=PIZZA)
    assert placed["errorType"] == "OrderNotQueued"


def test_an_attempt_that_got_stuck_is_made_again_after_a_while(stage: Stage) -> None:
    alice = stage.customer()
    now = datetime.now(UTC)

    def pending_since(minutes: int) -> str:
        since = (now - timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
        return stage.store(
            alice.sub,
            id=stage.order_id("DECLINED", "ACCEPTED", "DECLINED"),
            status="PENDING",
            attempt=2,
            updatedAt=since.replace("+00:00", "Z"),
        )

    waiting, stuck = pending_since(10), pending_since(20)

    assert stage.refusal(alice.access_token, RETRY, id=waiting)["errorType"] == "OrderConflict"
    sent = stage.graphql(alice.access_token, RETRY, id=stuck)["retryPayment"]
    assert (sent["status"], sent["version"]) == ("PENDING", 2)
    # As the same attempt: should its payment have been taken already, it is not taken again.
    assert stage.ended(alice, stuck)["status"] == "PAID"
    item = stage.orders(alice.sub)[stuck]
    assert (item["attempt"], item["version"]) == ({"N": "2"}, {"N": "3"})
    assert executions(stage, stuck, 1) == {f"{alice.sub}-{stuck}-2"}
