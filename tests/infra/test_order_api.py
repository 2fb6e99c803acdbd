"""The GraphQL API: who may call it, its limits, sources and resolvers."""

import re

import pytest
from graphql import parse
from graphql.language import ObjectTypeDefinitionNode

from infra.order_api import FUNCTIONS, GRAPHQL, PIPELINES, UNITS, OrderApi, OrderApiArgs
from tests.infra.recording import Recording, arn, record

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"


def api(*, introspection: bool = False, waf: bool = False, table_arn: str = TABLE) -> Recording:
    return record(
        lambda: OrderApi(
            "order-api",
            OrderApiArgs(
                table_name="orders-table",
                table_arn=table_arn,
                staff_table_name="staff-table",
                staff_table_arn="arn:staff-table",
                queue_url="https://queue.example",
                queue_arn="arn:queue",
                user_pool_id="pool-id",
                user_pool_client_id="client-id",
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


def test_roles_come_in_where_the_schema_opens_a_field_to_them(recording: Recording) -> None:
    inputs = recording.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert inputs["additionalAuthenticationProviders"] == [{"authenticationType": "AWS_IAM"}]
    assert inputs["schema"] == (GRAPHQL / "schema.graphql").read_text()


def test_its_limits(recording: Recording) -> None:
    inputs = recording.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert inputs["queryDepthLimit"] == 4
    assert inputs["resolverCountLimit"] == 20
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
        and definition.name.value in {"Query", "Mutation", "Subscription"}
        for field in definition.fields
    }
    resolvers = recording.of("aws:appsync/resolver:Resolver")
    assert {(each.inputs["type"], each.inputs["field"]) for each in resolvers} == fields
    assert len(resolvers) == len(fields)
    for each in resolvers:
        assert each.inputs["runtime"] == {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
        file = GRAPHQL / "resolvers" / f"{each.inputs['field']}.js"
        assert each.inputs["code"] == file.read_text()


def test_every_function_is_made_once_with_its_file_and_source(recording: Recording) -> None:
    functions = recording.of("aws:appsync/function:Function")
    assert sorted(each.inputs["name"] for each in functions) == sorted(FUNCTIONS)
    assert set(FUNCTIONS) == {file.stem for file in (GRAPHQL / "functions").iterdir()}
    for each in functions:
        assert each.inputs["runtime"] == {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
        assert each.inputs["dataSource"] == FUNCTIONS[each.inputs["name"]]
        file = GRAPHQL / "functions" / f"{each.inputs['name']}.js"
        filled = file.read_text().replace("${OrderQueueUrl}", "https://queue.example")
        assert each.inputs["code"] == filled
    sources = {each.inputs["name"] for each in recording.of("aws:appsync/dataSource:DataSource")}
    assert sources == {*FUNCTIONS.values(), *UNITS.values()}


def test_a_field_has_one_source_or_a_pipeline(recording: Recording) -> None:
    resolvers = {
        (each.inputs["type"], each.inputs["field"]): each.inputs
        for each in recording.of("aws:appsync/resolver:Resolver")
    }
    for field, source in UNITS.items():
        assert (resolvers[field]["kind"], resolvers[field]["dataSource"]) == ("UNIT", source)
        assert "pipelineConfig" not in resolvers[field]
    for field, steps in PIPELINES.items():
        assert resolvers[field]["kind"] == "PIPELINE"
        assert resolvers[field]["pipelineConfig"] == {
            "functions": [f"order-api-{step}-id" for step in steps]
        }
        assert "dataSource" not in resolvers[field]


def test_nothing_is_asked_of_a_source_before_it_is_validated() -> None:
    taking = {"placeOrder", "updateOrder", "retryPayment", "deleteOrder", "listRestaurantOrders"}
    steps = {field: steps for (_, field), steps in PIPELINES.items()}
    assert {field for field, each in steps.items() if each[0] == "validateOrder"} == taking
    assert all("validateOrder" not in each[1:] for each in steps.values())


def test_a_restaurant_s_orders_are_asked_for_only_once_its_staff_is_admitted() -> None:
    assert PIPELINES["Query", "listRestaurantOrders"] == [
        "validateOrder",
        "admitStaff",
        "queryOrders",
    ]


def test_after_each_conditional_write_the_order_is_read_before_anything_else_is_done() -> None:
    conditional = {"changeOrder", "beginAttempt", "undoAttempt", "eraseOrder"}
    for steps in PIPELINES.values():
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            assert step not in conditional or following == "readOrder"


def test_a_pipeline_has_no_more_functions_than_appsync_takes() -> None:
    # https://docs.aws.amazon.com/general/latest/gr/appsync.html
    assert max(map(len, PIPELINES.values())) <= 10


def test_a_source_may_do_what_its_resolvers_ask_for_and_no_more(recording: Recording) -> None:
    policies = {
        each.name: [(statement["Action"], statement["Resource"]) for statement in each.policy()]
        for each in recording.of("aws:iam/rolePolicy:RolePolicy")
    }
    assert policies["order-api-orders"] == [
        (["dynamodb:GetItem", "dynamodb:UpdateItem"], TABLE),
        (["dynamodb:Query"], [f"{TABLE}/index/byPlacedAt", f"{TABLE}/index/byRestaurant"]),
    ]
    assert policies["order-api-staff"] == [(["dynamodb:GetItem"], "arn:staff-table")]
    assert policies["order-api-queue"] == [(["sqs:SendMessage"], "arn:queue")]
    code = "".join(file.read_text() for file in GRAPHQL.glob("*/*.js"))
    operations = set(re.findall(r"operation: '(\w+)'", code))
    assert operations == {"GetItem", "UpdateItem", "Query"}


def test_the_sources(recording: Recording) -> None:
    orders = recording.one("aws:appsync/dataSource:DataSource", "order-api-orders").inputs
    assert orders["dynamodbConfig"] == {"tableName": "orders-table", "region": "eu-west-1"}
    assert orders["serviceRoleArn"] == arn("aws:iam/role:Role", "order-api-orders")
    staff = recording.one("aws:appsync/dataSource:DataSource", "order-api-staff").inputs
    assert (staff["name"], staff["type"]) == ("RestaurantStaff", "AMAZON_DYNAMODB")
    assert staff["dynamodbConfig"] == {"tableName": "staff-table", "region": "eu-west-1"}
    assert staff["serviceRoleArn"] == arn("aws:iam/role:Role", "order-api-staff")
    queue = recording.one("aws:appsync/dataSource:DataSource", "order-api-queue").inputs
    assert queue["httpConfig"] == {
        "endpoint": "https://sqs.eu-west-1.amazonaws.com",
        "authorizationConfig": {
            "authorizationType": "AWS_IAM",
            "awsIamConfig": {"signingRegion": "eu-west-1", "signingServiceName": "sqs"},
        },
    }
    none = recording.one("aws:appsync/dataSource:DataSource", "order-api-none").inputs
    assert (none["type"], "serviceRoleArn" in none) == ("NONE", False)


def test_in_china_the_queue_has_chinas_address() -> None:
    there = api(table_arn="arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders")
    queue = there.one("aws:appsync/dataSource:DataSource", "order-api-queue").inputs
    assert queue["httpConfig"]["endpoint"] == "https://sqs.cn-north-1.amazonaws.com.cn"


def test_waf_stands_before_it_where_asked_for(recording: Recording) -> None:
    assert not recording.of("aws:wafv2/webAcl:WebAcl")
    guarded = api(waf=True)
    association = guarded.one("aws:wafv2/webAclAssociation:WebAclAssociation", "order-api").inputs
    assert association == {
        "resourceArn": arn("aws:appsync/graphQLApi:GraphQLApi", "order-api"),
        "webAclArn": arn("aws:wafv2/webAcl:WebAcl", "order-api"),
    }
    rules = guarded.one("aws:wafv2/webAcl:WebAcl", "order-api").inputs["rules"]
    assert [rule["name"] for rule in rules] == ["rate", "signed-rate", "bad-input"]
    customers, signers, _ = (rule["statement"] for rule in rules)
    assert customers["rateBasedStatement"]["limit"] == 2000
    # The broadcast publishes from one address, signed; and so may whoever writes such a header.
    assert signers["rateBasedStatement"]["limit"] == 300_000
    signed = signers["rateBasedStatement"]["scopeDownStatement"]
    assert customers["rateBasedStatement"]["scopeDownStatement"] == {
        "notStatement": {"statement": signed}
    }
    assert signed["byteMatchStatement"]["searchString"] == "AWS4-HMAC-SHA256"
    assert signed["byteMatchStatement"]["fieldToMatch"]["singleHeader"]["name"] == "authorization"
