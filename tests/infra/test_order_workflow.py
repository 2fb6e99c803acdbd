"""The state machine: its wiring, and the shape of its definition."""

import json
from typing import Any

import pytest

from functions.payments.processor import PaymentProcessorUnreachable
from infra.order_workflow import OrderWorkflow, OrderWorkflowArgs
from preview.recording import Recording, arn, record

TERMINAL = {"Succeed", "Fail"}
# AWS ends an EXPRESS execution after five minutes.
EXPRESS_SECONDS = 300


TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"


def workflow(workflow_type: Any = "STANDARD", table_arn: str = TABLE) -> Recording:
    return record(
        lambda: OrderWorkflow(
            "order-workflow",
            OrderWorkflowArgs(
                table_name="orders-table",
                table_arn=table_arn,
                take_payment_arn="arn:take-payment",
                refund_queue_url="https://refunds",
                refund_queue_arn="arn:refunds",
                dead_letter_queue_url="https://dead-letters",
                dead_letter_queue_arn="arn:dead-letters",
                notification_topic_arn="arn:topic",
                workflow_type=workflow_type,
                log_retention_days=3,
            ),
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return workflow()


@pytest.fixture(scope="module")
def express() -> Recording:
    return workflow("EXPRESS")


def machine(recording: Recording) -> dict[str, Any]:
    return recording.one("aws:sfn/stateMachine:StateMachine", "order-workflow").inputs


@pytest.fixture(scope="module")
def definition(recording: Recording) -> dict[str, Any]:
    return json.loads(machine(recording)["definition"])


def targets(state: dict[str, Any]) -> set[str]:
    branches = [state, *state.get("Catch", []), *state.get("Choices", [])]
    return {each["Next"] for each in branches if "Next" in each} | (
        {state["Default"]} if "Default" in state else set()
    )


def tasks(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n: each for n, each in definition["States"].items() if each["Type"] == "Task"}


def test_its_names_are_filled_in(recording: Recording) -> None:
    assert "${" not in machine(recording)["definition"]
    states = json.loads(machine(recording)["definition"])["States"]
    assert states["TakePayment"]["Arguments"]["FunctionName"] == "arn:take-payment"
    assert states["RefundPayment"]["Arguments"]["QueueUrl"] == "https://refunds"
    assert states["RestMessage"]["Arguments"]["QueueUrl"] == "https://dead-letters"
    assert states["Notify"]["Arguments"]["TopicArn"] == "arn:topic"
    tables = {
        state["Arguments"]["TableName"]
        for state in states.values()
        if "dynamodb" in state.get("Resource", "")
    }
    assert tables == {"orders-table"}


def test_its_integrations_are_those_of_its_partition(definition: dict[str, Any]) -> None:
    there = workflow(table_arn="arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/orders")
    machine = there.one("aws:sfn/stateMachine:StateMachine", "order-workflow").inputs
    for partition, states in (
        ("aws", definition["States"]),
        ("aws-us-gov", json.loads(machine["definition"])["States"]),
    ):
        integrations = {each["Resource"] for each in states.values() if "Resource" in each}
        assert {each.split(":")[1] for each in integrations} == {partition}


def test_its_log_group_says_its_stage(recording: Recording) -> None:
    group = recording.one("aws:cloudwatch/logGroup:LogGroup", "order-workflow").inputs
    assert group["namePrefix"] == "/aws/vendedlogs/states/orderflow-test-"


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
        # What cannot be put to rest ends the execution, for EventBridge or the log to tell.
        ways_out = [] if name == "RestMessage" else [(["States.ALL"], "RestMessage")]
        assert [(each["ErrorEquals"], each["Next"]) for each in task.get("Catch", [])][-1:] == (
            ways_out
        ), name


def test_the_happy_path_enters_four_states(definition: dict[str, Any]) -> None:
    states = definition["States"]
    path = [definition["StartAt"]]
    while "Next" in states[path[-1]]:
        path.append(states[path[-1]]["Next"])
    assert path == ["SaveOrder", "TakePayment", "MarkOrder", "Notify"]
    assert states[path[-1]]["End"] is True


def test_only_the_processors_word_fails_a_payment(definition: dict[str, Any]) -> None:
    take, unreachable = definition["States"]["TakePayment"], "PaymentProcessorUnreachable"
    assert [each["ErrorEquals"] for each in take["Catch"]] == [[unreachable], ["States.ALL"]]
    marks = {name for name, each in definition["States"].items() if "Mark" in str(targets(each))}
    assert marks == {"TakePayment"}
    # By the class's name, which is what Lambda names the error.
    assert PaymentProcessorUnreachable.__name__ == unreachable


def test_throttling_and_service_exceptions_have_retriers_of_their_own(
    definition: dict[str, Any],
) -> None:
    [lambda_retrier] = [
        each
        for each in definition["States"]["TakePayment"]["Retry"]
        if "Lambda.TooManyRequestsException" in each["ErrorEquals"]
    ]
    assert lambda_retrier["ErrorEquals"] == [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ]
    # AWS's advice: an interval of 2 s, a rate of 2, six attempts.
    assert (lambda_retrier["IntervalSeconds"], lambda_retrier["BackoffRate"]) == (2, 2)
    assert lambda_retrier["MaxAttempts"] == 6
    for name, task in tasks(definition).items():
        if "dynamodb" in task["Resource"]:
            named = task["Retry"][-2]["ErrorEquals"]
            assert "DynamoDB.ProvisionedThroughputExceededException" in named, name
            assert "States.Timeout" in named, name


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
    assert before == {"MarkUnreachable", "HowItStands"}


def test_the_longest_way_fits_an_express_execution(definition: dict[str, Any]) -> None:
    # A machine's own timeout would leave an order pending.
    assert "TimeoutSeconds" not in definition

    def longest(task: dict[str, Any]) -> float:
        waits, tries = 0.0, 1
        for retry in task["Retry"]:
            most = retry.get("MaxDelaySeconds", EXPRESS_SECONDS)
            for n in range(retry["MaxAttempts"]):
                waits += min(retry["IntervalSeconds"] * retry.get("BackoffRate", 2) ** n, most)
            # Lambda says at once that it cannot call a function.
            if "Lambda.TooManyRequestsException" not in retry["ErrorEquals"]:
                tries += retry["MaxAttempts"]
        return task["TimeoutSeconds"] * tries + waits

    every_task = tasks(definition)
    way = [
        "SaveOrder",
        "ReadOrder",
        "TakePayment",
        "MarkUnreachable",
        "ReadOrder",
        "RefundPayment",
        "Notify",
        "RestMessage",
    ]
    # The other mark is of the same length.
    assert longest(every_task["MarkOrder"]) == longest(every_task["MarkUnreachable"])
    assert set(every_task) - set(way) == {"MarkOrder"}
    assert sum(longest(every_task[name]) for name in way) < EXPRESS_SECONDS


def test_both_types_run_the_same_definition(recording: Recording, express: Recording) -> None:
    assert machine(express)["definition"] == machine(recording)["definition"]
    assert machine(recording)["type"] == "STANDARD"
    assert machine(express)["type"] == "EXPRESS"


def test_what_the_history_does_not_keep_is_logged(recording: Recording, express: Recording) -> None:
    group = recording.one("aws:cloudwatch/logGroup:LogGroup", "order-workflow")
    # Under this prefix AWS needs no growing resource policy for the delivery of logs.
    assert group.inputs == {
        "namePrefix": "/aws/vendedlogs/states/orderflow-test-",
        "retentionInDays": 3,
    }
    # An EXPRESS execution's input is the order, which is nowhere else once its message is gone.
    for each, with_data in ((recording, False), (express, True)):
        assert machine(each)["loggingConfiguration"] == {
            "level": "ERROR",
            "includeExecutionData": with_data,
            "logDestination": f"{group.arn}:*",
        }
        assert machine(each)["tracingConfiguration"] == {"enabled": True}


def test_it_has_a_role_whose_permissions_are_there_first(recording: Recording) -> None:
    assert machine(recording)["roleArn"] == arn("aws:iam/role:Role", "order-workflow")
    assert recording.one(
        "aws:sfn/stateMachine:StateMachine", "order-workflow"
    ).options.depends_on == (("aws:iam/rolePolicy:RolePolicy", "order-workflow"),)
