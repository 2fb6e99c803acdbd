"""A healthy stage has no findings; what is made wrong by hand is found, and mended if safe."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from ops.orders import Orders, kept_attempt
from ops.reconcile.mending import Mending, notification_of
from ops.reconcile.scan import Reads
from ops.reconcile.search import Search
from tests.e2e.faults import take_payment_that, workflow_with
from tests.e2e.stage import Stage as Deployed
from tests.e2e.stage import eventually, message
from tests.ops.conftest import Ask, Deploy, operated

pytestmark = pytest.mark.cloud

AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="milliseconds")
UNREACHABLE = "payment processor unreachable"


@pytest.fixture
def stage(deploy: Deploy) -> Deployed:
    """One that only these tests have, as what is there is judged as a whole."""
    return deploy(workflowType="STANDARD", consumerBatchSize=8)


class Hand:
    """Writes what no code of the stage would."""

    def __init__(self, stage: Deployed) -> None:
        self.stage = stage
        self.customer = stage.customer()

    def order(self, status: str, *wanted: str, **more: Any) -> str:
        """An order as of an hour ago; its payments will be as wanted."""
        return self.stage.store(
            self.customer.sub,
            id=self.stage.order_id(*wanted),
            status=status,
            **{"placedAt": AGO, "updatedAt": AGO, **more},
        )

    def row(self, order_id: str, attempt: int, outcome: str, **more: str) -> None:
        taken = {"takenAt": AGO} if outcome == "ACCEPTED" else {}
        self.put(
            "paymentTableName",
            {
                "customerId": self.customer.sub,
                "payment": f"{order_id}#{attempt}",
                "outcome": outcome,
                **taken,
                **more,
            },
        )

    def tombstone(self, **more: Any) -> str:
        order_id = str(uuid.uuid4())
        gone = {"deletedAt": AGO, "expiresAt": 2**31, **more}
        self.put("orderTableName", {"customerId": self.customer.sub, "id": order_id, **gone})
        return order_id

    def put(self, output: str, item: dict[str, Any]) -> None:
        serializer = TypeSerializer()
        self.stage.cloud.aws.dynamodb.put_item(
            TableName=self.stage.outputs[output],
            Item={name: serializer.serialize(value) for name, value in item.items()},
        )


def make_wrong(hand: Hand) -> dict[str, set[str]]:
    """Every kind of inconsistency; what is to be found, by the orders' ids."""
    made: dict[str, set[str]] = {}

    def note(order_id: str, *kinds: str) -> None:
        made[order_id] = set(kinds)

    note(hand.order("PENDING", "ACCEPTED", statusReason=None), "stuck")
    pending = hand.order("PENDING", "ACCEPTED", statusReason=None)
    hand.row(pending, 1, "ACCEPTED")
    note(pending, "unpaid-but-taken")
    unreachable = hand.order("PAYMENT_FAILED", "UNANSWERED", statusReason=UNREACHABLE)
    hand.row(unreachable, 1, "ACCEPTED")
    note(unreachable, "unrefunded")
    note(hand.order("PAYMENT_FAILED", "UNREACHABLE", statusReason=UNREACHABLE), "unrefunded")
    twice = hand.order("PAID", "ACCEPTED", "ACCEPTED", attempt=2, statusReason=None)
    hand.row(twice, 1, "ACCEPTED")
    hand.row(twice, 2, "ACCEPTED")
    note(twice, "unrefunded")
    deleted = hand.tombstone()
    hand.row(deleted, 1, "ACCEPTED")
    note(deleted, "unrefunded")
    ended = {
        "attempt": 1,
        "status": "PAID",
        "name": "Pasta",
        "quantity": 2,
        "restaurantId": "Dominos",
        "addOns": [],
    }
    unmailed = hand.order("PAID", "ACCEPTED", statusReason=None, ended=ended)
    hand.row(unmailed, 1, "ACCEPTED")
    note(unmailed, "unmailed")
    note(hand.order("PAID", "ACCEPTED", statusReason=None), "paid-but-not-taken")
    given_back = hand.order("PAID", "ACCEPTED", statusReason=None)
    hand.row(given_back, 1, "ACCEPTED", refundedAt=AGO)
    note(given_back, "paid-but-given-back")
    note(hand.order("PAYMENT_FAILED", "DECLINED"), "failed-undecided")
    orphan = str(uuid.uuid4())
    hand.row(orphan, 1, "ACCEPTED")
    note(orphan, "payment-without-order")
    note(hand.tombstone(name="Pizza"), "deleted-but-kept")
    return made


def found_in(document: Any) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for finding in document["findings"]:
        kinds.setdefault(finding["id"], set()).add(finding["kind"])
    return kinds


MENDED = {"stuck", "unpaid-but-taken", "unrefunded", "unmailed"}


def test_each_inconsistency_is_found_and_mended_or_named(stage: Deployed, ask: Ask) -> None:
    hand = Hand(stage)
    made = make_wrong(hand)
    code, before = ask(stage, "reconcile")
    assert (code, found_in(before)) == (1, made)
    assert not any(finding["mended"] for finding in before["findings"])

    code, mended = ask(stage, "reconcile", "--mend")
    assert code == 1
    assert {each["id"]: each["mended"] for each in mended["findings"]} == {
        order_id: kinds <= MENDED for order_id, kinds in made.items()
    }
    stage.settle()
    named = {order_id: kinds for order_id, kinds in made.items() if not kinds <= MENDED}
    # What was mended has changed a moment ago: it is judged all the same.
    code, after = ask(stage, "reconcile", "--older-than", "0s")
    assert (code, found_in(after)) == (1, named)
    orders = Orders(operated(stage))
    for order_id, kinds in made.items():
        key = (hand.customer.sub, order_id)
        item, payments = orders.order(key), orders.payments(key)
        if kinds <= {"stuck", "unpaid-but-taken"}:
            assert item is not None
            assert item["status"] == "PAID"
            assert [row["outcome"] for row in payments.values()] == ["ACCEPTED"]
        if kinds == {"unrefunded"}:
            kept = kept_attempt(item)
            assert all("refundedAt" in row for n, row in payments.items() if n != kept)
            assert all("refundedAt" not in row for n, row in payments.items() if n == kept)
        if kinds == {"unmailed"}:
            [mail] = stage.mails(order_id, hand.customer.email)
            assert mail.text.startswith("2 x Pasta\n")
    clean(stage, hand, named)


def clean(stage: Deployed, hand: Hand, named: dict[str, set[str]]) -> None:
    """Do what a person would about the rest: here, it never was."""
    for order_id in named:
        stage.cloud.aws.dynamodb.delete_item(
            TableName=stage.outputs["orderTableName"],
            Key={"customerId": {"S": hand.customer.sub}, "id": {"S": order_id}},
        )
        stage.cloud.aws.dynamodb.delete_item(
            TableName=stage.outputs["paymentTableName"],
            Key={"customerId": {"S": hand.customer.sub}, "payment": {"S": f"{order_id}#1"}},
        )


def test_what_changed_a_moment_ago_is_left_alone(stage: Deployed, ask: Ask) -> None:
    hand = Hand(stage)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    order_id = hand.order("PENDING", "ACCEPTED", statusReason=None, updatedAt=now)
    _, found = ask(stage, "reconcile")
    assert order_id not in found_in(found)
    _, retried = ask(stage, "retry-stuck")
    assert order_id not in retried["retried"]
    _, retried = ask(stage, "retry-stuck", order_id, "--older-than", "0s")
    assert retried["retried"] == [order_id]
    assert stage.ended(hand.customer, order_id)["status"] == "PAID"
    stage.settle()


def test_what_has_changed_since_it_was_found_is_not_mended(stage: Deployed) -> None:
    hand, operator = Hand(stage), operated(stage)
    order_id = hand.order("PENDING", "ACCEPTED", statusReason=None)
    key = (hand.customer.sub, order_id)
    search = Search(operator, Reads(operator, 500), timedelta(minutes=15), lambda _: None)
    [stuck] = [each for each in search.findings() if each.order == key]
    ended = {"updatedAt": AGO, "placedAt": AGO, "status": "PAID", "version": 3}
    stage.store(hand.customer.sub, id=order_id, **ended)
    hand.row(order_id, 1, "ACCEPTED")
    assert not Mending(operator, search).mend(stuck)


def test_a_suspect_that_is_well_at_the_second_look_is_no_finding(
    stage: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, operator = Hand(stage), operated(stage)
    order_id = hand.order("PAID", "ACCEPTED", statusReason=None)
    hand.row(order_id, 1, "ACCEPTED")
    key = (hand.customer.sub, order_id)
    search = Search(operator, Reads(operator, 500), timedelta(minutes=15), lambda _: None)
    # As if it had been read in the moment before its payment was written.
    monkeypatch.setattr(search, "_in_orders", lambda: ({key}, 1))
    assert [each for each in search.findings() if each.order == key] == []


def test_what_rests_is_found_where_it_rests(stage: Deployed, ask: Ask) -> None:
    hand = Hand(stage)
    order_id = hand.order("PENDING", "ACCEPTED", statusReason=None)
    stage.cloud.aws.sqs.send_message(
        QueueUrl=stage.outputs["deadLetterQueueUrl"],
        MessageBody=message(hand.customer.sub, id=order_id),
    )
    _, found = ask(stage, "reconcile", "--mend")
    assert found_in(found) == {order_id: {"resting"}}
    assert not any(finding["mended"] for finding in found["findings"])
    _, retried = ask(stage, "retry-stuck")
    assert retried["retried"] == []
    ask(stage, "dead-letters", "redrive", "orders")
    assert stage.ended(hand.customer, order_id)["status"] == "PAID"
    stage.settle()


def test_an_order_that_failed_before_it_was_saved_is_brought_back(
    stage: Deployed, ask: Ask
) -> None:
    customer, order_id = stage.customer(), stage.order_id("ACCEPTED")
    with workflow_with(stage, "SaveOrder", TableName="away"):
        stage.send(message(customer.sub, id=order_id))
        stage.at_rest(order_id)
    _, found = ask(stage, "reconcile", "--older-than", "0s")
    assert found_in(found) == {order_id: {"resting"}}
    # Somebody deletes what should have gone on.
    resting = stage.at_rest(order_id)
    stage.cloud.aws.sqs.delete_message(
        QueueUrl=stage.outputs["deadLetterQueueUrl"],
        ReceiptHandle=resting.get("ReceiptHandle", ""),
    )
    code, found = ask(stage, "reconcile", "--older-than", "0s", "--mend")
    assert (code, found_in(found)) == (0, {order_id: {"unsaved"}})
    assert stage.ended(customer, order_id)["status"] == "PAID"
    stage.settle()


def test_a_healthy_stage_has_no_findings(stage: Deployed, ask: Ask) -> None:
    customer = stage.customer()
    outcomes = ["ACCEPTED", "DECLINED", "UNREACHABLE", "UNANSWERED"]
    ids = [stage.order_id(outcome) for outcome in outcomes * 10]
    for order_id in ids:
        stage.place(customer, clientRequestToken=order_id)
    for order_id in ids:
        stage.ended(customer, order_id)
    stage.settle()
    code, found = ask(stage, "reconcile", "--older-than", "0s")
    assert (code, found["findings"]) == (0, [])
    assert found["orders"] >= len(ids)


def test_what_is_on_its_way_is_no_finding(stage: Deployed, ask: Ask) -> None:
    customer, order_id = stage.customer(), stage.order_id("ACCEPTED")
    with take_payment_that(stage, WAITS):
        stage.place(customer, clientRequestToken=order_id)
        order = eventually(lambda: stage.get(customer, order_id), bool)
        assert order is not None
        assert order["status"] == "PENDING"
        _, found = ask(stage, "reconcile", "--older-than", "0s")
        assert found["findings"] == []
        _, retried = ask(stage, "retry-stuck", "--older-than", "0s")
        assert retried["retried"] == []
    stage.settle()


# Until the order's payment is asked for a second time, which is not before these looks are over.
WAITS = """
def handle(event, context):
    wait(lambda: False)
    return take_payment(event, context)
"""


def test_a_notification_is_what_the_workflow_publishes(stage: Deployed) -> None:
    customer, order_id = stage.customer(), stage.order_id("DECLINED")
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    queue = stage.cloud.aws.sqs.create_queue(
        QueueName="told",
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [anybody]})},
    )["QueueUrl"]
    arn = stage.cloud.aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    stage.cloud.aws.sns.subscribe(
        TopicArn=stage.outputs["notificationTopicArn"],
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    stage.place(customer, clientRequestToken=order_id, addOns=["ham"])
    told = eventually(
        lambda: stage.cloud.aws.sqs.receive_message(QueueUrl=queue).get("Messages", []), bool
    )
    item = Orders(operated(stage)).order((customer.sub, order_id))
    assert item is not None
    published = json.loads(told[0].get("Body", ""))
    # No execution publishes what is mended.
    assert published.pop("execution")
    assert notification_of(item) == published
    stage.settle()
