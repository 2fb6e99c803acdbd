"""The dashboard's metrics, and the saved queries' log groups, are those of the stage."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from functions.telemetry.order_metric import OrderMetric
from infra.order_operations.dashboard import DASHBOARD, QUERIES
from preview.recording import Recording

DASHBOARDS = "aws:cloudwatch/dashboard:Dashboard"
QUERY = "aws:cloudwatch/queryDefinition:QueryDefinition"
PLACES = {
    "Stage": "test",
    "Region": "eu-central-1",
    "ApiId": "api",
    "ApiLogs": "api-logs",
    "OrderQueue": "queue",
    "OrderDeadLetters": "dead-letters",
    "RefundDeadLetters": "refund-dead-letters",
    "BroadcastDeadLetters": "broadcast-dead-letters",
    "WorkflowArn": "arn:workflow",
    "WorkflowLogs": "workflow-logs",
    "StartWorkflow": "start-workflow",
    "StartWorkflowLogs": "start-workflow-logs",
    "TakePayment": "take-payment",
    "TakePaymentLogs": "take-payment-logs",
    "RefundPayment": "refund-payment",
    "RefundPaymentLogs": "refund-payment-logs",
    "BroadcastUpdate": "broadcast-update",
    "BroadcastUpdateLogs": "broadcast-update-logs",
    "OrderTable": "orders",
    "PaymentTable": "payments",
    "MailDeadLetters": "mail-dead-letters",
    "UndeliveredMail": "undelivered",
    "EmailCustomer": "email-customer",
    "EmailCustomerLogs": "email-customer-logs",
}
# What AWS reports, by namespace and dimension, and of which resources of the program.
REPORTED = {
    ("AWS/SQS", "QueueName"): (
        {
            "NumberOfMessagesSent",
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesVisible",
        },
        "aws:sqs/queue:Queue",
        "name",
    ),
    ("AWS/AppSync", "GraphQLAPIId"): (
        {"Latency", "4XXError", "5XXError"},
        "aws:appsync/graphQLApi:GraphQLApi",
        "id",
    ),
    ("AWS/Lambda", "FunctionName"): (
        {"Errors", "Throttles", "IteratorAge"},
        "aws:lambda/function:Function",
        "name",
    ),
    ("AWS/States", "StateMachineArn"): (
        {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled"},
        "aws:sfn/stateMachine:StateMachine",
        "arn",
    ),
    ("AWS/DynamoDB", "TableName"): (
        {"WriteThrottleEvents", "ReadThrottleEvents"},
        "aws:dynamodb/table:Table",
        "name",
    ),
}


def filled(text: str) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda place: PLACES[place[1]], text)


AS_WRITTEN: dict[str, Any] = yaml.safe_load(filled(DASHBOARD.read_text()))


def body(recording: Recording) -> dict[str, Any]:
    [dashboard] = recording.of(DASHBOARDS)
    return json.loads(dashboard.inputs["dashboardBody"])


def metrics(recording: Recording) -> Iterator[list[Any]]:
    for widget in body(recording)["widgets"]:
        yield from widget["properties"].get("metrics", ())


def test_it_is_the_file_s_with_the_stage_s_names(recording: Recording) -> None:
    assert body(recording) == AS_WRITTEN
    [dashboard] = recording.of(DASHBOARDS)
    assert dashboard.inputs["dashboardName"] == "orderflow-test"


def test_what_a_stage_does_not_have_is_left_out(
    recording: Recording, without_mail_and_budget: Recording
) -> None:
    left_out = [
        each for each in metrics(recording) if each not in list(metrics(without_mail_and_budget))
    ]
    assert {each[3] for each in left_out} == {"mail-dead-letters", "undelivered", "email-customer"}
    assert all(each in list(metrics(recording)) for each in metrics(without_mail_and_budget))
    assert len(body(recording)["widgets"]) == len(body(without_mail_and_budget)["widgets"])
    for name in recording.names(QUERY):
        groups, fewer = (
            each.one(QUERY, name).inputs["logGroupNames"]
            for each in (recording, without_mail_and_budget)
        )
        assert set(groups) - set(fewer) <= {"email-customer-logs"}


def test_every_metric_is_reported_by_something_of_the_stage(stage: Recording) -> None:
    for namespace, name, *rest in metrics(stage):
        if namespace == "orderflow":
            counter = stage.one("aws:cloudwatch/logMetricFilter:LogMetricFilter", "api-faults")
            [stage_name] = {
                each.inputs["tags"]["stage"] for each in stage.of("aws:sqs/queue:Queue")
            }
            if len(rest) == 1:
                assert name == counter.inputs["metricTransformation"]["name"]
            else:
                assert name in list(OrderMetric)
                assert rest[:2] == ["stage", stage_name]
            continue
        dimension, value, _ = rest
        known, resource_type, output = REPORTED[namespace, dimension]
        assert name in known
        assert value in {each.outputs[output] for each in stage.of(resource_type)}, rest


def test_every_metric_of_orders_is_shown_or_alarmed(recording: Recording) -> None:
    shown = {name for namespace, name, *_ in metrics(recording) if namespace == "orderflow"}
    assert set(OrderMetric) <= shown


def test_widgets_lie_beside_each_other(recording: Recording) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in body(recording)["widgets"]:
        place = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not place & taken
        assert max(x for x, _ in place) < 24
        taken |= place
    # One screen: some 20 rows.
    assert max(y for _, y in taken) < 20


QUERIES_SAVED: dict[str, dict[str, Any]] = yaml.safe_load(QUERIES.read_text())


@pytest.mark.parametrize("name", QUERIES_SAVED)
def test_the_saved_queries(recording: Recording, name: str) -> None:
    query = QUERIES_SAVED[name]
    assert recording.one(QUERY, name).inputs == {
        "queryString": query["query"],
        "logGroupNames": [filled(group) for group in query["groups"]],
    }


def test_every_query_is_saved_for_groups_that_are_there(stage: Recording) -> None:
    assert stage.names(QUERY) == set(QUERIES_SAVED)
    groups = {each.outputs["name"] for each in stage.of("aws:cloudwatch/logGroup:LogGroup")}
    for each in stage.of(QUERY):
        assert set(each.inputs["logGroupNames"]) <= groups
