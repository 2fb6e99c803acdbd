"""Dead letters are sent round again, killed in between or not, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stage import Stage as Deployed
from tests.e2e.stage import eventually, message
from tests.local.processes import ROOT
from tests.ops.changes import changes_of
from tests.ops.conftest import Ask, Deploy

pytestmark = pytest.mark.cloud

LETTERS = 300


@pytest.fixture
def paused(deploy: Deploy, ask: Ask) -> Iterator[Deployed]:
    """A stage whose orders wait in their queue, to be counted."""
    deployed = deploy(workflowType="STANDARD", consumerBatchSize=9)
    ask(deployed, "pause")
    yield deployed
    deployed.cloud.aws.sqs.purge_queue(QueueUrl=deployed.outputs["orderQueueUrl"])
    ask(deployed, "resume")


def fill(deployed: Deployed, number: int) -> list[str]:
    """Have orders rest; their messages."""
    bodies = [message("dave", id=str(uuid.uuid4())) for _ in range(number)]
    for start in range(0, number, 10):
        deployed.cloud.aws.sqs.send_message_batch(
            QueueUrl=deployed.outputs["deadLetterQueueUrl"],
            Entries=[
                {"Id": str(index), "MessageBody": body}
                for index, body in enumerate(bodies[start : start + 10])
            ],
        )
    return bodies


def arrived(deployed: Deployed) -> list[str]:
    """All that is on the queue of orders, which is paused."""
    found: list[str] = []
    while received := deployed.cloud.aws.sqs.receive_message(
        QueueUrl=deployed.outputs["orderQueueUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=0
    ).get("Messages"):
        found += [each.get("Body", "") for each in received]
    return found


def command(deployed: Deployed, tmp_path: Path, *arguments: str) -> "subprocess.Popen[str]":
    """`python -m ops` as an operator runs it, with the outputs in a file."""
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(deployed.outputs))
    return subprocess.Popen(  # noqa: S603 (our own command)
        [sys.executable, "-m", "ops", "--file", file, "--stage", "local", *arguments],
        cwd=ROOT,
        env=os.environ | {"AWS_ENDPOINT_URL": deployed.cloud.emulator.url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_is_killed_and_begun_again_and_nothing_is_lost(paused: Deployed, tmp_path: Path) -> None:
    bodies = fill(paused, LETTERS)
    # At a pace that the kill falls into the middle of.
    first = command(paused, tmp_path, "dead-letters", "redrive", "orders", "--yes", "--rate", "60")
    eventually(lambda: paused.depth("orderQueueUrl"), lambda moved: moved >= 20)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert paused.depth("deadLetterQueueUrl") > 0

    second = command(paused, tmp_path, "--json", "dead-letters", "redrive", "orders", "--yes")
    out, err = second.communicate()
    assert second.returncode == 0, err
    done = json.loads(out.splitlines()[-1])["queues"]["orders"]
    assert (done["resting"], done["refused"]) == (0, 0)
    # A line for each step on the way.
    assert json.loads(out.splitlines()[0])["queue"] == "orders"
    came = arrived(paused)
    assert set(came) == set(bodies)
    # Sent before the kill and not deleted yet: one batch at most.
    assert LETTERS <= len(came) <= LETTERS + 10


def test_nothing_is_changed_where_nobody_can_agree(paused: Deployed, tmp_path: Path) -> None:
    fill(paused, 3)
    process = command(paused, tmp_path, "dead-letters", "redrive", "orders")
    out, err = process.communicate()
    assert process.returncode == 2
    assert "3 of orders are sent round again" in err
    assert err.endswith("there is nobody to ask. Agree to it by --yes.\n")
    assert "received too often" in out
    assert paused.depth("deadLetterQueueUrl") == 3
    assert paused.depth("orderQueueUrl") == 0


def test_they_are_discarded_into_a_file(paused: Deployed, ask: Ask, tmp_path: Path) -> None:
    ask(paused, "dead-letters", "redrive", "orders")
    [body, *others] = fill(paused, 3)
    order_id = json.loads(body)["id"]
    file = tmp_path / "letters.jsonl"
    chosen = ("orders", "--order", order_id)
    ask(paused, "dead-letters", "discard", *chosen, "--to", str(file), "--dry-run")
    assert not file.exists()
    code, done = ask(paused, "dead-letters", "discard", *chosen, "--to", str(file))
    assert (code, done["queues"]["orders"]["moved"]) == (0, 1)
    assert [json.loads(line)["body"] for line in file.read_text().splitlines()] == [body]
    _, listed = ask(paused, "dead-letters", "list", "orders")
    assert listed["queues"][0]["letters"] == len(others)
    ask(paused, "dead-letters", "export", "orders", "--to", str(file))
    assert len(file.read_text().splitlines()) == 1 + len(others)
    assert paused.depth("deadLetterQueueUrl") == len(others)


def test_changes_that_were_not_published_are(standard: Deployed, ask: Ask) -> None:
    order_id = standard.store("erin")
    eventually(lambda: standard.log_lines("broadcast-update", order_id), bool)
    again = standard.log_lines("broadcast-update", order_id)
    queue = standard.outputs["broadcastDeadLetterQueueUrl"]
    known = changes_of(standard, order_id)
    forgotten = json.loads(json.dumps(known))
    forgotten["DDBStreamBatchInfo"]["startSequenceNumber"] = "1" * 21
    for body in (known, forgotten):
        standard.cloud.aws.sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body))

    _, found = ask(standard, "find", order_id)
    rests = [each for each in found["orders"][0]["timeline"] if each["where"] == "dead letters"]
    assert [each["what"] for each in rests] == [
        "rests in broadcast: not published: RetryAttemptsExhausted"
    ]
    code, done = ask(standard, "dead-letters", "redrive", "broadcast")
    # The stream has forgotten which orders the other one is about.
    assert (code, done["queues"]["broadcast"]["moved"]) == (1, 1)
    assert (
        done["queues"]["broadcast"]["refused"],
        standard.depth("broadcastDeadLetterQueueUrl"),
    ) == (1, 1)
    lines = eventually(
        lambda: standard.log_lines("broadcast-update", order_id),
        lambda lines: len(lines) > len(again),
    )
    assert [line["message"] for line in lines] == ["Update published"] * (len(again) + 1)
    standard.cloud.aws.sqs.purge_queue(QueueUrl=queue)
