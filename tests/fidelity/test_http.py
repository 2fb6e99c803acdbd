"""What is answered over HTTP before any GraphQL runs: statuses, headers and words."""

import gzip
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.fidelity.case import deployed, each
from tests.local.appsync.deployment import Api, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { echo(text: String): String }
type Mutation { put(text: String): String }
"""
# By the AppSync team.
HTTP_BEHAVIOUR = "https://github.com/graphql/graphql-over-http/issues/81"
GET_IS_SERVED = "https://github.com/localstack/localstack/issues/10182"
URQL = "https://commerce.nearform.com/open-source/urql/docs/api/core/"
NO_AUTHORIZATION = "https://github.com/aws-amplify/amplify-js/issues/4373"
LIMITS = "https://docs.aws.amazon.com/general/latest/gr/appsync.html"
EXPOSED = "https://github.com/graphql-dotnet/graphql-client/issues/221"

QUERY = "query Say($text: String) { echo(text: $text) }"
MALFORMED = "MalformedHttpRequestException"


@dataclass(frozen=True, kw_only=True)
class HttpCase:
    """A request, and its answer.

    Attributes:
        query: of the address.
        body: None for a GET.
        key: whether the API's key is sent.
    """

    name: str
    source: str
    query: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    key: bool = True
    status: int = 200
    answer: Any = None


def refused(
    name: str, source: str, status: int, kind: str, message: str | None, **request: Any
) -> HttpCase:
    """One that is refused; where the source does not tell the message, any will do."""
    answer = {"errors": [{"errorType": kind, "message": message}]}
    return HttpCase(name=name, source=source, status=status, answer=answer, **request)


def not_parsed(body: str) -> HttpCase:
    return refused(
        f"a body that is {body}",
        HTTP_BEHAVIOUR,
        400,
        MALFORMED,
        "Unable to parse GraphQL query.",
        body=body.encode(),
    )


CASES = [
    HttpCase(
        name="a posted query",
        source=HTTP_BEHAVIOUR,
        body=json.dumps({"query": QUERY, "variables": {"text": "a"}}).encode(),
        answer={"data": {"echo": "a"}},
    ),
    HttpCase(
        name="a query by GET",
        source=GET_IS_SERVED,
        query={"query": '{ echo(text: "a") }'},
        answer={"data": {"echo": "a"}},
    ),
    HttpCase(
        name="a query by GET with variables and the operation's name",
        source=HTTP_BEHAVIOUR,
        query={
            "query": f"{QUERY} query Other {{ echo }}",
            "operationName": "Say",
            "variables": '{"text": "b & c"}',
        },
        answer={"data": {"echo": "b & c"}},
    ),
    HttpCase(
        name="a query by GET as urql sends it",
        source=URQL,
        query={"operationName": "Say", "query": QUERY, "variables": "{}"},
        headers={"accept": "application/graphql-response+json, application/graphql+json, "
                 "application/json, text/event-stream, multipart/mixed"},
        answer={"data": {"echo": None}},
    ),
    HttpCase(
        name="a mutation by GET",
        source=HTTP_BEHAVIOUR,
        query={"query": 'mutation { put(text: "a") }'},
        answer={"data": {"put": "a"}},
    ),
    refused("a GET without a query", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", query={"a": "b"}),
    refused("a GET whose variables are no JSON", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", query={"query": QUERY, "variables": "{"}),
    refused("a GET whose variables are a list", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", query={"query": QUERY, "variables": "[]"}),
    refused("a GET whose query is no GraphQL", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", query={"query": "{"}),
    HttpCase(
        name="a GET whose query does not fit the schema",
        source=HTTP_BEHAVIOUR,
        query={"query": "{badfield}"},
        answer={
            "data": None,
            "errors": [
                {
                    "path": None,
                    "locations": [{"line": 1, "column": 2, "sourceName": None}],
                    "message": "Validation error of type FieldUndefined: "
                    "Field 'badfield' in type 'Query' is undefined @ 'badfield'",
                }
            ],
        },
    ),
    refused("a GET without authorization", NO_AUTHORIZATION, 401, "UnauthorizedException",
            "Valid authorization header not provided.", query={"query": "{ echo }"}, key=False),
    refused("an empty body", HTTP_BEHAVIOUR, 400, MALFORMED, "Request body is empty.", body=b""),
    not_parsed("meow"),
    not_parsed("{}"),
    not_parsed("{}}"),
    not_parsed("[]"),
    not_parsed('{"query": "{"}'),
    not_parsed('{"query": 1}'),
    not_parsed('{"query": "{ echo }", "variables": []}'),
    not_parsed('{"query": "{ echo }", "variables": {"a": 1e400}}'),
    refused("a post without authorization", NO_AUTHORIZATION, 401, "UnauthorizedException",
            "Valid authorization header not provided.", body=b'{"query": "{ echo }"}', key=False),
    refused("a post with a key that is none", EXPOSED, 401, "UnauthorizedException", None,
            body=b'{"query": "{ echo }"}', headers={"x-api-key": "da2-nothing"}, key=False),
    refused("a body that is no gzip, said to be", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", body=b'{"query": "{ echo }"}',
            headers={"content-encoding": "gzip"}),
    refused("a body that is no deflate, said to be", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", body=b'\xff{"query": "{ echo }"}',
            headers={"content-encoding": "deflate"}),
    refused("a body that is no brotli, said to be", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", body=b'\xffnothing',
            headers={"content-encoding": "br"}),
    refused("a body that is no zstd, said to be", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.", body=b'\xffnothing',
            headers={"content-encoding": "zstd"}),
    HttpCase(
        name="a body that is gzip",
        source="https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding",
        body=gzip.compress(b'{"query": "{ echo }"}'),
        headers={"content-encoding": "gzip"},
        answer={"data": {"echo": None}},
    ),
    refused("a gzip that is cut off", HTTP_BEHAVIOUR, 400, MALFORMED,
            "Unable to parse GraphQL query.",
            body=gzip.compress(b'{"query": "{ echo }"}')[:-9],
            headers={"content-encoding": "gzip"}),
    refused("a gzip of more than a megabyte", LIMITS, 413, "RequestEntityTooLargeException", None,
            body=gzip.compress(b" " * 100 * 2**20), headers={"content-encoding": "gzip"}),
    refused("a body of more than a megabyte", LIMITS, 413, "RequestEntityTooLargeException", None,
            body=json.dumps({"query": "{ echo }" + " " * 2**20}).encode()),
]  # fmt: skip


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deployed(
        appsync, SDL, {"Query.echo": none("ctx.args.text"), "Mutation.put": none("ctx.args.text")}
    )


@each(CASES)
def test_a_request(api: Api, case: HttpCase) -> None:
    headers = case.headers | (api.headers if case.key else {})
    method = "GET" if case.body is None else "POST"
    query = f"?{urlencode(case.query)}" if case.query else ""

    answer = api.send(method, query, case.body, {"content-type": "application/json"} | headers)

    assert answer.status == case.status, answer.body
    sent = {name.lower(): value for name, value in answer.headers.items()}
    assert sent["content-type"].startswith("application/json")
    assert uuid.UUID(sent["x-amzn-requestid"])
    exposed = sent["access-control-expose-headers"].lower().split(",")
    assert set(exposed) == {"x-amzn-requestid", "x-amzn-errortype"}
    if case.status != 200:
        (error,) = case.answer["errors"]
        assert sent["x-amzn-errortype"] == error["errorType"]
        assert answer.error["message"]
        if error["message"] is None:
            error["message"] = answer.error["message"]
    assert answer.body == case.answer


def test_each_answer_has_an_id_of_its_own(api: Api) -> None:
    """https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html"""
    ids = {api.get(query="{ echo }").headers["x-amzn-RequestId"] for _ in range(3)}

    assert len(ids) == 3
