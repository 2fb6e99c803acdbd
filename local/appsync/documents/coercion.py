"""What graphql-java, which AppSync is made of, makes of a value for a scalar or an enum.

Scalars of AppSync's own say themselves what they take.

AppSync's words are those of graphql-java 10 to 13:
https://github.com/graphql-java/graphql-java/blob/v12.0/src/main/java/graphql/Scalars.java
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from graphql import GraphQLEnumType, GraphQLError, GraphQLScalarType

_INT = 2**31
_LONG = 2**63
# What Java's BigDecimal reads.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)
# Java writes numbers beyond these with an exponent.
_PLAIN_FROM, _PLAIN_TO = 1e-3, 1e7


class CoercionRefused(Exception):
    """The type cannot hold the value; the message is graphql-java's."""


def serialize(kind: GraphQLScalarType | GraphQLEnumType, value: Any) -> Any:
    """A resolver's value (not None) as the answer shows it.

    Raises:
        CoercionRefused: the type cannot hold it.
    """
    if convert := _SCALARS.get(kind.name):
        return _converted(kind.name, convert, value)
    try:
        return kind.serialize(value)
    except GraphQLError as error:
        if isinstance(kind, GraphQLEnumType):
            reason = f"Invalid input for Enum '{kind.name}'. Unknown value '{java_text(value)}'"
            raise CoercionRefused(reason) from error
        raise CoercionRefused(error.message) from error


def parse_value(kind: GraphQLScalarType | GraphQLEnumType, value: Any) -> Any:
    """A variable's value (not None) as resolvers see it.

    Raises:
        CoercionRefused: the type cannot hold it.
    """
    if isinstance(kind, GraphQLEnumType):
        name = java_text(value)
        if name in kind.values:
            return name
        raise CoercionRefused(
            f"Invalid input for Enum '{kind.name}'. No value found for name '{name}'"
        )
    if convert := _SCALARS.get(kind.name):
        return _converted(kind.name, convert, value)
    try:
        return kind.parse_value(value)
    except GraphQLError as error:
        raise CoercionRefused(error.message) from error


def _converted(name: str, convert: Callable[[Any], Any], value: Any) -> Any:
    result = convert(value)
    if result is None:
        raise CoercionRefused(f"Expected type '{name}' but was '{java_type(value)}'.")
    return result


def _number(value: Any) -> Decimal | None:
    """The number that a number or a text is."""
    if isinstance(value, int | float):
        return None if isinstance(value, bool) else Decimal(value)
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _int(value: Any) -> int | None:
    number = _number(value)
    if number is None or not -_INT <= number < _INT or number % 1:
        return None
    return int(number)


def _float(value: Any) -> float | None:
    number = _number(value)
    if number is None:
        return None
    # Java would answer Infinity, which is no JSON.
    return result if math.isfinite(result := float(number)) else None


def _boolean(value: Any) -> bool | None:
    match value:
        case bool():
            return value
        case str():
            return value.lower() == "true"
        case int() | float():
            return value != 0
        case _:
            return None


def _id(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def java_text(value: Any) -> str:
    """What Java's `toString` makes of a JSON value: `{id=1, tags=[a, b]}`."""
    match value:
        case str():
            return value
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case float():
            return _java_double(value)
        case list():
            items: list[Any] = value
            return f"[{', '.join(map(java_text, items))}]"
        case dict():
            record: dict[str, Any] = value
            return f"{{{', '.join(f'{name}={java_text(item)}' for name, item in record.items())}}}"
        case _:
            return str(value)


def _java_double(value: float) -> str:
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_TO:
        return str(Decimal(repr(value))) if "e" not in repr(value) else f"{Decimal(repr(value)):f}"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).rstrip("0") or "0"
    return f"{'-' * sign}{text[0]}.{text[1:] or '0'}E{exponent + len(digits) - 1}"


def java_type(value: Any) -> str:
    """The simple name of the class that a JSON value has in Java."""
    match value:
        case None:
            return "null"
        case bool():
            return "Boolean"
        case int():
            bits = {_INT: "Integer", _LONG: "Long"}
            return next((name for end, name in bits.items() if -end <= value < end), "BigInteger")
        case float():
            return "Double"
        case str():
            return "String"
        case list():
            return "ArrayList"
        case _:
            return "LinkedHashMap"


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "Int": _int,
    "Float": _float,
    "String": java_text,
    "Boolean": _boolean,
    "ID": _id,
}
