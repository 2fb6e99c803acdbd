"""Copies of the program that can be changed, and what a change of one does."""

import itertools
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.engine.program import ROOT
from preview.evaluation.evaluated import Evaluated
from preview.evaluation.evaluator import Evaluator
from preview.report.report import Report
from preview.stage_preview import StagePreview, preview_stage

SALT = "as good as any"


@dataclass(frozen=True, kw_only=True)
class Program:
    """A copy of the program, and the stage `dev` of the original."""

    root: Path
    before: Evaluated

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r} any more"
        path.write_text(text.replace(old, new))

    def write(self, file: str, text: str) -> None:
        (self.root / file).write_text(text)

    def evaluate(self, stage: str = "dev") -> Evaluated:
        with Evaluator(self.root, SALT) as evaluator:
            return evaluator.evaluate(stage)

    def preview(self, before: Evaluated | None = None) -> StagePreview:
        """Stage `dev` against the original, or against what this copy was."""
        with Evaluator(self.root, SALT) as evaluator:
            return preview_stage(
                "dev",
                before or self.before,
                evaluator.evaluate("dev"),
                lambda known_as: evaluator.evaluate("dev", known_as),
            )


def as_json(stage: StagePreview) -> dict[str, Any]:
    """The stage as the report has it, without costs and policies, which have tests of their own."""
    report = Report(base="main", commit="0" * 40, stages=(stage,))
    [told] = json.loads(report.as_json())["stages"]
    return {name: value for name, value in told.items() if name not in ("cost", "violations")}


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Never to be changed."""
    root = tmp_path_factory.mktemp("original")
    _copy(ROOT, root)
    with Evaluator(root, SALT) as evaluator:
        return Program(root=root, before=evaluator.evaluate("dev"))


@pytest.fixture
def program(original: Program, tmp_path: Path) -> Program:
    """A copy for a test to change."""
    root = tmp_path / "program"
    _copy(original.root, root)
    return Program(root=root, before=original.before)


class Repository:
    """A copy of the program, committed to main."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._commits = itertools.count()
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit()

    def git(self, *arguments: str) -> str:
        me = ("-c", "user.name=Me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false")
        ran = subprocess.run(  # noqa: S603
            ["git", *me, *arguments],  # noqa: S607
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", f"Change {next(self._commits)}")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(program: Program, monkeypatch: pytest.MonkeyPatch) -> Repository:
    if shutil.which("git") is None:
        pytest.skip("asks git")
    # A hook's git would have the tests commit to its own repository.
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(program.root.parent))
    return Repository(program.root)


def _copy(source: Path, root: Path) -> None:
    """Copy what the program is made of."""
    for folder in ("infra", "functions", "graphql", "outputs"):
        shutil.copytree(
            source / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in (source / "__main__.py", *source.glob("Pulumi*.yaml")):
        shutil.copy(file, root)
    (root / "storefront").mkdir()
    shutil.copy(source / "storefront" / "headers.json", root / "storefront")
