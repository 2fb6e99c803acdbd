"""Asks git."""

import subprocess
from pathlib import Path


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
