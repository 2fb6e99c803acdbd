"""Schemas and code that AppSync does not take, or takes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.fidelity.case import each
from tests.local.appsync.deployment import Api, deploy, none, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

GUIDE = "https://docs.aws.amazon.com/appsync/latest/devguide"
FEATURES = f"{GUIDE}/supported-features.html"
PLUGIN = f"{GUIDE}/utility-resolvers.html"
SCALARS = f"{GUIDE}/scalars.html"
REAL_TIME = f"{GUIDE}/aws-appsync-real-time-data.html"


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A schema, or a request handler's body, and part of the reason; none where it is taken."""

    name: str
    source: str
    given: str
    reason: str | None


def subscription(kind: str, mutations: str) -> str:
    return (
        "type Query { a: Int } type Mutation { put: Int! }"
        f" type Subscription {{ onPut: {kind} @aws_subscribe(mutations: [{mutations}]) }}"
    )


SCHEMAS = [
    Refused(name="a directive's definition",
            source="https://github.com/awslabs/graphql-schema-utilities/issues/25",
            given="directive @own on OBJECT type Query { a: Int }",
            reason="Directive definitions are not supported."),
    Refused(name="an interface that implements one",
            source="https://github.com/aws/aws-appsync-community/issues/387",
            given="interface Node { id: ID! } interface Character implements Node { id: ID! } "
                  "type Human implements Character & Node { id: ID! } type Query { a: Human }",
            reason="Failed to parse schema document - ensure it's a valid SDL-formatted document."),
    Refused(name="a type that implements two interfaces",
            source="https://github.com/aws/aws-appsync-community/issues/387",
            given="interface Node { id: ID! } interface Character { id: ID! } "
                  "type Human implements Character & Node { id: ID! } type Query { a: Human }",
            reason=None),
    Refused(name="an extension of a type",
            source="https://github.com/sid88in/serverless-appsync-plugin/pull/468",
            given="type Query { a: Int } extend type Query { b: Int }",
            reason="Failed to parse schema document"),
    Refused(name="a scalar of one's own", source=SCALARS,
            given="scalar Money type Query { a: Money }", reason="Custom scalars"),
    Refused(name="a type whose name begins with AWS", source=SCALARS,
            given="type AWSThing { a: Int } type Query { a: AWSThing }", reason="AWS is reserved"),
    Refused(name="a subscription of another type than its mutation", source=REAL_TIME,
            given=subscription("String", '"put"'), reason="of type String"),
    Refused(name="a subscription to a mutation that is not there", source=REAL_TIME,
            given=subscription("Int", '"put", "other"'), reason="the mutation other"),
    Refused(name="a subscription that may be null where its mutation is not", source=REAL_TIME,
            given=subscription("Int", '"put"'), reason=None),
]  # fmt: skip

CODES = [
    Refused(name="try", source=FEATURES, given="try { } catch { }", reason="try"),
    Refused(name="throw", source=FEATURES, given="throw 1;", reason="throw"),
    Refused(name="while", source=FEATURES, given="while (true) { }", reason="while"),
    Refused(name="for", source=FEATURES, given="for (let i = 0; ; ) { }", reason="for statements"),
    Refused(name="for-of and for-in", source=FEATURES,
            given="for (const a of [1]) { for (const b in { a }) { break; } }", reason=None),
    Refused(name="continue", source=FEATURES, given="for (const a of []) { continue; }",
            reason="continue"),
    Refused(name="labels", source=FEATURES, given="a: for (const b of []) { }", reason="labels"),
    Refused(name="in", source=FEATURES, given="return 'a' in ctx;", reason="in operator"),
    Refused(name="instanceof", source=PLUGIN, given="return ctx instanceof Object;",
            reason="instanceof"),
    Refused(name="++", source=FEATURES, given="let a = 1; a++;", reason="++"),
    Refused(name="+=", source=FEATURES, given="let a = 1; a += 1;", reason=None),
    Refused(name="async", source=FEATURES, given="const f = async () => 1;", reason="async"),
    Refused(name="a promise", source=FEATURES, given="return new Promise(null);",
            reason="Promise"),
    Refused(name="a class", source=PLUGIN, given="class A { }", reason="classes"),
    Refused(name="this", source=PLUGIN, given="return this;", reason="this"),
    Refused(name="a regular expression", source=PLUGIN, given="return /a/;", reason="regex"),
    Refused(name="a function's constructor", source=FEATURES,
            given="return new Function('return 1');", reason="Function"),
    Refused(name="eval", source=FEATURES, given="return eval('1');", reason="eval"),
    Refused(name="the network", source=FEATURES, given="return fetch('https://a');",
            reason="fetch"),
    Refused(name="apply", source=FEATURES, given="return Math.max.apply(null, [1]);",
            reason="apply"),
    Refused(name="recursion", source=FEATURES, given="return request(ctx);", reason="recursive"),
    Refused(name="a function as an argument", source=FEATURES,
            given="const f = (a) => a; return f(() => 1);", reason="passed as an argument"),
    Refused(name="a function as an argument of map", source=PLUGIN,
            given="return [1].map((a) => a + 1);", reason=None),
    Refused(name="sort with an argument", source=FEATURES,
            given="return [1].sort((a, b) => a - b);", reason="sort"),
    Refused(name="sort without one", source=FEATURES, given="return [1].sort();", reason=None),
    Refused(name="padStart", source=PLUGIN, given="return 'a'.padStart(3);", reason="padStart"),
    Refused(name="Object.freeze", source=PLUGIN, given="return Object.freeze({});",
            reason="freeze"),
    Refused(name="a member of ctx that is assigned", source=PLUGIN, given="ctx.args = {};",
            reason="readonly"),
    Refused(name="a member of ctx.stash that is assigned", source=PLUGIN,
            given="ctx.stash.a = 1;", reason=None),
]  # fmt: skip


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deploy(appsync, "type Query { a: AWSJSON }")


@each(SCHEMAS)
def test_a_schema(appsync: "AppSyncClient", case: Refused) -> None:
    made = appsync.create_graphql_api(name="schema", authenticationType="API_KEY")["graphqlApi"]
    api_id = made.get("apiId", "")
    appsync.start_schema_creation(apiId=api_id, definition=case.given.encode())
    status = appsync.get_schema_creation_status(apiId=api_id)
    if case.reason is None:
        assert status["status"] == "SUCCESS", status
    else:
        assert status["status"] == "FAILED"
        assert case.reason in status["details"]


def refusal(api: Api, code: str) -> str:
    """The service's words; empty where it takes the code as a function's."""
    try:
        api.function("f", code)
    except ClientError as refused:
        error = refused.response.get("Error", {})
        assert error.get("Code") == "BadRequestException"
        return error.get("Message", "")
    return ""


@each(CODES)
def test_a_code(api: Api, case: Refused) -> None:
    message = refusal(api, unit(case.given))
    if case.reason is None:
        assert not message
    else:
        assert message.startswith("The code contains one or more errors.")
        assert case.reason in message


@pytest.mark.parametrize(("length", "taken"), [(32_768, True), (32_769, False)])
def test_a_code_has_at_most_32768_characters(api: Api, length: int, taken: bool) -> None:
    """https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateFunction.html"""
    code = none("1")
    message = refusal(api, code + "/" * 2 + "x" * (length - len(code) - 2))
    assert (message == "") is taken
    if not taken:
        assert "length less than or equal to 32768" in message


@pytest.mark.parametrize(("count", "taken"), [(10, True), (11, False)])
def test_a_pipeline_has_at_most_ten_functions(api: Api, count: int, taken: bool) -> None:
    """https://docs.aws.amazon.com/general/latest/gr/appsync.html"""
    function = api.function("f", none("1"))
    try:
        api.pipeline("Query.a", none("1"), [function] * count)
    except api.appsync.exceptions.BadRequestException:
        assert not taken
    else:
        assert taken
