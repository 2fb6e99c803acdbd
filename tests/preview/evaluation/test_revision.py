"""The revision that a change is compared with."""

import shutil
from pathlib import Path

import pytest

from preview.evaluation.git import GitError
from preview.evaluation.revision import checked_out, merge_base
from tests.preview.conftest import Repository


def test_it_is_where_the_two_parted(repository: Repository) -> None:
    parted = repository.git("rev-parse", "HEAD")
    repository.git("switch", "--quiet", "--create", "mine")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    later = repository.commit()
    repository.git("switch", "--quiet", "mine")

    assert merge_base(repository.root, "main") == parted
    repository.git("update-ref", "refs/remotes/origin/theirs", later)
    assert merge_base(repository.root, "theirs") == parted
    assert merge_base(repository.root, parted) == parted


def test_what_is_not_known_is_named(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="trunk is no branch, tag or commit that is known here"):
        merge_base(repository.root, "trunk")
    repository.git("switch", "--quiet", "--orphan", "apart")
    repository.commit()
    with pytest.raises(GitError, match="this checkout and main have no commit in common"):
        merge_base(repository.root, "main")
    (repository.root / ".git").rename(tmp_path / "put-away")
    with pytest.raises(GitError, match="not a git repository"):
        merge_base(repository.root, "main")


def test_a_shallow_clone_says_what_it_lacks(repository: Repository, tmp_path: Path) -> None:
    repository.git("switch", "--quiet", "--create", "mine")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    repository.commit()
    clone = tmp_path / "clone"
    url = repository.root.as_uri()
    repository.git("clone", "--quiet", "--depth=1", "--no-single-branch", url, str(clone))
    with pytest.raises(GitError, match=r"this clone is shallow .* `git fetch --unshallow`"):
        merge_base(clone, "origin/mine")


def test_without_git_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        merge_base(tmp_path, "main")


def test_it_is_there_while_it_is_needed_and_nothing_of_it_after(
    repository: Repository, tmp_path: Path
) -> None:
    commit = repository.git("rev-parse", "HEAD")
    hook = repository.root / ".git" / "hooks" / "post-checkout"
    hook.write_text("#!/bin/sh\ntouch hooked\n")
    hook.chmod(0o755)
    # Another's, which is not to be seen from here.
    others = tmp_path / "others"
    repository.git("worktree", "add", "--quiet", "--detach", str(others))
    shutil.rmtree(others)
    (repository.root / "__main__.py").write_text("changed\n")

    def interrupted() -> Path:
        with checked_out(repository.root, commit) as folder:
            assert (folder / "__main__.py").read_text() != "changed\n"
            assert not (folder / "hooked").exists()
            raise KeyboardInterrupt(folder)

    with pytest.raises(KeyboardInterrupt) as left:
        interrupted()
    assert not Path(left.value.args[0]).exists()
    left_over = repository.git("worktree", "list").splitlines()
    assert [line.split()[0] for line in left_over] == [str(repository.root), str(others)]


def test_a_hooks_repository_is_left_alone(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.git("rev-parse", "HEAD")
    index = tmp_path / "index"
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    with checked_out(repository.root, commit) as folder:
        assert (folder / "__main__.py").is_file()
    assert not index.exists()


def test_a_project_in_a_folder_of_its_repository_is_found(repository: Repository) -> None:
    project = repository.root / "orders"
    project.mkdir()
    for each in ("__main__.py", "infra"):
        repository.git("mv", each, f"orders/{each}")
    commit = repository.commit()
    with checked_out(project, commit) as folder:
        assert (folder / "infra" / "settings.py").is_file()
        assert folder.name == "orders"
