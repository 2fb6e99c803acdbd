"""What the functions and the workflow expect of each other, and what importing a function costs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from functions.email_customer.handler import OrderNotification
from functions.payments.event import PaymentEvent
from functions.payments.processor import Outcome, PaymentProcessorUnreachable
from functions.start_workflow.order_message import OrderMessage
from functions.take_payment.handler import PaymentResult
from tests.graphql.api import ORDER

ROOT = Path(__file__).parents[2]
STATES: dict[str, Any] = yaml.safe_load((ROOT / "infra" / "order_workflow.asl.yaml").read_text())[
    "States"
]


def fields(of: type) -> set[str]:
    return set(of.__annotations__)


def test_a_payment_is_taken_by_the_order_message_and_given_back_by_what_names_it() -> None:
    payload = STATES["TakePayment"]["Arguments"]["Payload"]
    assert payload == "{% $merge([$order, {'execution': $states.context.Execution.Name}]) %}"
    taken = {name: of for name, of in PaymentEvent.__annotations__.items() if name != "execution"}
    assert taken.items() <= OrderMessage.__annotations__.items()
    owed = STATES["RefundPayment"]["Arguments"]["MessageBody"]
    assert fields(PaymentEvent) - {"execution"} <= set(re.findall(r"'(\w+)': \1\b", owed))
    assert "'execution': $states.context.Execution.Name" in owed


def test_the_workflow_reads_of_a_payment_what_take_payment_returns() -> None:
    assert set(re.findall(r"result\.Payload\.(\w+)", str(STATES["TakePayment"]))) == fields(
        PaymentResult
    )


def test_the_workflow_knows_the_accepted_outcome_by_its_name() -> None:
    assert f"result.Payload.outcome = '{Outcome.ACCEPTED}'" in str(STATES["TakePayment"])


@pytest.mark.parametrize("handling", ["Retry", "Catch"])
def test_the_workflow_knows_an_unreachable_processor_by_the_exception_s_name(
    handling: str,
) -> None:
    first, *others = STATES["TakePayment"][handling]

    assert first["ErrorEquals"] == [PaymentProcessorUnreachable.__name__]
    assert PaymentProcessorUnreachable.__name__ not in str(others)


def test_the_workflow_saves_exactly_the_fields_of_the_order_message() -> None:
    item = str(STATES["SaveOrder"]["Arguments"]["Item"])

    assert set(re.findall(r"\$states\.input\.(\w+)", item)) == fields(OrderMessage)


def test_the_workflow_saves_what_the_door_reads_of_an_order() -> None:
    assert set(STATES["SaveOrder"]["Arguments"]["Item"]) == {"customerId", *ORDER}


def test_what_rests_in_the_dead_letter_queue_is_the_order_message() -> None:
    body = STATES["RestMessage"]["Arguments"]["MessageBody"]
    assert body == "{% $string($states.context.Execution.Input) %}"


def test_the_workflow_notifies_with_every_field_that_the_mail_needs() -> None:
    _, for_queues = STATES["Notify"]["Arguments"]["Message"].split("'sqs':")

    assert fields(OrderNotification) <= set(re.findall(r"'(\w+)':", for_queues))


@pytest.mark.parametrize(
    "function",
    ["start_workflow", "take_payment", "refund_payment", "email_customer", "broadcast_update"],
)
def test_importing_a_function_needs_no_environment_and_calls_nobody(function: str) -> None:
    code = """
import socket, sys

def refuse(*_):
    raise AssertionError("a connection was opened while importing")

socket.socket.connect = socket.getaddrinfo = refuse
__import__(sys.argv[1])
"""
    imported = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, "-c", code, f"functions.{function}.handler"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (imported.returncode, imported.stdout, imported.stderr) == (0, "", "")
