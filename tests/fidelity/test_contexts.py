"""`ctx.identity`, `ctx.request` and `util.authType()` in each mode, and headers of responses."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.fidelity.case import each
from tests.local.appsync.deployment import (
    JS,
    REGION,
    Answer,
    Api,
    UserPool,
    deploy,
    none,
    unit,
    user_pool_settings,
)

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

GUIDE = "https://docs.aws.amazon.com/appsync/latest/devguide"
CONTEXT = f"{GUIDE}/resolver-context-reference-js.html"
BUILT_IN = f"{GUIDE}/built-in-util-js.html"
HTTP = f"{GUIDE}/http-helpers-in-utils-http-js.html"
QUERY = "{ context }"
Headers = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a handler sees.

    Attributes:
        mode: `key`, `pool` or `iam`.
        code: an expression of JavaScript.
        sent: headers of the request.
        value: the expression's, in which `SUB`, `ISSUER` and `USER` stand for the user's.
    """

    name: str
    source: str
    mode: str
    code: str
    value: Any
    sent: tuple[tuple[str, str], ...] = ()


POOL_MEMBERS = ["claims", "defaultAuthStrategy", "groups", "issuer", "sourceIp", "sub", "username"]
IAM_MEMBERS = [
    "accountId", "cognitoIdentityAuthProvider", "cognitoIdentityAuthType", "cognitoIdentityId",
    "cognitoIdentityPoolId", "sourceIp", "userArn", "username",
]  # fmt: skip
FORWARDED = (("X-Forwarded-For", "10.0.0.1, 10.0.0.2"),)

CASES = [
    Case(name="authType of a user", source=BUILT_IN, mode="pool", code="util.authType()",
         value="User Pool Authorization"),
    Case(name="authType of IAM", source=BUILT_IN, mode="iam", code="util.authType()",
         value="IAM Authorization"),
    Case(name="authType of a key", source=BUILT_IN, mode="key", code="util.authType()",
         value="API Key Authorization"),
    Case(name="a key has no identity", source=CONTEXT, mode="key", code="ctx.identity",
         value=None),
    Case(name="members of a user's identity", source=CONTEXT, mode="pool",
         code="Object.keys(ctx.identity).sort()", value=POOL_MEMBERS),
    Case(name="a user's sub, issuer and name", source=CONTEXT, mode="pool",
         code="[ctx.identity.sub, ctx.identity.issuer, ctx.identity.username]",
         value=["SUB", "ISSUER", "USER"]),
    Case(name="a user's claims are the token's", source=CONTEXT, mode="pool",
         code="[ctx.identity.claims.sub, ctx.identity.claims.token_use]", value=["SUB", "id"]),
    Case(name="a user's groups", source=CONTEXT, mode="pool",
         code="[ctx.identity.groups, ctx.identity.defaultAuthStrategy]",
         value=[["staff"], "ALLOW"]),
    Case(name="members of IAM's identity", source=CONTEXT, mode="iam",
         code="Object.keys(ctx.identity).sort()", value=IAM_MEMBERS),
    Case(name="IAM's identity without Cognito's", source=CONTEXT, mode="iam",
         code="[ctx.identity.accountId, ctx.identity.userArn, ctx.identity.cognitoIdentityId]",
         value=["000000000000", "arn:aws:iam::000000000000:root", None]),
    Case(name="the address of the connection", source=CONTEXT, mode="pool",
         code="ctx.identity.sourceIp", value=["127.0.0.1"]),
    Case(name="the addresses that were forwarded for", source=CONTEXT, mode="pool",
         code="ctx.identity.sourceIp", sent=FORWARDED,
         value=["10.0.0.1", "10.0.0.2", "127.0.0.1"]),
    Case(name="the addresses that were forwarded for with IAM", source=CONTEXT, mode="iam",
         code="ctx.identity.sourceIp", sent=FORWARDED,
         value=["10.0.0.1", "10.0.0.2", "127.0.0.1"]),
    Case(name="headers of the request, in small letters", source=CONTEXT, mode="key",
         code="ctx.request.headers['custom']", sent=(("Custom", "nadia"),), value="nadia"),
    Case(name="no domain of its own", source=CONTEXT, mode="key",
         code="[Object.hasOwn(ctx.request, 'domainName'), ctx.request.domainName]",
         value=[True, None]),
    Case(name="source is null at the root", source=CONTEXT, mode="key", code="ctx.source",
         value=None),
    Case(name="info", source=CONTEXT, mode="key",
         code="[ctx.info.fieldName, ctx.info.parentTypeName, ctx.info.variables]",
         value=["context", "Query", {}]),
]  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """An API, and how its requests are authorized, by their body."""

    api: Api
    headers: Callable[[bytes], Headers]

    def see(self, code: str, sent: Headers) -> Any:
        self.deploy(none(f"({{ seen: {code} }})"))
        return json.loads(self.post(sent).data["context"]).get("seen")

    def deploy(self, code: str) -> None:
        self.api.appsync.update_resolver(
            apiId=self.api.api_id,
            typeName="Query",
            fieldName="context",
            dataSourceName="none",
            runtime=JS,
            code=code,
        )

    def post(self, sent: Headers) -> Answer:
        body = json.dumps({"query": QUERY}).encode()
        return self.api.post(body, self.headers(body) | sent)


@pytest.fixture(scope="module")
def callers(appsync: "AppSyncClient", pool: UserPool) -> dict[str, Caller]:
    def api(**settings: Any) -> Api:
        api = deploy(appsync, "type Query { context: AWSJSON }", **settings)
        api.resolver("Query.context", none("1"))
        return api

    by_key, by_iam = api(), api(authenticationType="AWS_IAM")
    token = pool.sign_in("nadia", "staff")["id"]

    def signed(body: bytes) -> Headers:
        request = AWSRequest(method="POST", url=by_iam.url, data=body)
        SigV4Auth(Credentials("test", "test"), "appsync", REGION).add_auth(request)
        return {name: str(value) for name, value in request.headers.items()}

    return {
        "key": Caller(by_key, lambda _: by_key.headers),
        "pool": Caller(api(**user_pool_settings(pool)), lambda _: {"authorization": token}),
        "iam": Caller(by_iam, signed),
    }


@pytest.fixture(scope="module")
def stands_for(pool: UserPool) -> dict[str, str]:
    pool.sign_in("nadia", "staff")
    user = pool.cognito.admin_get_user(UserPoolId=pool.pool_id, Username="nadia")
    attributes = {each["Name"]: each.get("Value", "") for each in user.get("UserAttributes", [])}
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool.pool_id}"
    return {"SUB": attributes["sub"], "ISSUER": issuer, "USER": "nadia"}


@each(CASES)
def test_a_context(callers: dict[str, Caller], stands_for: dict[str, str], case: Case) -> None:
    seen = callers[case.mode].see(case.code, dict(case.sent))
    value = case.value
    if isinstance(value, list):
        value = [stands_for.get(item, item) if isinstance(item, str) else item for item in value]
    assert seen == value


@dataclass(frozen=True, kw_only=True)
class Added:
    """Headers that a handler adds, those of the response, and how many are refused."""

    name: str
    code: str
    found: tuple[tuple[str, str | None], ...]
    refused: int = 0
    source: str = HTTP


ADDED = [
    Added(name="a number and a text",
          code="util.http.addResponseHeader('itemsCount', 7);"
               " util.http.addResponseHeader('render', 'yes');",
          found=(("itemsCount", "7"), ("render", "yes"))),
    Added(name="an object", code="util.http.addResponseHeaders({ a: 12, b: { c: 7 } });",
          found=(("a", "12"), ("b", '{"c":7}'))),
    Added(name="the last of one name",
          code="util.http.addResponseHeader('a', 1); util.http.addResponseHeader('a', 2);",
          found=(("a", "2"),)),
    Added(name="a restricted name", code="util.http.addResponseHeader('Vary', 'x');",
          found=(("vary", None),), refused=1),
    Added(name="a name of AWS's", code="util.http.addResponseHeader('x-amzn-a', 1);",
          found=(("x-amzn-a", None),), refused=1),
    Added(name="no name, and no value",
          code="util.http.addResponseHeader('', 1); util.http.addResponseHeader('a', null);",
          found=(("a", None),), refused=2),
    Added(name="more than 4 kB",
          code="util.http.addResponseHeader('a', ctx.args.none ?? '" + "x" * 4000 + "');"
               " util.http.addResponseHeader('b', '" + "x" * 200 + "');",
          found=(("a", "x" * 4000), ("b", None)), refused=1),
]  # fmt: skip


@each(ADDED)
def test_headers_of_a_response(callers: dict[str, Caller], case: Added) -> None:
    callers["key"].deploy(unit(f"{case.code} return {{ payload: {{}} }};"))
    answer = callers["key"].post({})
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert [(name, headers.get(name.lower())) for name, _ in case.found] == list(case.found)
    errors = answer.body.get("errors", [])
    assert [error["errorType"] for error in errors] == ["ResponseHeaderError"] * case.refused
    assert answer.body["data"] == {"context": "{}"}
