"""Creates each resource that the program registers, through the provider of its type."""

import secrets
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from local.engine.aws import Aws
from local.engine.deployed import Deployed, create, read_inputs
from local.engine.program import ROOT, name_prefix, run_program
from local.engine.providers.provider import SUFFIX


class DeploymentError(Exception):
    """The program or a resource of it failed; the message says where, and why."""


def deploy(
    stage: str,
    config: Mapping[str, str],
    aws: Aws,
    registered: Callable[[str, str], None] = lambda _type, _name: None,
) -> Deployed:
    """Run the program, creating what it registers, in the order of dependence.

    Args:
        stage: the stack's name.
        config: as `stage_config` gives it.
        aws: where to create.
        registered: is told the type and name of each resource that has been created.

    Raises:
        DeploymentError: a resource could not be created, or the program raised.
        pulumi.RunError: the program refused its configuration.
    """
    creator = _Creator(aws, name_prefix(stage), registered)
    deployed: Future[dict[str, Any]] = Future()

    def run() -> None:
        try:
            deployed.set_result(run_program(stage, config, creator))
        except BaseException as error:
            deployed.set_exception(error)

    # Pulumi, interrupted anywhere, can wait for ever: it is this thread that an interrupt ends.
    threading.Thread(target=run, name="deployment", daemon=True).start()
    try:
        creator.deployed.outputs = deployed.result()
        return creator.deployed
    except Exception as error:
        # Pulumi reports the first failure as one of a call of its own: ours names the resource.
        if creator.failure:
            raise creator.failure from creator.cause
        if isinstance(error, pulumi.RunError):
            raise
        raise DeploymentError(told(error)) from error


def told(error: BaseException) -> str:
    """What the program raised, and where: the innermost line of it that is the project's own."""
    if isinstance(error, pulumi.RunError):
        return str(error)
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_of_project(error.filename) or error.filename}, line {error.lineno}: {error.msg}"
    ours = [
        (file, frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if (file := _of_project(frame.filename)) and file.parts[0] != "local"
    ]
    where = f"{ours[-1][0]}, line {ours[-1][1]}: " if ours else ""
    return f"{where}{type(error).__name__}: {error}"


def _of_project(filename: str) -> Path | None:
    path = Path(filename)
    file = path.relative_to(ROOT) if path.is_relative_to(ROOT) else None
    return None if file is None or file.parts[0] == ".venv" else file


def proposed_name(prefix: str, name: str) -> str:
    """What Pulumi.yaml's pattern makes of a resource's name, so that two stages fit one account."""
    return f"{prefix}{name}-{secrets.token_hex(4)[:SUFFIX]}"


class _Creator(Mocks):
    def __init__(self, aws: Aws, prefix: str, registered: Callable[[str, str], None]) -> None:
        self.deployed = Deployed()
        self.failure: DeploymentError | None = None
        self.cause: Exception | None = None
        self._aws = aws
        self._prefix = prefix
        self._registered = registered

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise self._fail(f"The embedded cloud has no function {args.token}.")

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        registered: dict[str, Any] = args.inputs
        if not args.custom:
            return args.name, registered
        try:
            resource = create(
                self._aws,
                args.typ,
                args.name,
                read_inputs(registered),
                proposed_name(self._prefix, args.name),
            )
        except Exception as error:
            raise self._fail(
                f"{args.name!r} ({args.typ}) could not be created: {error}", error
            ) from error
        self.deployed.resources[resource.key] = resource
        self._registered(args.typ, args.name)
        return resource.state["id"], {**resource.state, **registered}

    def _fail(self, message: str, cause: Exception | None = None) -> DeploymentError:
        error = DeploymentError(message)
        if self.failure is None:
            self.failure, self.cause = error, cause
        return error
