"""AppSync's scalars: what they accept and refuse, on the way in and on the way out."""

from typing import Any

import pytest
from graphql import GraphQLError

from local.appsync.documents.scalars import SCALARS

GOOD: dict[str, list[Any]] = {
    "AWSDate": ["2024-02-29", "1970-01-01Z", "1970-01-01+05:30"],
    "AWSTime": ["12:30", "12:30:24.500Z", "12:30:24+05:30:00"],
    "AWSDateTime": ["2024-02-29T12:30:24Z", "2024-02-29T12:30:24.500+05:30", "2024-02-29T12:30Z"],
    "AWSTimestamp": [0, -1, 1714521600],
    "AWSEmail": ["ann@example.com", "a.b+c@sub.example.org"],
    "AWSURL": ["https://example.com/a?b=c", "mailto:ann@example.com"],
    "AWSPhone": ["+1 555 0100", "5550100"],
    "AWSIPAddress": ["127.0.0.1", "10.0.0.0/8", "::1", "1a2b:3c4b::1234/64"],
}
BAD: dict[str, list[Any]] = {
    "AWSDate": ["2023-02-29", "today", 20240101, None],
    "AWSTime": ["25:00", "12", "12:60"],
    "AWSDateTime": ["2024-02-29", "2024-02-29T12:30:24", "2023-02-29T12:30:24Z", 5],
    "AWSTimestamp": ["0", 1.5, True],
    "AWSEmail": ["ann", "ann@", "ann@example", "a b@example.com"],
    "AWSURL": ["example", "https://", "https://a b"],
    "AWSPhone": ["phone", "1", "+1 555 0100 ext"],
    "AWSIPAddress": ["256.0.0.1", "10.0.0.0/33", "localhost"],
}


@pytest.mark.parametrize(("name", "value"), [(name, v) for name in GOOD for v in GOOD[name]])
def test_accepts(name: str, value: Any) -> None:
    scalar: Any = SCALARS[name]
    assert scalar.parse_value(value) == value
    assert scalar.serialize(value) == value


@pytest.mark.parametrize(("name", "value"), [(name, v) for name in BAD for v in BAD[name]])
def test_refuses(name: str, value: Any) -> None:
    scalar: Any = SCALARS[name]
    with pytest.raises(GraphQLError):
        scalar.parse_value(value)
    with pytest.raises(GraphQLError):
        scalar.serialize(value)


def test_json_is_a_value_for_resolvers_and_text_for_clients() -> None:
    scalar: Any = SCALARS["AWSJSON"]
    assert scalar.parse_value('{"a": [1]}') == {"a": [1]}
    assert scalar.serialize({"a": [1]}) == '{"a":[1]}'
    for bad in ("{", 1, {"a": 1}):
        with pytest.raises(GraphQLError):
            scalar.parse_value(bad)
