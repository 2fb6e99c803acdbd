"""What is deployed: each resource with the inputs that it was made of, and its state since."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pulumi

from local.engine import providers
from local.engine.archive import written
from local.engine.aws import Aws
from local.engine.providers.provider import Inputs, Provider, State, whole_numbers

# A resource's type and name.
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One deployed resource."""

    type: str
    name: str
    inputs: Inputs
    state: State

    @property
    def key(self) -> Key:
        return self.type, self.name

    @property
    def provider(self) -> Provider:
        return provider_of(self.type)

    @property
    def title(self) -> str:
        """How a person knows it, such as `resolver Query.getOrder`."""
        return titled(self.type, self.name, self.inputs)


@dataclass(kw_only=True)
class Deployed:
    """A stage.

    Args:
        resources: each after those that it needs.
        outputs: the stack's.
    """

    resources: dict[Key, Resource] = field(default_factory=dict[Key, Resource])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])

    def as_json(self) -> dict[str, Any]:
        return {
            "outputs": self.outputs,
            "resources": [vars(each) for each in self.resources.values()],
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        resources = [Resource(**each) for each in stored["resources"]]
        return cls(outputs=stored["outputs"], resources={each.key: each for each in resources})


class UnknownType(ValueError):
    """The embedded cloud has no such resource type."""

    def __init__(self, resource_type: str) -> None:
        super().__init__(
            f"the embedded cloud has no resource type {resource_type}. "
            "Add a provider for it in local/engine/providers."
        )


def provider_of(resource_type: str) -> Provider:
    """The provider of a type.

    Raises:
        UnknownType: there is none.
    """
    provider = providers.PROVIDERS.get(resource_type)
    if provider is None:
        raise UnknownType(resource_type)
    return provider


def titled(resource_type: str, name: str, inputs: Mapping[str, Any]) -> str:
    """A resource's type and name as a person says them."""
    # Of some types the provider has a second version.
    kind = resource_type.rpartition(":")[2].removesuffix("v2")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.replace("GraphQL", "Graphql")).lower()
    title = provider_of(resource_type).title
    return f"{words.replace('graphql api', 'GraphQL API')} {title.format(**inputs) or name}"


def read_inputs(registered: Mapping[str, Any]) -> Inputs:
    """The inputs of a registration, with whole numbers, and files as the engine writes them."""
    return {
        key: written(value)
        if isinstance(value, pulumi.AssetArchive | pulumi.FileAsset)
        else whole_numbers(value)
        for key, value in registered.items()
    }


def create(aws: Aws, resource_type: str, name: str, inputs: Inputs, proposed: str) -> Resource:
    """Make a resource.

    Args:
        inputs: as `read_inputs` gives them.
        proposed: the name that AWS is to know it by, where the program gives none.

    Raises:
        ValueError: its type or an input is not known here, or it is refused.
        ClientError: AWS refuses it.
    """
    provider = provider_of(resource_type)
    require_known(provider, inputs)
    named = provider.named(inputs, proposed)
    return Resource(type=resource_type, name=name, inputs=named, state=provider.make(aws, named))


def require_known(provider: Provider, inputs: Inputs) -> None:
    """Refuse inputs that are not known here.

    Raises:
        ValueError: with their names.
    """
    if unknown := provider.unknown(inputs):
        raise ValueError(f"its provider does not know {', '.join(sorted(unknown))}")
