"""The ledger, the function that takes payments, and the queue of refunds."""

import json

import pytest
import yaml

from infra.guarded_table import Guards
from infra.order_workflow import DEFINITION
from infra.payments import Payments, PaymentsArgs
from preview.recording import Recording, record

A_DAY = 24 * 3600


def payments(*, guarded: bool) -> Recording:
    return record(
        lambda: Payments(
            "payments",
            PaymentsArgs(
                success_rate=0.25,
                guards=Guards(point_in_time_recovery=guarded, deletion_protection=guarded),
                consumer_batch_size=7,
                consumer_max_concurrency=42,
                log_retention_days=3,
            ),
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return payments(guarded=True)


@pytest.fixture(scope="module")
def unguarded() -> Recording:
    return payments(guarded=False)


def test_the_ledger_has_a_row_for_each_customers_order_and_attempt(recording: Recording) -> None:
    inputs = recording.one("aws:dynamodb/table:Table", "payments").inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("customerId", "payment")
    assert inputs["attributes"] == [
        {"name": name, "type": "S"} for name in ("customerId", "payment")
    ]
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    # What was taken is remembered for ever.
    assert "ttl" not in inputs


def test_the_stage_says_how_well_the_ledger_is_guarded(
    recording: Recording, unguarded: Recording
) -> None:
    for each, guarded in ((recording, True), (unguarded, False)):
        inputs = each.one("aws:dynamodb/table:Table", "payments").inputs
        assert inputs["deletionProtectionEnabled"] is guarded
        assert inputs["pointInTimeRecovery"] == {"enabled": guarded}


def test_the_functions_share_the_processor_and_its_ledger(recording: Recording) -> None:
    for name in ("take-payment", "refund-payment"):
        function = recording.one("aws:lambda/function:Function", name).inputs
        assert function["environment"]["variables"] == {
            "POWERTOOLS_SERVICE_NAME": name.replace("-", "_"),
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "STAGE": "test",
            "PAYMENT_SUCCESS_RATE": "0.25",
            "PAYMENTS_TABLE": "payments-1a2b3c4",
        }
        assert any(file.startswith("functions/payments/") for file in function["code"].assets)


def test_the_workflow_waits_two_seconds_longer_for_a_payment_than_its_function_may_take(
    recording: Recording,
) -> None:
    function = recording.one("aws:lambda/function:Function", "take-payment").inputs
    state = yaml.safe_load(DEFINITION.read_text())["States"]["TakePayment"]
    assert function["timeout"] == state["TimeoutSeconds"] - 2


def test_a_refund_is_tried_for_a_day_before_it_rests(recording: Recording) -> None:
    queue = recording.one("aws:sqs/queue:Queue", "refunds").inputs
    redrive = json.loads(queue["redrivePolicy"])
    dead = recording.one("aws:sqs/queue:Queue", "refunds-dead-letters")
    assert redrive["deadLetterTargetArn"] == dead.arn
    assert redrive["maxReceiveCount"] * queue["visibilityTimeoutSeconds"] == A_DAY
    assert queue["messageRetentionSeconds"] > A_DAY


def test_refunds_are_consumed_as_the_stage_says(recording: Recording) -> None:
    [mapping] = recording.of("aws:lambda/eventSourceMapping:EventSourceMapping")
    assert mapping.inputs["batchSize"] == 7
    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 42}
