"""The stream's consumer: what it reads, what it may do, and what becomes of failures."""

import pytest

from infra.order_broadcast import OrderBroadcast, OrderBroadcastArgs
from preview.recording import REGION, Recording, record


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(
        lambda: OrderBroadcast(
            "order-broadcast",
            OrderBroadcastArgs(
                stream_arn="arn:stream",
                api_arn="arn:api",
                graphql_url="https://api.example/graphql",
                log_retention_days=3,
            ),
        )
    )


def test_it_reads_the_stream_from_its_beginning_in_batches(recording: Recording) -> None:
    [mapping] = recording.of("aws:lambda/eventSourceMapping:EventSourceMapping")
    function = recording.one("aws:lambda/function:Function", "broadcast-update")
    assert mapping.inputs["eventSourceArn"] == "arn:stream"
    assert mapping.inputs["functionName"] == function.arn
    assert mapping.inputs["startingPosition"] == "TRIM_HORIZON"
    assert mapping.inputs["batchSize"] == 10
    assert "maximumBatchingWindowInSeconds" not in mapping.inputs
    # Ten batches of a shard at once; those of one item stay in order.
    # https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
    assert mapping.inputs["parallelizationFactor"] == 10


def test_a_failure_is_isolated_bounded_and_kept(recording: Recording) -> None:
    [mapping] = recording.of("aws:lambda/eventSourceMapping:EventSourceMapping")
    dead_letters = recording.one("aws:sqs/queue:Queue", "order-broadcast-dead-letters")
    assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping.inputs["bisectBatchOnFunctionError"] is True
    assert mapping.inputs["maximumRetryAttempts"] == 10
    assert mapping.inputs["maximumRecordAgeInSeconds"] == 300
    assert mapping.inputs["destinationConfig"] == {
        "onFailure": {"destinationArn": dead_letters.arn}
    }


def test_nobody_else_is_let_in(recording: Recording) -> None:
    [policy] = recording.of("aws:sqs/queuePolicy:QueuePolicy")
    assert policy.inputs["queueUrl"] == (
        f"https://sqs.{REGION}.amazonaws.com/123456789012/order-broadcast-dead-letters"
    )
    assert {statement["Effect"] for statement in policy.policy()} == {"Deny"}


def test_it_calls_this_api_for_this_one_mutation(recording: Recording) -> None:
    function = recording.one("aws:lambda/function:Function", "broadcast-update").inputs
    assert function["environment"]["variables"]["GRAPHQL_URL"] == "https://api.example/graphql"
    policy = recording.one("aws:iam/rolePolicy:RolePolicy", "broadcast-update").policy()
    [publish] = [each for each in policy if "appsync:GraphQL" in each["Action"]]
    assert publish["Action"] == ["appsync:GraphQL"]
    assert publish["Resource"] == "arn:api/types/Mutation/fields/publishOrderUpdate"
