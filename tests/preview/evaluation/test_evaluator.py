"""A program that does not evaluate says what is wrong, and where."""

from pathlib import Path

import pytest

from preview.evaluation.evaluated import Evaluated
from preview.evaluation.evaluator import EvaluationError, Evaluator

STACK = "config:\n  orderflow:greeting: hello\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a small program, which has a module of its own by the name of infra.policy."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "policy.py").write_text("def name():\n    return 'errands'\n")
    (tmp_path / "Pulumi.yaml").write_text("config: {}\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK)
    return tmp_path


def evaluate(folder: Path, *lines: str) -> Evaluated:
    (folder / "__main__.py").write_text("\n".join(lines) + "\n")
    with Evaluator(folder, "salt") as evaluator:
        return evaluator.evaluate("dev")


def test_it_runs_the_folders_own_code_whatever_that_prints(folder: Path) -> None:
    stage = evaluate(
        folder,
        "import os, pathlib, pulumi, pulumi_aws as aws",
        "from infra.policy import name",
        "print('hello' * 20_000)",
        "os.system('echo hello')",
        "assert pathlib.Path('infra/policy.py').is_file()",
        "queue = aws.sqs.Queue(name(), delay_seconds=5)",
        "pulumi.export('url', queue.url)",
    )
    [queue] = stage.resources
    assert (queue.identity, queue.properties) == (
        "aws:sqs/queue:Queue::errands",
        {"delaySeconds": 5},
    )
    assert stage.config == {"orderflow:greeting": "hello"}
    assert stage.outputs["url"].endswith("/errands")


def test_no_secret_is_told_wherever_it_is(folder: Path) -> None:
    stage = evaluate(
        folder,
        "import pulumi, pulumi_aws as aws",
        "secret = pulumi.Output.secret('hello')",
        "aws.sqs.Queue('errands', tags={'greeting': secret})",
        "pulumi.export('greeting', secret)",
        "pulumi.export('plain', 'good evening')",
    )
    assert "hello" not in str((stage.resources, stage.outputs))
    assert stage.outputs["plain"] == "good evening"
    # Policies are to find them.
    assert stage.recording.outputs == {"greeting": "hello", "plain": "good evening"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["import infra.policy", "infra.policy.name(1)"], r"__main__\.py, line 2: TypeError: name"),
        (["def broken("], r"__main__\.py, line 1: '\(' was never closed"),
        (["import infra.nothing"], r"__main__\.py, line 1: ModuleNotFoundError: .*infra\.nothing"),
        # Of the tree that evaluates it, and not of this one.
        (["import infra.settings"], r"ModuleNotFoundError: .*infra\.settings"),
        (["import pulumi", "raise pulumi.RunError('Not so.')"], r"^Not so\.$"),
        (["raise SystemExit(3)"], r"__main__\.py, line 1: SystemExit: 3"),
        (["import os", "os._exit(4)"], r"it ended this process, with exit code 4"),
    ],
)
def test_it_says_what_is_wrong_and_where(folder: Path, lines: list[str], said: str) -> None:
    with pytest.raises(EvaluationError, match=said) as refused:
        evaluate(folder, *lines)
    assert "Traceback" not in str(refused.value)


def test_a_missing_stage_is_named(folder: Path) -> None:
    (folder / "__main__.py").touch()
    with (
        Evaluator(folder, "salt") as evaluator,
        pytest.raises(EvaluationError, match=r"Pulumi\.prod\.yaml cannot be read"),
    ):
        evaluator.evaluate("prod")


def test_a_failure_does_not_spoil_the_next_answer(folder: Path) -> None:
    (folder / "__main__.py").write_text("1 / 0\n")
    with Evaluator(folder, "salt") as evaluator:
        with pytest.raises(EvaluationError, match="ZeroDivisionError"):
            evaluator.evaluate("dev")
        (folder / "__main__.py").write_text("\n")
        assert evaluator.evaluate("dev").resources == ()
