"""The storefront's own tests of its logic, by Vitest: storefront/src/**/*.test.ts."""

import subprocess
from pathlib import Path

from local.cloud import ensure_node

ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 300


def test_logic() -> None:
    ensure_node()
    ran = subprocess.run(  # noqa: S603 (our own tools)
        ["node", ROOT / "node_modules/vitest/vitest.mjs", "run"],  # noqa: S607
        cwd=ROOT / "storefront",
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
