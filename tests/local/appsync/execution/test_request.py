"""Requests over HTTP: bodies, operations, and the API's limits."""

import gc
import json
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.local.appsync.deployment import Api, deploy, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { node: Node  list: [Node!]  echo(when: AWSDateTime, data: AWSJSON, id: ID): AWSJSON }
type Mutation { count: Int  fail: Int!  mark: Int }
type Subscription { counted: Int @aws_subscribe(mutations: ["count"]) }
type Node { node: Node value: Int }
"""


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    api = deploy(
        appsync,
        SDL,
        introspectionConfig="DISABLED",
        queryDepthLimit=3,
        resolverCountLimit=4,
    )
    api.resolver("Query.node", none("({ value: 1 })"))
    api.resolver("Query.list", none("[{}, {}, {}, {}]"))
    api.resolver("Node.value", none("2"))
    api.resolver("Node.node", none("({})"))
    api.resolver("Query.echo", none("ctx.args"))
    api.resolver("Mutation.fail", none("1", "util.error('no', 'Failed');"))
    api.resolver("Mutation.mark", none("1"))
    return api


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff",
        b"[]",
        b"[{}]",
        b"[" * 100_000,
        b'"{ node { value } }"',
        b"{}",
        b'{"query": 1}',
        b'{"query": " "}',
        b'{"query": "{ node"}',
        b'{"query": "{ node { value } }", "variables": []}',
        b'{"query": "{ node { value } }", "operationName": 1}',
        b'{"query": "{ node { value } }", "variables": {"a": NaN}}',
        b'{"query": "{ node { value } }", "variables": {"a": -Infinity}}',
        b'{"query": "{ node { value } }", "variables": {"a": 1e999}}',
    ],
)
def test_a_malformed_request_is_a_400(api: Api, body: bytes) -> None:
    answer = api.post(body)
    assert answer.status == 400
    assert answer.error["errorType"] == "MalformedHttpRequestException"
    assert answer.error["message"]
    assert "data" not in answer.body


def test_a_mutation_after_one_that_ends_the_request_is_never_begun(api: Api) -> None:
    answer = api.run("mutation { fail mark }")

    assert answer.body["data"] is None
    assert answer.error["errorType"] == "Failed"
    # What had been begun and never been awaited would warn now, and a warning is an error here.
    gc.collect()


def test_a_request_over_a_megabyte_is_refused(api: Api) -> None:
    answer = api.run("{ node { value } }" + " " * 2**20)
    assert answer.status == 413
    assert answer.error["errorType"] == "RequestEntityTooLargeException"


def test_an_invalid_document_is_a_200_without_data(api: Api) -> None:
    answer = api.run("{ nothing }")
    assert answer.status == 200
    assert answer.body["data"] is None
    assert answer.error["message"] == (
        "Validation error of type FieldUndefined: "
        "Field 'nothing' in type 'Query' is undefined @ 'nothing'"
    )


def test_an_invalid_variable_is_a_200_without_data(api: Api) -> None:
    answer = api.run("query ($when: AWSDateTime) { echo(when: $when) }", when="today")
    assert answer.status == 200
    assert answer.body["data"] is None
    assert answer.error["message"].startswith("Variable 'when' has an invalid value. Unable to")


def test_arguments_reach_resolvers_coerced(api: Api) -> None:
    query = 'query ($data: AWSJSON) { echo(when: "2024-01-01T00:00:00Z", data: $data, id: 5) }'
    assert json.loads(api.run(query, data='{"a": 1}').data["echo"]) == {
        "when": "2024-01-01T00:00:00Z",
        "data": {"a": 1},
        "id": "5",
    }


def test_the_operation_must_be_clear(api: Api) -> None:
    query = "query a { node { value } } query b { node { node { value } } }"

    def post(name: str | None) -> object:
        answer = api.post(json.dumps({"query": query, "operationName": name}).encode())
        return answer.body["data"] if answer.status == 200 else answer.error["errorType"]

    assert post("a") == {"node": {"value": 2}}
    assert post(None) == "BadRequestException"
    assert post("c") == "BadRequestException"


def test_a_subscription_is_not_served_over_http(api: Api) -> None:
    answer = api.run("subscription { counted }")
    assert answer.status == 400
    assert "real-time" in answer.error["message"]


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Node") { name } }',
        "{ ...a } fragment a on Query { ... on Query { __schema { types { name } } } }",
    ],
)
def test_introspection_is_refused_where_it_is_disabled(api: Api, query: str) -> None:
    answer = api.run(query)
    assert answer.body["data"] is None
    assert "FieldUndefined: Field '__" in answer.error["message"]
    assert api.run("{ __typename }").data == {"__typename": "Query"}


def test_introspection_answers_where_it_is_enabled(appsync: "AppSyncClient") -> None:
    open_api = deploy(appsync, SDL)
    types = open_api.run("{ __schema { types { name } } }").data["__schema"]["types"]
    assert {"name": "Node"} in types


def test_a_query_deeper_than_the_limit_is_refused(api: Api) -> None:
    assert api.run("{ node { node { value } } }").status == 200
    deep = "{ node { ...a } } fragment a on Node { node { node { value } } }"
    answer = api.run(deep)
    assert answer.body["data"] is None
    assert answer.error["errorType"] == "QueryDepthLimitReached"


def test_resolvers_beyond_the_limit_do_not_run(api: Api) -> None:
    assert api.run("{ a: node { value } b: node { value } }").data["b"] == {"value": 2}
    answer = api.run("{ list { value } }")
    assert [node["value"] for node in answer.body["data"]["list"]] == [2, 2, 2, None]
    assert answer.error["errorType"] == "ResolverExecutionLimitReached"


def test_an_unknown_api_is_not_found(api: Api) -> None:
    other = Api(api.appsync, "nothing", api.url.replace(api.api_id, "nothing"))
    assert other.run("{ a }").status == 404


def test_fragments_that_repeat_each_other_take_no_time(api: Api) -> None:
    # Twice at each of 40 levels: a trillion visits for who visits each every time.
    spreads = "".join(
        f"fragment F{level} on Node {{ ...F{level + 1} ...F{level + 1} }} " for level in range(40)
    )
    answer = api.run(f"{{ node {{ ...F0 }} }} {spreads} fragment F40 on Node {{ value }}")

    assert answer.data == {"node": {"value": 2}}


def test_a_page_of_another_origin_may_call(api: Api) -> None:
    asked = {"origin": "http://shop.example", "access-control-request-method": "POST"}
    address = urlsplit(api.url)
    connection = HTTPConnection(address.netloc, timeout=10)
    connection.request("OPTIONS", address.path, headers=asked)
    preflight = connection.getresponse()
    preflight.read()
    connection.close()

    assert preflight.status == 200
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    for answer in (preflight, api.run("{ node { value } }"), api.run("{ node { value } }", {})):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
