"""Evaluates `__main__.py` against a monitor of ours, as the Pulumi CLI would against its own."""

import asyncio
import contextvars
import json
import re
import runpy
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
from pulumi import Output
from pulumi.runtime import mocks
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from local.engine.stage_file import read_options

ROOT = Path(__file__).parents[2]
PROJECT = "orderflow"
# What runs the program, and is no part of it.
OURS_ELSEWHERE = {"local", "preview"}


def stage_config(
    stage: str, overrides: Mapping[str, Any] | None = None, root: Path | None = None
) -> dict[str, str]:
    """A stage's whole configuration, as Pulumi hands it to the program.

    Args:
        stage: `local`, `dev`, `prod` …: the defaults of Pulumi.yaml under Pulumi.<stage>.yaml.
        overrides: options without namespace, such as `{"paymentSuccessRate": 1}`.
        root: where the program is; None: here.

    Raises:
        StageFileError: one of the files cannot be used.
    """
    root = root or ROOT
    project = read_options(root / "Pulumi.yaml", namespaced=False)
    config = {
        f"{PROJECT}:{key}": option["default"]
        for key, option in project.items()
        if "default" in option
    }
    config |= read_options(root / f"Pulumi.{stage}.yaml", namespaced=True)
    config |= {f"{PROJECT}:{key}": value for key, value in (overrides or {}).items()}
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}


def name_prefix(stage: str) -> str:
    """What all names begin with that are made up for a stage: Pulumi.yaml's pattern."""
    return f"{PROJECT}-{stage}-"


def program_name(stage: str, physical: str) -> str | None:
    """What the program calls what has this made-up name; None where it is not of the stage."""
    named = re.fullmatch(rf"{re.escape(name_prefix(stage))}(.+)-[0-9a-f]{{7}}", physical)
    return named[1] if named else None


def run_main(root: Path | None = None) -> None:
    """Run `__main__.py`, of `root` or from here, in the engine of the context."""
    runpy.run_path(str((root or ROOT) / "__main__.py"), run_name="__main__")


def run_program(stage: str, config: Mapping[str, str], registrar: mocks.Mocks) -> dict[str, Any]:
    """Run the program to its end and return the stack's outputs; arguments as for `evaluate`."""

    return evaluate(run_main, stage, config, registrar)


def evaluate(
    program: Callable[[], None], stage: str, config: Mapping[str, str], registrar: mocks.Mocks
) -> dict[str, Any]:
    """Run a program that registers resources, and return what it exported.

    Args:
        program: is called in the context of a fresh engine.
        stage: the stack's name.
        config: as `stage_config` gives it.
        registrar: is handed each resource as soon as its inputs are known, on several threads.

    Raises:
        Exception: whatever the program or the registrar raised first.
    """
    loops: list[asyncio.AbstractEventLoop] = []

    def own_loop() -> None:
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    async def run(threads: ThreadPoolExecutor) -> dict[str, Any]:
        asyncio.get_running_loop().set_default_executor(threads)
        pulumi.runtime.set_all_config(dict(config))
        mocks.set_mocks(registrar, project=PROJECT, stack=stage, preview=False)
        # The one thing that contexts share: what a failed evaluation left unfinished.
        SETTINGS.outputs.clear()  # pyright: ignore[reportAttributeAccessIssue]
        failed, raised = asyncio.Event(), list[BaseException]()

        def watched() -> None:
            try:
                program()
            except BaseException as error:
                raised.append(error)
                failed.set()
                raise

        running = asyncio.create_task(run_pulumi_func(watched))
        failing = asyncio.create_task(failed.wait())
        await asyncio.wait({running, failing}, return_when=asyncio.FIRST_COMPLETED)
        failing.cancel()
        if raised:
            # Pulumi first waits for what the rest of the program should have given: for ever.
            raise raised[0]
        await running
        root = get_root_resource()
        assert isinstance(root, Stack)
        return {
            name: await Output.from_input(value).future() for name, value in root.outputs.items()
        }

    loop = asyncio.new_event_loop()
    # A failure has many followers; the first is raised.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        # Pulumi's mocks run each registration on a thread, and want an event loop there.
        with ThreadPoolExecutor(initializer=own_loop) as threads:
            try:
                # Pulumi's state lives in context variables: an empty context is a fresh engine.
                return contextvars.Context().run(loop.run_until_complete, run(threads))
            finally:
                # Not asyncio.run, which waits for all: some of Pulumi's never end, once cancelled.
                if left := asyncio.all_tasks(loop):
                    for task in left:
                        task.cancel()
                    loop.run_until_complete(asyncio.wait(left, timeout=0.5))
    finally:
        for each in (loop, *loops):
            each.close()


def told(error: BaseException, root: Path | None = None) -> str:
    """What the program raised, and where: the innermost line of it that is the project's own."""
    root = root or ROOT
    if isinstance(error, pulumi.RunError):
        return str(error)
    if isinstance(error, SyntaxError) and error.filename:
        file = _of_project(error.filename, root) or error.filename
        return f"{file}, line {error.lineno}: {error.msg}"
    ours = [
        (file, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if (file := _of_project(frame.filename, root)) and file.parts[0] not in OURS_ELSEWHERE
    ]
    where = f"{ours[-1][0]}, line {ours[-1][1]}: " if ours else ""
    return f"{where}{type(error).__name__}: {error}"


def _of_project(filename: str, root: Path) -> Path | None:
    path = Path(filename)
    file = path.relative_to(root) if path.is_relative_to(root) else None
    return None if file is None or file.parts[0] == ".venv" else file
