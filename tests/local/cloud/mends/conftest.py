"""The emulator as the embedded cloud runs it, and its code alone in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud import Emulator
from local.engine.aws import Aws
from tests.local.processes import ROOT, WITHIN_SECONDS

Alone = Callable[[str], Any]


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with Emulator(tmp_path_factory.mktemp("emulator")) as emulator:
        yield Aws(emulator.url, emulator.url, "us-east-1")


@pytest.fixture
def alone(tmp_path: Path) -> Alone:
    """What code prints as JSON that comes between the steps of the mended emulator's."""

    def run(code: str) -> Any:
        ran = subprocess.run(  # noqa: S603 (our own tests)
            [sys.executable, "-c", f"from local.cloud.mends import mend\nmend()\n{code}"],
            cwd=ROOT,
            env={"STATE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING"},
            capture_output=True,
            text=True,
            timeout=WITHIN_SECONDS,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run
