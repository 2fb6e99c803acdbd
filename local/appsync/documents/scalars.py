"""AppSync's own scalars, with the forms that it accepts.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
"""

import ipaddress
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from graphql import (
    GraphQLError,
    GraphQLNamedType,
    GraphQLScalarType,
    ValueNode,
    value_from_ast_untyped,
)

_OFFSET = r"(?:Z|[+-](?:0\d|1[0-8]):[0-5]\d(?::[0-5]\d)?)"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?"
_DATE = re.compile(rf"(-?\d{{4}}-\d\d-\d\d){_OFFSET}?")
_TIME = re.compile(rf"{_CLOCK}{_OFFSET}?")
_DATE_TIME = re.compile(rf"(-?\d{{4}}-\d\d-\d\d)T{_CLOCK}{_OFFSET}")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[\d\s().-]{3,25}")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.removeprefix("-"))
    except ValueError:
        return False
    return True


def _is_date(value: str) -> bool:
    match = _DATE.fullmatch(value)
    return bool(match) and _is_day(match[1])


def _is_date_time(value: str) -> bool:
    match = _DATE_TIME.fullmatch(value)
    return bool(match) and _is_day(match[1])


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and " " not in value


def _is_phone(value: str) -> bool:
    return bool(_PHONE.fullmatch(value)) and sum(map(str.isdigit, value)) >= 3


def _is_ip_address(value: str) -> bool:
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        return False
    return True


def _scalar(
    name: str,
    parse: Callable[[Any], Any],
    serialize: Callable[[Any], Any],
) -> GraphQLNamedType:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        try:
            return parse(value_from_ast_untyped(node, variables))
        except GraphQLError as error:
            # Validation says which type it expected of any other exception only.
            raise ValueError(error.message) from error

    return GraphQLScalarType(
        name, serialize=serialize, parse_value=parse, parse_literal=parse_literal
    )


def _text(name: str, label: str, accepts: Callable[[str], Any]) -> GraphQLNamedType:
    def parse(value: Any) -> str:
        if isinstance(value, str) and accepts(value):
            return value
        raise GraphQLError(f"Unable to parse `{value}` as a valid {label}.")

    def serialize(value: Any) -> str:
        if isinstance(value, str) and accepts(value):
            return value
        raise GraphQLError(f"Unable to serialize `{value}` as a valid {label}.")

    return _scalar(name, parse, serialize)


def _timestamp(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise GraphQLError(f"Unable to parse `{value}` as a valid timestamp in seconds.")


def _json_in(value: Any) -> Any:
    """A resolver sees the parsed value, never the text."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            pass
    raise GraphQLError(f"Unable to parse `{value}` as valid JSON.")


def _json_out(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


SCALARS = {
    scalar.name: scalar
    for scalar in (
        _text("AWSDate", "Date Object", _is_date),
        _text("AWSTime", "Time Object", _TIME.fullmatch),
        _text("AWSDateTime", "DateTime Object", _is_date_time),
        _text("AWSEmail", "email address", _EMAIL.fullmatch),
        _text("AWSURL", "URL", _is_url),
        _text("AWSPhone", "phone number", _is_phone),
        _text("AWSIPAddress", "IP address", _is_ip_address),
        _scalar("AWSTimestamp", _timestamp, _timestamp),
        _scalar("AWSJSON", _json_in, _json_out),
    )
}
