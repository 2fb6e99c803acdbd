"""Creates each resource that the program registers, through the provider of its type."""

from collections.abc import Callable, Mapping
from typing import Any

from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from local.engine import providers
from local.engine.aws import Aws
from local.engine.program import name_prefix, run_program
from local.engine.providers.provider import ReadInputs, whole_numbers


class DeploymentError(Exception):
    """A resource could not be created; the message names it and says why."""


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
        DeploymentError: a resource could not be created.
        pulumi.RunError: the program refused its configuration.
    """
    creator = _Creator(aws, name_prefix(stage), registered)
    try:
        return run_program(stage, config, creator)
    except Exception:
        # Pulumi reports the first failure as one of a call of its own: ours names the resource.
        if creator.failure:
            raise creator.failure from creator.failure.__cause__
        raise


class _Creator(Mocks):
    def __init__(self, aws: Aws, prefix: str, registered: Callable[[str, str], None]) -> None:
        self.failure: DeploymentError | None = None
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
            raise self._fail(f"{args.name!r} ({args.typ}) could not be created: {error}") from error
        self._registered(args.typ, args.name)
        return created[0], {**args.inputs, "region": self._aws.region, **created[1]}

    def _fail(self, message: str) -> DeploymentError:
        error = DeploymentError(message)
        self.failure = self.failure or error
        return error
