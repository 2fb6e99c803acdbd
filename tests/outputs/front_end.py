"""A front end's folder, and the tools of its field, unchanged."""

import json
import subprocess
from pathlib import Path
from typing import Any

from local.cloud import ensure_node
from tests.local.processes import ROOT

Ran = subprocess.CompletedProcess[str]
# A machine may be busy with something else.
WITHIN_SECONDS = 240
# Without the types of all that is installed, which would take most of the time.
TYPESCRIPT = {
    "strict": True,
    "noEmit": True,
    "types": [],
    "lib": ["es2022"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "skipLibCheck": True,
}


class FrontEnd:
    """A folder with a front end's files, beside all that is installed here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "node_modules").symlink_to(ROOT / "node_modules")

    def write(self, **files: str) -> None:
        """Write files, named `generated_ts` for `generated.ts`."""
        for name, text in files.items():
            stem, _, suffix = name.rpartition("_")
            (self.folder / f"{stem}.{suffix}").write_text(text)

    def node(self, command: str, *arguments: str) -> Ran:
        """Run a file of node_modules."""
        return self._run("node", f"node_modules/{command}", *arguments)

    def evaluate(self, module: str, given: Any = None) -> Any:
        """What a module prints as JSON, which has `given` in `process.argv[1]`."""
        ran = self._run("node", "--input-type=module", "-e", module, json.dumps(given))
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def compile(self, *files: str, **options: Any) -> str:
        """What TypeScript, strict, has against these files; nothing where they are right."""
        configuration = {"compilerOptions": TYPESCRIPT | options, "files": files}
        self.write(tsconfig_json=json.dumps(configuration))
        ran = self.node("typescript/bin/tsc", "--project", ".")
        return "" if ran.returncode == 0 else ran.stdout + ran.stderr

    def _run(self, *command: str) -> Ran:
        ensure_node()
        return subprocess.run(  # noqa: S603 (tools of the tests)
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=WITHIN_SECONDS,
            check=False,
        )
