"""One trace and one log line away: what logs say of an order, and what none of them says."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport

from local.customers import Customer
from tests.e2e.conftest import Deploy
from tests.e2e.stage import PLACE, Stage, eventually

TRACE = "1-5759e988-bd862e3fe1be46a994272793"
# What no other test orders.
ORDERED = {
    "name": "Zwiebelkuchen",
    "quantity": 77,
    "restaurantId": "Hinterhof",
    "addOns": ["Rosmarin", "Honigsenf"],
}
WORDS = ("Zwiebelkuchen", "Hinterhof", "Rosmarin", "Honigsenf")


@pytest.fixture(scope="module")
def stage(deploy: Deploy) -> Iterator[Stage]:
    """One for these tests alone: they leave messages behind that cannot be worked off."""
    stage = deploy(logRetentionDays=5)
    yield stage
    for url in (stage.outputs["orderQueueUrl"], *queues(stage)):
        stage.cloud.aws.sqs.purge_queue(QueueUrl=url)


def queues(stage: Stage) -> tuple[str, str]:
    """Those of refunds and of mails, of this stage alone."""
    return stage.outputs["refundQueueUrl"], stage.outputs["mailQueueUrl"]


def place_traced(stage: Stage, customer: Customer, **order: Any) -> str:
    """Place an order with a request of this trace; its id."""
    headers = {
        "Authorization": customer.access_token,
        "x-amzn-trace-id": f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1",
    }
    transport = AIOHTTPTransport(url=stage.outputs["graphqlUrl"], headers=headers)
    request = GraphQLRequest(PLACE, variable_values={"input": {**ORDERED, **order}})
    answer = asyncio.run(Client(transport=transport).execute_async(request))
    return answer["placeOrder"]["id"]


def everything_logged(stage: Stage, since: int) -> str:
    """All of every log group, from this second of the epoch on."""
    logs = stage.cloud.aws.logs
    return "\n".join(
        event.get("message", "")
        for page in logs.get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
        for events in logs.get_paginator("filter_log_events").paginate(
            logGroupName=group.get("logGroupName", ""), startTime=since * 1000
        )
        for event in events["events"]
    )


def test_a_line_says_which_order_attempt_execution_and_trace(stage: Stage) -> None:
    alice = stage.customer()
    order_id = place_traced(stage, alice, clientRequestToken=stage.order_id("ACCEPTED"))
    stage.ended(alice, order_id)
    eventually(lambda: stage.mails(order_id, alice.email), len)
    execution = f"{alice.sub}-{order_id}"
    for function in ("start-workflow", "take-payment", "email-customer"):
        lines = eventually(lambda function=function: stage.log_lines(function, order_id), bool)
        for line in lines:
            assert (line["orderId"], line["attempt"]) == (order_id, 1), function
            assert line["execution"] == execution, function
    # Beyond here it is X-Ray, which the emulator has not, that carries it on.
    [started] = stage.log_lines("start-workflow", order_id)
    assert started["traceId"] == TRACE


def test_no_log_says_who_ordered_or_what(stage: Stage) -> None:
    began = int(time.time())
    alice = stage.customer()
    for outcome in ("ACCEPTED", "DECLINED", "UNREACHABLE"):
        order_id = place_traced(stage, alice, clientRequestToken=stage.order_id(outcome))
        stage.ended(alice, order_id)
        eventually(lambda order_id=order_id: stage.mails(order_id, alice.email), len)
    # What the door refuses, and what the consumers of the queues cannot work with.
    error = stage.refusal(alice.access_token, PLACE, input={**ORDERED, "quantity": 101})
    assert error["errorType"] == "ValidationError"
    bad = {**ORDERED, "id": order_id, "customerId": alice.sub, "to": alice.email}
    for body in (json.dumps({**bad, "quantity": 0}), json.dumps(bad)[:-1]):
        stage.send(body)
        for url in queues(stage):
            stage.cloud.aws.sqs.send_message(QueueUrl=url, MessageBody=body)
    refusals = (
        *("Message refused", "Message names no payment"),
        "Message is no notification of an order",
    )
    logged = eventually(
        lambda: everything_logged(stage, began),
        lambda text: all(text.count(refusal) >= 2 for refusal in refusals),
    )
    for refusal in refusals:
        assert refusal in logged
    for word in (*WORDS, alice.email, alice.email.partition("@")[0]):
        assert word not in logged, word
    assert order_id in logged
