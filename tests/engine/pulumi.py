"""Pulumi's CLI on a program, and what it says that it did."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Far beyond what a command takes here: what hangs is to fail.
WITHIN_SECONDS = 600
UNKNOWN = re.compile(r"^    (\w+) *: \[unknown\]$", re.MULTILINE)

# What is done to which resource: ("update", "aws:sqs/queue:Queue", "order-queue").
Step = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A command that has ended."""

    exit_code: int
    output: str

    def done(self) -> str:
        """What it printed; it must have succeeded."""
        assert self.exit_code == 0, self.output
        return self.output


@dataclass(frozen=True, kw_only=True)
class Update:
    """What `up`, `refresh` or `destroy` did."""

    succeeded: bool
    steps: set[Step]
    messages: str

    @property
    def names(self) -> set[tuple[str, str]]:
        """The steps by what was done and the resource's name."""
        return {(step, name) for step, _, name in self.steps}


@dataclass(frozen=True, kw_only=True)
class Pulumi:
    """The CLI in a project's folder, with a state and a home of its own, and no network."""

    project: Path
    state: Path
    path: str
    providers: str

    def __call__(self, *arguments: str) -> Ran:
        return self._run("pulumi", "--non-interactive", "--color", "never", *arguments)

    def python(self, *arguments: str) -> Ran:
        """Run Python in the project, with the CLI at hand."""
        return self._run(sys.executable, *arguments)

    def _run(self, *command: str) -> Ran:
        ran = subprocess.run(
            command,
            cwd=self.project,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=WITHIN_SECONDS,
            check=False,
        )
        return Ran(exit_code=ran.returncode, output=ran.stdout)

    def up(self, *arguments: str) -> Update:
        return self._update("up", "--skip-preview", *arguments)

    def refresh(self, *arguments: str) -> Update:
        return self._update("refresh", "--skip-preview", *arguments)

    def destroy(self) -> Update:
        """With a preview: it is there that Pulumi refuses, before anything is gone."""
        return self._update("destroy")

    def foreseen(self) -> set[Step]:
        """What a preview says that `up` would do; all of a replacement is one step."""
        preview = self("preview", "--json").done()
        events = (event.get("resourcePreEvent") for event in _events(preview))
        steps = {_step(event["metadata"]) for event in events if event}
        return {
            step
            for step in steps
            if step[0] not in ("same", "create-replacement", "delete-replaced")
        }

    def outputs(self) -> dict[str, Any]:
        return json.loads(self("stack", "output", "--json").done())

    def _update(self, *arguments: str) -> Update:
        ran = self(*arguments, "--yes", "--json")
        steps, messages = set[Step](), list[str]()
        for event in _events(ran.output):
            outputs = event.get("resOutputsEvent", {"planning": True})
            # What a preview foresees has not been done.
            if not outputs.get("planning"):
                steps.add(_step(outputs["metadata"]))
            diagnostic = event.get("diagnosticEvent", {"severity": "debug"})
            if diagnostic["severity"] != "debug":
                *_, name = diagnostic.get("urn", "").split("::")
                messages.append(f"{name}: {diagnostic['message']}")
        return Update(
            succeeded=ran.exit_code == 0,
            steps={step for step in steps if step[0] != "same"},
            messages="".join(messages) or ran.output,
        )

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PULUMI_", "AWS_"))
        }
        return inherited | {
            "PATH": self.path,
            "PULUMI_HOME": str(self.state / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.state}",
            "PULUMI_CONFIG_PASSPHRASE": "of a test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # One event a line, of a preview too.
            "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_PROVIDERS": self.providers,
            # Pulumi's own host for Python would install into the environment that the tests run in.
            "PIP_DRY_RUN": "1",
        }


def _step(metadata: dict[str, Any]) -> Step:
    *_, name = metadata["urn"].split("::")
    return metadata["op"], metadata["type"], name


def unknown_outputs(preview: str) -> set[str]:
    """The names of the outputs that a preview shows as not known yet."""
    return set(UNKNOWN.findall(preview))


def _events(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
