"""The revision that a change is compared with, in a folder of its own."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from preview.evaluation.git import GitError, git


def merge_base(checkout: Path, branch: str) -> str:
    """The commit from which the checkout's and the branch parted.

    Args:
        branch: a branch, a tag or a commit. Where only a remote has it, `origin`'s counts.

    Raises:
        GitError: there is none, or it is not known here.
    """
    git(checkout, "rev-parse", "HEAD")
    for name in (branch, f"origin/{branch}"):
        with suppress(GitError):
            tip = git(checkout, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
            break
    else:
        raise GitError(f"{branch} is no branch, tag or commit that is known here")
    try:
        return git(checkout, "merge-base", "HEAD", tip).strip()
    except GitError as error:
        if git(checkout, "rev-parse", "--is-shallow-repository").strip() == "true":
            raise GitError(
                f"this clone is shallow and does not know where it parted from {branch}:"
                " `git fetch --unshallow` brings the rest"
            ) from error
        raise GitError(f"this checkout and {branch} have no commit in common") from error


@contextmanager
def checked_out(checkout: Path, commit: str) -> Generator[Path]:
    """The project as it was in a commit, in a temporary folder that is removed however this ends.

    Raises:
        GitError: git could not check it out.
    """
    project = git(checkout, "rev-parse", "--show-prefix").strip()
    with tempfile.TemporaryDirectory(prefix="orderflow-preview-") as folder:
        tree = Path(folder).resolve() / "base"
        try:
            # No hook of the repository is run.
            git(
                checkout,
                *("-c", "core.hooksPath=/dev/null"),
                *("worktree", "add", "--quiet", "--detach", str(tree), commit),
            )
            yield tree / project
        finally:
            # This one alone, also where it was cut off while it was made: `prune` would forget the
            # worktrees of others that are not to be seen from here.
            with suppress(GitError):
                git(checkout, "worktree", "remove", "--force", "--force", str(tree))
