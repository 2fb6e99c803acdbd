"""The emulator starts where it should, and nothing of it outlives its owner."""

import io
import json
import signal
import socket
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud import CloudError, Emulator, free_port
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
    pid = tmp_path / "pid"
    _ministack(
        tmp_path,
        monkeypatch,
        f"import os, time\ndef main():\n    open({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(600)",
    )
    monkeypatch.setattr("local.cloud.emulator.READY_WITHIN_SECONDS", 1)
    emulator = Emulator(tmp_path / "state")
    with pytest.raises(CloudError) as raised:
        emulator.start()
    assert str(emulator.log) in str(raised.value)
    assert gone(lambda: members(int(pid.read_text())))


def _ministack(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put another emulator in its place."""
    package = folder / "path" / "ministack"
    (package / "core").mkdir(parents=True)
    for part in (package, package / "core"):
        (part / "__init__.py").touch()
    (package / "core" / "iam_actions.py").write_text("_ses_v2_resource_arn = None")
    (package / "app.py").write_text(f"app = None\n{code}")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
