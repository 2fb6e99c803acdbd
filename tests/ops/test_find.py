"""An order's whole story is told by its id alone, and what rests about it goes on resting."""

from typing import Any

import pytest

from tests.e2e.stage import Stage as Deployed
from tests.e2e.stage import eventually, message
from tests.ops.conftest import Ask

pytestmark = pytest.mark.cloud


def test_the_story_of_a_paid_order(deployed: Deployed, ask: Ask) -> None:
    customer = deployed.customer()
    placed = deployed.place(customer, clientRequestToken=deployed.order_id("ACCEPTED"))
    deployed.ended(customer, placed["id"])
    eventually(lambda: deployed.mails(placed["id"], customer.email), bool)
    deployed.settle()

    def look() -> tuple[int, Any]:
        return ask(deployed, "find", placed["id"].upper())

    # A function's lines are in its log a moment after it.
    code, found = eventually(look, lambda seen: len(_wheres(seen[1])) >= 6)

    assert code == 0
    [order] = found["orders"]
    assert (order["customerId"], order["order"]["status"]) == (customer.sub, "PAID")
    assert [row["outcome"] for row in order["payments"]] == ["ACCEPTED"]
    story = [(each["where"], each["what"]) for each in order["timeline"]]
    assert ("table", "placed") in story
    assert ("table", "PAID, attempt 1, version 2") in story
    assert ("ledger", "payment 1 accepted") in story
    assert ("mail", "customer mailed about attempt 1, PAID") in story
    assert ("start_workflow", "Workflow started") in story
    assert ("take_payment", "Payment taken") in story
    assert ("broadcast_update", "Update published") in story
    assert ("email_customer", "Customer mailed") in story
    machine = deployed.cloud.aws.step_functions.describe_state_machine(
        stateMachineArn=deployed.outputs["workflowArn"]
    )
    # EXPRESS keeps no history, and logs failures alone.
    entered = [what for where, what in story if where == "workflow"]
    assert entered[1:] == (
        ["SaveOrder", "TakePayment", "MarkOrder", "Notify", "ExecutionSucceeded"]
        if machine["type"] == "STANDARD"
        else []
    )
    times = [each["at"] for each in order["timeline"] if each["at"]]
    assert times == sorted(times)


def _wheres(document: Any) -> set[str]:
    return {each["where"] for order in document["orders"] for each in order["timeline"]}


def test_what_rests_is_found_and_goes_on_resting(standard: Deployed, ask: Ask) -> None:
    order_id = standard.order_id("ACCEPTED")
    standard.cloud.aws.sqs.send_message(
        QueueUrl=standard.outputs["deadLetterQueueUrl"], MessageBody=message("carol", id=order_id)
    )
    code, found = ask(standard, "find", order_id)
    # Of an order that is saved nowhere, the message alone says whose it is.
    [order] = found["orders"]
    assert (code, order["customerId"], order["order"]) == (0, "carol", None)
    assert order["timeline"][-1]["what"] == "rests in orders: received too often"
    assert standard.at_rest(order_id)
    ask(standard, "dead-letters", "redrive", "orders", "--order", order_id)


def test_a_failed_execution_is_told_with_its_cause(standard: Deployed, ask: Ask) -> None:
    customer = standard.customer()
    placed = standard.place(customer, clientRequestToken=standard.order_id("DECLINED"))
    standard.ended(customer, placed["id"])
    _, found = ask(standard, "find", placed["id"])
    story = [(each["where"], each["what"]) for each in found["orders"][0]["timeline"]]
    assert ("ledger", "payment 1 declined") in story
    failed = "PAYMENT_FAILED, attempt 1, version 2: payment method declined"
    assert ("table", failed) in story


def test_a_customers_orders_are_listed_by_address(standard: Deployed, ask: Ask) -> None:
    customer = standard.customer()
    ids = [standard.store(customer.sub, placedAt=f"2026-01-0{day}T00:00:00Z") for day in (1, 2)]
    code, found = ask(standard, "find", customer.email)
    assert (code, found["customerId"]) == (0, customer.sub)
    assert [order["id"] for order in found["orders"]] == ids[::-1]


def test_an_order_that_nobody_knows_is_told_to_be_unknown(standard: Deployed, ask: Ask) -> None:
    code, found = ask(standard, "find", "01KB3X5YKYMBYYB3G1PS1TQR0W")
    assert (code, found["orders"]) == (1, [])
