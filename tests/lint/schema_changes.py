"""The GraphQL schema that main had last, other than this one."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from preview.evaluation.git import GitError, git

SCHEMA = Path("graphql") / "schema.graphql"
MAIN = ("origin/main", "main")


class NothingToCompare(GitError):
    """No other schema is known here; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Base:
    """A schema that was on main, and the commit that brought it."""

    commit: str
    sdl: str


def base_of(checkout: Path) -> Base:
    """The newest schema that main had, where this checkout began, other than the checkout's own.

    On main itself that is the one before the last change of the schema, or the last one, where
    the change is not committed yet.

    Raises:
        NothingToCompare: there is none, or no such branch.
        GitError: there is no repository, or no git.
    """
    start = _start(checkout)
    own = (checkout / SCHEMA).read_text()
    for commit in git(checkout, "rev-list", start, "--", str(SCHEMA)).split():
        # A commit can have taken it away.
        for sdl in _tried(checkout, "show", f"{commit}:./{SCHEMA}"):
            if sdl != own:
                return Base(commit=commit, sdl=sdl)
    shallow = git(checkout, "rev-parse", "--is-shallow-repository").strip() == "true"
    more = "; this clone is shallow: `git fetch --unshallow` brings the rest" if shallow else ""
    raise NothingToCompare(f"main's history has no other schema{more}")


def _start(checkout: Path) -> str:
    git(checkout, "rev-parse", "HEAD")
    for branch in MAIN:
        for tip in _tried(checkout, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}"):
            # A shallow clone may not know where the two part.
            for common in _tried(checkout, "merge-base", "HEAD", tip.strip()):
                return common.strip()
            return tip.strip()
    raise NothingToCompare(f"neither {' nor '.join(MAIN)} is known here")


def _tried(checkout: Path, *arguments: str) -> Iterator[str]:
    """What git says, or nothing where it fails."""
    with suppress(GitError):
        yield git(checkout, *arguments)
