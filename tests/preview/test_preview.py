"""The command: what is compared with what, and how it ends."""

import json
import sys

import pytest

from preview.__main__ import main, preview
from preview.evaluation.evaluated import Evaluated
from preview.evaluation.evaluator import Evaluator
from tests.preview.conftest import Program, Repository

# Each evaluates the program, and what it was, in processes of their own.
pytestmark = pytest.mark.long


@pytest.fixture
def run(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> "Run":
    monkeypatch.setattr("preview.__main__.ROOT", repository.root)
    return Run(monkeypatch, capfd)


class Run:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, the output and the errors."""
        self._monkeypatch.setattr(sys, "argv", ["preview", *arguments])
        self._capfd.readouterr()
        code = main()
        out, err = self._capfd.readouterr()
        return code, out, err


def test_a_branch_and_what_is_not_committed_are_compared_with_where_it_began(
    program: Program, repository: Repository, run: Run
) -> None:
    repository.git("switch", "--quiet", "--create", "mine")
    program.edit("Pulumi.dev.yaml", "queryDepthLimit: 15", "queryDepthLimit: 12")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    program.edit("Pulumi.dev.yaml", "introspection: true", "introspection: false")
    repository.commit()
    repository.git("switch", "--quiet", "mine")
    program.edit("graphql/schema.graphql", "  PAYMENT_FAILED\n", "  PAYMENT_FAILED\n  EATEN\n")

    code, out, err = run("--stage", "dev", "--format", "json")

    told = json.loads(out)
    assert (code, err, told["format"], told["base"]) == (0, "", 1, "main")
    assert told["commit"] == repository.git("rev-parse", "main~1")
    [stage] = told["stages"]
    assert [each["path"] for each in stage["options"]] == ["queryDepthLimit"]
    assert stage["api"]["dangerous"] == [
        "VALUE_ADDED_TO_ENUM EATEN was added to enum type OrderStatus."
    ]
    assert stage["cost"]["old"] == stage["cost"]["new"]
    assert len(repository.git("worktree", "list").splitlines()) == 1


def test_the_api_may_break_where_that_is_meant(program: Program, run: Run) -> None:
    program.edit(
        "graphql/schema.graphql", '  "Why the payment failed."\n  statusReason: String\n', ""
    )

    code, out, _ = run("--stage", "dev")
    assert code == 1
    assert (
        "!! The API breaks its clients: FIELD_REMOVED Order.statusReason was removed."
        in " ".join(out.split())
    )
    assert run("--stage", "dev", "--allow-breaking")[0] == 0


def test_nothing_is_told_in_one_line(run: Run) -> None:
    code, out, _ = run("--stage", "dev")
    assert code == 0
    assert out.splitlines()[1:] == ["Nothing changes in dev."]


def test_an_interrupt_leaves_nothing_behind(
    repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Evaluator) -> Evaluated:
        assert len(repository.git("worktree", "list").splitlines()) == 2
        started.append(self)
        raise KeyboardInterrupt

    started: list[Evaluator] = []
    monkeypatch.setattr(Evaluator, "answer", interrupted)

    assert run("--stage", "dev") == (130, "", "")
    assert started
    assert len(repository.git("worktree", "list").splitlines()) == 1


def test_stages_come_and_go(program: Program, run: Run) -> None:
    (program.root / "Pulumi.local.yaml").unlink()
    (program.root / "Pulumi.prod.yaml").rename(program.root / "Pulumi.live.yaml")

    code, out, _ = run("--stage", "all", "--format", "json")

    told = json.loads(out)
    assert code == 0
    assert told["gone"] == ["local", "prod"]
    dev, live = told["stages"]
    assert (dev["stage"], dev["isNew"], dev["resources"]) == ("dev", False, [])
    assert (live["stage"], live["isNew"], live["same"]) == ("live", True, 0)
    assert {each["operation"] for each in live["resources"]} == {"create"}
    assert "old" not in live["cost"]


def test_where_there_was_no_program_all_is_new(repository: Repository, program: Program) -> None:
    text = (program.root / "__main__.py").read_text()
    (program.root / "__main__.py").unlink()
    repository.commit()
    program.write("__main__.py", text)

    [stage] = preview(program.root, "dev", "main").stages

    assert stage.is_new
    assert {each.operation for each in stage.resources} == {"create"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "trunk"], "trunk is no branch, tag or commit that is known here"),
        (["--stage", "proud"], "There is no Pulumi.proud.yaml; there are stages dev, local, prod."),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(
    run: Run, arguments: list[str], said: str
) -> None:
    assert run(*arguments) == (2, "", f"{said}\n")


def test_a_program_that_does_not_evaluate_says_where(program: Program, run: Run) -> None:
    program.edit("infra/order_store.py", '"placedAt", "restaurantId")', '"placedAt", 1 / 0)')
    lines = (program.root / "infra/order_store.py").read_text().splitlines()
    line = next(number for number, each in enumerate(lines, 1) if "1 / 0" in each)

    code, out, err = run("--stage", "dev")

    assert (code, out) == (2, "")
    assert err == f"infra/order_store.py, line {line}: ZeroDivisionError: division by zero\n"


def test_a_wrong_option_is_said_as_the_program_says_it(program: Program, run: Run) -> None:
    program.edit("Pulumi.dev.yaml", "queryDepthLimit: 15", "queryDepthLimit: 100")

    code, _, err = run("--stage", "dev")

    assert code == 2
    assert "orderflow:queryDepthLimit is '100', but must be a whole number from 0 to 75" in err
    assert "Traceback" not in err


def test_a_base_that_does_not_evaluate_is_named(
    program: Program, repository: Repository, run: Run
) -> None:
    program.edit("__main__.py", "settings = Settings.read()", "settings = 1 / 0")
    commit = repository.commit()
    program.edit("__main__.py", "settings = 1 / 0", "settings = Settings.read()")

    code, _, err = run("--stage", "dev")

    assert code == 2
    assert err.startswith(f"main ({commit[:7]}) does not evaluate: __main__.py, line ")


def test_a_schema_that_is_none_is_said(program: Program, run: Run) -> None:
    program.edit("graphql/schema.graphql", "type Query {", "type Query")

    code, _, err = run("--stage", "dev")

    assert (code, err.splitlines()[0][:12]) == (2, "Syntax Error")
    assert len(err.splitlines()) == 1
