"""What breaks clients is told, against the schema that main had."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from preview.evaluation.git import GitError
from tests.lint.schema_changes import SCHEMA, NothingToCompare, base_of

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="asks git")

FIRST, SECOND, THIRD = (f"type Query {{ {fields} }}\n" for fields in ("a: Int", "a: ID", "b: ID"))


class Repository:
    """A repository with nothing but a schema."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / SCHEMA).parent.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        me = ("-c", "user.name=Me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false")
        ran = subprocess.run(  # noqa: S603
            ["git", *me, *arguments],  # noqa: S607
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    def write(self, sdl: str) -> None:
        (self.folder / SCHEMA).write_text(sdl)

    def commit(self, sdl: str) -> str:
        self.write(sdl)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Change it")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    # A hook's git would have the tests commit to its own repository.
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    return Repository(tmp_path / "repository")


def test_a_change_to_commit_is_compared_with_what_is_committed(repository: Repository) -> None:
    repository.commit(FIRST)
    second = repository.commit(SECOND)
    repository.write(THIRD)
    base = base_of(repository.folder)
    assert (base.commit, base.sdl) == (second, SECOND)


def test_on_main_the_last_change_is_compared_with_what_was_before(repository: Repository) -> None:
    repository.commit(FIRST)
    second = repository.commit(SECOND)
    repository.commit(THIRD)
    repository.commit(THIRD)
    assert base_of(repository.folder).commit == second


def test_a_branch_is_compared_with_main_where_it_began(repository: Repository) -> None:
    first = repository.commit(FIRST)
    repository.git("switch", "--quiet", "--create", "mine")
    repository.commit(SECOND)
    repository.commit(THIRD)
    repository.git("switch", "--quiet", "main")
    repository.commit("type Query { c: Int }")
    repository.git("switch", "--quiet", "mine")
    assert base_of(repository.folder).commit == first


def test_what_is_pushed_counts_more_than_what_is_not(repository: Repository) -> None:
    first = repository.commit(FIRST)
    repository.git("update-ref", "refs/remotes/origin/main", first)
    repository.commit(SECOND)
    repository.commit(THIRD)
    assert base_of(repository.folder).commit == first


def test_a_shallow_clone_says_that_it_has_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.commit(FIRST)
    repository.commit(SECOND)
    repository.git("clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(tmp_path / "c"))
    with pytest.raises(NothingToCompare, match="no other schema; this clone is shallow"):
        base_of(tmp_path / "c")
    (tmp_path / "c" / SCHEMA).write_text(THIRD)
    assert base_of(tmp_path / "c").sdl == SECOND


def test_without_a_main_or_a_repository_or_git_it_says_so(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(FIRST)
    repository.git("branch", "--move", "trunk")
    with pytest.raises(NothingToCompare, match="neither origin/main nor main is known here"):
        base_of(repository.folder)
    (repository.folder / ".git").rename(tmp_path / "put-away")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(GitError, match="not a git repository"):
        base_of(repository.folder)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        base_of(repository.folder)
