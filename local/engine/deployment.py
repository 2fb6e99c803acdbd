"""Creates each resource that the program registers, through the provider of its type."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from local.engine import providers
from local.engine.aws import Aws
from local.engine.program import name_prefix, run_program, told
from local.engine.providers.provider import ReadInputs, whole_numbers


class DeploymentError(Exception):
    """The program or a resource of it failed; the message says where, and why."""


def deploy(
    stage: str,
    config: Mapping[str, str],
    aws: Aws,
    registered: Callable[[str, str], None] = lambda _type, _name: None,
) -> dict[str, Any]:
    """Run the program, creating what it registers, in the order of dependence.

    Args:
        stage: the stack's name.
        config: as `stage_config` gives it.
        aws: where to create.
        registered: is told the type and name of each resource that has been created.

    Returns:
        The stack's outputs.

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
        return deployed.result()
    except Exception as error:
        # Pulumi reports the first failure as one of a call of its own: ours names the resource.
        if creator.failure:
            raise creator.failure from creator.cause
        if isinstance(error, pulumi.RunError):
            raise
        raise DeploymentError(told(error)) from error


class _Creator(Mocks):
    def __init__(self, aws: Aws, prefix: str, registered: Callable[[str, str], None]) -> None:
        self.failure: DeploymentError | None = None
        self.cause: Exception | None = None
        self._aws = aws
        self._prefix = prefix
        self._registered = registered

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise self._fail(f"The embedded cloud has no function {args.token}.")

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if not args.custom:
            return args.name, args.inputs
        create = providers.PROVIDERS.get(args.typ)
        if create is None:
            raise self._fail(
                f"{args.name!r} could not be created: the embedded cloud has no resource type "
                f"{args.typ}. Add a provider for it in local/engine/providers."
            )
        inputs = ReadInputs(whole_numbers(args.inputs))
        try:
            created = create(self._aws, self._prefix + args.name, inputs)
            if inputs.unread:
                raise ValueError(f"its provider does not know {', '.join(sorted(inputs.unread))}")
        except Exception as error:
            raise self._fail(
                f"{args.name!r} ({args.typ}) could not be created: {error}", error
            ) from error
        self._registered(args.typ, args.name)
        return created[0], {**args.inputs, "region": self._aws.region, **created[1]}

    def _fail(self, message: str, cause: Exception | None = None) -> DeploymentError:
        error = DeploymentError(message)
        if self.failure is None:
            self.failure, self.cause = error, cause
        return error
