"""The promises hold in whatever way a seed has things go; and the simulator is to be trusted."""

import hashlib
import random
import subprocess
import sys

import pytest

from tests.simulation.back_half import run
from tests.simulation.campaign import Campaign, Case, report
from tests.simulation.models.door import Door, Order
from tests.simulation.schedule import Place, Retry, WorkflowType, schedule_of
from tests.simulation.shrinking import Shrinking, story

SEED = 20_260_301


def promises_hold(seed: int, runs: int, workflow_type: WorkflowType) -> None:
    failed = Campaign(seed=seed, runs=runs, types=(workflow_type,)).first_failure()
    assert failed is None, report(failed)


@pytest.fixture(params=["STANDARD", "EXPRESS"])
def workflow_type(request: pytest.FixtureRequest) -> WorkflowType:
    return request.param


def test_the_promises_hold(workflow_type: WorkflowType) -> None:
    promises_hold(SEED, 150, workflow_type)


@pytest.mark.long
def test_the_promises_hold_for_longer(workflow_type: WorkflowType) -> None:
    promises_hold(SEED + 150, 800, workflow_type)


@pytest.mark.long
def test_the_promises_hold_from_a_fresh_seed(
    workflow_type: WorkflowType, capfd: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().randrange(10**9)
    with capfd.disabled():
        sys.stderr.write(f"\nsimulated from the fresh seed {seed}, {workflow_type}\n")

    promises_hold(seed, 400, workflow_type)


def test_schedules_reach_whatever_there_is_to_be_reached() -> None:
    """That nothing fails is worth as much as what was tried."""
    states: set[str] = set()
    statuses: set[str] = set()
    errors: set[str | None] = set()
    faults: set[str] = set()
    for seed in range(SEED, SEED + 150):
        result = run(schedule_of(seed, "STANDARD"))
        states.update(*(each.path for each in result.executions))
        statuses.update(each.status for each in result.executions)
        errors.update(answer.error for answer in result.answers)
        faults.update(strike.fault.name for strike in result.struck.values())

    assert {"MarkUnreachable", "RefundPayment", "RestMessage", "Ended"} <= states
    assert statuses == {"SUCCEEDED", "FAILED", "ABORTED"}
    assert errors >= {None, "OrderConflict", "OrderNotFound", "OrderNotQueued", "InternalError"}
    assert len(faults) == 9


def test_the_same_seed_is_the_same_run() -> None:
    """Also in a process that hashes texts in its own way."""
    code = (
        "from tests.simulation.test_simulation import fingerprint;"
        "print(fingerprint('STANDARD'), fingerprint('EXPRESS'))"
    )

    other = subprocess.run(  # noqa: S603 (this Python)
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": ":".join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert other.stdout.split() == [fingerprint("STANDARD"), fingerprint("EXPRESS")]


def fingerprint(workflow_type: WorkflowType) -> str:
    """Of all that happens in some runs."""
    told = [story(schedule_of(seed, workflow_type)) for seed in range(20)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def test_a_broken_promise_is_shrunk_to_a_story_that_can_be_played_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forgetful(self: Door, request: Place | Retry, order: Order) -> object:
        """A door that says it has queued what it has not."""
        assert self
        assert order
        yield 0.1
        return request.number != 1

    monkeypatch.setattr(Door, "_queue_order", forgetful)
    failed = Campaign(seed=SEED, runs=100, types=("STANDARD",)).first_failure()
    assert failed is not None

    smallest = Shrinking(schedule_of(*failed)).smallest()

    assert [type(action).__name__ for action in smallest.actions] == ["Place"]
    assert not smallest.strikes
    assert not smallest.outages
    assert report(failed) == report(failed)
    *_, last, _, again = report(failed).splitlines()
    assert "BROKEN" in last
    assert "no order is lost" in last
    assert again == f"Again: make simulate RUNS=1 SEED={failed.seed} TYPE=STANDARD"


def test_a_campaign_in_processes_finds_the_same_failure_as_one_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(case: Case) -> bool:
        return case == failure

    failure = Case(SEED + 60, "EXPRESS")
    monkeypatch.setattr("tests.simulation.campaign.is_broken", failing)

    for processes in (1, 2):
        campaign = Campaign(seed=SEED, runs=120, types=("STANDARD", "EXPRESS"), processes=processes)
        assert campaign.first_failure() == failure
        assert sum(chunk.runs for chunk in campaign.chunks()) == 122
