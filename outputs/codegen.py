"""`python -m outputs.codegen`: makes anew what is made of the schema (storefront/codegen.ts)."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CODEGEN = Path("node_modules") / "@graphql-codegen" / "cli" / "cjs" / "bin.js"
# Its paths are relative to this folder.
STOREFRONT = "storefront"
WITHIN_SECONDS = 120
WRONG = 2
# How it tells of an operation that does not fit the schema, and of a file that has no GraphQL.
MISFIT = r"^Error \d+: (.+)\nat (\S+)$"
NO_GRAPHQL = r"^Failed to find any GraphQL type definitions in: (\S+);\n- (.+)$"


class CodegenError(Exception):
    """The operations do not fit the schema, or one of the two is none.

    Args:
        faults: each with its place.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def generate(root: Path) -> None:
    """Write what is made of the schema in this checkout.

    Raises:
        CodegenError: the storefront's operations do not fit.
    """
    ran = _run(root)
    if ran.returncode:
        raise CodegenError(_faults(root, ran))


def stale_files(root: Path) -> list[str]:
    """The files that `generate` would change, by their paths in the checkout; none is written.

    Raises:
        CodegenError: the storefront's operations do not fit.
    """
    ran = _run(root, "--check")
    if not ran.returncode:
        return []
    _, told, files = ran.stdout.partition("stale files were detected:\n")
    if not told:
        raise CodegenError(_faults(root, ran))
    found = re.findall(r"^,?  - (.+)$", files, re.MULTILINE)
    return sorted(os.path.normpath(Path(STOREFRONT) / file) for file in found)


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (a tool of ours)
        ["node", root / CODEGEN, *arguments],  # noqa: S607
        cwd=root / STOREFRONT,
        # Where it is a terminal's, each step is drawn over the last.
        env={**os.environ, "NO_COLOR": "1", "CI": "1"},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )


def _faults(root: Path, ran: subprocess.CompletedProcess[str]) -> list[str]:
    """Each error in one line, with its place in the checkout."""
    text = f"{ran.stderr}\n{ran.stdout}"
    failed = "\n".join(re.findall(r"^\[FAILED\] +(.+)$", text, re.MULTILINE))
    found = [
        *((place, error) for error, place in re.findall(MISFIT, failed, re.MULTILINE)),
        *re.findall(NO_GRAPHQL, failed, re.MULTILINE),
    ]
    if not found:
        # Such as Node.js's, where nothing is installed.
        return [line for line in (failed or text).splitlines() if line.strip()]
    told = (
        f"{os.path.relpath(root / STOREFRONT / place, root)}: {error}" for place, error in found
    )
    return list(dict.fromkeys(told))


def main() -> int:
    try:
        generate(ROOT)
    except CodegenError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG
    return 0


if __name__ == "__main__":
    sys.exit(main())
