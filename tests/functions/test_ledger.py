"""One row for each payment, written once, whoever comes second and however its answer is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from functions.payments.ledger import Ledger
from functions.payments.processor import Outcome, Payment
from tests.functions.conftest import Payments, refuse_calls

PAYMENT = Payment(customer_id="alice", order_id="01JAY0000000000000000000AA", attempt=2)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROW = {
    "customerId": {"S": "alice"},
    "payment": {"S": "01JAY0000000000000000000AA#2"},
    "outcome": {"S": "ACCEPTED"},
    "takenAt": {"S": NOW.isoformat()},
}


@pytest.fixture
def ledger(payments_table: Payments) -> Ledger:
    return Ledger(payments_table.name, payments_table.client, lambda: NOW)


def test_a_payment_taken_has_its_outcome_and_time(ledger: Ledger, payments_table: Payments) -> None:
    assert ledger.record(PAYMENT, Outcome.ACCEPTED) is Outcome.ACCEPTED

    assert payments_table.rows() == [ROW]


def test_of_a_declined_one_nothing_was_taken(ledger: Ledger, payments_table: Payments) -> None:
    assert ledger.record(PAYMENT, Outcome.DECLINED) is Outcome.DECLINED

    [row] = payments_table.rows()
    assert row["outcome"] == {"S": "DECLINED"}
    assert "takenAt" not in row


@pytest.mark.parametrize("first", list(Outcome))
def test_the_first_outcome_stands(ledger: Ledger, payments_table: Payments, first: Outcome) -> None:
    ledger.record(PAYMENT, first)
    [row] = payments_table.rows()

    for outcome in Outcome:
        assert ledger.record(PAYMENT, outcome) is first

    assert payments_table.rows() == [row]


@pytest.mark.parametrize(
    "other",
    [
        Payment(customer_id="bob", order_id=PAYMENT.order_id, attempt=2),
        Payment(customer_id="alice", order_id="01JAY0000000000000000000AB", attempt=2),
        Payment(customer_id="alice", order_id=PAYMENT.order_id, attempt=1),
    ],
)
def test_customer_order_and_attempt_are_the_key(
    ledger: Ledger, payments_table: Payments, other: Payment
) -> None:
    ledger.record(PAYMENT, Outcome.ACCEPTED)

    assert ledger.record(other, Outcome.DECLINED) is Outcome.DECLINED
    assert not ledger.give_back(other)

    assert ROW in payments_table.rows()


def test_what_was_taken_is_given_back_once(ledger: Ledger, payments_table: Payments) -> None:
    ledger.record(PAYMENT, Outcome.ACCEPTED)

    assert [ledger.give_back(PAYMENT) for _ in range(3)] == [True, False, False]

    assert payments_table.rows() == [{**ROW, "refundedAt": {"S": NOW.isoformat()}}]


def test_of_many_at_once_one_gives_back(ledger: Ledger) -> None:
    ledger.record(PAYMENT, Outcome.ACCEPTED)

    with ThreadPoolExecutor(8) as workers:
        given_back = list(workers.map(ledger.give_back, [PAYMENT] * 8))

    assert sorted(given_back) == [False] * 7 + [True]


def test_what_was_declined_is_not_given_back(ledger: Ledger, payments_table: Payments) -> None:
    ledger.record(PAYMENT, Outcome.DECLINED)

    assert not ledger.give_back(PAYMENT)

    [row] = payments_table.rows()
    assert "refundedAt" not in row


def test_what_was_not_taken_yet_can_be_taken_no_more(
    ledger: Ledger, payments_table: Payments
) -> None:
    assert not ledger.give_back(PAYMENT)
    assert not ledger.give_back(PAYMENT)

    # The call that takes it was on its way for too long.
    assert ledger.record(PAYMENT, Outcome.ACCEPTED) is Outcome.VOIDED

    [row] = payments_table.rows()
    assert row["outcome"] == {"S": "VOIDED"}
    assert "takenAt" not in row


def test_a_ledger_that_is_away_is_an_error_and_no_outcome(
    ledger: Ledger, payments_table: Payments
) -> None:
    for operation in ("PutItem", "UpdateItem"):
        refuse_calls(
            payments_table.client,
            f"dynamodb.{operation}",
            "ProvisionedThroughputExceededException",
        )

    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        ledger.record(PAYMENT, Outcome.ACCEPTED)
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        ledger.give_back(PAYMENT)
