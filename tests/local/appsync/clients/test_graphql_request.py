"""graphql-request, unchanged."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.appsync.deployment import Api, deploy, none
from tests.local.processes import run_node

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

CLIENT = Path(__file__).parent / "graphql_request_client.mjs"
SDL = """
type Query { order(id: ID!): Order }
type Mutation { put(id: ID!): Order }
type Order { id: ID! price: Int! }
"""


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    api = deploy(appsync, SDL)
    api.resolver("Query.order", none("ctx.args"))
    api.resolver("Mutation.put", none("({ price: 6, ...ctx.args })"))
    return api


def run(api: Api, ca: Path, headers: dict[str, str]) -> Any:
    requests: list[Any] = [
        ("query ($id: ID!) { order(id: $id) { id } }", {"id": "1"}),
        ("{ order(id: 2) { price } }", None),
        ("{ nothing }", None),
        ("mutation ($id: ID!) { put(id: $id) { id price } }", {"id": "3"}),
    ]
    return run_node(CLIENT, ca, {"url": api.url, "headers": headers, "requests": requests})


def test_asks_and_changes(api: Api, ca: Path) -> None:
    order, priceless, nothing, put = run(api, ca, api.headers)
    assert order == {"data": {"order": {"id": "1"}}}
    assert priceless["status"] == 200
    assert priceless["data"] == {"order": None}
    assert priceless["errors"][0]["path"] == ["order", "price"]
    assert nothing["data"] is None
    assert "FieldUndefined" in nothing["errors"][0]["message"]
    assert put == {"data": {"put": {"id": "3", "price": 6}}}


def test_is_told_that_it_may_not(api: Api, ca: Path) -> None:
    answers = run(api, ca, {})
    assert {answer["status"] for answer in answers} == {401}
    (error,) = answers[0]["errors"]
    assert error == {
        "errorType": "UnauthorizedException",
        "message": "Valid authorization header not provided.",
    }
