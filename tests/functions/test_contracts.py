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
from functions.payments.processor import Outcome, Payment, PaymentProcessorUnreachable
from functions.refund_payment.handler import RefundResult
from functions.start_workflow.order_message import OrderMessage
from functions.take_payment.handler import PaymentResult

ROOT = Path(__file__).parents[2]
STATES: dict[str, Any] = yaml.safe_load((ROOT / "infra" / "order_workflow.asl.yaml").read_text())[
    "States"
]


def fields(of: type) -> set[str]:
    return set(of.__annotations__)


@pytest.mark.parametrize("state", ["TakePayment", "RefundPayment"])
def test_the_payment_functions_get_the_order_message_and_it_holds_their_event(state: str) -> None:
    assert STATES[state]["Arguments"]["Payload"] == "{% $order %}"
    assert PaymentEvent.__annotations__.items() <= OrderMessage.__annotations__.items()


def test_the_workflow_reads_of_a_payment_what_take_payment_returns() -> None:
    assert set(re.findall(r"result\.Payload\.(\w+)", str(STATES["TakePayment"]))) == fields(
        PaymentResult
    )


def test_the_workflow_knows_the_accepted_outcome_by_its_name() -> None:
    assert f"result.Payload.outcome = '{Outcome.ACCEPTED}'" in str(STATES["TakePayment"])


def test_the_workflow_reads_of_a_refund_nothing_that_is_not_returned() -> None:
    read = set(re.findall(r"result\.Payload\.(\w+)", str(STATES["RefundPayment"])))
    assert read <= fields(RefundResult)


def test_the_workflow_knows_an_unreachable_processor_by_the_error_s_message() -> None:
    [catch] = STATES["TakePayment"]["Catch"]
    [text] = re.findall(r"\$contains\([^,]+, '([^']+)'\)", catch["Assign"]["fault"])

    assert text in str(PaymentProcessorUnreachable(Payment(order_id="1", attempt=1)))


@pytest.mark.parametrize("state", ["SaveOrder", "MarkFailed"])
def test_the_workflow_writes_exactly_the_fields_of_the_order_message(state: str) -> None:
    arguments = str(STATES[state]["Arguments"])
    assert set(re.findall(r"\$(?:states\.input|order)\.(\w+)", arguments)) == fields(OrderMessage)


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
