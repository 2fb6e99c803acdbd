"""The ledger, the function that takes payments, and the queue of refunds."""

import json

import pytest
import yaml

from infra.order_workflow import DEFINITION
from infra.payments import Payments, PaymentsArgs
from tests.infra.recording import Recording, record

A_DAY = 24 * 3600


def payments(*, guarded: bool = True) -> Recording:
    return record(
        lambda: Payments(
            "payments",
            PaymentsArgs(
                success_rate=0.25,
                point_in_time_recovery=guarded,
                deletion_protection=guarded,
                consumer_batch_size=7,
                consumer_max_concurrency=42,
                log_retention_days=3,
            ),
        )
    )


def test_the_ledger_has_a_row_for_each_customers_order_and_attempt() -> None:
    inputs = payments().one("aws:dynamodb/table:Table", "payments").inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("customerId", "payment")
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    # What was taken is remembered for ever.
    assert "ttl" not in inputs


@pytest.mark.parametrize("guarded", [True, False])
def test_the_stage_says_how_well_the_ledger_is_guarded(guarded: bool) -> None:
    inputs = payments(guarded=guarded).one("aws:dynamodb/table:Table", "payments").inputs
    assert inputs["deletionProtectionEnabled"] is guarded
    assert inputs["pointInTimeRecovery"] == {"enabled": guarded}


@pytest.mark.parametrize("name", ["take-payment", "refund-payment"])
def test_the_functions_share_the_processor_and_its_ledger(name: str) -> None:
    function = payments().one("aws:lambda/function:Function", name).inputs
    assert function["environment"]["variables"]["PAYMENT_SUCCESS_RATE"] == "0.25"
    assert function["environment"]["variables"]["PAYMENTS_TABLE"] == "payments-1a2b3c4"


def test_the_function_that_takes_a_payment_outlives_no_task() -> None:
    function = payments().one("aws:lambda/function:Function", "take-payment").inputs
    state = yaml.safe_load(DEFINITION.read_text())["States"]["TakePayment"]
    assert function["timeout"] < state["TimeoutSeconds"]


def test_a_refund_is_tried_for_a_day_before_it_rests() -> None:
    recording = payments()
    queue = recording.one("aws:sqs/queue:Queue", "refunds").inputs
    redrive = json.loads(queue["redrivePolicy"])
    dead = recording.one("aws:sqs/queue:Queue", "refunds-dead-letters")
    assert redrive["deadLetterTargetArn"] == dead.arn
    assert redrive["maxReceiveCount"] * queue["visibilityTimeoutSeconds"] == A_DAY
    assert queue["messageRetentionSeconds"] > A_DAY
    [mapping] = recording.of("aws:lambda/eventSourceMapping:EventSourceMapping")
    assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping.inputs["batchSize"] == 7
    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 42}
