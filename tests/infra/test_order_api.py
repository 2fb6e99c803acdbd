"""The GraphQL API: who may call it, its limits, sources and resolvers."""

import re

import pytest
from graphql import parse
from graphql.language import ObjectTypeDefinitionNode

from infra.order_api import FUNCTIONS, GRAPHQL, PIPELINES, UNITS, OrderApi, OrderApiArgs
from preview.recording import Recording, arn, record

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


@pytest.fixture(scope="module")
def introspected() -> Recording:
    return api(introspection=True)


@pytest.fixture(scope="module")
def guarded() -> Recording:
    return api(waf=True)


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


def test_it_tells_its_schema_where_asked_for(recording: Recording, introspected: Recording) -> None:
    for each, config in ((recording, "DISABLED"), (introspected, "ENABLED")):
        inputs = each.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
        assert inputs["introspectionConfig"] == config


def test_it_logs_errors_without_what_customers_wrote(recording: Recording) -> None:
    inputs = recording.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert inputs["logConfig"] == {
        "cloudwatchLogsRoleArn": arn("aws:iam/role:Role", "order-api-logs"),
        "fieldLogLevel": "ERROR",
        "excludeVerboseContent": True,
    }
    assert inputs["xrayEnabled"] is True
    # AppSync writes to the group of this name; made here, it has the stage's retention.
    group = recording.one("aws:cloudwatch/logGroup:LogGroup", "order-api").inputs
    assert group == {"name": "/aws/appsync/apis/order-api-GraphQLApi", "retentionInDays": 3}


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
        assert each.inputs["apiId"] == "order-api-GraphQLApi"
        assert each.inputs["runtime"] == {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
        file = GRAPHQL / "resolvers" / f"{each.inputs['field']}.js"
        assert each.inputs["code"] == file.read_text()


def test_every_function_is_made_once_with_its_file_and_source(recording: Recording) -> None:
    functions = recording.of("aws:appsync/function:Function")
    assert sorted(each.inputs["name"] for each in functions) == sorted(FUNCTIONS)
    assert set(FUNCTIONS) == {file.stem for file in (GRAPHQL / "functions").iterdir()}
    for each in functions:
        assert each.inputs["apiId"] == "order-api-GraphQLApi"
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
    assert recording.one("aws:appsync/dataSource:DataSource", "order-api-orders").inputs == {
        "apiId": "order-api-GraphQLApi",
        "name": "Orders",
        "type": "AMAZON_DYNAMODB",
        "dynamodbConfig": {"tableName": "orders-table", "region": "eu-west-1"},
        "serviceRoleArn": arn("aws:iam/role:Role", "order-api-orders"),
    }
    assert recording.one("aws:appsync/dataSource:DataSource", "order-api-staff").inputs == {
        "apiId": "order-api-GraphQLApi",
        "name": "RestaurantStaff",
        "type": "AMAZON_DYNAMODB",
        "dynamodbConfig": {"tableName": "staff-table", "region": "eu-west-1"},
        "serviceRoleArn": arn("aws:iam/role:Role", "order-api-staff"),
    }
    assert recording.one("aws:appsync/dataSource:DataSource", "order-api-queue").inputs == {
        "apiId": "order-api-GraphQLApi",
        "name": "OrderQueue",
        "type": "HTTP",
        "httpConfig": {
            "endpoint": "https://sqs.eu-west-1.amazonaws.com",
            "authorizationConfig": {
                "authorizationType": "AWS_IAM",
                "awsIamConfig": {"signingRegion": "eu-west-1", "signingServiceName": "sqs"},
            },
        },
        "serviceRoleArn": arn("aws:iam/role:Role", "order-api-queue"),
    }
    assert recording.one("aws:appsync/dataSource:DataSource", "order-api-none").inputs == {
        "apiId": "order-api-GraphQLApi",
        "name": "None",
        "type": "NONE",
    }


@pytest.fixture(scope="module")
def in_china() -> Recording:
    return api(table_arn="arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders")


def test_in_china_the_queue_has_chinas_address(in_china: Recording) -> None:
    queue = in_china.one("aws:appsync/dataSource:DataSource", "order-api-queue").inputs
    assert queue["httpConfig"]["endpoint"] == "https://sqs.cn-north-1.amazonaws.com.cn"


def test_a_sources_permissions_are_there_before_it_is_asked(recording: Recording) -> None:
    for name in ("order-api-orders", "order-api-staff", "order-api-queue"):
        source = recording.one("aws:appsync/dataSource:DataSource", name)
        assert source.options.depends_on == (("aws:iam/rolePolicy:RolePolicy", name),)


def test_waf_stands_before_it_where_asked_for(recording: Recording, guarded: Recording) -> None:
    assert "aws:wafv2/webAcl:WebAcl" not in recording.types
    assert guarded.one("aws:wafv2/webAclAssociation:WebAclAssociation", "order-api").inputs == {
        "resourceArn": arn("aws:appsync/graphQLApi:GraphQLApi", "order-api"),
        "webAclArn": arn("aws:wafv2/webAcl:WebAcl", "order-api"),
    }
    acl = guarded.one("aws:wafv2/webAcl:WebAcl", "order-api").inputs
    # AppSync's are of a region; those of CloudFront are not.
    assert acl["scope"] == "REGIONAL"
    # What no rule blocks comes in.
    assert acl["defaultAction"] == {"allow": {}}


def test_waf_blocks_an_address_that_asks_too_often(guarded: Recording) -> None:
    rates = guarded.one("aws:wafv2/webAcl:WebAcl", "order-api").inputs["rules"][:2]
    assert [(each["name"], each["priority"], each["action"]) for each in rates] == [
        ("rate", 0, {"block": {}}),
        ("signed-rate", 1, {"block": {}}),
    ]
    # The broadcast publishes from one address, signed; and so may whoever writes such a header.
    signed = {
        "byteMatchStatement": {
            "fieldToMatch": {"singleHeader": {"name": "authorization"}},
            "positionalConstraint": "STARTS_WITH",
            "searchString": "AWS4-HMAC-SHA256",
            "textTransformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    assert [each["statement"]["rateBasedStatement"] for each in rates] == [
        {
            "limit": 2000,
            "aggregateKeyType": "IP",
            "scopeDownStatement": {"notStatement": {"statement": signed}},
        },
        {"limit": 300_000, "aggregateKeyType": "IP", "scopeDownStatement": signed},
    ]


def test_waf_does_what_awss_rules_against_bad_input_say(guarded: Recording) -> None:
    [*_, bad_input] = guarded.one("aws:wafv2/webAcl:WebAcl", "order-api").inputs["rules"]
    assert (bad_input["name"], bad_input["priority"]) == ("bad-input", 2)
    # `none` leaves the group's own actions, which block; `count` would only count.
    assert bad_input["overrideAction"] == {"none": {}}
    assert bad_input["statement"] == {
        "managedRuleGroupStatement": {
            "vendorName": "AWS",
            "name": "AWSManagedRulesKnownBadInputsRuleSet",
        }
    }


def test_waf_shows_what_it_blocked(guarded: Recording) -> None:
    acl = guarded.one("aws:wafv2/webAcl:WebAcl", "order-api").inputs
    shown = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert shown == [
        {
            "metricName": name,
            "cloudwatchMetricsEnabled": True,
            "sampledRequestsEnabled": True,
        }
        for name in ("orderflow-test", "rate", "signed-rate", "bad-input")
    ]
