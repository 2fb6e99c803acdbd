"""Pagination tokens: good for their own query only, and opaque."""

import base64

import pytest

from local.appsync.errors import DataSourceError
from local.appsync.resolvers.datasources.pagination import PaginationTokens

KEY = bytes(32)
TOKENS = PaginationTokens(KEY, "api")
LAST = {"id": {"S": "a secret id"}}
SCOPE = [
    "table",
    "Query",
    None,
    {"expression": "id = :id", "expressionValues": {":id": {"S": "1"}}},
]


def test_a_token_opens_for_its_own_query_and_says_nothing() -> None:
    token = TOKENS.seal(LAST, SCOPE)
    assert TOKENS.open(token, SCOPE) == LAST
    assert b"secret" not in base64.urlsafe_b64decode(token)
    assert TOKENS.seal(LAST, SCOPE) != token


@pytest.mark.parametrize(
    "token",
    [
        "",
        "garbage",
        "é",
        5,
        None,
        base64.urlsafe_b64encode(b"0" * 60).decode(),
        TOKENS.seal(LAST, SCOPE)[:-8] + "AAAAAAA=",
        TOKENS.seal(LAST, ["other", *SCOPE[1:]]),
        TOKENS.seal(LAST, [*SCOPE[:2], "index", SCOPE[3]]),
        TOKENS.seal(LAST, [*SCOPE[:3], {"expression": "id = :id"}]),
        PaginationTokens(KEY, "other").seal(LAST, SCOPE),
        PaginationTokens(b"1" * 32, "api").seal(LAST, SCOPE),
    ],
    ids=map(str, range(12)),
)
def test_any_other_token_is_refused(token: object) -> None:
    with pytest.raises(DataSourceError, match="Invalid pagination token given"):
        TOKENS.open(token, SCOPE)
