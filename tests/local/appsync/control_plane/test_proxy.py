"""Deployments through the gateway: what passes, and what AppSync would refuse."""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.appsync import Gateway
from tests.local.appsync.deployment import JS, Api, deploy, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = "type Query { a: Int  b: Int }"


@pytest.fixture
def api(appsync: "AppSyncClient") -> Api:
    return deploy(appsync, SDL)


def test_every_answer_names_the_addresses_that_work(
    appsync: "AppSyncClient", gateway: Gateway, api: Api
) -> None:
    addresses = {
        "GRAPHQL": f"{gateway.url}/apis/{api.api_id}/graphql",
        "REALTIME": f"ws{gateway.url[4:]}/apis/{api.api_id}/graphql/realtime",
    }
    listed = {each.get("apiId"): each for each in appsync.list_graphql_apis()["graphqlApis"]}
    updated = appsync.update_graphql_api(
        apiId=api.api_id, name="renamed", authenticationType="API_KEY"
    )
    assert listed[api.api_id].get("uris") == addresses
    assert appsync.get_graphql_api(apiId=api.api_id)["graphqlApi"].get("uris") == addresses
    assert updated["graphqlApi"].get("uris") == addresses
    assert updated["graphqlApi"].get("name") == "renamed"


def test_a_broken_schema_fails_as_its_status_and_a_good_one_mends_it(api: Api) -> None:
    started = api.appsync.start_schema_creation(
        apiId=api.api_id, definition=b"type Query {\n  a: Nonsense\n}"
    )
    assert started["status"] == "PROCESSING"
    status = api.appsync.get_schema_creation_status(apiId=api.api_id)
    assert status["status"] == "FAILED"
    assert "Unknown type 'Nonsense'. (line 2" in status["details"]
    schema = api.appsync.get_introspection_schema(apiId=api.api_id, format="SDL")["schema"]
    assert schema.read().decode() == SDL

    api.appsync.start_schema_creation(apiId=api.api_id, definition=SDL.encode())
    assert api.appsync.get_schema_creation_status(apiId=api.api_id)["status"] == "SUCCESS"


def test_a_redeployed_resolver_and_schema_are_seen_at_once(api: Api) -> None:
    api.resolver("Query.a", none("1"))
    assert api.run("{ a }").data == {"a": 1}
    api.appsync.update_resolver(
        apiId=api.api_id,
        typeName="Query",
        fieldName="a",
        dataSourceName="none",
        runtime=JS,
        code=none("2"),
    )
    assert api.run("{ a }").data == {"a": 2}
    api.appsync.start_schema_creation(apiId=api.api_id, definition=b"type Query { a: Int c: Int }")
    assert api.run("{ a c }").data == {"a": 2, "c": None}


def test_broken_code_is_refused_with_its_place(api: Api) -> None:
    broken = (
        "export function request(ctx) {\n  try { } catch (e) { }\n}\n"
        "export function response(ctx) { return ctx.result; }\n"
    )
    for put in (
        lambda: api.resolver("Query.a", broken),
        lambda: api.function("f", broken),
    ):
        with pytest.raises(ClientError) as refusal:
            put()
        assert refusal.value.response["Error"]["Code"] == "BadRequestException"  # pyright: ignore[reportTypedDictNotRequiredAccess]
        message = str(refusal.value)
        assert "The code contains one or more errors." in message
        assert "try statements are not supported (line 2, column 3)" in message
    assert api.run("{ a }").data == {"a": None}


def test_what_cannot_be_loaded_is_refused_with_its_place(api: Api) -> None:
    twice = none("1") + "const one = 1;\nconst one = 2;\n"
    line = twice.count("\n")
    with pytest.raises(ClientError, match="'one' has already been declared") as refusal:
        api.resolver("Query.a", twice)
    assert f"(line {line}, column 7)" in str(refusal.value)


def test_an_update_with_broken_code_leaves_what_was(api: Api) -> None:
    api.resolver("Query.a", none("1"))
    with pytest.raises(api.appsync.exceptions.BadRequestException):
        api.appsync.update_resolver(
            apiId=api.api_id,
            typeName="Query",
            fieldName="a",
            dataSourceName="none",
            runtime=JS,
            code="export function request() { throw 1; }",
        )
    assert api.run("{ a }").data == {"a": 1}


@pytest.mark.parametrize("path", ["Query.nothing", "Nothing.a", "String.a"])
def test_a_resolver_needs_its_field(api: Api, path: str) -> None:
    with pytest.raises(api.appsync.exceptions.NotFoundException, match="No field named"):
        api.resolver(path, none("1"))


def test_a_resolver_needs_its_data_source_and_functions(api: Api) -> None:
    with pytest.raises(api.appsync.exceptions.NotFoundException, match="No data source"):
        api.resolver("Query.a", none("1"), "missing")
    with pytest.raises(api.appsync.exceptions.NotFoundException, match="No data source"):
        api.function("f", none("1"), "missing")
    with pytest.raises(api.appsync.exceptions.NotFoundException, match="No function"):
        api.pipeline("Query.a", none("1"), ["missing"])


def test_mapping_templates_are_refused(api: Api) -> None:
    with pytest.raises(api.appsync.exceptions.BadRequestException, match="mapping templates"):
        api.appsync.create_resolver(
            apiId=api.api_id,
            typeName="Query",
            fieldName="a",
            dataSourceName="none",
            requestMappingTemplate="{}",
            responseMappingTemplate="{}",
        )


def test_errors_of_the_emulator_pass_through(appsync: "AppSyncClient") -> None:
    with pytest.raises(appsync.exceptions.NotFoundException):
        appsync.get_graphql_api(apiId="nothing")


def test_settings_that_are_changed_count(api: Api) -> None:
    def update(**settings: Any) -> None:
        changed = api.appsync.update_graphql_api(
            apiId=api.api_id, name="test", authenticationType="API_KEY", **settings
        )["graphqlApi"]
        assert changed | settings == changed

    introspection = "{ __schema { queryType { name } } }"
    api.resolver("Query.a", none("1"))
    api.resolver("Query.b", none("2"))
    assert api.run(introspection).data == {"__schema": {"queryType": {"name": "Query"}}}
    assert api.run("{ a b }").data == {"a": 1, "b": 2}

    update(introspectionConfig="DISABLED", queryDepthLimit=1, resolverCountLimit=1)
    assert "errors" in api.run(introspection).body
    assert api.run("{ a b }").error["errorType"] == "ResolverExecutionLimitReached"

    update(introspectionConfig="ENABLED", queryDepthLimit=0, resolverCountLimit=0)
    assert api.run(introspection).data == {"__schema": {"queryType": {"name": "Query"}}}
    assert api.run("{ a b }").data == {"a": 1, "b": 2}
