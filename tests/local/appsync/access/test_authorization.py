"""Which callers reach which fields."""

import json
from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLObjectType

from local.appsync.access.authorization import API_KEY, AWS_IAM, USER_POOLS, Caller, field_rule
from local.appsync.documents.schema import build_schema
from tests.local.appsync.deployment import (
    Api,
    UserPool,
    deploy,
    make_pool,
    none,
    user_pool_settings,
)

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

SDL = """
type Query { plain: Int  keyed: Int @aws_api_key
  both: Int @aws_api_key @aws_cognito_user_pools
  staff: Int @aws_cognito_user_pools(cognito_groups: ["staff", "owners"])
  thing: Thing @aws_api_key @aws_cognito_user_pools }
type Thing @aws_iam { inner: Int  open: Int @aws_api_key }
type Mutation { old: Int @aws_auth(cognito_groups: ["staff"]) }
"""
MODES = (USER_POOLS, API_KEY, AWS_IAM)


def admitted(path: str, caller: Caller, modes: tuple[str, ...] = MODES) -> bool:
    type_name, field_name = path.split(".")
    kind = build_schema(SDL).type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    return field_rule(kind, kind.fields[field_name], modes).admits(caller)


def user(*groups: str, default_action: str = "ALLOW") -> Caller:
    return Caller(
        mode=USER_POOLS, identity={}, groups=frozenset(groups), default_action=default_action
    )


KEY = Caller(mode=API_KEY, identity=None)
IAM = Caller(mode=AWS_IAM, identity={})


@pytest.mark.parametrize(
    ("path", "callers"),
    [
        ("Query.plain", {"user", "staff"}),
        ("Query.keyed", {"key"}),
        ("Query.both", {"key", "user", "staff", "denied"}),
        ("Query.staff", {"staff"}),
        ("Thing.inner", {"iam"}),
        ("Thing.open", {"key"}),
    ],
)
def test_directives_decide_by_field_then_type_then_default(path: str, callers: set[str]) -> None:
    known = {
        "user": user(),
        "staff": user("staff"),
        "denied": user(default_action="DENY"),
        "key": KEY,
        "iam": IAM,
    }
    assert {name for name, caller in known.items() if admitted(path, caller)} == callers


def test_aws_auth_counts_only_where_user_pools_are_the_one_mode() -> None:
    assert not admitted("Mutation.old", user(), (USER_POOLS,))
    assert admitted("Mutation.old", user("staff"), (USER_POOLS,))
    assert admitted("Mutation.old", user())


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient", pool: UserPool) -> Api:
    api = deploy(
        appsync,
        "type Query { me: AWSJSON  key: Int @aws_api_key  thing: Thing  staff: String"
        ' @aws_cognito_user_pools(cognito_groups: ["staff"])  denied: Int }\n'
        "type Thing { open: Int  hidden: Int @aws_iam }",
        additionalAuthenticationProviders=[
            {"authenticationType": "API_KEY"},
            {"authenticationType": "AWS_IAM"},
        ],
        **user_pool_settings(pool, appIdClientRegex=pool.client_id),
    )
    api.resolver("Query.me", none("ctx.identity"))
    api.resolver("Query.staff", none("'yes'"))
    api.resolver("Query.thing", none("({ open: 1, hidden: 2 })"))
    api.resolver("Query.denied", none("null", "util.unauthorized();"))
    return api


def bearer(token: str) -> dict[str, str]:
    return {"authorization": token}


@pytest.mark.cloud
@pytest.mark.parametrize("use", ["id", "access"])
def test_a_user_s_identity_is_what_appsync_gives(api: Api, pool: UserPool, use: str) -> None:
    tokens = pool.sign_in("ann", "cooks")
    identity = json.loads(api.run("{ me }", bearer(tokens[use])).data["me"])
    assert identity["sub"] == identity["claims"]["sub"]
    assert identity["username"] == "ann"
    assert identity["groups"] == ["cooks"]
    assert identity["issuer"].endswith(pool.pool_id)
    assert identity["sourceIp"] == ["127.0.0.1"]
    assert identity["defaultAuthStrategy"] == "ALLOW"
    assert identity["claims"]["token_use"] == use


@pytest.mark.cloud
def test_requests_without_a_good_token_are_refused(api: Api, pool: UserPool) -> None:
    good = pool.sign_in("bob")["access"]
    other_client = pool.sign_in("bob", client_id=pool.add_client())["access"]
    other_pool = make_pool(pool.cognito).sign_in("bob")["access"]
    tampered = good[:-8] + "AAAAAAAA"
    call = "You are not authorized to make this call."
    for headers, message in [
        ({}, "Valid authorization header not provided."),
        (bearer("garbage"), "Unable to parse JWT token."),
        # https://repost.aws/knowledge-center/aws-appsync-graphql-request-unauth-error
        (bearer(f"Bearer {good}"), "Unable to parse JWT token."),
        (bearer(tampered), call),
        (bearer(other_client), call),
        (bearer(other_pool), call),
        ({"x-api-key": "da2-unknown"}, call),
    ]:
        answer = api.run("{ me }", headers)
        assert answer.status == 401
        assert answer.headers["x-amzn-ErrorType"] == "UnauthorizedException"
        assert answer.body == {
            "errors": [{"errorType": "UnauthorizedException", "message": message}]
        }


@pytest.mark.cloud
def test_a_mode_that_the_api_does_not_have_is_refused(
    appsync: "AppSyncClient", pool: UserPool
) -> None:
    keyed = deploy(appsync, "type Query { a: Int }")
    assert keyed.run("{ a }").status == 200
    assert keyed.run("{ a }", bearer(pool.sign_in("ann")["access"])).status == 401
    assert keyed.run("{ a }", {"authorization": "AWS4-HMAC-SHA256 Credential=x"}).status == 401


@pytest.mark.cloud
def test_api_keys_expire(appsync: "AppSyncClient") -> None:
    api = deploy(appsync, "type Query { a: Int }")
    old = appsync.create_api_key(apiId=api.api_id, expires=1_000_000_000)["apiKey"].get("id", "")
    assert api.run("{ a }").status == 200
    assert api.run("{ a }", {"x-api-key": old}).status == 401


@pytest.mark.cloud
def test_a_refused_field_names_itself_and_its_type(api: Api, pool: UserPool) -> None:
    headers = bearer(pool.sign_in("ann")["access"])
    answer = api.run("{ staff thing { open hidden } }", headers)
    assert answer.status == 200
    assert answer.body["data"] == {"staff": None, "thing": {"open": 1, "hidden": None}}
    by_path = {error["path"][-1]: error for error in answer.body["errors"]}
    staff, hidden = by_path["staff"], by_path["hidden"]
    assert staff == {
        "path": ["staff"],
        "data": None,
        "errorType": "Unauthorized",
        "errorInfo": None,
        "locations": [{"line": 1, "column": 3, "sourceName": None}],
        "message": "Not Authorized to access staff on type Query",
    }
    assert hidden["message"] == "Not Authorized to access hidden on type Thing"
    assert hidden["path"] == ["thing", "hidden"]


@pytest.mark.cloud
def test_a_group_opens_its_fields(api: Api, pool: UserPool) -> None:
    headers = bearer(pool.sign_in("chef", "staff")["access"])
    assert api.run("{ staff }", headers).data == {"staff": "yes"}


@pytest.mark.cloud
def test_util_unauthorized_is_worded_as_a_directive_s_refusal(api: Api, pool: UserPool) -> None:
    error = api.run("{ denied }", bearer(pool.sign_in("ann")["access"])).error
    assert error["errorType"] == "Unauthorized"
    assert error["message"] == "Not Authorized to access denied on type Query"
