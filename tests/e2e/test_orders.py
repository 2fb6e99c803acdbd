"""An order's whole way, through the stage's public address."""

import re

import pytest

from tests.e2e.conftest import Deploy
from tests.e2e.stage import LIST, PIZZA, PLACE, Stage, eventually

OPERATOR = "operator@orderflow.example"


def test_an_accepted_payment_makes_the_order_paid_everywhere(stage: Stage) -> None:
    alice = stage.customer()
    token = stage.order_id("ACCEPTED")

    placed = stage.place(alice, clientRequestToken=token, addOns=["extra cheese", "chili"])

    assert placed == {
        **PIZZA,
        "addOns": ["extra cheese", "chili"],
        "id": token,
        "customerId": alice.sub,
        "status": "PENDING",
        "statusReason": None,
        "placedAt": placed["placedAt"],
        "updatedAt": placed["placedAt"],
        "version": 1,
    }
    order = stage.ended(alice, token)
    assert order == {
        **placed,
        "status": "PAID",
        "updatedAt": order["updatedAt"],
        "version": 2,
    }
    assert order["updatedAt"] > order["placedAt"]
    [item] = stage.items(alice.sub)
    assert item["status"] == {"S": "PAID"}
    [mail] = eventually(lambda: stage.mails(token, alice.email), len)
    assert mail.sender == "orders@orderflow.example"
    assert mail.subject == "Your order at Dominos is paid"
    assert "6 x Pizza with extra cheese, chili" in mail.text
    [notice] = eventually(lambda: stage.mails(token, OPERATOR), len)
    assert notice.subject == f"Order {token} is paid"


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("DECLINED", "payment method declined"),
        ("UNREACHABLE", "payment processor unreachable"),
    ],
)
def test_a_payment_that_is_not_accepted_fails_the_order_with_its_reason(
    stage: Stage, outcome: str, reason: str
) -> None:
    alice = stage.customer()
    token = stage.order_id(outcome)

    stage.place(alice, clientRequestToken=token)

    order = stage.ended(alice, token)
    assert (order["status"], order["statusReason"]) == ("PAYMENT_FAILED", reason)
    [mail] = eventually(lambda: stage.mails(token, alice.email), len)
    assert mail.subject == "Your order at Dominos: the payment failed"
    assert f"Your payment failed: {reason}." in mail.text


def test_every_function_logs_the_order_and_none_an_address(stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.place(alice, clientRequestToken=stage.order_id("ACCEPTED"))["id"]
    stage.ended(alice, order_id)
    eventually(lambda: stage.mails(order_id, alice.email), len)

    for function in ("start-workflow", "take-payment", "email-customer"):
        lines = eventually(lambda function=function: stage.log_lines(function, order_id), bool)
        assert lines, f"{function} logged nothing about {order_id}"
        assert {line["orderId"] for line in lines} == {order_id}
        assert "customers.example" not in str(lines)


def test_a_token_is_one_order_and_its_answer_is_the_truth(stage: Stage) -> None:
    alice = stage.customer()
    token = stage.order_id("DECLINED")
    stage.place(alice, clientRequestToken=token)
    failed = stage.ended(alice, token)

    assert stage.place(alice, clientRequestToken=token.upper()) == failed
    assert stage.get(alice, token.upper()) == failed
    other = {**PIZZA, "quantity": 7, "clientRequestToken": token}
    error = stage.refusal(alice.access_token, PLACE, input=other)
    assert (error["errorType"], error["data"]) == ("OrderConflict", failed)
    eventually(lambda: stage.depth("orderQueueUrl"), lambda depth: depth == 0)
    [item] = stage.items(alice.sub)
    assert (item["attempt"], item["version"]) == ({"N": "1"}, {"N": "2"})


def test_an_order_without_a_token_gets_a_ulid(stage: Stage) -> None:
    assert re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", stage.place(stage.customer())["id"])


def test_orders_are_listed_newest_first_in_pages_and_by_status(stage: Stage) -> None:
    alice = stage.customer()
    tokens = [stage.order_id(outcome) for outcome in ("ACCEPTED", "DECLINED", "ACCEPTED")]
    for token in tokens:
        stage.place(alice, clientRequestToken=token)
    for token in tokens:
        stage.ended(alice, token)

    def listed(**variables: object) -> list[str]:
        answer = stage.graphql(alice.access_token, LIST, **variables)["listOrders"]
        ids = [order["id"] for order in answer["items"]]
        rest = answer["nextToken"]
        return ids + listed(**{**variables, "nextToken": rest}) if rest else ids

    assert listed() == tokens[::-1]
    assert listed(limit=1) == tokens[::-1]
    assert listed(status="PAID", limit=2) == [tokens[2], tokens[0]]
    assert listed(status="PAYMENT_FAILED") == [tokens[1]]
    assert listed(status="PENDING") == []
    first = stage.graphql(alice.access_token, LIST, limit=2)["listOrders"]
    assert len(first["items"]) == 2
    assert first["nextToken"]


def test_a_customer_never_sees_anothers_order(stage: Stage) -> None:
    alice, bob = stage.customer(), stage.customer()
    token = stage.order_id("ACCEPTED")
    stage.place(alice, clientRequestToken=token)
    stage.ended(alice, token)

    assert stage.get(bob, token) is None
    assert stage.graphql(bob.access_token, LIST)["listOrders"]["items"] == []

    # Even naming it: Bob's order by Alice's id is an order of his own.
    stage.place(bob, clientRequestToken=token, name="Salad")
    assert stage.ended(bob, token)["name"] == "Salad"
    assert stage.ended(alice, token)["name"] == "Pizza"


@pytest.mark.parametrize(("rate", "status"), [(0, "PAYMENT_FAILED"), (1, "PAID")])
def test_the_success_rate_decides(deploy: Deploy, rate: int, status: str) -> None:
    stage = deploy(paymentSuccessRate=rate)
    alice = stage.customer()

    placed = [stage.place(alice)["id"] for _ in range(20)]

    assert {stage.ended(alice, order_id)["status"] for order_id in placed} == {status}
