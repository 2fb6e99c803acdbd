"""The GraphQL API: who may call it, its limits, sources and resolvers."""

import pytest
from graphql import parse
from graphql.language import ObjectTypeDefinitionNode

from infra.order_api import GRAPHQL, OrderApi, OrderApiArgs
from tests.infra.recording import Recording, arn, record


def api(*, introspection: bool = False, waf: bool = False) -> Recording:
    return record(
        lambda: OrderApi(
            "order-api",
            OrderApiArgs(
                table_name="orders-table",
                table_arn="arn:table",
                queue_url="https://queue.example",
                queue_arn="arn:queue",
                user_pool_id="pool-id",
                user_pool_client_id="client-id",
                region="eu-west-1",
                introspection=introspection,
                query_depth_limit=4,
                waf=waf,
                log_retention_days=3,
            ),
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return api()


def test_customers_of_this_client_only_may_call_it(recording: Recording) -> None:
    inputs = recording.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert inputs["authenticationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert inputs["userPoolConfig"] == {
        "userPoolId": "pool-id",
        "awsRegion": "eu-west-1",
        "defaultAction": "ALLOW",
        "appIdClientRegex": "^client-id$",
    }
    assert "additionalAuthenticationProviders" not in inputs


def test_its_limits(recording: Recording) -> None:
    inputs = recording.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert inputs["queryDepthLimit"] == 4
    assert inputs["resolverCountLimit"] == 100
    assert inputs["introspectionConfig"] == "DISABLED"
    open_api = api(introspection=True).one("aws:appsync/graphQLApi:GraphQLApi", "order-api")
    assert open_api.inputs["introspectionConfig"] == "ENABLED"


def test_it_logs_errors_without_what_customers_wrote(recording: Recording) -> None:
    inputs = recording.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert inputs["logConfig"] == {
        "cloudwatchLogsRoleArn": arn("aws:iam/role:Role", "order-api-logs"),
        "fieldLogLevel": "ERROR",
        "excludeVerboseContent": True,
    }
    assert inputs["xrayEnabled"] is True


def test_every_field_has_its_resolver(recording: Recording) -> None:
    fields = {
        (definition.name.value, field.name.value)
        for definition in parse((GRAPHQL / "schema.graphql").read_text()).definitions
        if isinstance(definition, ObjectTypeDefinitionNode)
        and definition.name.value in {"Query", "Mutation"}
        for field in definition.fields
    }
    resolvers = recording.of("aws:appsync/resolver:Resolver")
    assert {(each.inputs["type"], each.inputs["field"]) for each in resolvers} == fields
    for each in resolvers:
        assert each.inputs["runtime"] == {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
        file = GRAPHQL / "resolvers" / f"{each.inputs['field']}.js"
        filled = file.read_text().replace("${OrderQueueUrl}", "https://queue.example")
        assert each.inputs["code"] == filled


def test_the_sources(recording: Recording) -> None:
    orders = recording.one("aws:appsync/dataSource:DataSource", "order-api-orders").inputs
    assert orders["dynamodbConfig"] == {"tableName": "orders-table", "region": "eu-west-1"}
    queue = recording.one("aws:appsync/dataSource:DataSource", "order-api-queue").inputs
    assert queue["httpConfig"] == {
        "endpoint": "https://sqs.eu-west-1.amazonaws.com",
        "authorizationConfig": {
            "authorizationType": "AWS_IAM",
            "awsIamConfig": {"signingRegion": "eu-west-1", "signingServiceName": "sqs"},
        },
    }
    sources = {
        each.inputs["field"]: each.inputs["dataSource"]
        for each in recording.of("aws:appsync/resolver:Resolver")
    }
    assert sources == {"placeOrder": "OrderQueue", "getOrder": "Orders", "listOrders": "Orders"}


def test_waf_stands_before_it_where_asked_for(recording: Recording) -> None:
    assert not recording.of("aws:wafv2/webAcl:WebAcl")
    guarded = api(waf=True)
    association = guarded.one("aws:wafv2/webAclAssociation:WebAclAssociation", "order-api").inputs
    assert association == {
        "resourceArn": arn("aws:appsync/graphQLApi:GraphQLApi", "order-api"),
        "webAclArn": arn("aws:wafv2/webAcl:WebAcl", "order-api"),
    }
    rules = guarded.one("aws:wafv2/webAcl:WebAcl", "order-api").inputs["rules"]
    assert [rule["name"] for rule in rules] == ["rate", "bad-input"]
