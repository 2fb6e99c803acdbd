"""The components of infra/ as a provider of Pulumi's."""

import dataclasses
import inspect
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi.provider.experimental.analyzer import (
    ComponentDefinition,
    PropertyDefinition,
    TypeDefinition,
)
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.schema import generate_schema

from infra.consumed_queue import ConsumedQueue
from infra.customer_pool import CustomerPool
from infra.order_api import OrderApi
from infra.order_broadcast import OrderBroadcast
from infra.order_notifications import OrderNotifications
from infra.order_operations import OrderOperations
from infra.order_queue import OrderQueue
from infra.order_store import OrderStore
from infra.order_workflow import OrderWorkflow
from infra.payments import Payments
from infra.python_function import PythonFunction
from infra.restaurant_staff import RestaurantStaff
from package.arguments import arguments, is_required

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
NAME = "orderflow"
COMPONENTS: list[type[pulumi.ComponentResource]] = [
    ConsumedQueue,
    CustomerPool,
    OrderApi,
    OrderBroadcast,
    OrderNotifications,
    OrderOperations,
    OrderQueue,
    OrderStore,
    OrderWorkflow,
    Payments,
    PythonFunction,
    RestaurantStaff,
]
# A section of a docstring, and what it says of one name, or of several at once.
SECTION = re.compile(r"^(?:Args|Attributes):\n((?:    .+\n?)+)", re.MULTILINE)
ITEM = re.compile(r"^    (\w+(?:, \w+)*): (.+(?:\n {8}.+)*)", re.MULTILINE)


class OrderflowProvider(ComponentProvider):
    """Derives the package's schema from the components, and makes them of what programs give.

    The SDK finds the types; of dataclasses it knows neither the defaults nor how to make one, and
    it looks for descriptions elsewhere than in the docstrings of classes.
    """

    def __init__(self) -> None:
        version = tomllib.loads(PYPROJECT.read_text())["project"]["version"]
        super().__init__(COMPONENTS, NAME, version=version)
        for definition in self._component_defs.values():
            component = self._components[definition.name]
            definition.description = _description(component)
            _complete(component, definition.outputs, definition.outputs_mapping)
            _complete(_arguments_of(component), definition.inputs, definition.inputs_mapping)
        for definition in self._type_defs.values():
            definition.description = _description(definition.python_type)
            _complete(definition.python_type, definition.properties, definition.properties_mapping)
        schema = generate_schema(
            NAME, version, None, self._component_defs, self._type_defs, self._dependencies
        )
        self.schema = json.dumps(schema.to_json())

    def map_inputs(self, inputs: Mapping[str, Any], component_def: ComponentDefinition) -> Any:
        return arguments(_arguments_of(self._components[component_def.name]), inputs)

    def map_complex_output(self, instance_val: Any, type_def: TypeDefinition) -> Any:
        # Shallow: the outputs in it stay outputs.
        plain = vars(instance_val) if dataclasses.is_dataclass(instance_val) else instance_val
        return super().map_complex_output(plain, type_def)


def _arguments_of(component: type[pulumi.ComponentResource]) -> type[Any]:
    return inspect.get_annotations(component.__init__)["args"]


def _complete(
    kind: type[Any], properties: dict[str, PropertyDefinition], names: Mapping[str, str]
) -> None:
    """Add to a type's properties what its docstring says of them, and whether they have defaults.

    Args:
        names: each property's name in Python.
    """
    descriptions = _descriptions(kind)
    fields = {each.name: each for each in _fields(kind)}
    for name, definition in properties.items():
        definition.description = descriptions.get(names[name])
        if names[name] in fields:
            definition.optional = not is_required(fields[names[name]])


def _fields(kind: type[Any]) -> "tuple[dataclasses.Field[Any], ...]":
    """None of a component, a typed dict or an enum, which have no defaults."""
    return dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()


def _description(kind: type[Any]) -> str:
    """A class's docstring, without what it says of single attributes."""
    return SECTION.sub("", inspect.cleandoc(kind.__doc__ or "")).strip()


def _descriptions(kind: type[Any]) -> dict[str, str]:
    return {
        name: " ".join(text.split())
        for section in SECTION.findall(inspect.cleandoc(kind.__doc__ or "") + "\n")
        for names, text in ITEM.findall(section)
        for name in names.split(", ")
    }
