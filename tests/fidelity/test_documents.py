"""Documents and variables that are refused, and the words for it."""

from typing import TYPE_CHECKING

import pytest

from tests.fidelity.case import Case, deployed, each
from tests.local.appsync.deployment import Api, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { order(id: ID!): Order }
type Order { id: ID! name: String }
"""
HTTP_BEHAVIOUR = "https://github.com/graphql/graphql-over-http/issues/81"

CASES = [
    Case(
        name="a field that is not there",
        source=HTTP_BEHAVIOUR,
        query="{badfield}",
        errors=(
            {
                "path": None,
                "locations": [{"line": 1, "column": 2, "sourceName": None}],
                "message": "Validation error of type FieldUndefined: "
                "Field 'badfield' in type 'Query' is undefined @ 'badfield'",
            },
        ),
    ),
]


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deployed(appsync, SDL, {"Query.order": none("({ id: ctx.args.id })")})


@each(CASES)
def test_a_document(api: Api, case: Case) -> None:
    case.check(api)
