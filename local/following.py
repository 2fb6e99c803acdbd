"""Deploys what is saved of the program while `make up` runs, and says in a line how that went."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

import pulumi
from botocore.exceptions import BotoCoreError, ClientError

from local import STAGE
from local.engine import name_prefix, stage_config
from local.engine.aws import Aws
from local.engine.deployed import Deployed
from local.engine.evaluation import ProgramFault, Registered
from local.engine.evaluator import Evaluator
from local.engine.program import ROOT
from local.engine.redeployment import NotDeleted, Refused, WouldLose, redeploy
from local.engine.stored_stage import fingerprint, source_files

LOOK_SECONDS = 0.2
# Editors write a file in more than one step.
SETTLED_SECONDS = 0.05
# What says by itself what is wrong.
EXPECTED = (ProgramFault, pulumi.RunError, BotoCoreError, ClientError)
PLACE = re.compile(r" \(line (\d+), column \d+\)")
STATE = re.compile(r"/States/([^/'\[]+)")

# A file with its time of writing, in nanoseconds, and its size.
Files = dict[Path, tuple[int, int]]


class Following:
    """Follows the working tree on a thread of its own, as a context manager.

    Args:
        deployed: what there is; it is kept true.
        program: `fingerprint` of the program that this is; where it is another by now, that is
            deployed first.
        show: is handed what to tell, and whether it is bad.
        done: is handed the `fingerprint` of each program that is deployed.
        anew: what to do where a change would lose data.
    """

    def __init__(
        self,
        aws: Aws,
        deployed: Deployed,
        *,
        program: str,
        show: Callable[[str, bool], None],
        done: Callable[[str], None],
        anew: str,
    ) -> None:
        self._aws = aws
        self._deployed = deployed
        self._show = show
        self._done = done
        self._anew = anew
        self._files = _look()
        self._behind = fingerprint() != program
        self._evaluator = Evaluator()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, when what is being deployed is."""
        self._stopping.set()
        self._thread.join()
        self._evaluator.__exit__()

    def _run(self) -> None:
        if self._behind:
            self._deploy(list(self._files))
        while not self._stopping.wait(LOOK_SECONDS):
            if saved := self._saved():
                self._deploy(saved)

    def _saved(self) -> list[Path]:
        """The files that were written, made or removed since this was asked last."""
        files = _look()
        while files != self._files and (now := _after(SETTLED_SECONDS)) != files:
            files = now
        before, self._files = self._files, files
        return sorted(file for file in {*before, *files} if before.get(file) != files.get(file))

    def _deploy(self, saved: list[Path]) -> None:
        begun, program = time.monotonic(), fingerprint()
        try:
            _require_syntax()
            config = stage_config(STAGE)
            changes = redeploy(
                self._deployed,
                lambda known: self._evaluator.evaluate(STAGE, config, known),
                self._aws,
                name_prefix(STAGE),
            )
        except NotDeleted as rest:
            self._done(program)
            self._show(str(rest), True)
        except WouldLose as refusal:
            self._show(f"{refusal}\n  {self._anew}", True)
        except Refused as refusal:
            self._show(f"{located(refusal)}\n  The stage runs on as it was.", True)
        except Exception as fault:
            # Whatever it is: the next that is saved may mend it.
            what = str(fault) if isinstance(fault, EXPECTED) else repr(fault)
            self._show(f"{what}\n  The stage runs on as it was.", True)
        else:
            what = ", ".join(map(str, changes)) or f"{_names(saved)}: nothing to deploy"
            self._done(program)
            self._show(f"{what} ({time.monotonic() - begun:.1f} s)", False)


def _require_syntax() -> None:
    """Refuse a function that no call could run; Lambda itself takes it.

    Raises:
        ProgramFault: a file of it is no Python.
    """
    for file in source_files():
        if file.suffix == ".py":
            try:
                compile(file.read_bytes(), file, "exec", dont_inherit=True)
            except SyntaxError as error:
                where = f"{file.relative_to(ROOT).as_posix()}, line {error.lineno}"
                raise ProgramFault(f"{where}: {error.msg}") from error


def located(refusal: Refused) -> str:
    """What is refused, with the file and the line that it comes from, as far as they are known."""
    message = str(refusal)
    file = refusal.resource and _source(refusal.resource)
    if not file:
        return message
    line = ""
    if place := PLACE.search(message):
        line = f", line {place[1]}"
    elif states := STATE.findall(message):
        lines = file.read_text().splitlines()
        named = [number for number, text in enumerate(lines, 1) if text.strip() == f"{states[0]}:"]
        line = f", line {named[0]}" if named else ""
    return f"{file.relative_to(ROOT)}{line}: {message}"


def _source(resource: Registered) -> Path | None:
    """The file that holds a resolver's or function's code, a schema or a definition."""
    inputs = resource.inputs
    pattern = None
    if isinstance(inputs.get("code"), str):
        pattern = f"graphql/*/{inputs.get('field') or inputs.get('name')}.js"
    elif "schema" in inputs:
        pattern = "graphql/schema.graphql"
    elif "definition" in inputs:
        pattern = "infra/*.asl.yaml"
    return next(iter(ROOT.glob(pattern)), None) if pattern else None


def _names(files: Iterable[Path]) -> str:
    return ", ".join(file.relative_to(ROOT).as_posix() for file in files)


def _look() -> Files:
    files: Files = {}
    for file in source_files():
        try:
            written = file.stat()
        except FileNotFoundError:
            # It is being replaced.
            continue
        files[file] = (written.st_mtime_ns, written.st_size)
    return files


def _after(seconds: float) -> Files:
    time.sleep(seconds)
    return _look()
