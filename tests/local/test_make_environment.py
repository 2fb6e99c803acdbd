"""What a newcomer is told where the environment cannot be made."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.local.processes import ROOT


def test_what_npm_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    shutil.copy(ROOT / "local" / "make_environment.py", tmp_path / "local")
    # Where the machine has no Node.js.
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    package = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}
    (tmp_path / "package-lock.json").write_text(json.dumps(package))
    (tmp_path / "package.json").write_text("{")
    ran = subprocess.run(  # noqa: S603 (our own)
        [sys.executable, str(tmp_path / "local" / "make_environment.py"), "node"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 1
    assert "package.json" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "node_modules" / ".ready").exists()
