"""The fake payment processor: any outcome, and always the same one."""

import math
import uuid

import pytest

from functions.payments.processor import (
    Outcome,
    Payment,
    PaymentProcessorUnreachable,
    RandomProcessor,
)

ORDER_IDS = [str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in range(1000)]
PAYMENTS = [Payment(customer_id="alice", order_id=order_id, attempt=1) for order_id in ORDER_IDS]


class Memory:
    """What a ledger keeps, in a dictionary."""

    def __init__(self) -> None:
        self.outcomes: dict[Payment, Outcome] = {}
        self.given_back: set[Payment] = set()

    def record(self, payment: Payment, outcome: Outcome) -> Outcome:
        return self.outcomes.setdefault(payment, outcome)

    def give_back(self, payment: Payment) -> bool:
        owed = self.outcomes.get(payment) is Outcome.ACCEPTED and payment not in self.given_back
        self.given_back.add(payment)
        return owed


def outcome_of(processor: RandomProcessor, payment: Payment) -> str:
    try:
        return processor.take(payment)
    except PaymentProcessorUnreachable:
        return "UNREACHABLE"


def outcomes(success_rate: float, payments: list[Payment] = PAYMENTS) -> list[str]:
    processor = RandomProcessor(success_rate, Memory())
    return [outcome_of(processor, payment) for payment in payments]


def test_a_repeated_payment_has_the_same_outcome() -> None:
    first = outcomes(0.5)

    assert outcomes(0.5) == first
    assert set(first) == {"ACCEPTED", "DECLINED", "UNREACHABLE"}


def test_an_outcome_is_the_same_in_every_process() -> None:
    # Fixed by the generator's seed alone: not by Python's hash seed, and not by the calls before.
    payments = [
        Payment(customer_id="alice", order_id="01JAY0000000000000000000AA", attempt=n)
        for n in range(1, 60)
    ]

    assert "".join(each[0] for each in outcomes(0.5, payments[:8])) == "AADADAAD"
    memory = Memory()
    processor = RandomProcessor(0, memory)
    unanswered = [each for each in payments if outcome_of(processor, each) == "UNREACHABLE"]
    assert [(each.attempt, each in memory.outcomes) for each in unanswered] == [
        (29, True),
        (44, False),
        (51, False),
        (52, True),
        (59, True),
    ]


def test_attempts_are_independent() -> None:
    second_attempts = [
        Payment(customer_id="alice", order_id=order_id, attempt=2) for order_id in ORDER_IDS
    ]
    pairs = list(zip(outcomes(0.5), outcomes(0.5, second_attempts), strict=True))

    both = sum(pair == ("ACCEPTED", "ACCEPTED") for pair in pairs)
    assert abs(both - 250) <= 3 * math.sqrt(1000 * 0.25 * 0.75)


def test_an_order_s_id_and_attempt_do_not_run_into_each_other() -> None:
    ones = [
        Payment(customer_id="alice", order_id=f"{order_id}1", attempt=1) for order_id in ORDER_IDS
    ]
    elevens = [
        Payment(customer_id="alice", order_id=order_id, attempt=11) for order_id in ORDER_IDS
    ]

    assert outcomes(0.5, ones) != outcomes(0.5, elevens)


def test_at_rate_1_every_payment_is_accepted() -> None:
    assert set(outcomes(1)) == {"ACCEPTED"}


def test_at_rate_0_no_payment_is_accepted() -> None:
    assert set(outcomes(0)) == {"DECLINED", "UNREACHABLE"}


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
def test_the_share_of_accepted_payments_is_the_rate(rate: float) -> None:
    accepted = outcomes(rate).count("ACCEPTED")

    assert abs(accepted - 1000 * rate) <= 3 * math.sqrt(1000 * rate * (1 - rate))


@pytest.mark.parametrize("rate", [0, 0.5])
def test_of_the_failures_a_share_is_unreachable(rate: float) -> None:
    failed = [each for each in outcomes(rate) if each != "ACCEPTED"]
    share = RandomProcessor.UNREACHABLE_SHARE
    expected = len(failed) * share

    unreachable = failed.count("UNREACHABLE")
    assert unreachable > 0
    assert abs(unreachable - expected) <= 3 * math.sqrt(expected * (1 - share))


def test_a_higher_rate_accepts_whatever_a_lower_one_did() -> None:
    assert all(
        high == "ACCEPTED"
        for low, high in zip(outcomes(0.3), outcomes(0.6), strict=True)
        if low == "ACCEPTED"
    )


def test_the_unreachable_error_names_the_order_and_the_attempt() -> None:
    payment = next(
        each
        for each, outcome in zip(PAYMENTS, outcomes(0), strict=True)
        if outcome == "UNREACHABLE"
    )

    with pytest.raises(
        PaymentProcessorUnreachable,
        match=f"^payment processor unreachable: .*attempt 1.*{payment.order_id}$",
    ):
        RandomProcessor(0, Memory()).take(payment)


def test_of_the_payments_without_an_answer_half_were_taken() -> None:
    memory = Memory()
    processor = RandomProcessor(0, memory)

    unanswered = [p for p in PAYMENTS if outcome_of(processor, p) == "UNREACHABLE"]

    taken = sum(memory.outcomes.get(payment) is Outcome.ACCEPTED for payment in unanswered)
    assert abs(taken - len(unanswered) / 2) <= 3 * math.sqrt(len(unanswered) / 4)
    # And nothing is remembered of the others.
    assert sum(payment not in memory.outcomes for payment in unanswered) == len(unanswered) - taken


def test_a_refund_gives_back_exactly_what_was_taken_and_once() -> None:
    memory = Memory()
    processor = RandomProcessor(0.5, memory)
    for payment in PAYMENTS:
        outcome_of(processor, payment)
    taken = [memory.outcomes.get(payment) is Outcome.ACCEPTED for payment in PAYMENTS]

    assert [processor.refund(payment) for payment in PAYMENTS] == taken
    assert [processor.refund(payment) for payment in PAYMENTS] == [False] * len(PAYMENTS)


def test_an_outcome_remembered_stands_though_the_rate_has_changed() -> None:
    memory = Memory()
    payment = PAYMENTS[0]
    assert RandomProcessor(1, memory).take(payment) is Outcome.ACCEPTED

    assert outcome_of(RandomProcessor(0, Memory()), payment) == "DECLINED"
    assert RandomProcessor(0, memory).take(payment) is Outcome.ACCEPTED
