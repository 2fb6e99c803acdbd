"""Which of a mutation's results a subscription receives.

https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html#using-subscription-arguments
https://docs.aws.amazon.com/appsync/latest/devguide/extensions.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class SubscriptionFilter(Protocol):
    """Decides by the mutation's result, which has its selected fields by name."""

    def accepts(self, result: Any) -> bool: ...


class FilterRefused(Exception):
    """What was handed to `extensions.setSubscriptionFilter` is no filter."""


@dataclass(frozen=True)
class ArgumentFilter:
    """Each argument that the subscriber gave equals the result's field of that name.

    An argument that is null wants the field to be null; one that is left out wants nothing.
    """

    arguments: Mapping[str, Any]

    def accepts(self, result: Any) -> bool:
        return all(
            _equal(_value_at(result, (name,)), value) for name, value in self.arguments.items()
        )


@dataclass(frozen=True)
class Condition:
    """One `{fieldName, operator, value}`.

    Attributes:
        path: `fieldName`, split where it leads into nested objects.
    """

    path: tuple[str, ...]
    test: Callable[[Any, Any], bool]
    value: Any

    def holds(self, result: Any) -> bool:
        return self.test(_value_at(result, self.path), self.value)


@dataclass(frozen=True)
class EnhancedFilter:
    """`{"filterGroup": [{"filters": […]}, …]}`: one group whose conditions all hold is enough."""

    groups: tuple[tuple[Condition, ...], ...]

    def accepts(self, result: Any) -> bool:
        return any(all(condition.holds(result) for condition in group) for group in self.groups)


def enhanced_filter(document: Any) -> EnhancedFilter:
    """Read the argument of `extensions.setSubscriptionFilter`.

    Raises:
        FilterRefused: it is not of the documented form, or beyond its limits.
    """
    match document:
        case {"filterGroup": [_, *_] as groups}:
            return EnhancedFilter(tuple(map(_conditions, groups)))
        case _:
            raise FilterRefused("A subscription filter needs a filterGroup with filters.")


def _conditions(group: Any) -> tuple[Condition, ...]:
    match group:
        case {"filters": [_, *_] as filters}:
            return tuple(map(_condition, filters))
        case _:
            raise FilterRefused("Each element of a filterGroup needs filters.")


def _condition(members: Any) -> Condition:
    match members:
        case {"fieldName": str(name), "operator": str(operator), "value": value}:
            path = tuple(name.split("."))
        case _:
            raise FilterRefused("A filter needs a fieldName, an operator and a value.")
    if len(name) > _PATH_CHARACTERS or len(path) > _PATH_FIELDS or not all(path):
        raise FilterRefused(f"The fieldName '{name}' is no path of at most {_PATH_FIELDS} fields.")
    if operator not in _OPERATORS:
        raise FilterRefused(f"The operator '{operator}' is unknown.")
    if operator in _LIST_LENGTHS:
        least, most = _LIST_LENGTHS[operator]
        if not isinstance(value, list) or not least <= len(value) <= most:  # pyright: ignore[reportUnknownArgumentType]
            wanted = str(most) if least == most else f"{least} to {most}"
            raise FilterRefused(f"The operator '{operator}' needs a list of {wanted} values.")
    elif isinstance(value, list | dict):
        raise FilterRefused(f"The operator '{operator}' needs a single value.")
    return Condition(path, _OPERATORS[operator], value)


def _value_at(result: Any, path: tuple[str, ...]) -> Any:
    """The field at a path; None where there is none."""
    for name in path:
        if not isinstance(result, dict):
            return None
        record: dict[str, Any] = result
        result = record.get(name)
    return result


def _equal(field: Any, value: Any) -> bool:
    # To Python, True is 1.
    return isinstance(field, bool) == isinstance(value, bool) and field == value


def _among(field: Any, values: list[Any]) -> bool:
    return any(_equal(field, value) for value in values)


def _contains(field: Any, value: Any) -> bool:
    if isinstance(field, str):
        return isinstance(value, str) and value in field
    return isinstance(field, list) and _among(value, field)  # pyright: ignore[reportUnknownArgumentType]


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of two numbers or two texts; nothing else has an order."""

    def test(field: Any, value: Any) -> bool:
        return _comparable(field, value) and compare(field, value)

    return test


def _comparable(field: Any, value: Any) -> bool:
    return any(
        isinstance(field, kind) and isinstance(value, kind) for kind in (str, int | float)
    ) and not isinstance(field, bool)


def _between(field: Any, values: list[Any]) -> bool:
    low, high = values
    return _comparable(field, low) and _comparable(field, high) and low <= field <= high


_PATH_FIELDS = 5
_PATH_CHARACTERS = 256
# The fewest and the most values of an operator that takes a list.
_LIST_LENGTHS = {"in": (1, 5), "notIn": (1, 5), "between": (2, 2), "containsAny": (1, 20)}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "ne": lambda field, value: not _equal(field, value),
    "le": _ordered(lambda field, value: field <= value),
    "lt": _ordered(lambda field, value: field < value),
    "ge": _ordered(lambda field, value: field >= value),
    "gt": _ordered(lambda field, value: field > value),
    "contains": _contains,
    "notContains": lambda field, value: not _contains(field, value),
    "beginsWith": lambda field, value: isinstance(field, str) and field.startswith(str(value)),
    "in": _among,
    "notIn": lambda field, values: not _among(field, values),
    "between": _between,
    "containsAny": lambda field, values: any(_contains(field, value) for value in values),
}
