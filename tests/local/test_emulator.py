"""The emulator starts where it should, and nothing of it outlives its owner."""

import io
import json
import os
import signal
import socket
import subprocess
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.cloud import CloudError, Emulator, SavedState, free_port
from local.engine.aws import Aws
from tests.local.processes import Run, eventually, gone, members, run_python

pytestmark = pytest.mark.cloud

PARENT = """
import sys, time
from pathlib import Path
from local.cloud import Emulator

emulator = Emulator(Path(sys.argv[1]))
emulator.start()
print(emulator.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[Run]:
    """A process that has started an emulator and printed its process group."""
    run = run_python(tmp_path, "-c", PARENT, str(tmp_path / "state"))
    try:
        eventually(lambda: run.stdout, lambda text: text or run.process.poll() is not None)
        yield run
    finally:
        run.end()


def aws(emulator: Emulator) -> Any:
    return Aws(emulator.url, emulator.url, "us-east-1")


def call_a_function(emulator: Emulator) -> None:
    """Makes the emulator start a process of its own."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("code.py", "def handle(event, context):\n    return event\n")
    role = aws(emulator).iam.create_role(
        RoleName="echo",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}),
    )["Role"]
    functions = aws(emulator).functions
    functions.create_function(
        FunctionName="echo",
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="code.handle",
        Code={"ZipFile": archive.getvalue()},
    )
    answer = functions.invoke(FunctionName="echo", Payload=b'"hello"')
    assert json.load(answer["Payload"]) == "hello"


def queues(emulator: Emulator) -> list[str]:
    return aws(emulator).sqs.list_queues().get("QueueUrls", [])


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_stop_leaves_no_process_of_its_group(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path)
    emulator.start()
    group = emulator.pid
    call_a_function(emulator)
    assert len(members(group)) > 1

    emulator.stop()

    assert gone(lambda: members(group))
    assert refuses(emulator.port)
    emulator.stop()


def test_the_whole_group_ends_with_a_killed_parent(parent: Run) -> None:
    group = int(parent.stdout)
    assert members(group)

    parent.signal(signal.SIGKILL)

    assert parent.exit_code == -signal.SIGKILL
    assert gone(lambda: members(group))


def test_two_emulators_at_once_share_nothing(tmp_path: Path) -> None:
    with Emulator(tmp_path / "first") as first, Emulator(tmp_path / "second") as second:
        aws(first).sqs.create_queue(QueueName="mine")

        assert first.port != second.port
        assert len(queues(first)) == 1
        assert queues(second) == []


def test_a_port_is_free_again_after_stop(tmp_path: Path) -> None:
    port = free_port()
    for _ in range(2):
        with Emulator(tmp_path, port=port) as emulator:
            health = f"http://127.0.0.1:{port}/_ministack/health"
            with urllib.request.urlopen(health, timeout=5) as answer:
                assert answer.status == 200
            assert emulator.url == f"http://127.0.0.1:{port}"


def test_data_is_kept_only_where_it_is_asked_for(tmp_path: Path) -> None:
    for persist in (False, True):
        state = tmp_path / str(persist)
        with Emulator(state, persist=persist) as emulator:
            aws(emulator).sqs.create_queue(QueueName="kept")
        with Emulator(state, persist=persist) as emulator:
            assert len(queues(emulator)) == persist


KEEPER = """
import sys, time
from pathlib import Path
from local.cloud import Emulator, SavedState
from local.engine.aws import Aws

with SavedState(Path(sys.argv[1])) as state:
    emulator = Emulator(state.running, persist=True, lock=state.lock)
    emulator.start()
    Aws(emulator.url, "", "us-east-1").sqs.create_queue(QueueName=sys.argv[2])
    print(emulator.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    """Starts a process whose emulator makes a queue and keeps it in the folder `kept`."""
    runs: list[Run] = []

    def keep(queue: str) -> Run:
        runs.append(run_python(tmp_path, "-c", KEEPER, str(tmp_path / "kept"), queue))
        eventually(lambda: runs[-1].stdout, lambda text: text or runs[-1].process.poll())
        return runs[-1]

    yield keep
    for run in runs:
        run.end()


def kept_queues(folder: Path) -> list[str]:
    with SavedState(folder) as state, Emulator(state.running, persist=True) as emulator:
        return sorted(url.rpartition("/")[2] for url in queues(emulator))


def test_a_killed_owner_loses_nothing(tmp_path: Path, keep: Callable[[str], Run]) -> None:
    run = keep("one")
    run.signal(signal.SIGKILL)
    assert run.exit_code == -signal.SIGKILL
    assert gone(run.alive)

    assert kept_queues(tmp_path / "kept") == ["one"]
    # And it is kept further.
    assert kept_queues(tmp_path / "kept") == ["one"]


def test_a_killed_emulator_leaves_what_was_saved_last(
    tmp_path: Path, keep: Callable[[str], Run]
) -> None:
    first = keep("one")
    first.signal(signal.SIGKILL)
    assert gone(first.alive)
    second = keep("two")
    os.killpg(int(second.stdout), signal.SIGKILL)
    second.end()

    assert kept_queues(tmp_path / "kept") == ["one"]


def test_messages_in_flight_come_again_at_once(tmp_path: Path) -> None:
    with SavedState(tmp_path) as state, Emulator(state.running, persist=True) as emulator:
        sqs = aws(emulator).sqs
        url = sqs.create_queue(QueueName="one", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="received")
        assert sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=600)
    with SavedState(tmp_path) as state, Emulator(state.running, persist=True) as emulator:
        sqs = aws(emulator).sqs
        url = sqs.get_queue_url(QueueName="one")["QueueUrl"]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [message["Body"] for message in messages] == ["received"]


def test_what_is_in_a_bucket_is_kept_with_it(tmp_path: Path) -> None:
    with SavedState(tmp_path) as state, Emulator(state.running, persist=True) as emulator:
        s3 = aws(emulator).s3
        s3.create_bucket(Bucket="shop")
        s3.put_bucket_policy(Bucket="shop", Policy='{"Statement": []}')
        s3.put_object(Bucket="shop", Key="a/b.html", Body=b"<p>", ContentType="text/html")
    with SavedState(tmp_path) as state, Emulator(state.running, persist=True) as emulator:
        s3 = aws(emulator).s3
        found = s3.get_object(Bucket="shop", Key="a/b.html")
        assert (found["Body"].read(), found["ContentType"]) == (b"<p>", "text/html")
        assert s3.get_bucket_policy(Bucket="shop")["Policy"] == '{"Statement": []}'


def test_what_could_not_be_saved_whole_does_not_count(tmp_path: Path) -> None:
    with SavedState(tmp_path) as state:
        with Emulator(state.running, persist=True) as emulator:
            aws(emulator).sqs.create_queue(QueueName="one")
        assert state.whole
    with SavedState(tmp_path) as state:
        with Emulator(state.running, persist=True) as emulator:
            aws(emulator).sqs.create_queue(QueueName="two")
            # MiniStack logs that it cannot write this, and goes on.
            (state.running / "state" / "sqs.json").unlink()
            (state.running / "state" / "sqs.json").mkdir()
        assert not state.whole

    assert kept_queues(tmp_path) == ["one"]


def test_a_folder_is_one_runs_until_its_emulator_has_ended(
    tmp_path: Path, keep: Callable[[str], Run]
) -> None:
    run = keep("one")
    with pytest.raises(CloudError, match=rf"runs on {tmp_path / 'kept'}.* Stop it first"):
        SavedState(tmp_path / "kept").__enter__()

    # Its emulator goes on where nothing tells it that the owner is gone.
    emulator = psutil.Process(int(run.stdout))
    emulator.suspend()
    run.signal(signal.SIGKILL)
    assert run.exit_code == -signal.SIGKILL
    with pytest.raises(CloudError, match="is saving to it"):
        SavedState(tmp_path / "kept").__enter__()
    emulator.resume()
    assert gone(run.alive)
    assert kept_queues(tmp_path / "kept") == ["one"]


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        emulator = Emulator(tmp_path, port=port)
        with pytest.raises(CloudError, match=rf"Port {port} .* is taken .*another port"):
            emulator.start()
    assert not emulator.log.exists()


def test_a_child_that_dies_leads_to_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ministack(tmp_path, monkeypatch, "def main(): raise SystemExit('no license')")
    emulator = Emulator(tmp_path / "state")
    with pytest.raises(CloudError) as raised:
        emulator.start()
    assert str(emulator.log) in str(raised.value)
    assert "no license" in emulator.log.read_text()


def test_a_child_that_does_not_answer_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine it may not have come so far as to say who it is.
    children: list[int] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            children.append(self.pid)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    _ministack(tmp_path, monkeypatch, "import time\ndef main():\n    time.sleep(600)")
    monkeypatch.setattr("local.cloud.emulator.READY_WITHIN_SECONDS", 2)
    emulator = Emulator(tmp_path / "state")
    with pytest.raises(CloudError) as raised:
        emulator.start()
    assert str(emulator.log) in str(raised.value)
    assert gone(lambda: members(children[0]))


def _ministack(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put another application in the emulator's place; its services are its own."""
    package = folder / "path" / "ministack"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)"
    )
    (package / "app.py").write_text(f"app = None\n{code}")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
