"""`python -m outputs.codegen`: makes anew what storefront/codegen.ts makes of the schema."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = ROOT / "node_modules" / "@graphql-codegen" / "cli" / "cjs" / "bin.js"
# Paths of the configuration are relative to it.
STOREFRONT = ROOT / "storefront"
WITHIN_SECONDS = 240
WRONG = 1
# How it tells of an operation that does not fit the schema, of a file that has no GraphQL, and with
# `--check` of the files that it would change.
MISFIT = re.compile(r"^Error \d+: (?P<error>.+)\nat (?P<place>\S+)$", re.MULTILINE)
NO_GRAPHQL = re.compile(r"^Failed to find .* in: (?P<place>\S+);\n- (?P<error>.+)$", re.MULTILINE)
STALE = re.compile(r"^,?  - (.+)$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m outputs.codegen", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing: say what would be changed, and fail"
    )
    given = parser.parse_args()
    if not COMMAND.exists():
        print("graphql-codegen is not installed: run `make setup`.", file=sys.stderr)
        return WRONG
    ran = subprocess.run(  # noqa: S603 (a tool of ours)
        ["node", COMMAND, *(["--check"] if given.check else [])],  # noqa: S607
        cwd=STOREFRONT,
        # Without colours, and with each line for itself.
        env={**os.environ, "NO_COLOR": "1", "CI": "1"},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )
    if not ran.returncode:
        print("graphql-codegen: the storefront's operations fit the schema; what is made is new")
        return 0
    _, stale, files = ran.stdout.partition("stale files were detected:\n")
    told = _stale(files) if stale else _faults(ran.stderr + "\n" + ran.stdout)
    print(*told, sep="\n", file=sys.stderr)
    return WRONG


def _stale(files: str) -> list[str]:
    return [
        f"{_place(file)} is not what the schema and the operations make: run `make codegen`."
        for file in sorted(STALE.findall(files))
    ]


def _faults(text: str) -> list[str]:
    """Each error in one line, with its place."""
    failed = "\n".join(re.findall(r"^\[FAILED\] +(.+)$", text, re.MULTILINE))
    found = [*MISFIT.finditer(failed), *NO_GRAPHQL.finditer(failed)]
    if not found:
        return [line for line in (failed or text).splitlines() if line.strip()]
    told = dict.fromkeys(f"{_place(each['place'])}: {each['error']}" for each in found)
    return [*told, "  Keep what the storefront asks for, or change its operations with the schema."]


def _place(path: str) -> str:
    """In this checkout, of what is absolute or relative to the storefront."""
    return os.path.relpath(STOREFRONT / path, ROOT)


if __name__ == "__main__":
    sys.exit(main())
