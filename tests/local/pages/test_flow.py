"""An order's way is shown as it was, for STANDARD and for EXPRESS, and looking changes nothing."""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from local.engine.aws import Aws
from local.pages.flow.observer import Observer
from tests.e2e.faults import TAKES_WHAT_IS_DELETED_MEANWHILE, nobody_consuming, take_payment_that
from tests.e2e.stage import DELETE, RETRY, Stage, eventually
from tests.local.pages.conftest import Get

pytestmark = pytest.mark.cloud

# What happens to an order beside its execution.
ASIDE = {"live update", "mailed", "queued"}
MAILS = ["to operator@orderflow.example", "to the customer"]


def way(journey: dict[str, Any]) -> list[str]:
    """What the order itself went through, in order."""
    return [event["what"] for event in journey["events"] if event["what"] not in ASIDE]


def details(journey: dict[str, Any], what: str) -> list[str]:
    return sorted(event["detail"] for event in journey["events"] if event["what"] == what)


def journey_of(get: Get, order_id: str, **expected: int) -> dict[str, Any]:
    """The order's, once all that is expected has happened; an empty one where nothing is known."""

    def look() -> dict[str, Any]:
        found = get(f"/flow.json?order={order_id}").json["journeys"]
        return found[0] if found else {"id": None, "state": None, "events": []}

    def complete(journey: dict[str, Any]) -> bool:
        counted = Counter(event["what"] for event in journey["events"])
        return all(counted[what.replace("_", " ")] >= number for what, number in expected.items())

    return eventually(look, complete)


def stage_with(get: Get, accept: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The stage with its latest orders, once a look at it finds this."""
    return eventually(lambda: get("/flow.json").json, accept)


@contextmanager
def visibility(stage: Stage, *, seconds: int) -> Generator[None]:
    """Have messages delivered again so soon."""
    sqs, url = stage.cloud.aws.sqs, stage.outputs["orderQueueUrl"]
    name = "VisibilityTimeout"
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: before[name]})


def test_an_order_that_is_paid(stage: Stage, get: Get) -> None:
    alice = stage.customer()
    placed = stage.place(alice, clientRequestToken=stage.order_id("ACCEPTED"))
    journey = journey_of(get, placed["id"], notified=1, mailed=2, live_update=2)

    assert (journey["id"], journey["isOrder"], journey["state"]) == (placed["id"], True, "PAID")
    assert journey["title"] == "6 × Pizza, Dominos"
    assert way(journey) == ["accepted", "started", "saved", "payment taken", "paid", "notified"]
    assert details(journey, "mailed") == MAILS
    assert details(journey, "live update") == ["PAID, version 2", "PENDING, version 1"]
    assert journey["events"][0] == {
        "what": "accepted",
        "at": placed["placedAt"],
        "attempt": 1,
        "detail": "",
    }
    times = [event["at"] for event in journey["events"]]
    assert times == sorted(times)


def test_an_order_that_waits_and_goes_on(stage: Stage, get: Get) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED")
    with nobody_consuming(stage):
        stage.place(alice, clientRequestToken=order_id)
        waiting = journey_of(get, order_id, queued=1)
        assert [event["what"] for event in waiting["events"]] == ["accepted", "queued"]
        assert waiting["state"] == "QUEUED"
        assert waiting["title"] == "6 × Pizza, Dominos"
        flow = stage_with(get, lambda flow: flow["queues"]["order-queue"]["waiting"])
        assert flow["queues"]["order-queue"] == {"waiting": 1, "inFlight": 0}
        assert flow["journeys"][0]["id"] == order_id
    journey = journey_of(get, order_id, notified=1)
    # What was seen is not forgotten.
    assert [event["what"] for event in journey["events"]][:3] == ["accepted", "queued", "started"]
    assert journey["state"] == "PAID"


def test_an_order_that_is_declined_and_retried(stage: Stage, get: Get) -> None:
    alice = stage.customer()
    order_id = stage.order_id("DECLINED", "ACCEPTED")
    stage.place(alice, clientRequestToken=order_id)
    first = journey_of(get, order_id, notified=1)
    assert first["state"] == "PAYMENT_FAILED"
    assert details(first, "failed") == ["payment method declined"]
    stage.graphql(alice.access_token, RETRY, id=order_id)
    journey = journey_of(get, order_id, notified=2, mailed=4, live_update=4)

    assert journey["state"] == "PAID"
    assert way(journey) == [
        *("accepted", "started", "saved", "payment declined", "failed", "notified"),
        *("started", "found saved", "read", "payment taken", "paid", "notified"),
    ]
    attempts = {event["what"]: event["attempt"] for event in journey["events"]}
    assert (attempts["payment declined"], attempts["payment taken"]) == (1, 2)


def test_an_order_whose_payment_gets_no_answer(stage: Stage, get: Get) -> None:
    order_id = stage.order_id("UNANSWERED")
    stage.place(stage.customer(), clientRequestToken=order_id)
    journey = journey_of(get, order_id, refunded=1, mailed=2)

    assert journey["state"] == "PAYMENT_FAILED"
    assert [what for what in way(journey) if what != "refunded"] == [
        *("accepted", "started", "saved"),
        *["tried in vain"] * 4,
        *("failed", "refund asked", "notified"),
    ]
    assert details(journey, "tried in vain")[0] == "TakePayment, try 1: PaymentProcessorUnreachable"


def test_an_order_that_is_deleted_while_it_is_paid(stage: Stage, get: Get) -> None:
    alice = stage.customer()
    order_id = stage.order_id("ACCEPTED")
    with take_payment_that(stage, TAKES_WHAT_IS_DELETED_MEANWHILE):
        stage.place(alice, clientRequestToken=order_id)
        assert eventually(lambda: stage.get(alice, order_id), bool)
        stage.graphql(alice.access_token, DELETE, id=order_id)
        journey = journey_of(get, order_id, refunded=1)

    assert journey["state"] == "DELETED"
    assert way(journey) == [
        *("accepted", "started", "saved", "deleted", "payment taken"),
        *("found saved", "read", "refund asked", "refunded"),
    ]
    assert details(journey, "mailed") == []


def test_a_message_that_is_no_order(stage: Stage, get: Get) -> None:
    text = f"<b>poison</b> {uuid.uuid4()}"
    with visibility(stage, seconds=1):
        sent = stage.cloud.aws.sqs.send_message(
            QueueUrl=stage.outputs["orderQueueUrl"], MessageBody=text
        )
        journey = journey_of(get, sent["MessageId"], dead_letter=1)

    assert (journey["isOrder"], journey["state"], journey["title"]) == (False, "RESTING", text)
    assert Counter(event["what"] for event in journey["events"]) == {
        "queued": 1,
        "refused": 5,
        "dead letter": 1,
    }
    last = journey["events"][-1]
    assert (last["at"], last["detail"]) == (None, "received 5 times")
    assert stage_with(get, lambda flow: flow["queues"]["order-queue-dead-letters"]["waiting"])
    # To be looked at is not to be received.
    received = eventually(
        lambda: stage.cloud.aws.sqs.receive_message(
            QueueUrl=stage.outputs["deadLetterQueueUrl"],
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        ).get("Messages", []),
        bool,
    )
    counts = {m.get("Body"): m.get("Attributes", {}) for m in received}
    assert counts[text].get("ApproximateReceiveCount") == "6"


def test_messages_that_are_nearly_orders_hide_no_order(stage: Stage, get: Get) -> None:
    """Nothing of a message can be relied on before it has been read by start_workflow."""
    some_id = str(uuid.uuid4())
    bodies = [
        json.dumps({"id": some_id, "customerId": "", "placedAt": "2026-01-01T12:00:00"}),
        json.dumps({"id": "", "customerId": [], "attempt": "1", "quantity": None}),
        json.dumps({"id": 7}),
        json.dumps([some_id]),
    ]
    with nobody_consuming(stage):
        stage.send(*bodies)
        found = journey_of(get, some_id, queued=1)
        assert get("/flow.json").status == 200
        assert (found["isOrder"], found["state"]) == (True, "QUEUED")
        assert [event["what"] for event in found["events"]] == ["accepted", "queued"]
        stage.cloud.aws.sqs.purge_queue(QueueUrl=stage.outputs["orderQueueUrl"])


def test_an_order_that_cannot_go_on(stage: Stage, get: Get) -> None:
    order_id = str(uuid.uuid4())
    with take_payment_that(stage, "\ndef handle(event, context):\n    raise ValueError('a bug')\n"):
        stage.place(stage.customer(), clientRequestToken=order_id)
        journey_of(get, order_id, dead_letter=1)
        # The queues were looked at a moment before the execution.
        journey = eventually(
            lambda: journey_of(get, order_id), lambda journey: journey["state"] != "PENDING"
        )
    assert journey["state"] == "RESTING"
    assert way(journey)[:3] == ["accepted", "started", "saved"]
    assert way(journey)[-1] == "dead letter"
    assert set(way(journey)[3:-1]) == {"tried in vain"}
    # The execution itself has put it there, and knows when.
    assert journey["events"][-1]["at"]


def test_the_latest_orders_come_with_the_stage(stage: Stage, get: Get) -> None:
    alice = stage.customer()
    ids = [stage.place(alice)["id"] for _ in range(3)]
    for order_id in ids:
        journey_of(get, order_id, notified=1)
    flow = stage_with(
        get,
        lambda flow: set(ids) <= {each["id"] for each in flow["journeys"]} and not flow["running"],
    )
    assert set(flow) == {"workflowType", "running", "queues", "journeys"}
    assert [each["id"] for each in flow["journeys"] if each["id"] in ids] == ids[::-1]
    assert flow["running"] == 0
    assert flow["queues"]["refunds"] == {"waiting": 0, "inFlight": 0}
    assert set(flow["queues"]) == {
        *("order-queue", "order-queue-dead-letters", "refunds", "refunds-dead-letters"),
        *("customer-mail", "customer-mail-dead-letters", "undelivered-mail"),
        "order-broadcast-dead-letters",
    }


def test_one_order_is_found_in_any_spelling_and_alone(stage: Stage, get: Get) -> None:
    alice = stage.customer()
    order_id, other = stage.place(alice)["id"], stage.place(alice)["id"]
    journey_of(get, other, notified=1)
    journey_of(get, order_id, notified=1)
    spelled = order_id.upper() if order_id.islower() else order_id.lower()
    (found,) = get(f"/flow.json?order=%20{spelled}").json["journeys"]
    assert found["id"] == order_id
    assert get(f"/flow.json?order={uuid.uuid4()}").json["journeys"] == []


def test_what_has_not_changed_is_not_sent_again(stage: Stage, get: Get) -> None:
    stage.settle()
    path = f"/flow.json?order={uuid.uuid4()}"
    first = get(path)
    assert first.status == 200
    again = get(path, **{"If-None-Match": first.headers["Etag"]})
    assert (again.status, again.text) == (304, "")
    assert get(path, **{"If-None-Match": '"another"'}).status == 200


def test_one_look_serves_all_who_ask(stage: Stage) -> None:
    asked = list[Aws]()

    def aws() -> Aws:
        asked.append(stage.cloud.aws)
        return stage.cloud.aws

    observer = Observer(aws, stage.cloud.emulator.function_log, list)
    assert asked == []
    first = observer.flow()
    assert json.dumps(first.as_json())
    assert observer.flow() is first
    assert len(asked) == 1
