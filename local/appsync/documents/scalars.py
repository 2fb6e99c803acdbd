"""AppSync's own scalars: what becomes of them on the way in and on the way out.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
"""

import json
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLNamedType,
    GraphQLScalarType,
    IntValueNode,
    StringValueNode,
    ValueNode,
)

from local.appsync.documents.coercion import java_text
from local.appsync.documents.formats import (
    is_date,
    is_date_time,
    is_email,
    is_ip_address,
    is_phone,
    is_time,
    is_url,
)
from local.appsync.json_text import parse_json

# The description that introspection answers with; -1000000000-01-01 to 1000000000-12-31.
_TIMESTAMPS = range(-31_557_014_167_219_200, 31_556_889_864_403_200)


def _scalar(
    name: str,
    parse: Callable[[Any], Any],
    serialize: Callable[[Any], Any],
) -> GraphQLNamedType:
    def parse_literal(node: ValueNode, _: object = None) -> Any:
        match node:
            case StringValueNode():
                value: Any = node.value
            case IntValueNode():
                value = int(node.value)
            case _:
                raise ValueError(f"{name} is no such literal.")
        try:
            return parse(value)
        except GraphQLError as error:
            # Validation says which type it expected of any other exception only.
            raise ValueError(error.message) from error

    return GraphQLScalarType(
        name, serialize=serialize, parse_value=parse, parse_literal=parse_literal
    )


def _checked(name: str, label: str, accepts: Callable[[Any], bool]) -> GraphQLNamedType:
    """A scalar whose values are the same inside and outside."""

    def check(doing: str) -> Callable[[Any], Any]:
        def checked(value: Any) -> Any:
            if accepts(value):
                return value
            raise GraphQLError(f"Unable to {doing} `{java_text(value)}` as a valid {label}.")

        return checked

    return _scalar(name, check("parse"), check("serialize"))


def _text(name: str, label: str, accepts: Callable[[str], bool]) -> GraphQLNamedType:
    return _checked(name, label, lambda value: isinstance(value, str) and accepts(value))


def _is_timestamp(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in _TIMESTAMPS


def _json_in(value: Any) -> Any:
    """A resolver sees the parsed value, never the text."""
    if isinstance(value, str):
        try:
            return parse_json(value)
        except ValueError:
            pass
    raise GraphQLError(f"Unable to parse `{java_text(value)}` as valid JSON.")


def _json_out(value: Any) -> str:
    """A text too becomes JSON, though it be JSON already: an event of a subscription, whose text
    is the mutation's, has it twice.

    https://github.com/aws-amplify/amplify-cli/pull/5705,
    https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/533
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


SCALARS = {
    scalar.name: scalar
    for scalar in (
        _text("AWSDate", "Date Object", is_date),
        _text("AWSTime", "Time Object", is_time),
        _text("AWSDateTime", "DateTime Object", is_date_time),
        _text("AWSEmail", "email address", is_email),
        _text("AWSURL", "URL", is_url),
        _text("AWSPhone", "phone number", is_phone),
        _text("AWSIPAddress", "IP address", is_ip_address),
        _checked(
            "AWSTimestamp",
            "timestamp. Ensure that the value provided is an Integer that lies within the limits "
            "specified in this scalar's description",
            _is_timestamp,
        ),
        _scalar("AWSJSON", _json_in, _json_out),
    )
}
