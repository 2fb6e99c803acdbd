"""The simulator is worth what it agrees with: the same schedules, there and on a deployed stage."""

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from gql.transport.exceptions import TransportQueryError

from local.customers import Customer
from tests.e2e.conftest import Deploy
from tests.e2e.faults import FAULTS
from tests.e2e.stage import DELETE, PLACE, RETRY, UPDATE, Stage, message
from tests.simulation.back_half import run
from tests.simulation.schedule import (
    Action,
    Contents,
    Delete,
    Fault,
    Outage,
    Place,
    Redrive,
    Retry,
    Schedule,
    Service,
    Strike,
    Update,
    WorkflowType,
)
from tests.simulation.shrinking import story

# When an action comes, everything before it has come to its end, here as there.
APART_SECONDS = 600
CONTENTS = Contents("Crêpe", 2, ("🍓", "sugar"), "Chez l'Ami & Co.")
CHANGED = Contents("Pizza", 1, ())
# Which service is away from when to when, for a state to fail as on the stage.
OUTAGES = {
    "SaveOrder": Outage(Service.ORDERS, 1, 500),
    "TakePayment": Outage(Service.FUNCTIONS, 1.015, 500),
    "MarkOrder": Outage(Service.ORDERS, 1.03, 500),
    "MarkUnreachable": Outage(Service.ORDERS, 1.03, 500),
    "RefundPayment": Outage(Service.REFUND_QUEUE, 1, 500),
    "Notify": Outage(Service.TOPIC, 1, 500),
}
Script = Callable[[str, str], tuple[Action, ...]]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a customer and an operator do about one order.

    Args:
        outcomes: of its payments, attempt by attempt.
        script: what is done by this customer about the order of this id.
        fault: the state that fails until the operator redrives.
        twice: the order's message comes again, when all is over.
    """

    outcomes: tuple[str, ...]
    script: Script
    fault: str | None = None
    twice: bool = False


def script(*what: type[Retry | Delete | Update | Redrive]) -> Script:
    """Places the order, and does this in turn."""

    def acts(customer: str, order_id: str) -> tuple[Action, ...]:
        done: list[Action] = [Place(0, 0, customer, order_id, CONTENTS)]
        for number, each in enumerate(what, 1):
            at = APART_SECONDS * number
            if each is Redrive:
                done.append(Redrive(number, at))
            elif each is Update:
                done.append(Update(number, at, customer, order_id, CHANGED))
            else:
                assert each is Retry or each is Delete
                done.append(each(number, at, customer, order_id))
        return tuple(done)

    return acts


SCENARIOS = {
    "paid": Scenario(outcomes=("ACCEPTED",), script=script()),
    "what is paid stays as it is, and can be deleted": Scenario(
        outcomes=("ACCEPTED",), script=script(Update, Retry, Delete, Delete, Retry)
    ),
    "paid, and delivered again": Scenario(outcomes=("ACCEPTED",), script=script(), twice=True),
    "deleted, and delivered again": Scenario(
        outcomes=("ACCEPTED",), script=script(Delete), twice=True
    ),
    "declined, changed and paid": Scenario(
        outcomes=("DECLINED", "ACCEPTED"), script=script(Update, Retry)
    ),
    "declined, deleted and delivered again": Scenario(
        outcomes=("DECLINED",), script=script(Delete), twice=True
    ),
    "unreachable, and paid": Scenario(outcomes=("UNREACHABLE", "ACCEPTED"), script=script(Retry)),
    "taken without an answer, and declined": Scenario(
        outcomes=("UNANSWERED", "DECLINED"), script=script(Retry)
    ),
    **{
        f"{state} fails": Scenario(
            outcomes=(
                "UNANSWERED" if state in {"MarkUnreachable", "RefundPayment"} else "ACCEPTED",
            ),
            script=script(Redrive),
            fault=state,
        )
        for state in OUTAGES
    },
}


@dataclass(kw_only=True)
class Ends:
    """What is compared. Of the times, only that there are any.

    Args:
        answers: the order's status and version, or the error's type, action by action.
        executions: by name, how it ended and the states that it entered; of STANDARD ones, as the
            others have no history on AWS.
        mails: subjects and texts.
    """

    answers: list[tuple[str, int] | str]
    executions: dict[str, tuple[str, list[str]]]
    orders: list[Mapping[str, Any]]
    ledger: list[Mapping[str, Any]]
    mails: list[tuple[str, str]]


@pytest.mark.parametrize("workflow_type", ["STANDARD", "EXPRESS"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_schedule_ends_in_the_simulator_as_on_the_stage(
    deploy: Deploy, name: str, workflow_type: WorkflowType
) -> None:
    # The stage that other tests break, too.
    stage = deploy(workflowType=workflow_type, logRetentionDays=3)
    scenario, alice = SCENARIOS[name], stage.customer()
    order_id = stage.order_id(*scenario.outcomes)
    actions = scenario.script(alice.sub, order_id)

    simulated = _simulated(stage, scenario, actions, workflow_type)

    assert simulated == _played(stage, scenario, actions, workflow_type, alice, order_id)


def _simulated(
    stage: Stage, scenario: Scenario, actions: tuple[Action, ...], workflow_type: WorkflowType
) -> Ends:
    after = APART_SECONDS * (len(actions) + 1)
    schedule = Schedule(
        workflow_type=workflow_type,
        actions=actions,
        outages=(OUTAGES[scenario.fault],) if scenario.fault else (),
        strikes={"place 0 delivery": Strike(Fault.TWICE)} if scenario.twice else {},
        durations={"place 0 delivery 0": 1, "place 0 again": after},
        success_rate=stage.success_rate,
        unreachable_share=stage.unreachable_share,
    )
    result = run(schedule)
    assert result.violation is None, story(schedule)
    assert not any(result.resting.values())
    return Ends(
        answers=[
            (answer.order["status"], answer.order["version"]) if answer.order else str(answer.error)
            for answer in sorted(result.answers, key=lambda answer: answer.request.number)
        ],
        executions={
            each.name: (each.status, list(each.path))
            for each in result.executions
            if workflow_type == "STANDARD"
        },
        orders=[_timeless(item) for item in result.orders.values()],
        ledger=_sorted(_timeless(row) for row in result.ledger.values()),
        mails=sorted((mail.subject, _without_times(mail.text)) for mail in result.mails),
    )


def _played(
    stage: Stage,
    scenario: Scenario,
    actions: tuple[Action, ...],
    workflow_type: WorkflowType,
    alice: Customer,
    order_id: str,
) -> Ends:
    answers: list[tuple[str, int] | str] = []
    with ExitStack() as broken:
        if scenario.fault:
            broken.enter_context(FAULTS[scenario.fault](stage))
        for action in actions:
            if isinstance(action, Redrive):
                broken.close()
                stage.redrive(stage.at_rest(order_id))
            else:
                answers.append(_answer(stage, alice, action))
            if scenario.fault and not isinstance(action, Redrive):
                stage.at_rest(order_id)
            stage.settle()
    if scenario.twice:
        placed_at = "2026-01-01T12:00:00.000Z"
        body = {**_input(CONTENTS), "restaurantId": CONTENTS.restaurant_id, "placedAt": placed_at}
        stage.send(message(alice.sub, id=order_id, **body))
        stage.settle()
    names = stage.executions(order_id) if workflow_type == "STANDARD" else set[str]()
    return Ends(
        answers=answers,
        executions={name: stage.execution(name) for name in names},
        orders=[_timeless(item) for item in stage.items(alice.sub)],
        ledger=_sorted(_timeless(row) for row in stage.payments(order_id, alice.sub).values()),
        mails=sorted(
            (mail.subject, _without_times(mail.text)) for mail in stage.mails(order_id, alice.email)
        ),
    )


def _answer(stage: Stage, customer: Customer, action: Action) -> tuple[str, int] | str:
    """What the stage's door says."""
    match action:
        case Place():
            placed = {"restaurantId": action.contents.restaurant_id, **_input(action.contents)}
            query, given = PLACE, {"input": {**placed, "clientRequestToken": action.token}}
        case Update():
            order = stage.get(customer, action.id)
            version = order["version"] if order else 1
            change = {"id": action.id, "version": version, **_input(action.contents)}
            query, given = UPDATE, {"input": change}
        case Retry():
            query, given = RETRY, {"id": action.id}
        case Delete():
            query, given = DELETE, {"id": action.id}
        case _:
            raise AssertionError(action)
    try:
        [order] = stage.graphql(customer.access_token, query, **given).values()
    except TransportQueryError as refused:
        [error] = refused.errors or []
        return error["errorType"]
    return order["status"], order["version"]


def _input(contents: Contents) -> dict[str, Any]:
    return {
        "name": contents.name,
        "quantity": contents.quantity,
        "addOns": list(contents.add_ons),
    }


def _timeless(item: Mapping[str, Any]) -> dict[str, Any]:
    times = {"placedAt", "updatedAt", "deletedAt", "expiresAt", "takenAt", "refundedAt"}
    return {name: "a time" if name in times else value for name, value in item.items()}


def _sorted(rows: Any) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: row["payment"]["S"])


def _without_times(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "a time", text)
