"""One execution a message: named, started once, and the batch's failures reported one by one."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import boto3
import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from functions.start_workflow import handler
from functions.start_workflow.handler import (
    MOST_FOLLOW_ONS,
    Environment,
    execution_name,
    handle,
    start_workflow,
)
from functions.start_workflow.order_message import MalformedOrderMessage, OrderMessage
from tests.functions.conftest import (
    Counted,
    HttpStatus,
    Logs,
    failures,
    refuse_calls,
    sqs_event,
)

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

CUSTOMER = "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11"
ORDER: OrderMessage = {
    "id": "01JAY0000000000000000000AA",
    "customerId": CUSTOMER,
    "name": "Pizza",
    "quantity": 6,
    "restaurantId": "Dominos",
    "addOns": ["extra cheese"],
    "placedAt": "2026-03-01T12:00:00.000Z",
    "attempt": 1,
}
MALFORMED = [
    "{",
    '"an order"',
    "{}",
    {**ORDER, "quantity": 0},
    {**ORDER, "id": "../../etc"},
    {**ORDER, "attempt": "2"},
]


class Workflow(NamedTuple):
    """The state machine that the function starts; moto's executions run until they are stopped."""

    arn: str
    client: "SFNClient"
    function_client: "SFNClient"

    def inputs(self) -> dict[str, str]:
        """The input of each execution, by its name."""
        listed = self.client.list_executions(stateMachineArn=self.arn)["executions"]
        return {
            each["name"]: self.client.describe_execution(executionArn=each["executionArn"]).get(
                "input", ""
            )
            for each in listed
        }

    def say(self, status: str) -> None:
        """Have Step Functions describe every execution so."""
        answer = HttpStatus(200), {"status": status}
        self.function_client.meta.events.register(
            "before-call.sfn.DescribeExecution",
            lambda **_: answer,  # pyright: ignore
        )

    def end_all(self) -> None:
        for each in self.client.list_executions(stateMachineArn=self.arn)["executions"]:
            self.client.stop_execution(executionArn=each["executionArn"])


@pytest.fixture
def workflow(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workflow]:
    client: SFNClient = aws.client("stepfunctions")
    machine = client.create_state_machine(
        name="orders",
        definition='{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/orders",
    )
    monkeypatch.setenv("WORKFLOW_ARN", machine["stateMachineArn"])
    cached = handler._step_functions  # pyright: ignore[reportPrivateUsage]
    cached.cache_clear()
    yield Workflow(machine["stateMachineArn"], client, cached())
    cached.cache_clear()


def order(number: int, **changes: Any) -> dict[str, Any]:
    return {**ORDER, "id": f"01JAY000000000000000000{number:03}", **changes}


def test_each_message_starts_one_execution_with_its_body_as_input(
    workflow: Workflow, context: LambdaContext
) -> None:
    # Spaces and an unknown field: what was accepted goes on untouched.
    bodies = [json.dumps(order(n, note="keep me"), indent=2) for n in range(3)]

    assert handle(sqs_event(*bodies), context) == failures()

    assert workflow.inputs() == {
        f"{CUSTOMER}-01JAY000000000000000000{n:03}": bodies[n] for n in range(3)
    }


@pytest.mark.parametrize(("attempt", "suffix"), [(1, ""), (2, "-2"), (17, "-17"), (99, "-99")])
def test_an_execution_is_named_for_customer_order_and_attempt(attempt: int, suffix: str) -> None:
    name = execution_name({**ORDER, "attempt": attempt})

    assert name == f"{CUSTOMER}-01JAY0000000000000000000AA{suffix}"


def test_the_longest_name_is_one_that_step_functions_takes(
    workflow: Workflow, context: LambdaContext
) -> None:
    longest: OrderMessage = {**ORDER, "id": str(UUID(int=2**128 - 1)), "attempt": 99}

    assert handle(sqs_event(longest), context) == failures()

    [name] = workflow.inputs()
    assert name == f"{CUSTOMER}-{UUID(int=2**128 - 1)}-99"
    last = execution_name(longest, MOST_FOLLOW_ONS)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", last)
    assert last == f"{name}_999"


def test_different_orders_and_attempts_never_share_a_name(
    workflow: Workflow, context: LambdaContext
) -> None:
    batch = [
        order(customer, customerId=f"customer{customer}", attempt=attempt)
        for customer in (1, 2)
        for attempt in (1, 2, 12)
    ]

    assert handle(sqs_event(*batch), context) == failures()

    assert len(workflow.inputs()) == len(batch)


def test_a_message_delivered_again_starts_nothing_new(
    workflow: Workflow, context: LambdaContext
) -> None:
    assert handle(sqs_event(ORDER, ORDER), context) == failures()
    assert handle(sqs_event(ORDER), context) == failures()

    assert workflow.inputs() == {execution_name(ORDER): json.dumps(ORDER)}


def test_an_execution_of_the_name_with_another_input_counts_as_started(
    workflow: Workflow, context: LambdaContext, logs: Logs
) -> None:
    handle(sqs_event(ORDER), context)

    assert handle(sqs_event({**ORDER, "name": "Pasta"}), context) == failures()

    assert workflow.inputs() == {execution_name(ORDER): json.dumps(ORDER)}
    assert [line["message"] for line in logs.lines] == [
        "Workflow started",
        "Workflow was started already",
    ]


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED", "PENDING_REDRIVE"])
def test_an_execution_that_runs_or_succeeded_counts_as_started(
    workflow: Workflow, context: LambdaContext, logs: Logs, status: str
) -> None:
    handle(sqs_event(ORDER), context)
    workflow.end_all()
    workflow.say(status)

    assert handle(sqs_event(ORDER), context) == failures()

    assert set(workflow.inputs()) == {execution_name(ORDER)}
    assert logs.lines[-1]["message"] == "Workflow was started already"


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_an_execution_that_did_not_reach_its_end_is_followed_by_the_next(
    workflow: Workflow, context: LambdaContext, logs: Logs, status: str
) -> None:
    handle(sqs_event(ORDER), context)
    workflow.end_all()
    workflow.say(status)

    assert handle(sqs_event(ORDER), context) == failures()

    follow_on = f"{execution_name(ORDER)}_1"
    assert workflow.inputs() == {
        execution_name(ORDER): json.dumps(ORDER),
        follow_on: json.dumps(ORDER),
    }
    assert logs.lines[-1]["execution"] == follow_on


def test_the_follow_ons_of_one_message_are_counted_on(
    workflow: Workflow, context: LambdaContext
) -> None:
    for _ in range(3):
        handle(sqs_event(ORDER), context)
        workflow.end_all()

    name = execution_name(ORDER)
    assert set(workflow.inputs()) == {name, f"{name}_1", f"{name}_2"}


def test_a_message_whose_names_are_used_up_is_reported(
    workflow: Workflow, context: LambdaContext, monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    monkeypatch.setattr(handler, "MOST_FOLLOW_ONS", 1)
    for _ in range(2):
        assert handle(sqs_event(ORDER), context) == failures()
        workflow.end_all()

    assert handle(sqs_event(ORDER), context) == failures("m0")

    assert logs.lines[-1]["error"] == "TooManyExecutions"


def test_an_execution_that_was_cut_off_is_started_again_from_its_event(
    workflow: Workflow, context: LambdaContext
) -> None:
    handle(sqs_event(ORDER), context)
    workflow.end_all()
    # As EventBridge brings it: the detail of the status event.
    event = {"executionArn": "arn", "status": "ABORTED", "input": json.dumps(ORDER, indent=2)}

    assert handle(sqs_event(event), context) == failures()

    assert workflow.inputs()[f"{execution_name(ORDER)}_1"] == event["input"]


def test_an_event_whose_input_is_no_order_is_reported(
    workflow: Workflow, context: LambdaContext
) -> None:
    for body in ({"executionArn": "arn", "input": "{}"}, {"executionArn": "arn", "input": None}):
        assert handle(sqs_event(body), context) == failures("m0")

    assert workflow.inputs() == {}


def test_exactly_the_malformed_messages_of_a_batch_are_reported(
    workflow: Workflow, context: LambdaContext
) -> None:
    batch = [order(0), MALFORMED[0], order(2), order(3), MALFORMED[2], order(5)]

    assert handle(sqs_event(*batch), context) == failures("m1", "m4")

    assert len(workflow.inputs()) == 4


def test_a_batch_of_malformed_messages_only_is_reported_and_not_raised(
    workflow: Workflow, context: LambdaContext
) -> None:
    answer = handle(sqs_event(*MALFORMED), context)

    assert answer == failures(*(f"m{n}" for n in range(len(MALFORMED))))
    assert workflow.inputs() == {}


@pytest.mark.usefixtures("workflow")
def test_the_log_says_of_a_refused_message_which_one_it_is_and_why(
    context: LambdaContext, logs: Logs
) -> None:
    handle(sqs_event(ORDER, {**ORDER, "quantity": 0}), context)

    [refused] = [line for line in logs.lines if line["level"] == "ERROR"]
    assert refused["messageId"] == "m1"
    assert "quantity must be bigger than or equal to 1" in refused["message"]


@pytest.mark.parametrize("code", ["ThrottlingException", "StateMachineDoesNotExist"])
def test_a_failed_start_is_reported_for_its_message_alone(
    workflow: Workflow, context: LambdaContext, code: str
) -> None:
    failing = execution_name({**ORDER, "id": order(1)["id"]})
    refuse_calls(
        workflow.function_client,
        "sfn.StartExecution",
        code,
        when=lambda call: call["name"] == failing,
    )

    assert handle(sqs_event(order(0), order(1), order(2)), context) == failures("m1")

    assert len(workflow.inputs()) == 2


def test_a_message_that_starts_nothing_fails_by_what_is_wrong(workflow: Workflow) -> None:
    def start(order: dict[str, Any] | OrderMessage) -> None:
        [record] = sqs_event(order)["Records"]
        start_workflow(workflow.function_client, workflow.arn, SQSRecord(record))

    with pytest.raises(MalformedOrderMessage, match="quantity"):
        start({**ORDER, "quantity": 0})
    refuse_calls(workflow.function_client, "sfn.StartExecution", "ThrottlingException")
    with pytest.raises(ClientError, match="ThrottlingException"):
        start(ORDER)


def test_a_failed_start_is_logged_with_its_order_and_error(
    workflow: Workflow, context: LambdaContext, logs: Logs
) -> None:
    refuse_calls(workflow.function_client, "sfn.StartExecution", "ThrottlingException")

    handle(sqs_event(ORDER), context)

    [line] = logs.lines
    assert line["level"] == "ERROR"
    assert line["orderId"] == ORDER["id"]
    assert "ThrottlingException" in json.dumps(line)


@pytest.mark.usefixtures("workflow")
def test_log_lines_carry_their_own_order_s_id_and_no_address(
    context: LambdaContext, logs: Logs
) -> None:
    batch = [order(n, email="alice@example.com") for n in range(3)]

    handle(sqs_event(*batch), context)

    assert [line["orderId"] for line in logs.lines] == [each["id"] for each in batch]
    assert [line["execution"] for line in logs.lines] == [
        f"{CUSTOMER}-{each['id']}" for each in batch
    ]
    assert "alice" not in logs.text


@pytest.mark.usefixtures("workflow")
def test_an_order_s_id_does_not_stay_in_the_log_of_the_next_message(
    context: LambdaContext, logs: Logs
) -> None:
    handle(sqs_event(ORDER, "{"), context)

    assert "orderId" not in logs.lines[-1]


def test_the_environment_names_the_workflow() -> None:
    assert Environment.read({"WORKFLOW_ARN": "arn"}) == Environment(workflow_arn="arn")
    with pytest.raises(KeyError, match="WORKFLOW_ARN"):
        Environment.read({})


@pytest.mark.usefixtures("workflow")
def test_orders_and_retries_are_counted_as_they_are_started(
    context: LambdaContext, metrics: Counted
) -> None:
    handle(sqs_event(order(1), order(2), order(3, attempt=2), "{"), context)
    assert metrics.take() == {"OrdersStarted": [1, 1], "OrdersRetried": [1]}

    # Step Functions, as moto has it, refuses another execution of a name that has ended.
    handle(sqs_event("{"), context)
    assert metrics.take() == {}


def test_what_was_started_before_is_not_counted_again(
    workflow: Workflow, context: LambdaContext, metrics: Counted
) -> None:
    handle(sqs_event(order(1)), context)
    metrics.take()
    workflow.end_all()
    for status in ("SUCCEEDED", "FAILED"):
        workflow.say(status)
        assert handle(sqs_event(order(1)), context) == failures()
        assert metrics.take() == {}


TRACE = "1-5759e988-bd862e3fe1be46a994272793"
HEADER = f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1"


def traced(message: object, header: str) -> dict[str, Any]:
    event = sqs_event(message)
    event["Records"][0]["attributes"]["AWSTraceHeader"] = header
    return event


def test_an_execution_goes_on_with_the_trace_of_its_message(
    workflow: Workflow,
    context: LambdaContext,
    logs: Logs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # In Lambda, botocore sends the call's own trace along with every request.
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "start-workflow")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-00000000-000000000000000000000000")
    sent: list[tuple[str, str | None]] = []

    def note(request: Any, **_: Any) -> None:
        asked = json.loads(request.body)
        sent.append((request.headers["X-Amzn-Trace-Id"], asked.get("traceHeader")))

    events: Any = workflow.function_client.meta.events
    events.register("before-sign.sfn.StartExecution", note)

    assert handle(traced(order(1), HEADER), context) == failures()
    assert handle(sqs_event(order(2)), context) == failures()

    assert [(_text(header), asked) for header, asked in sent] == [
        (HEADER, HEADER),
        ("Root=1-00000000-000000000000000000000000", None),
    ]
    assert [line.get("traceId") for line in logs.lines] == [TRACE, None]


def _text(header: str | bytes | None) -> str | None:
    return header.decode() if isinstance(header, bytes) else header


@pytest.mark.parametrize("header", ["", "rubbish", "Self=1;Parent=2"])
@pytest.mark.usefixtures("workflow")
def test_a_trace_that_names_none_is_not_logged(
    context: LambdaContext, logs: Logs, header: str
) -> None:
    handle(traced(order(1), header), context)
    [line] = logs.lines
    assert "traceId" not in line
