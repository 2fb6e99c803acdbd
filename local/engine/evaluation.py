"""What the program is, as far as that can be said before anything of it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from local.engine.aws import ACCOUNT
from local.engine.deployed import Key, provider_of, read_inputs
from local.engine.deployment import told
from local.engine.program import run_program
from local.engine.providers.provider import Inputs, Provider, State

# In whatever will be known of a resource only once it has been made.
NOT_YET = "not-yet-known-5e0c1f"


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A resource that the program registers, with its inputs as `read_inputs` gives them."""

    type: str
    name: str
    inputs: Inputs

    @property
    def key(self) -> Key:
        return self.type, self.name

    @property
    def complete(self) -> bool:
        """Whether all of its inputs are known."""
        return NOT_YET not in repr(self.inputs)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The program's resources, each after those that it needs, and its outputs."""

    resources: tuple[Registered, ...]
    outputs: dict[str, Any]


class ProgramFault(Exception):
    """The program cannot be evaluated; the message says where, and why."""


def evaluate_program(
    stage: str, config: Mapping[str, str], known: Mapping[Key, State]
) -> Evaluation:
    """Evaluate the program in this process.

    Args:
        known: the state of each resource that is there.

    Raises:
        ProgramFault: it cannot be evaluated.
    """
    registrar = _Registrar(known)
    try:
        outputs = run_program(stage, config, registrar)
    except BaseException as error:
        raise ProgramFault(told(registrar.fault or error)) from error
    return Evaluation(resources=tuple(registrar.resources), outputs=outputs)


class _Registrar(Mocks):
    def __init__(self, known: Mapping[Key, State]) -> None:
        self.resources = list[Registered]()
        self.fault: Exception | None = None
        self._known = known

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        self.fault = self.fault or ValueError(f"The embedded cloud has no function {args.token}.")
        raise self.fault

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        registered: dict[str, Any] = args.inputs
        if not args.custom:
            return args.name, registered
        try:
            provider = provider_of(args.typ)
            resource = Registered(type=args.typ, name=args.name, inputs=read_inputs(registered))
        except Exception as error:
            self.fault = self.fault or error
            raise
        self.resources.append(resource)
        state = self._known.get(resource.key) or _not_yet(provider)
        return state["id"], {**state, **registered}


def _not_yet(provider: Provider) -> State:
    """What stands for a state until there is one: values of the right form, and marked."""
    state: State = dict.fromkeys((*provider.outputs, provider.name or "id", "id"), NOT_YET)
    for key in state:
        if key.lower().endswith("arn"):
            state[key] = f"arn:aws:service:us-east-1:{ACCOUNT}:{NOT_YET}"
    if "uris" in state:
        state["uris"] = {"GRAPHQL": f"https://{NOT_YET}", "REALTIME": f"wss://{NOT_YET}"}
    return state
