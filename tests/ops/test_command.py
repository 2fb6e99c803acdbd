"""What a newcomer types wrong is one line that says what to do; nothing is changed unasked."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.__main__ import parser, positive, span
from ops.stage import OpsError, Stage
from ops.terminal import Terminal
from tests.local.processes import ROOT


def ops(*arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code of `python -m ops`, and what it says on stderr."""
    ran = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-m", "ops", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ran.returncode, ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: COMMAND"),
        (["find"], "required: ORDER_ID|ADDRESS"),
        (["dead-letters", "redrive", "order"], "invalid choice: 'order'"),
        (["dead-letters", "redrive", "--older-than", "2"], "'2' is no span of time: such as 90s"),
        (["dead-letters", "redrive", "--rate", "0"], "'0' must be a number above 0"),
        (["reconcile"], "Say whose outputs: --stage dev, or --file outputs.json."),
        (["pause", "--file", "nowhere.json"], "nowhere.json cannot be read (No such file"),
    ],
)
def test_what_is_typed_wrong_is_said(arguments: list[str], said: str) -> None:
    code, stderr = ops(*arguments)
    assert code == 2
    assert said in stderr.splitlines()[-1]
    assert "Traceback" not in stderr


def test_a_stage_of_an_older_program_is_told_to_be_deployed(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"stage": "dev", "region": "us-east-1", "graphqlUrl": "https://x"}))
    code, stderr = ops("find", "01KB3X5YKYMBYYB3G1PS1TQR0W", "--file", str(file))
    assert code == 2
    assert stderr == (
        "Stage dev has no output deadLetterQueueUrl: an older program is deployed. "
        "Deploy this one (pulumi up), and ask again.\n"
    )


def test_a_service_that_refuses_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    outputs = {"stage": "dev", "region": "us-east-1", "orderQueueUrl": "http://127.0.0.1:9/q"}
    file.write_text(json.dumps(outputs))
    code, stderr = ops(
        *("pause", "--file", str(file), "--yes"),
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID="x",
        AWS_SECRET_ACCESS_KEY="x",
        AWS_MAX_ATTEMPTS="1",
    )
    assert (code, len(stderr.splitlines())) == (2, 1)
    assert "http://127.0.0.1:9" in stderr


def test_what_is_global_is_taken_before_and_after_the_command() -> None:
    before = parser().parse_args(["--stage", "dev", "--json", "dead-letters", "list", "mail"])
    after = parser().parse_args(["dead-letters", "list", "mail", "--stage", "dev", "--json"])
    assert vars(before) == vars(after)
    assert (before.stage, before.json, before.queue) == ("dev", True, "mail")
    assert not hasattr(before, "yes")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
    ],
)
def test_spans_are_read(text: str, read: timedelta) -> None:
    assert span(text) == read


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "1e9", "x"])
def test_rates_are_numbers_above_zero(text: str) -> None:
    with pytest.raises(Exception, match="must be a number above 0, and at most 10000"):
        positive(text)


class Keyboard:
    """Standard input, with one answer.

    Args:
        terminal: whether somebody is there to give it.
    """

    def __init__(self, answer: str, *, terminal: bool = True) -> None:
        self.answer = answer
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def readline(self) -> str:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "agrees"), [("y\n", True), ("YES\n", True), ("\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, agrees: bool
) -> None:
    keyboard: Any = Keyboard(answer)
    monkeypatch.setattr(sys, "stdin", keyboard)
    terminal = Terminal(json=False, yes=False)
    if agrees:
        terminal.confirm("Everything is deleted.")
    else:
        with pytest.raises(OpsError, match=r"Nothing was changed\."):
            terminal.confirm("Everything is deleted.")
    assert "Everything is deleted." in capsys.readouterr().err


def test_what_is_piped_in_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    piped: Any = Keyboard("y\n", terminal=False)
    monkeypatch.setattr(sys, "stdin", piped)
    with pytest.raises(OpsError, match=r"there is nobody to ask\. Agree to it by --yes\."):
        Terminal(json=False, yes=False).confirm("Everything is deleted.")


def test_scripts_get_documents_alone(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(json=True, yes=True)
    terminal.say("x")
    terminal.table(["a"], [("b",)])
    terminal.document({"a": 1})
    assert capsys.readouterr().out == '{"a": 1}\n'


def test_the_embedded_cloud_has_its_own_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody's")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    file = tmp_path / "outputs.json"
    for url, key in (
        ("http://127.0.0.1:4567/graphql", "test"),
        ("https://x/graphql", "somebody's"),
    ):
        outputs = {"stage": "dev", "region": "us-east-1", "graphqlUrl": url}
        file.write_text(json.dumps(outputs))
        client: Any = Stage.of(None, file).sqs
        assert client._request_signer._credentials.access_key == key
