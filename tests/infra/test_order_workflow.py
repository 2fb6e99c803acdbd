"""The state machine: its wiring, and the shape of its definition."""

import json
from typing import Any

import pytest

from infra.order_workflow import OrderWorkflow, OrderWorkflowArgs
from tests.infra.recording import Recording, arn, record

TERMINAL = {"Succeed", "Fail"}
# AWS ends an EXPRESS execution after five minutes.
EXPRESS_SECONDS = 300


def workflow(workflow_type: Any = "STANDARD") -> Recording:
    return record(
        lambda: OrderWorkflow(
            "order-workflow",
            OrderWorkflowArgs(
                table_name="orders-table",
                table_arn="arn:table",
                notification_topic_arn="arn:topic",
                payment_success_rate=0.25,
                workflow_type=workflow_type,
                log_retention_days=3,
            ),
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return workflow()


@pytest.fixture(scope="module")
def machine(recording: Recording) -> dict[str, Any]:
    return recording.one("aws:sfn/stateMachine:StateMachine", "order-workflow").inputs


@pytest.fixture(scope="module")
def definition(machine: dict[str, Any]) -> dict[str, Any]:
    return json.loads(machine["definition"])


def targets(state: dict[str, Any]) -> set[str]:
    branches = [state, *state.get("Catch", []), *state.get("Choices", [])]
    return {each["Next"] for each in branches if "Next" in each} | (
        {state["Default"]} if "Default" in state else set()
    )


def tasks(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n: each for n, each in definition["States"].items() if each["Type"] == "Task"}


def test_its_names_are_filled_in(definition: dict[str, Any]) -> None:
    assert "${" not in json.dumps(definition)
    states = definition["States"]
    functions = {
        states[name]["Arguments"]["FunctionName"] for name in ("TakePayment", "RefundPayment")
    }
    assert functions == {
        arn("aws:lambda/function:Function", name) for name in ("take-payment", "refund-payment")
    }
    assert states["Notify"]["Arguments"]["TopicArn"] == "arn:topic"
    tables = {
        state["Arguments"]["TableName"]
        for state in states.values()
        if "dynamodb" in state.get("Resource", "")
    }
    assert tables == {"orders-table"}


def test_every_way_leads_to_a_state_and_every_state_is_on_a_way(
    definition: dict[str, Any],
) -> None:
    assert definition["QueryLanguage"] == "JSONata"
    states = definition["States"]
    reached, seen = {definition["StartAt"]}, set[str]()
    while reached - seen:
        name = (reached - seen).pop()
        seen.add(name)
        assert states[name]["Type"] in TERMINAL or targets(states[name]), name
        reached |= targets(states[name])
    assert seen == set(states)


def test_every_task_has_a_timeout_retries_and_a_way_out_of_every_error(
    definition: dict[str, Any],
) -> None:
    for name, task in tasks(definition).items():
        assert task["TimeoutSeconds"] > 0, name
        assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"], name
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_no_retry_wastes_time_on_a_condition_that_failed(definition: dict[str, Any]) -> None:
    for name, task in tasks(definition).items():
        if "ConditionExpression" in task["Arguments"]:
            assert task["Retry"][0] == {
                "ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"],
                "MaxAttempts": 0,
            }, name


def test_no_payment_is_given_back_before_its_order_is_marked_or_read(
    definition: dict[str, Any],
) -> None:
    before = {
        name for name, state in definition["States"].items() if "RefundPayment" in targets(state)
    }
    assert before == {"IsPaymentOwed", "WhoEndedIt"}
    marked = {
        name for name, state in definition["States"].items() if "IsPaymentOwed" in targets(state)
    }
    assert marked == {"MarkFailed", "WhoEndedIt"}
    # And what was never taken is not given back.
    owed = definition["States"]["IsPaymentOwed"]
    assert owed["Choices"] == [{"Condition": "{% $owed %}", "Next": "RefundPayment"}]
    assert owed["Default"] == "Notify"


def test_the_longest_way_fits_an_express_execution(definition: dict[str, Any]) -> None:
    # A machine's own timeout would leave an order pending.
    assert "TimeoutSeconds" not in definition

    def longest(task: dict[str, Any]) -> float:
        retry = task["Retry"][-1]
        waits = (
            retry["IntervalSeconds"] * retry["BackoffRate"] ** n
            for n in range(retry["MaxAttempts"])
        )
        return task["TimeoutSeconds"] * (retry["MaxAttempts"] + 1) + sum(waits)

    way = [
        "SaveOrder",
        "ReadSavedOrder",
        "TakePayment",
        "MarkPaid",
        "ReadEndedOrder",
        "RefundPayment",
        "MarkFailed",
        "Notify",
    ]
    every_task = tasks(definition)
    assert set(way) == set(every_task)
    assert sum(longest(every_task[name]) for name in way) < EXPRESS_SECONDS


def test_only_a_first_attempt_saves_the_order(definition: dict[str, Any]) -> None:
    first = definition["States"][definition["StartAt"]]
    assert (first["Type"], first["Default"]) == ("Choice", "ReadSavedOrder")
    [choice] = first["Choices"]
    assert choice["Condition"] == "{% $states.input.attempt = 1 %}"
    assert choice["Next"] == "SaveOrder"
    # Either way, what the later states read is there.
    assert choice["Assign"] == first["Assign"]
    assert set(first["Assign"]) == {"order", "saved", "owed", "reason", "fault"}


def test_the_functions_outlive_no_task(recording: Recording, definition: dict[str, Any]) -> None:
    for name, state in (("take-payment", "TakePayment"), ("refund-payment", "RefundPayment")):
        function = recording.one("aws:lambda/function:Function", name).inputs
        assert function["timeout"] < definition["States"][state]["TimeoutSeconds"]
        assert function["environment"]["variables"]["PAYMENT_SUCCESS_RATE"] == "0.25"


def test_both_types_run_the_same_definition(machine: dict[str, Any]) -> None:
    express = workflow("EXPRESS").one("aws:sfn/stateMachine:StateMachine", "order-workflow").inputs
    assert express["definition"] == machine["definition"]
    assert (machine["type"], express["type"]) == ("STANDARD", "EXPRESS")


def test_what_the_history_does_not_keep_is_logged(machine: dict[str, Any]) -> None:
    express = workflow("EXPRESS").one("aws:sfn/stateMachine:StateMachine", "order-workflow").inputs
    assert machine["loggingConfiguration"]["level"] == "ERROR"
    assert express["loggingConfiguration"]["level"] == "ALL"
    group = arn("aws:cloudwatch/logGroup:LogGroup", "order-workflow")
    assert machine["loggingConfiguration"]["logDestination"] == f"{group}:*"
    assert machine["tracingConfiguration"] == {"enabled": True}
    assert machine["roleArn"] == arn("aws:iam/role:Role", "order-workflow")
