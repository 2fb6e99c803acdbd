"""Nothing is deleted before it is safely elsewhere, and nothing stays hidden."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.dead_letters import moving
from ops.dead_letters.doors import MOST_BATCH_BYTES, FileDoor, QueueDoor, file_door
from ops.dead_letters.letter import Chosen, Letter
from ops.dead_letters.look import Look, all_letters
from ops.dead_letters.move_task import move_by_sqs
from ops.dead_letters.moving import Pace, move
from ops.dead_letters.queues import DeadLetterQueue, Depth, depth
from ops.stage import OpsError, Stage
from tests.e2e.stage import message

LETTERS = 25


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds letters here never gives them back in time."""
    monkeypatch.setattr(moving, "HOLD_SECONDS", -2)
    monkeypatch.setattr("ops.dead_letters.look.LONG_POLL_SECONDS", 0)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with mock_aws():
        session = boto3.Session("AKIA", "secret", region_name="us-east-1")
        sqs = session.client("sqs")
        urls = {
            output: sqs.create_queue(QueueName=output)["QueueUrl"]
            for output in ("deadLetterQueueUrl", "orderQueueUrl")
        }
        yield Stage("dev", urls, session)


@pytest.fixture
def queue(stage: Stage) -> DeadLetterQueue:
    """With dead letters of as many orders."""
    for index in range(LETTERS):
        stage.sqs.send_message(
            QueueUrl=stage.output("deadLetterQueueUrl"),
            MessageBody=message("c", id=f"{index:036}"),
            MessageAttributes={
                "cause": {"DataType": "String", "StringValue": f"cause {index % 5}"}
            },
        )
    return DeadLetterQueue(
        name="orders",
        url=stage.output("deadLetterQueueUrl"),
        destination=stage.output("orderQueueUrl"),
    )


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch, impatient: None) -> None:  # noqa: ARG001 (before it)
    monkeypatch.setattr(moving, "HOLD_SECONDS", 30)


def never(_: float) -> None:
    """There is nothing to wait for."""
    raise AssertionError


def bodies(stage: Stage, output: str) -> list[str]:
    """Of all messages of a queue, which go on resting."""
    place = DeadLetterQueue(name="orders", url=stage.output(output), destination=None)
    with Look(stage, place) as look:
        return sorted(letter.body for letter in all_letters(look))


EVERY = [message("c", id=f"{index:036}") for index in range(LETTERS)]


def test_a_look_leaves_everything_where_it_was(stage: Stage, queue: DeadLetterQueue) -> None:
    with Look(stage, queue) as look:
        assert len(list(all_letters(look))) == LETTERS
        assert depth(stage, queue.url) == Depth(visible=0, hidden=LETTERS)
    assert depth(stage, queue.url) == Depth(visible=LETTERS, hidden=0)


def test_a_look_that_is_cut_short_puts_back_too(stage: Stage, queue: DeadLetterQueue) -> None:
    def look_at_some() -> None:
        with Look(stage, queue) as look:
            for _ in look.batches():
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_at_some()
    assert depth(stage, queue.url) == Depth(visible=LETTERS, hidden=0)


def test_all_are_sent_and_only_then_deleted(stage: Stage, queue: DeadLetterQueue) -> None:
    told: list[int] = []
    door = QueueDoor(stage, stage.output("orderQueueUrl"))
    done = move(stage, queue, Chosen(), door, Pace(None), told.append)
    assert (done.moved.total(), done.refused, done.resting, sum(told)) == (LETTERS, 0, 0, LETTERS)
    assert bodies(stage, "orderQueueUrl") == EVERY
    # Why they rested once is not said of them for ever.
    received = stage.sqs.receive_message(
        QueueUrl=stage.output("orderQueueUrl"), MessageAttributeNames=["All"]
    )
    assert "MessageAttributes" not in received["Messages"][0]


@pytest.mark.usefixtures("patient")
def test_only_what_is_chosen_goes(stage: Stage, queue: DeadLetterQueue) -> None:
    door = QueueDoor(stage, stage.output("orderQueueUrl"))
    chosen = Chosen(cause="cause 3")
    done = move(stage, queue, chosen, door, Pace(None), lambda _: None, sleep=never)
    assert dict(done.moved) == {"cause 3": LETTERS // 5}
    assert bodies(stage, "orderQueueUrl") == EVERY[3::5]
    assert depth(stage, queue.url) == Depth(visible=LETTERS - LETTERS // 5, hidden=0)


class KilledAfterSending(QueueDoor):
    """Ends in the worst moment: the second batch is sent, and not deleted yet."""

    batches = 0

    def take(self, letters: Sequence[Letter]) -> list[Letter]:
        taken = super().take(letters)
        self.batches += 1
        if self.batches == 2:
            raise KeyboardInterrupt
        return taken


def test_it_is_begun_again_and_nothing_is_lost(stage: Stage, queue: DeadLetterQueue) -> None:
    door = KilledAfterSending(stage, stage.output("orderQueueUrl"))
    with pytest.raises(KeyboardInterrupt):
        move(stage, queue, Chosen(), door, Pace(None), lambda _: None)
    assert len(bodies(stage, "deadLetterQueueUrl")) == LETTERS - 10
    again = QueueDoor(stage, stage.output("orderQueueUrl"))
    move(stage, queue, Chosen(), again, Pace(None), lambda _: None)
    arrived = bodies(stage, "orderQueueUrl")
    # What was sent and not deleted yet came twice.
    assert (len(arrived), sorted(set(arrived))) == (LETTERS + 10, EVERY)
    assert bodies(stage, "deadLetterQueueUrl") == []


def test_what_another_holds_for_longer_is_counted(stage: Stage, queue: DeadLetterQueue) -> None:
    next(Look(stage, queue).batches())
    door = QueueDoor(stage, stage.output("orderQueueUrl"))
    done = move(stage, queue, Chosen(), door, Pace(None), lambda _: None)
    assert (done.moved.total(), done.resting, done.held) == (LETTERS - 10, 10, 10)


@pytest.mark.usefixtures("patient")
def test_what_another_gave_back_before_it_was_counted_goes_too(
    stage: Stage, queue: DeadLetterQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = ExitStack()
    next(held.enter_context(Look(stage, queue)).batches())

    def count(stage: Stage, url: str) -> Depth:
        held.close()
        return depth(stage, url)

    monkeypatch.setattr(moving, "depth", count)
    door = QueueDoor(stage, stage.output("orderQueueUrl"))
    done = move(stage, queue, Chosen(), door, Pace(None), lambda _: None, sleep=lambda _: None)
    assert (done.moved.total(), done.resting, done.held) == (LETTERS, 0, 0)
    assert bodies(stage, "orderQueueUrl") == EVERY


class Refuses:
    """Takes nothing."""

    def take(self, letters: Sequence[Letter]) -> list[Letter]:  # noqa: ARG002
        return []


@pytest.mark.usefixtures("patient")
def test_what_a_door_refuses_rests_and_is_counted(stage: Stage, queue: DeadLetterQueue) -> None:
    done = move(stage, queue, Chosen(), Refuses(), Pace(None), lambda _: None, sleep=never)
    assert (done.moved.total(), done.refused, done.resting) == (0, LETTERS, LETTERS)
    assert depth(stage, queue.url) == Depth(visible=LETTERS, hidden=0)


def test_large_messages_are_sent_one_by_one(stage: Stage, queue: DeadLetterQueue) -> None:
    stage.sqs.purge_queue(QueueUrl=queue.url)
    for _ in range(9):
        stage.sqs.send_message(QueueUrl=queue.url, MessageBody="x" * (MOST_BATCH_BYTES - 1))
    door = QueueDoor(stage, stage.output("orderQueueUrl"))
    # Together they are more than SQS takes at once.
    assert move(stage, queue, Chosen(), door, Pace(None), lambda _: None).moved.total() == 9


def test_what_is_discarded_is_on_the_disk(
    stage: Stage, queue: DeadLetterQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "letters.jsonl"
    resting: list[int] = []

    def fsync(_: int) -> None:
        # Each batch is on the disk while it still rests.
        resting.append(depth(stage, queue.url).all)

    monkeypatch.setattr(os, "fsync", fsync)
    with file_door(file) as door:
        move(stage, queue, Chosen(), door, Pace(None), lambda _: None)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert sorted(line["body"] for line in lines) == EVERY
    assert {line["attributes"]["cause"] for line in lines} == {f"cause {n}" for n in range(5)}
    assert resting == [25, 15, 5]
    # Orders are in it.
    assert file.stat().st_mode & 0o777 == 0o600
    assert depth(stage, queue.url) == Depth(visible=0, hidden=0)


def test_nothing_is_deleted_where_the_disk_is_full(stage: Stage, queue: DeadLetterQueue) -> None:
    with Path("/dev/full").open("wb") as full:
        door = FileDoor(full.fileno())
        with pytest.raises(OSError, match="No space"):
            move(stage, queue, Chosen(), door, Pace(None), lambda _: None)
    assert depth(stage, queue.url) == Depth(visible=LETTERS, hidden=0)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(OpsError, match=r"missing/x cannot be written \(No such file"),
        file_door(tmp_path / "missing" / "x"),
    ):
        pass


def test_letters_that_another_holds_are_waited_for(
    stage: Stage, queue: DeadLetterQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "HOLD_SECONDS", 30)
    held = Look(stage, queue)
    next(held.batches())
    told: list[int] = []

    def sleep(_: float) -> None:
        assert sum(told) == LETTERS - 10
        held.__exit__(None, None, None)

    door = QueueDoor(stage, stage.output("orderQueueUrl"))
    done = move(stage, queue, Chosen(), door, Pace(None), told.append, sleep)
    assert (done.moved.total(), done.resting) == (LETTERS, 0)


def test_a_rate_is_kept() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(20, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        pace.wait(10)
    assert slept == [0.5] * 4
    assert (pace.at_once, Pace(3).at_once, Pace(0.1).at_once, Pace(None).at_once) == (10, 3, 1, 10)
    Pace(None, sleep=sleep).wait(1000)
    assert len(slept) == 4


class MoveTasks:
    """SQS, as far as message move tasks go: what it says of the newest, time after time."""

    def __init__(self, *said: dict[str, Any]) -> None:
        self.said = list(said)
        self.started: list[dict[str, Any]] = []
        self.sqs = self

    def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        return {"Attributes": {"QueueArn": f"arn:{asked['QueueUrl']}"}}

    def list_message_move_tasks(self, **_: Any) -> dict[str, Any]:
        told = self.said.pop(0)
        return {"Results": [told] if told else []}

    def start_message_move_task(self, **asked: Any) -> None:
        self.started.append(asked)


def task(status: str, moved: int, **more: str) -> dict[str, Any]:
    return {"Status": status, "ApproximateNumberOfMessagesMoved": moved, **more}


DEAD = DeadLetterQueue(name="orders", url="dead", destination="orders")


def test_sqs_moves_all_at_the_rate_asked_for() -> None:
    tasks: Any = MoveTasks(task("COMPLETED", 9), task("RUNNING", 4), task("COMPLETED", 7))
    told: list[int] = []
    assert move_by_sqs(tasks, DEAD, "orders", 1000, told.append, lambda _: None) == 7
    assert tasks.started == [
        {
            "SourceArn": "arn:dead",
            "DestinationArn": "arn:orders",
            "MaxNumberOfMessagesPerSecond": 500,
        }
    ]
    assert told == [4, 3]


def test_a_task_that_runs_is_followed() -> None:
    tasks: Any = MoveTasks(task("RUNNING", 4), task("COMPLETED", 7))
    assert move_by_sqs(tasks, DEAD, "orders", None, lambda _: None, lambda _: None) == 7
    assert tasks.started == []


def test_a_task_that_fails_says_why() -> None:
    tasks: Any = MoveTasks({}, task("FAILED", 4, FailureReason="denied"))
    with pytest.raises(OpsError, match=r"moved 4 letters .* failed: denied\. The others rest"):
        move_by_sqs(tasks, DEAD, "orders", None, lambda _: None, lambda _: None)
