"""What went wrong elsewhere, and what went wrong here, told as schedules: it does not any more."""

import json
from collections.abc import Mapping
from itertools import count

import pytest

from functions.payments.processor import Outcome, Payment, PaymentProcessorUnreachable
from tests.simulation.back_half import Run, run
from tests.simulation.models.door import Order
from tests.simulation.models.functions import fickle_processor
from tests.simulation.schedule import (
    Abort,
    Action,
    Contents,
    Delete,
    Fault,
    Outage,
    Place,
    Poison,
    Redrive,
    Retry,
    Schedule,
    Service,
    Strike,
    Update,
    WorkflowType,
)
from tests.simulation.shrinking import story

REFUSED, LOST, RETRIED = Strike(Fault.REFUSED), Strike(Fault.LOST), Strike(Fault.RETRIED)
LATE, HANGS, TWICE = Strike(Fault.LATE), Strike(Fault.HANGS), Strike(Fault.TWICE)
HOUR = 3600.0
HAPPY = ("SaveOrder", "TakePayment", "MarkOrder", "Notify")
FAILED = Contents("Pizza", 6, ("extra cheese",))


class Forgetful:
    """The fake processor's memory, where it has none."""

    def record(self, payment: Payment, outcome: Outcome) -> Outcome:
        assert payment
        return outcome

    def give_back(self, payment: Payment) -> bool:
        raise AssertionError(f"{payment} must not be given back")


def order_id(*outcomes: str) -> str:
    """An order of which the processor says this at its first attempts, one after the other."""
    processor = fickle_processor(0.55, 0.5)(Forgetful())

    def outcome(candidate: str, attempt: int) -> str:
        try:
            return processor.take(Payment(customer_id="", order_id=candidate, attempt=attempt))
        except PaymentProcessorUnreachable:
            return "UNREACHABLE"

    for number in count():
        candidate = f"01JAY00000000000000000{number:04}"
        if all(outcome(candidate, n) == said for n, said in enumerate(outcomes, 1)):
            return candidate
    raise AssertionError


PAYS = order_id("ACCEPTED", "ACCEPTED")
DECLINES = order_id("DECLINED", "ACCEPTED")
UNANSWERED = order_id("UNREACHABLE", "ACCEPTED")


@pytest.fixture(params=["STANDARD", "EXPRESS"])
def workflow_type(request: pytest.FixtureRequest) -> WorkflowType:
    return request.param


def played(
    workflow_type: WorkflowType,
    *actions: Action,
    strikes: Mapping[str, Strike] | None = None,
    outages: tuple[Outage, ...] = (),
    durations: Mapping[str, float] | None = None,
    calm_at: float = HOUR,
) -> Run:
    """Every promise is checked; faults are at the points named, and everything else takes no time.

    Executions' points begin with their names, which end with four more characters where EXPRESS.
    """
    schedule = Schedule(
        workflow_type=workflow_type,
        actions=actions,
        strikes=strikes or {},
        outages=outages,
        durations=durations or {},
        calm_at=calm_at,
    )
    result = run(schedule)
    assert result.violation is None, story(schedule)
    return result


def order(result: Run, order_id: str, customer: str = "alice") -> Order:
    """The order's item: its attributes' values."""
    item = result.orders[customer, order_id]
    return {name: next(iter(attribute.values())) for name, attribute in item.items()}


def payments(result: Run) -> dict[str, tuple[str, bool]]:
    """By whose and what it is: its outcome, and whether it was given back."""
    return {
        f"{customer} {payment.partition('#')[0][-4:]}#{payment.partition('#')[2]}": (
            row["outcome"]["S"],
            "refundedAt" in row,
        )
        for (customer, payment), row in result.ledger.items()
    }


def mails(result: Run) -> list[tuple[str, int, str]]:
    return [(mail.key[0], mail.key[2], mail.key[3]) for mail in result.mails]


def of(order_id: str, attempt: int = 1) -> str:
    return f"alice {order_id[-4:]}#{attempt}"


def errors(result: Run) -> list[str | None]:
    return [answer.error for answer in sorted(result.answers, key=lambda a: a.request.number)]


def rested(result: Run) -> list[str]:
    return [message.body for messages in result.rested.values() for message in messages]


# Incidents of others.


def test_a_refund_s_retry_made_a_new_key_and_paid_twice(workflow_type: WorkflowType) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        Delete(1, 0.05, "alice", PAYS),
        # The refund is done, nobody hears of it, and it is tried again: by the client's library,
        # by the queue, and once more because the function was killed.
        strikes={
            "refund_payment of *(1), call 1*": LOST,
            "refund_payment of *(2), call 1*": Strike(Fault.KILLED_AFTER),
            "refund_payment of *(3), call 1*": RETRIED,
        },
        durations={"alice-* TakePayment 1": 1},
    )

    assert payments(result) == {of(PAYS): ("ACCEPTED", True)}
    assert mails(result) == []


@pytest.mark.parametrize("fault", [LOST, LATE, Strike(Fault.KILLED_AFTER)])
def test_a_success_whose_answer_was_slow_was_charged_again(
    workflow_type: WorkflowType, fault: Strike
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        strikes={
            "alice-* TakePayment 1": fault,
            "take_payment for alice-* TakePayment 1, call 1*": fault,
        },
    )

    assert payments(result) == {of(PAYS): ("ACCEPTED", False)}
    assert order(result, PAYS)["status"] == "PAID"
    assert mails(result) == [("alice", 1, "PAID")]


@pytest.mark.parametrize("while_pending", [True, False])
@pytest.mark.parametrize(
    ("placed", "mark"), [(DECLINES, "MarkOrder"), (UNANSWERED, "MarkUnreachable")]
)
def test_a_stale_duplicate_overwrote_a_newer_success(
    workflow_type: WorkflowType, placed: str, mark: str, while_pending: bool
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", placed),
        Retry(1, 20, "alice", placed),
        # The first attempt's message, and its mark, come again late.
        strikes={"place 0 delivery": TWICE, f"alice-* {mark} 1": LATE},
        durations={
            "place 0 again": 40,
            f"alice-* {mark} 1 late": 40,
            "alice-*-2* TakePayment 1": 80 if while_pending else 0.01,
        },
    )

    assert order(result, placed)["status"] == "PAID"
    assert order(result, placed)["attempt"] == "2"
    assert mails(result) == [("alice", 1, "PAYMENT_FAILED"), ("alice", 2, "PAID")]


@pytest.mark.parametrize("task", ["SaveOrder", "MarkOrder"])
@pytest.mark.parametrize("fault", [LOST, RETRIED])
@pytest.mark.parametrize(("placed", "status"), [(PAYS, "PAID"), (DECLINES, "PAYMENT_FAILED")])
def test_a_commit_succeeded_but_its_acknowledgement_was_lost(
    workflow_type: WorkflowType, task: str, fault: Strike, placed: str, status: str
) -> None:
    result = played(
        workflow_type, Place(0, 0, "alice", placed), strikes={f"alice-* {task} 1": fault}
    )

    assert order(result, placed)["status"] == status
    assert mails(result) == [("alice", 1, status)]
    assert payments(result)[of(placed)][1] is False


def test_a_success_was_treated_as_a_failure_and_stalled_what_came_after_it(
    workflow_type: WorkflowType,
) -> None:
    others = [Place(number, 0, "bob") for number in range(1, 5)]
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        *others,
        # All are started, and are delivered once more as if they were not.
        strikes={"start_workflow of * (1)": LOST},
    )

    assert rested(result) == []
    assert {item["status"]["S"] for item in result.orders.values()} <= {"PAID", "PAYMENT_FAILED"}
    assert len(result.orders) == 5
    assert len(mails(result)) == 5


def test_an_execution_without_a_name_started_twice() -> None:
    result = played(
        "EXPRESS",
        Place(0, 0, "alice", PAYS),
        strikes={"alice-*": TWICE, "place 0 delivery": TWICE},
    )

    assert len(result.executions) == 4
    assert payments(result) == {of(PAYS): ("ACCEPTED", False)}
    assert mails(result) == [("alice", 1, "PAID")]


@pytest.mark.parametrize(
    "away", [Service.LEDGER, Service.ORDERS, Service.FUNCTIONS, Service.TOPIC, Service.MAILS]
)
def test_a_dead_letter_queue_redriven_while_its_cause_still_holds(
    workflow_type: WorkflowType, away: Service
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        *(Redrive(number, 1200.0 * number) for number in range(1, 5)),
        outages=(Outage(away, 0.012, 5000),),
        calm_at=5000,
    )

    assert len(rested(result)) > 1
    assert order(result, PAYS)["status"] == "PAID"
    assert payments(result) == {of(PAYS): ("ACCEPTED", False)}
    assert mails(result) == [("alice", 1, "PAID")]


def test_a_poison_message_in_a_batch_of_ten(workflow_type: WorkflowType) -> None:
    poison = '{"quantity": "a poison \\ud83c message"'
    good = [Place(number, 0, "alice") for number in range(9)]
    result = played(workflow_type, *good, Poison(9, 0, poison))

    assert [message.body for message in result.resting["order queue"]] == [poison]
    assert len(result.orders) == len(result.mails) == 9
    # It held back none of them.
    assert [each.status for each in result.executions] == ["SUCCEEDED"] * 9


@pytest.mark.parametrize(("minutes", "rests"), [(12, False), (20, True)])
def test_a_consumer_that_throttles_so_long_that_good_messages_reach_the_dead_letter_queue(
    workflow_type: WorkflowType, minutes: int, rests: bool
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        outages=(Outage(Service.FUNCTIONS, 0, minutes * 60),),
    )

    assert bool(rested(result)) is rests
    for body in rested(result):
        assert json.loads(body)["id"] == PAYS
    assert order(result, PAYS)["status"] == "PAID"


# What ended wrong here.


def test_a_payment_of_a_deleted_order_whose_refund_is_throttled_waits_until_it_is_given_back(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        Delete(1, 1, "alice", PAYS),
        strikes={"refund_payment of *": Strike(Fault.REFUSED)},
        outages=(Outage(Service.REFUND_QUEUE, 0, 600),),
        durations={"alice-* MarkOrder 1": 2},
    )

    assert payments(result) == {of(PAYS): ("ACCEPTED", True)}
    assert set(order(result, PAYS)) == {"customerId", "id", "deletedAt", "expiresAt"}
    assert mails(result) == []


def test_a_payment_that_was_taken_pays_the_order_when_the_table_is_back(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        # While it is stuck, and again when the table is back.
        Retry(1, 1200, "alice", PAYS),
        Retry(2, 2500, "alice", PAYS),
        outages=(Outage(Service.ORDERS, 0.05, 2000),),
        durations={"alice-* MarkOrder 1": 0.1},
    )

    assert payments(result) == {of(PAYS): ("ACCEPTED", False)}
    assert order(result, PAYS)["status"] == "PAID"
    assert mails(result) == [("alice", 1, "PAID")]


@pytest.mark.parametrize("placed", [DECLINES, UNANSWERED])
def test_a_failure_that_could_not_be_marked_is_marked_when_the_table_is_back(
    workflow_type: WorkflowType, placed: str
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", placed),
        outages=(Outage(Service.ORDERS, 0.05, 600),),
    )

    assert [each.status for each in result.executions] == ["FAILED", "SUCCEEDED"]
    assert order(result, placed)["status"] == "PAYMENT_FAILED"
    assert mails(result) == [("alice", 1, "PAYMENT_FAILED")]


@pytest.mark.parametrize(
    ("placed", "mark"), [(DECLINES, "MarkOrder"), (UNANSWERED, "MarkUnreachable")]
)
def test_a_failure_that_was_tried_anew_before_it_was_told_is_told_all_the_same(
    workflow_type: WorkflowType, placed: str, mark: str
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", placed),
        # Between the mark and its reader; what the customer began is taken back.
        Retry(1, 20, "alice", placed),
        strikes={f"alice-* {mark} 1": RETRIED, "retry 1 queueOrder*": REFUSED},
        durations={"alice-* ReadOrder 1": 40, "retry 1 queueOrder*": 90},
    )

    assert errors(result) == [None, "OrderNotQueued"]
    failed = order(result, placed)
    assert failed["status"] == "PAYMENT_FAILED"
    assert mails(result) == [("alice", 1, "PAYMENT_FAILED")]
    assert f"Your payment failed: {failed['statusReason']}." in result.mails[0].text


def test_a_failure_that_is_told_after_its_order_was_changed_tells_of_what_was_to_be_paid(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", DECLINES, Contents("Pizza", 1)),
        Update(1, 200, "alice", DECLINES, Contents("Champagne", 100)),
        outages=(Outage(Service.TOPIC, 0, 600),),
    )

    assert order(result, DECLINES)["name"] == "Champagne"
    assert mails(result) == [("alice", 1, "PAYMENT_FAILED")]
    assert result.mails[0].text.startswith("1 x Pizza with extra cheese\n")


def test_what_may_have_been_taken_for_an_attempt_is_given_back_after_the_next_one_paid(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", UNANSWERED),
        Retry(1, 300, "alice", UNANSWERED),
        outages=(Outage(Service.REFUND_QUEUE, 0, 600),),
    )

    assert order(result, UNANSWERED)["status"] == "PAID"
    assert payments(result) == {
        of(UNANSWERED): ("VOIDED", True),
        of(UNANSWERED, 2): ("ACCEPTED", False),
    }


@pytest.mark.parametrize(("seconds", "rests"), [(20, False), (600, True)])
def test_throttled_payments_take_longer_and_no_customer_is_told_that_theirs_failed(
    workflow_type: WorkflowType, seconds: float, rests: bool
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        outages=(Outage(Service.FUNCTIONS, 0.035, seconds),),
    )

    assert bool(rested(result)) is rests
    assert mails(result) == [("alice", 1, "PAID")]


def test_a_message_whose_execution_failed_before_it_could_save_goes_on(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        outages=(Outage(Service.ORDERS, 0.006, 60),),
        calm_at=60,
    )

    assert [each.status for each in result.executions] == ["FAILED", "SUCCEEDED"]
    assert result.executions[1].path == HAPPY


@pytest.mark.parametrize("abort_at", [0.05, 0.6, 1.0])
def test_a_message_whose_execution_was_stopped_goes_on(abort_at: float) -> None:
    result = played(
        "STANDARD",
        Place(0, 0, "alice", PAYS),
        Abort(1, abort_at),
        strikes={"alice-* TakePayment 1": LOST},
        durations={"alice-* SaveOrder 1": 0.5},
    )

    assert [each.status for each in result.executions] == ["ABORTED", "SUCCEEDED"]
    assert [json.loads(body)["status"] for body in rested(result)] == ["ABORTED"]
    assert order(result, PAYS)["status"] == "PAID"


@pytest.mark.parametrize("paid", [True, False])
def test_a_message_delivered_again_after_its_order_was_deleted(
    workflow_type: WorkflowType, paid: bool
) -> None:
    placed = PAYS if paid else DECLINES
    result = played(
        workflow_type,
        Place(0, 0, "alice", placed),
        Delete(1, 10, "alice", placed),
        strikes={"place 0 delivery": TWICE, "alice-*": TWICE},
        durations={"place 0 again": 60},
    )

    assert "deletedAt" in order(result, placed)
    assert payments(result)[of(placed)] == (("ACCEPTED" if paid else "DECLINED"), False)
    assert len(result.mails) == 1


def test_two_customers_with_one_token_have_an_order_and_a_payment_each(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        Place(1, 0, "bob", PAYS),
        # Deleted while its payment is being taken, which is given back.
        Delete(2, 1, "bob", PAYS),
        durations={"bob-* MarkOrder 1": 2},
    )

    assert order(result, PAYS)["status"] == "PAID"
    assert payments(result) == {
        of(PAYS): ("ACCEPTED", False),
        of(PAYS).replace("alice", "bob"): ("ACCEPTED", True),
    }
    assert mails(result) == [("alice", 1, "PAID")]


def test_an_order_cannot_be_changed_while_its_payment_is_being_taken(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS, Contents("Pizza", 1)),
        Update(1, 0.5, "alice", PAYS, Contents("Champagne", 100)),
        Update(2, 60, "alice", PAYS, Contents("Champagne", 100)),
        strikes={"alice-* TakePayment 1": LOST},
    )

    assert errors(result) == [None, "OrderConflict", "OrderConflict"]
    assert (order(result, PAYS)["name"], order(result, PAYS)["quantity"]) == ("Pizza", "1")


def test_a_changed_order_is_paid_as_it_was_changed(workflow_type: WorkflowType) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", DECLINES, Contents("Pizza", 1)),
        Update(1, 10, "alice", DECLINES, Contents("Champagne", 100)),
        Retry(2, 20, "alice", DECLINES),
    )

    assert errors(result) == [None, None, None]
    assert order(result, DECLINES)["status"] == "PAID"
    assert order(result, DECLINES)["name"] == "Champagne"


@pytest.mark.parametrize("again", [0.0, 0.02, 30.0])
def test_the_same_token_in_another_case_is_the_same_order(
    workflow_type: WorkflowType, again: float
) -> None:
    token = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3d0001"
    result = played(
        workflow_type, Place(0, 0, "alice", token), Place(1, again, "alice", token.upper())
    )

    assert errors(result) == [None, None]
    assert list(result.orders) == [("alice", token)]
    assert len(result.mails) == 1


def test_two_orders_with_one_token_that_are_both_under_way_are_paid_as_the_one_that_is_saved(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS, Contents("Pizza", 1)),
        Place(1, 0, "alice", PAYS, Contents("Champagne", 100)),
        # The saved one's execution is the slower one, or is stopped.
        Abort(2, 0.02),
        Redrive(3, 1),
        strikes={"alice-* TakePayment 1": LOST},
    )

    assert order(result, PAYS)["status"] == "PAID"
    assert len(result.orders) == len(result.ledger) == len(result.mails) == 1


@pytest.mark.parametrize("deleted", [True, False])
def test_a_token_whose_order_was_deleted_or_has_other_contents_is_refused(
    workflow_type: WorkflowType, deleted: bool
) -> None:
    contents = Contents() if deleted else Contents("Champagne", 100)
    what: list[Action] = [Delete(1, 10, "alice", PAYS)] if deleted else []
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        *what,
        Place(2, 20, "alice", PAYS, contents),
    )

    assert errors(result)[-1] == "OrderConflict"
    assert len(result.executions) == 1


def test_an_order_that_is_not_saved_yet_cannot_be_changed_retried_or_deleted(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        Update(1, 1, "alice", PAYS, FAILED),
        Retry(2, 1, "alice", PAYS),
        Delete(3, 1, "alice", PAYS),
        durations={"place 0 delivery 0": 10},
    )

    assert errors(result) == [None, "OrderNotFound", "OrderNotFound", "OrderNotFound"]
    assert order(result, PAYS)["status"] == "PAID"


@pytest.mark.parametrize("placed", [PAYS, DECLINES])
def test_an_outcome_that_could_not_be_told_is_told_when_the_topic_is_back(
    workflow_type: WorkflowType, placed: str
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", placed),
        outages=(Outage(Service.TOPIC, 0, 600),),
    )

    assert [each.status for each in result.executions] == ["FAILED", "SUCCEEDED"]
    assert len(result.mails) == 1


def test_nothing_prolongs_the_fifteen_minutes_after_which_a_stuck_order_can_be_retried(
    workflow_type: WorkflowType,
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        Update(1, 600, "alice", PAYS, FAILED),
        Retry(2, 890, "alice", PAYS),
        Retry(3, 910, "alice", PAYS),
        outages=(Outage(Service.FUNCTIONS, 0.035, 905),),
        calm_at=905,
    )

    assert errors(result) == [None, "OrderConflict", "OrderConflict", None]
    assert order(result, PAYS)["attempt"] == "1"
    assert payments(result) == {of(PAYS): ("ACCEPTED", False)}


@pytest.mark.parametrize("placed", [PAYS, DECLINES])
def test_the_happy_path_takes_four_transitions(workflow_type: WorkflowType, placed: str) -> None:
    result = played(workflow_type, Place(0, 0, "alice", placed))

    assert [each.path for each in result.executions] == [HAPPY]


# What else this simulator has found.


def test_a_payment_that_arrives_after_its_refund_is_not_taken(workflow_type: WorkflowType) -> None:
    unreachable: dict[str, Strike] = {
        f"take_payment for alice-* TakePayment {number}: take": REFUSED for number in range(2, 7)
    }
    result = played(
        workflow_type,
        Place(0, 0, "alice", PAYS),
        # The call got stuck on its way, longer than the workflow asked again and gave up.
        strikes={"alice-* TakePayment 1": LATE, **unreachable},
        durations={"alice-* TakePayment 1 late": 60},
    )

    assert all(given_back for _, given_back in payments(result).values())


@pytest.mark.parametrize("sent", [False, True])
def test_a_failure_is_told_once_though_a_retry_that_was_not_made_came_between(
    workflow_type: WorkflowType, sent: bool
) -> None:
    result = played(
        workflow_type,
        Place(0, 0, "alice", DECLINES),
        Retry(1, 60, "alice", DECLINES),
        strikes={"retry 1 queueOrder": LOST if sent else REFUSED},
        outages=(Outage(Service.TOPIC, 0, 600),),
    )

    assert errors(result) == [None, "OrderNotQueued"]
    assert len(result.mails) == 1
