"""What a provider is, and how Pulumi names and spells things."""

import secrets
from collections.abc import Callable, ItemsView, Mapping
from typing import Any

from local.engine.aws import Aws

Inputs = dict[str, Any]
Created = tuple[str, dict[str, Any]]
Provider = Callable[[Aws, str, Inputs], Created]


class ReadInputs(Inputs):
    """Inputs that know which of them were asked for, so that none is silently ignored."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        self.unread = set(inputs)

    def __getitem__(self, key: str) -> Any:
        self.unread.discard(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.unread -= {key}
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.unread.discard(key)
        return super().get(key, default)

    def items(self) -> ItemsView[str, Any]:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.unread.clear()
        return super().items()


def physical_name(name: str, inputs: Inputs) -> str:
    """The name given, or the one that Pulumi would make up: so two stages fit one account."""
    if "name" in inputs:
        return inputs["name"]
    suffix = secrets.token_hex(4)[:7]
    return f"{inputs['namePrefix']}{suffix}" if "namePrefix" in inputs else f"{name}-{suffix}"


def pascal(value: Any) -> Any:
    """The keys of a structure as most AWS APIs spell them: `attributeName` as `AttributeName`."""
    if isinstance(value, Mapping):
        mapping: Mapping[str, Any] = value
        return {key[0].upper() + key[1:]: pascal(item) for key, item in mapping.items()}
    if isinstance(value, list):
        items: list[Any] = value
        return [pascal(item) for item in items]
    return value


def tag_list(inputs: Inputs) -> list[Any]:
    """Tags as `[{"Key": …, "Value": …}]`."""
    return [{"Key": key, "Value": value} for key, value in inputs.get("tags", {}).items()]


def whole_numbers(value: Any) -> Any:
    """The same structure with 5.0 as 5: Pulumi hands every number over as a float."""
    if isinstance(value, dict):
        mapping: dict[str, Any] = value
        return {key: whole_numbers(item) for key, item in mapping.items()}
    if isinstance(value, list):
        items: list[Any] = value
        return [whole_numbers(item) for item in items]
    return int(value) if isinstance(value, float) and value.is_integer() else value
