"""AppSync's scalars: literals, variables and results."""

from typing import Any

import pytest
from graphql import GraphQLError, parse_value

from local.appsync.documents.scalars import SCALARS

TIMESTAMP = (
    "as a valid timestamp. Ensure that the value provided is an Integer that lies within the "
    "limits specified in this scalar's description."
)
GOOD: list[tuple[str, Any]] = [
    ("AWSDate", "2024-02-29"),
    ("AWSTime", "12:30"),
    ("AWSDateTime", "2024-02-29T12:30:24Z"),
    ("AWSEmail", "username@example.com"),
    ("AWSURL", "https://www.amazon.com/"),
    ("AWSPhone", "+1 202 555 0123"),
    ("AWSIPAddress", "10.0.0.0/8"),
    ("AWSTimestamp", 0),
    ("AWSTimestamp", -31_557_014_167_219_200),
    ("AWSTimestamp", 31_556_889_864_403_199),
]
# The words are AppSync's: https://github.com/aws-amplify/amplify-cli/issues/2033 (DateTime),
# …/amplify-android/issues/590 (an object), …/aws/aws-appsync-community/issues/211 (phone),
# …/aws-amplify/amplify-category-api/issues/354 (timestamp).
BAD: list[tuple[str, Any, str]] = [
    ("AWSDate", "today", "`today` as a valid Date Object."),
    ("AWSTime", "noon", "`noon` as a valid Time Object."),
    ("AWSDateTime", "2019", "`2019` as a valid DateTime Object."),
    ("AWSDateTime", {"day": 19, "on": True}, "`{day=19, on=true}` as a valid DateTime Object."),
    ("AWSDateTime", [5, None], "`[5, null]` as a valid DateTime Object."),
    ("AWSEmail", "ann", "`ann` as a valid email address."),
    ("AWSURL", "amazon.com", "`amazon.com` as a valid URL."),
    ("AWSPhone", "1110004444", "`1110004444` as a valid phone number."),
    ("AWSPhone", 2025550123, "`2025550123` as a valid phone number."),
    ("AWSIPAddress", "localhost", "`localhost` as a valid IP address."),
    ("AWSTimestamp", "1714521600", f"`1714521600` {TIMESTAMP}"),
    ("AWSTimestamp", 1.5, f"`1.5` {TIMESTAMP}"),
    ("AWSTimestamp", True, f"`true` {TIMESTAMP}"),
    ("AWSTimestamp", -31_557_014_167_219_201, f"`-31557014167219201` {TIMESTAMP}"),
    ("AWSTimestamp", 31_556_889_864_403_200, f"`31556889864403200` {TIMESTAMP}"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_takes_and_answers_with(name: str, value: Any) -> None:
    scalar: Any = SCALARS[name]
    literal = f'"{value}"' if isinstance(value, str) else str(value)
    assert scalar.parse_value(value) == value
    assert scalar.parse_literal(parse_value(literal)) == value
    assert scalar.serialize(value) == value


@pytest.mark.parametrize(("name", "value", "words"), BAD)
def test_refuses_and_says_what(name: str, value: Any, words: str) -> None:
    scalar: Any = SCALARS[name]
    with pytest.raises(GraphQLError) as parsed:
        scalar.parse_value(value)
    assert parsed.value.message == f"Unable to parse {words}"
    with pytest.raises(GraphQLError) as serialized:
        scalar.serialize(value)
    assert serialized.value.message == f"Unable to serialize {words}"


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ("AWSTimestamp", '"0"'),
        ("AWSTimestamp", "1.0"),
        ("AWSTimestamp", "99999999999999999"),
        ("AWSTimestamp", "9" * 5_000),
        ("AWSDate", "2024"),
        ("AWSEmail", "ann"),
        ("AWSEmail", '["ann@example.com"]'),
        ("AWSJSON", "{a: 1}"),
        ("AWSJSON", "1"),
        ("AWSJSON", "NaN"),
        ("AWSJSON", '"Unquoted string"'),
        ("AWSJSON", '"1e400"'),
    ],
    ids=lambda text: text[:20],
)
def test_refuses_the_literal(name: str, literal: str) -> None:
    scalar: Any = SCALARS[name]
    with pytest.raises(ValueError, match=r"Unable to parse|no such literal|digits"):
        scalar.parse_literal(parse_value(literal))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"upvotes": 10}', {"upvotes": 10}),
        ("[1,2,3]", [1, 2, 3]),
        ('"AWSJSON example string"', "AWSJSON example string"),
        ("1", 1),
        ("true", True),
        ("null", None),
    ],
)
def test_json_is_a_value_for_resolvers(text: str, value: Any) -> None:
    scalar: Any = SCALARS["AWSJSON"]
    assert scalar.parse_value(text) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{", "`{`"),
        ("{'a': 1}", "`{'a': 1}`"),
        ("NaN", "`NaN`"),
        ("[1e400]", "`[1e400]`"),
        (1, "`1`"),
        ({"a": 1}, "`{a=1}`"),
    ],
)
def test_what_is_no_json_is_refused(value: Any, words: str) -> None:
    scalar: Any = SCALARS["AWSJSON"]
    with pytest.raises(GraphQLError) as refused:
        scalar.parse_value(value)
    assert refused.value.message == f"Unable to parse {words} as valid JSON."


@pytest.mark.parametrize(
    ("value", "text"),
    [({"a": [1, "ü"]}, '{"a":[1,"ü"]}'), (True, "true"), ("Hello", '"Hello"'), ("{}", '"{}"')],
)
def test_json_is_text_for_clients(value: Any, text: str) -> None:
    scalar: Any = SCALARS["AWSJSON"]
    assert scalar.serialize(value) == text
