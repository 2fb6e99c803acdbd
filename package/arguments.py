"""Makes the arguments of a component of what another language's program gives for them."""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from inspect import get_annotations, isclass
from typing import Any, TypeVar, cast, get_args, is_typeddict

import pulumi
from pulumi.errors import InputPropertyError
from pulumi.provider.experimental.analyzer import (
    is_dict,
    is_input,
    is_list,
    is_not_required,
    is_optional,
    unwrap_input,
    unwrap_not_required,
    unwrap_optional,
)
from pulumi.provider.experimental.util import camel_case

T = TypeVar("T")


def arguments(kind: type[T], given: Mapping[str, Any], path: str = "") -> T:
    """An instance of a dataclass from its properties as the schema names them.

    The SDK hands components plain dicts, with each number a float, whatever the type that they are
    declared to take (https://github.com/pulumi/pulumi/issues/18526).

    Args:
        kind: a dataclass; its fields may be dataclasses, typed dicts, enums, and lists and maps of
            them, and `pulumi.Input` of all.
        given: by camelCase; what is None counts as absent.
        path: where in the component's properties this is; errors begin with it.

    Raises:
        InputPropertyError: a property is missing, not of its type, or only known later where it
            must be known at once.
    """
    annotations = get_annotations(kind)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # pyright: ignore[reportArgumentType]
        name = camel_case(field.name)
        where = f"{path}.{name}" if path else name
        value = given.get(name)
        if value is not None:
            values[field.name] = _value(annotations[field.name], value, where)
        elif is_required(field):
            raise InputPropertyError(where, f"{where} is missing")
        elif is_optional(annotations[field.name]) and _has_no_default(field):
            values[field.name] = None
    return kind(**values)


def is_required(field: "dataclasses.Field[Any]") -> bool:
    """Whether a property must be given: it has no default, and may not be None."""
    return _has_no_default(field) and not is_optional(field.type)  # pyright: ignore


def _has_no_default(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _value(annotation: Any, value: Any, where: str) -> Any:
    if is_not_required(annotation):
        return _value(unwrap_not_required(annotation), value, where)
    if is_input(annotation):
        if isinstance(value, pulumi.Output):
            return value
        return _value(unwrap_input(annotation), value, where)
    if is_optional(annotation):
        return _value(unwrap_optional(annotation), value, where)
    if isinstance(value, pulumi.Output):
        raise InputPropertyError(where, f"{where} must be known before anything is deployed")
    if isinstance(value, list) and is_list(annotation):
        [item] = get_args(annotation)
        items = cast(list[Any], value)
        return [_value(item, each, f"{where}[{i}]") for i, each in enumerate(items)]
    if isinstance(value, Mapping):
        return _object(annotation, cast(Mapping[str, Any], value), where)
    return _scalar(annotation, value, where)


def _object(annotation: Any, value: Mapping[str, Any], where: str) -> Any:
    if isclass(annotation) and dataclasses.is_dataclass(annotation):
        return arguments(annotation, value, where)
    if is_dict(annotation):
        _, item = get_args(annotation)
        return {key: _value(item, each, f"{where}.{key}") for key, each in value.items()}
    if is_typeddict(annotation):
        items = get_annotations(annotation)
        return {key: _value(items[key], each, f"{where}.{key}") for key, each in value.items()}
    return _scalar(annotation, value, where)


def _scalar(annotation: Any, value: Any, where: str) -> Any:
    if isclass(annotation) and issubclass(annotation, Enum):
        if value not in [member.value for member in annotation]:
            allowed = ", ".join(str(member.value) for member in annotation)
            raise InputPropertyError(where, f"{where} is {value!r}, but must be one of {allowed}")
        return annotation(value)
    if annotation is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if annotation is float and type(value) is int:
        return float(value)
    if not isclass(annotation) or type(value) is not annotation:
        raise InputPropertyError(where, f"{where} is {value!r}, which is not of its type")
    return value
