"""urql as it comes, which sends queries by GET and mutations by POST."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.appsync.deployment import Api, deploy, none
from tests.local.processes import run_node

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

CLIENT = Path(__file__).parent / "urql_client.mjs"
SDL = """
type Query { order(id: ID!): Order  failing: Int }
type Mutation { put(id: ID!, name: String!): Order }
type Order { id: ID! name: String! }
"""
QUERY = "query order($id: ID!) { order(id: $id) { id name } }"


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    api = deploy(appsync, SDL)
    api.resolver("Query.order", none("({ id: ctx.args.id, name: 'Pizza & more' })"))
    api.resolver("Query.failing", none("1", "util.error('No more', 'SoldOut');"))
    api.resolver("Mutation.put", none("ctx.args"))
    return api


def run(api: Api, ca: Path, headers: dict[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "url": api.url,
        "headers": headers,
        "queries": [(QUERY, {"id": "a+b/ü"}), ("{ failing }", {})],
        "mutations": [
            ("mutation ($name: String!) { put(id: 1, name: $name) { name } }", {"name": "Burger"})
        ],
    }
    return run_node(CLIENT, ca, given)


def test_asks_and_changes(api: Api, ca: Path) -> None:
    came = run(api, ca, api.headers)
    order, failing, put = came["answers"]
    assert order["data"]["order"]["id"] == "a+b/ü"
    assert order["data"]["order"]["name"] == "Pizza & more"
    assert failing["error"] == "[GraphQL] No more"
    assert put["data"]["put"]["name"] == "Burger"
    assert came["methods"] == ["GET", "GET", "POST"]


def test_is_told_that_it_may_not(api: Api, ca: Path) -> None:
    came = run(api, ca, {"x-api-key": "unknown"})
    assert [answer["status"] for answer in came["answers"]] == [401] * 3
