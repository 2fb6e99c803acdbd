"""The GraphQL schema against the last other one on main: what would break those who use it."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphql import GraphQLSchema, build_schema, find_breaking_changes

from local.appsync.documents.schema import PRELUDE

SCHEMA = Path("graphql") / "schema.graphql"
MAIN = ("origin/main", "main")


class NothingToCompare(Exception):
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
        NothingToCompare: there is none, no such branch, or no git.
    """
    start = _start(checkout)
    own = (checkout / SCHEMA).read_text()
    for commit in _git(checkout, "rev-list", start, "--", str(SCHEMA)).split():
        # A commit can have taken it away.
        for sdl in _tried(checkout, "show", f"{commit}:./{SCHEMA}"):
            if sdl != own:
                return Base(commit=commit, sdl=sdl)
    shallow = _git(checkout, "rev-parse", "--is-shallow-repository").strip() == "true"
    more = "; this clone is shallow: `git fetch --unshallow` brings the rest" if shallow else ""
    raise NothingToCompare(f"main's history has no other schema{more}")


def breaking_changes(before: str, after: str) -> list[str]:
    """What of a schema in SDL breaks its clients, such as `FIELD_REMOVED Order.id was removed.`

    Raises:
        GraphQLError: one of them is no schema.
    """
    return [
        f"{change.type.name} {change.description}"
        for change in find_breaking_changes(_schema(before), _schema(after))
    ]


def _schema(sdl: str) -> GraphQLSchema:
    return build_schema(f"{PRELUDE}\n{sdl}", assume_valid_sdl=True)


def _start(checkout: Path) -> str:
    _git(checkout, "rev-parse", "HEAD")
    for branch in MAIN:
        for tip in _tried(checkout, "rev-parse", "--verify", "--quiet", f"{branch}^{{commit}}"):
            # A shallow clone may not know where the two part.
            for common in _tried(checkout, "merge-base", "HEAD", tip.strip()):
                return common.strip()
            return tip.strip()
    raise NothingToCompare(f"neither {' nor '.join(MAIN)} is known here")


def _tried(checkout: Path, *arguments: str) -> Iterator[str]:
    """What git says, or nothing where it fails."""
    ran = _run(checkout, arguments)
    if ran.returncode == 0:
        yield ran.stdout


def _git(checkout: Path, *arguments: str) -> str:
    ran = _run(checkout, arguments)
    if ran.returncode:
        raise NothingToCompare(f"git {arguments[0]}: {ran.stderr.strip()}")
    return ran.stdout


def _run(checkout: Path, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 (our own arguments)
            ["git", *arguments],  # noqa: S607
            cwd=checkout,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except FileNotFoundError as error:
        raise NothingToCompare("git is not installed") from error
