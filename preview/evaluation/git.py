"""Asks git."""

import os
import subprocess
from pathlib import Path

# What a hook is told of the repository that it is run for: here it is the checkout's own.
HOOKS_OWN = {
    *("GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"),
    "GIT_WORK_TREE",
}


class GitError(Exception):
    """Git is missing, or did not do what was asked of it; the message says why, in one line."""


def git(checkout: Path, *arguments: str) -> str:
    """What git prints, run in a checkout.

    Raises:
        GitError: it failed, or is not installed.
    """
    try:
        ran = subprocess.run(  # noqa: S603 (our own arguments)
            ["git", *arguments],  # noqa: S607
            cwd=checkout,
            env={name: value for name, value in os.environ.items() if name not in HOOKS_OWN},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    if ran.returncode:
        said = ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"]
        raise GitError(f"git {arguments[0]}: {said[-1]}")
    return ran.stdout
