"""Every type that the program uses: made, read back, changed in place, replaced, removed.

A deployed stage is the table: each of its resources is changed, property by property, to what
another stage may say; what AWS has then is read with AWS's own calls, by the type's provider.
"""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.embedded_cloud import EmbeddedCloud
from local.engine import deployed
from local.engine.archive import is_archive
from local.engine.deployed import Resource
from local.engine.providers import PROVIDERS
from local.engine.providers.provider import Provider, is_gone
from preview.recording import BUILD, STAGES, record_program, with_a_build

pytestmark = pytest.mark.cloud

PREFIX = "aws:"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}],
    }
)
ATTRIBUTES = [{"name": name, "type": "S"} for name in ("customerId", "id", "placedAt")]
EVERYTHING = {
    "waf": True,
    "alarmEmails": ["ops@orderflow.example"],
    "monthlyBudget": 200,
    "storefront": True,
}
TAGS = {"project": "orderflow", "team": "pizza"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmbeddedCloud]:
    """One for these tests alone: others look at a cloud of one stage."""
    with EmbeddedCloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def stage(cloud: EmbeddedCloud) -> dict[tuple[str, str], Resource]:
    """A stage with all that one can have."""
    with with_a_build():
        cloud.deploy(EVERYTHING)
    return cloud.deployed.resources


def of(stage: dict[tuple[str, str], Resource], resource_type: str, name: str) -> Resource:
    """A resource by the last part of its type."""
    [found] = [
        each
        for (each_type, each_name), each in stage.items()
        if each_type.endswith(f":{resource_type}") and each_name == name
    ]
    return found


def test_the_stage_has_every_type(stage: dict[tuple[str, str], Resource]) -> None:
    recorded = {
        kind for name, options in STAGES.items() for kind in record_program(name, **options).types
    }
    used = {kind for kind in recorded if kind.startswith(PREFIX)}
    assert {kind for kind, _ in stage} == used == set(PROVIDERS)


def test_what_is_made_is_what_is_read(
    cloud: EmbeddedCloud, stage: dict[tuple[str, str], Resource]
) -> None:
    for resource in stage.values():
        provider, state = resource.provider, resource.state
        found = provider.read(cloud.aws, state)
        assert set(found) <= {*provider.inputs, *provider.outputs}, resource.key
        assert set(provider.outputs) <= set(found), resource.key
        made = {**resource.inputs, provider.name: state.get(provider.name or "")}
        for key in set(found) & set(provider.inputs):
            assert provider.inputs[key].same(made.get(key), found[key]), (resource.key, key)
        # All else that AWS does not tell is few, and named here.
        untold = {key for key in resource.inputs if key in provider.inputs and key not in found} - {
            "namePrefix",
            "code",
            "source",
            "schema",
            "startingPosition",
            "tracingConfiguration",
        }
        assert untold == set(), resource.key


def test_nothing_has_changed_where_nothing_was(
    cloud: EmbeddedCloud, stage: dict[tuple[str, str], Resource]
) -> None:
    for resource in stage.values():
        provider = resource.provider
        seen = provider.look(cloud.aws, resource.state)
        assert seen == resource.state
        assert provider.seen(resource.inputs, seen) == resource.inputs
        assert provider.changes(resource.inputs, resource.inputs) == {}


NOTIFICATION = {
    "notificationType": "FORECASTED",
    "comparisonOperator": "GREATER_THAN",
    "threshold": 80,
    "thresholdType": "PERCENTAGE",
    "subscriberEmailAddresses": ["boss@orderflow.example"],
}
# Each with what it is changed to, in place.
IN_PLACE: list[tuple[str, str, dict[str, Any]]] = [
    ("Queue", "order-queue", {"visibilityTimeoutSeconds": 240}),
    ("Queue", "order-queue", {"messageRetentionSeconds": 3600, "receiveWaitTimeSeconds": 5}),
    ("Queue", "order-queue", {"sqsManagedSseEnabled": False, "delaySeconds": 7}),
    ("Queue", "order-queue", {"redrivePolicy": None}),
    ("QueuePolicy", "order-queue", {"policy": '{"Statement": []}'}),
    (
        "RedriveAllowPolicy",
        "order-queue",
        {"redriveAllowPolicy": '{"redrivePermission": "denyAll"}'},
    ),
    ("Topic", "order-notifications", {"kmsMasterKeyId": None, "displayName": "Orders"}),
    ("TopicPolicy", "order-notifications", {"policy": '{"Version": "2012-10-17"}'}),
    ("TopicSubscription", "customer-mail", {"rawMessageDelivery": False, "redrivePolicy": None}),
    ("Role", "take-payment", {"description": "Pays", "maxSessionDuration": 7200}),
    ("Role", "take-payment", {"assumeRolePolicy": POLICY}),
    ("RolePolicy", "take-payment", {"policy": POLICY}),
    ("LogGroup", "take-payment", {"retentionInDays": 3}),
    ("LogGroup", "take-payment", {"retentionInDays": None}),
    ("MetricAlarm", "orders-waiting", {"threshold": 7, "alarmDescription": "Too many"}),
    ("MetricAlarm", "orders-waiting", {"alarmActions": [], "treatMissingData": None}),
    ("MetricAlarm", "orders-waiting", {"datapointsToAlarm": 2, "evaluationPeriods": 3}),
    (
        "MetricAlarm",
        "functions-throttled",
        {"metricQueries": [{"id": "watched", "expression": "1 + 1", "returnData": True}]},
    ),
    ("CompositeAlarm", "orders-late-fast", {"alarmDescription": "Late", "okActions": []}),
    ("CompositeAlarm", "orders-late-fast", {"alarmRule": "FALSE"}),
    ("Dashboard", "order-operations", {"dashboardBody": '{"widgets": []}'}),
    ("LogMetricFilter", "api-faults", {"pattern": "else"}),
    (
        "LogMetricFilter",
        "api-faults",
        {"metricTransformation": {"name": "Else", "namespace": "orderflow", "value": "2"}},
    ),
    ("QueryDefinition", "faults", {"queryString": "fields @message", "logGroupNames": []}),
    ("QueryDefinition", "faults", {"name": "else"}),
    ("EventRule", "order-queue-cut-off", {"description": "Ended", "state": "DISABLED"}),
    ("EventRule", "order-queue-cut-off", {"eventPattern": '{"source": ["aws.sqs"]}'}),
    ("EventTarget", "order-queue-cut-off", {"inputPath": None}),
    ("Function", "take-payment", {"timeout": 9, "memorySize": 512, "handler": "a.b"}),
    ("Function", "take-payment", {"environment": {"variables": {"NAME": "value"}}}),
    ("Function", "take-payment", {"layers": [], "architectures": ["x86_64"]}),
    ("Function", "take-payment", {"tracingConfig": {"mode": "PassThrough"}, "description": "x"}),
    ("EventSourceMapping", "order-queue", {"batchSize": 5, "enabled": False}),
    ("EventSourceMapping", "order-queue", {"scalingConfig": {"maximumConcurrency": 9}}),
    ("EventSourceMapping", "order-queue", {"functionResponseTypes": [], "scalingConfig": None}),
    ("EventSourceMapping", "order-broadcast", {"parallelizationFactor": 3}),
    (
        "EventSourceMapping",
        "order-broadcast",
        {"maximumRetryAttempts": 4, "destinationConfig": None, "maximumRecordAgeInSeconds": 90},
    ),
    ("StateMachine", "order-workflow", {"loggingConfiguration": None}),
    ("StateMachine", "order-workflow", {"tracingConfiguration": {"enabled": False}}),
    (
        "StateMachine",
        "order-workflow",
        {"definition": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'},
    ),
    ("Table", "orders", {"deletionProtectionEnabled": True}),
    ("Table", "orders", {"pointInTimeRecovery": {"enabled": True}}),
    ("Table", "orders", {"ttl": {"enabled": True, "attributeName": "gone"}}),
    ("Table", "orders", {"ttl": None}),
    ("Table", "orders", {"globalSecondaryIndexes": None, "attributes": ATTRIBUTES}),
    ("Table", "orders", {"streamViewType": "KEYS_ONLY"}),
    ("Table", "orders", {"streamEnabled": None, "streamViewType": None}),
    ("UserPool", "customers", {"deletionProtection": "ACTIVE", "emailConfiguration": None}),
    ("UserPool", "customers", {"passwordPolicy": {"minimumLength": 20}}),
    (
        "UserPool",
        "customers",
        {"accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]}},
    ),
    ("UserPoolClient", "customers", {"accessTokenValidity": 2, "name": "other"}),
    ("UserPoolClient", "customers", {"explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}),
    ("UserGroup", "customers", {"description": "Cooks"}),
    ("GraphQLApi", "order-api", {"queryDepthLimit": None, "introspectionConfig": "DISABLED"}),
    ("GraphQLApi", "order-api", {"xrayEnabled": None, "resolverCountLimit": 9}),
    ("DataSource", "order-api-orders", {"type": "NONE"}),
    ("Function", "order-api-readOrder", {"code": "{code}"}),
    ("Resolver", "order-api-getOrder", {"code": "{code}"}),
    ("Budget", "monthly-costs", {"limitAmount": "300", "costFilters": None}),
    ("Budget", "monthly-costs", {"notifications": [NOTIFICATION]}),
    ("Bucket", "storefront", {"tags": None}),
    ("BucketPublicAccessBlock", "storefront", {"blockPublicAcls": None}),
    ("BucketPolicy", "storefront", {"policy": POLICY}),
    ("BucketObjectv2", "storefront-config.json", {"content": "{}", "cacheControl": None}),
    ("BucketObjectv2", "storefront-index.html", {"contentType": "text/plain"}),
    ("OriginAccessControl", "storefront", {"signingBehavior": "never", "description": "Signs"}),
    ("Function", "storefront", {"code": "{code}"}),
    ("Function", "storefront", {"comment": "Routes", "runtime": "cloudfront-js-1.0"}),
    ("ResponseHeadersPolicy", "storefront", {"customHeadersConfig": None, "comment": "Headers"}),
    (
        "ResponseHeadersPolicy",
        "storefront",
        {"securityHeadersConfig": {"contentTypeOptions": {"override": False}}},
    ),
    ("Distribution", "storefront", {"enabled": False, "comment": "Shop", "priceClass": None}),
    ("Distribution", "storefront", {"orderedCacheBehaviors": None, "defaultRootObject": None}),
    (
        "Distribution",
        "storefront",
        {
            "restrictions": {
                "geoRestriction": {"restrictionType": "whitelist", "locations": ["DE", "FR"]}
            }
        },
    ),
    ("WebAcl", "order-api", {"rules": []}),
    ("WebAcl", "order-api", {"defaultAction": {"block": {}}}),
]


@pytest.mark.parametrize(("resource_type", "name", "changed"), IN_PLACE, ids=str)
def test_what_aws_changes_in_place(
    cloud: EmbeddedCloud,
    stage: dict[tuple[str, str], Resource],
    resource_type: str,
    name: str,
    changed: dict[str, Any],
) -> None:
    resource = of(stage, resource_type, name)
    provider, aws = resource.provider, cloud.aws
    if changed == {"code": "{code}"}:
        changed = {"code": resource.inputs["code"] + "// changed\n"}
    news = {**resource.inputs, **changed}
    news = {key: value for key, value in news.items() if value is not None}

    changes = provider.changes(resource.inputs, news)
    assert set(changes) == set(changed)
    assert not any(changes.values())
    state = provider.change(aws, resource.state, resource.inputs, news)
    try:
        assert state["id"] == resource.state["id"]
        found = provider.read(aws, resource.state)
        for key in set(changed) & set(found):
            assert provider.inputs[key].same(news.get(key), found[key]), (key, found[key])
        for key in set(changed) - set(found):
            # What is no more AWS does not tell; of the tracing the emulator never does.
            assert key not in news or key == "tracingConfiguration"
        # What was not told to change is as it was.
        for key in set(provider.inputs) & set(found) - set(changed):
            assert provider.inputs[key].same(resource.state.get(key), found[key]), key
        assert provider.seen(news, provider.look(aws, state)) == news
        # Somebody else's change is seen against what the program says.
        drifted = provider.seen(resource.inputs, provider.look(aws, resource.state))
        told = set(changed) & set(found)
        assert told <= set(provider.changes(resource.inputs, drifted)) <= set(changed)
    finally:
        back = provider.change(aws, state, news, resource.inputs)
    moved = {key for key in provider.outputs if back[key] != resource.state[key]}
    allowed = {key for key, by in provider.outputs.items() if set(by) & set(changed)}
    assert moved <= allowed
    stage[resource.key] = Resource(
        type=resource.type, name=resource.name, inputs=resource.inputs, state=back
    )


def test_an_index_is_added_and_changed_beside_others(
    cloud: EmbeddedCloud, stage: dict[tuple[str, str], Resource]
) -> None:
    resource = of(stage, "Table", "orders")
    [index, *others] = resource.inputs["globalSecondaryIndexes"]
    more = {
        "name": "byStatus",
        "keySchemas": [{"attributeName": "id", "keyType": "HASH"}],
        "projectionType": "INCLUDE",
        "nonKeyAttributes": ["status"],
    }
    provider, aws, state, olds = resource.provider, cloud.aws, resource.state, resource.inputs
    changed = {**index, "projectionType": "KEYS_ONLY"}
    for indexes in ([index, *others, more], [changed, *others, more], [index, *others]):
        news = {**resource.inputs, "globalSecondaryIndexes": indexes}
        state = provider.change(aws, state, olds, news)
        found = provider.read(aws, state)["globalSecondaryIndexes"]
        assert provider.inputs["globalSecondaryIndexes"].same(indexes, found)
        olds = news


def test_code_is_changed_in_place(
    cloud: EmbeddedCloud, stage: dict[tuple[str, str], Resource]
) -> None:
    resource = of(stage, "Function", "take-payment")
    other = of(stage, "Function", "refund-payment")
    provider = resource.provider
    news = {**resource.inputs, "code": other.inputs["code"]}
    assert is_archive(news["code"])
    assert provider.changes(resource.inputs, news) == {"code": False}
    state = provider.change(cloud.aws, resource.state, resource.inputs, news)
    assert state["codeSha256"] == other.state["codeSha256"] != resource.state["codeSha256"]
    back = provider.change(cloud.aws, state, news, resource.inputs)
    assert back["codeSha256"] == resource.state["codeSha256"]


def test_another_file_is_put_in_an_objects_place(
    cloud: EmbeddedCloud, stage: dict[tuple[str, str], Resource]
) -> None:
    page, script = (
        of(stage, "BucketObjectv2", f"storefront-{path}")
        for path in ("index.html", "assets/index-B1a2C3d4.js")
    )
    provider, news = page.provider, {**page.inputs, "source": script.inputs["source"]}
    assert provider.changes(page.inputs, news) == {"source": False}
    state = provider.change(cloud.aws, page.state, page.inputs, news)
    assert state["etag"] == script.state["etag"] != page.state["etag"]
    assert stored(cloud, page) == (BUILD / "assets" / "index-B1a2C3d4.js").read_bytes()
    assert provider.change(cloud.aws, state, news, page.inputs) == page.state
    assert stored(cloud, page) == (BUILD / "index.html").read_bytes()


def stored(cloud: EmbeddedCloud, resource: Resource) -> bytes:
    found = cloud.aws.s3.get_object(Bucket=resource.state["bucket"], Key=resource.state["key"])
    return found["Body"].read()


def test_tags_are_added_changed_and_removed(
    cloud: EmbeddedCloud, stage: dict[tuple[str, str], Resource]
) -> None:
    tagged = {each.type: each for each in stage.values() if "tags" in each.provider.inputs}
    assert len(tagged) == 19
    for resource in tagged.values():
        provider = resource.provider
        news = {**resource.inputs, "tags": TAGS}
        state = provider.change(cloud.aws, resource.state, resource.inputs, news)
        assert provider.read(cloud.aws, state)["tags"] == TAGS, resource.key
        assert state["tagsAll"] == TAGS
        provider.change(cloud.aws, state, news, resource.inputs)
        assert provider.read(cloud.aws, state)["tags"] == resource.inputs["tags"], resource.key


# By Pulumi's provider of AWS ("Forces new resource"), of all that the program gives.
REPLACING = {
    "aws:appsync/dataSource:DataSource": {"name", "apiId"},
    "aws:appsync/function:Function": {"apiId"},
    "aws:appsync/graphQLApi:GraphQLApi": set[str](),
    "aws:appsync/resolver:Resolver": {"apiId", "type", "field"},
    "aws:budgets/budget:Budget": {"name", "namePrefix"},
    "aws:cloudfront/distribution:Distribution": set[str](),
    "aws:cloudfront/function:Function": {"name"},
    "aws:cloudfront/originAccessControl:OriginAccessControl": set[str](),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": set[str](),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": {"alarmName"},
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardName"},
    "aws:cloudwatch/eventRule:EventRule": {"name", "namePrefix"},
    "aws:cloudwatch/eventTarget:EventTarget": {"rule", "targetId"},
    "aws:cloudwatch/logGroup:LogGroup": {"name", "namePrefix"},
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {"name", "logGroupName"},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"name"},
    "aws:cloudwatch/queryDefinition:QueryDefinition": set[str](),
    "aws:cognito/userGroup:UserGroup": {"name", "userPoolId"},
    "aws:cognito/userPool:UserPool": {"name", "usernameAttributes", "usernameConfiguration"},
    "aws:cognito/userPoolClient:UserPoolClient": {"generateSecret", "userPoolId"},
    "aws:dynamodb/table:Table": {"name", "hashKey", "rangeKey", "localSecondaryIndexes"},
    "aws:iam/role:Role": {"name", "namePrefix", "path"},
    "aws:iam/rolePolicy:RolePolicy": {"name", "namePrefix", "role"},
    "aws:lambda/eventSourceMapping:EventSourceMapping": {"eventSourceArn", "startingPosition"},
    "aws:lambda/function:Function": {"name"},
    "aws:s3/bucket:Bucket": {"bucket"},
    "aws:s3/bucketObjectv2:BucketObjectv2": {"bucket", "key"},
    "aws:s3/bucketPolicy:BucketPolicy": {"bucket"},
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {"bucket"},
    "aws:sfn/stateMachine:StateMachine": {"name", "namePrefix", "type"},
    "aws:sns/topic:Topic": {"name", "namePrefix"},
    "aws:sns/topicPolicy:TopicPolicy": {"arn"},
    "aws:sns/topicSubscription:TopicSubscription": {"topic", "protocol", "endpoint"},
    "aws:sqs/queue:Queue": {"name", "namePrefix"},
    "aws:sqs/queuePolicy:QueuePolicy": {"queueUrl"},
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {"queueUrl"},
    "aws:wafv2/webAcl:WebAcl": {"name", "scope"},
    "aws:wafv2/webAclAssociation:WebAclAssociation": {"resourceArn", "webAclArn"},
}


@pytest.mark.parametrize("resource_type", PROVIDERS)
def test_what_aws_can_only_replace(resource_type: str) -> None:
    inputs = PROVIDERS[resource_type].inputs
    assert {key for key, known in inputs.items() if known.replaces} == REPLACING[resource_type]


@pytest.mark.parametrize("resource_type", PROVIDERS)
def test_a_property_that_is_not_known_is_named(resource_type: str) -> None:
    provider = PROVIDERS[resource_type]
    assert provider.unknown({"fooBar": 1}) == ["fooBar"]
    for key, known in provider.inputs.items():
        if known.fields is not None:
            first = min(known.fields)
            assert provider.unknown({key: {first: 1}}) == []
            assert provider.unknown({key: [{first: 1, "fooBar": 1}]}) == [f"{key}.fooBar"]


def test_what_left_out_means_is_no_change() -> None:
    queue = PROVIDERS["aws:sqs/queue:Queue"]
    assert queue.changes({"delaySeconds": 0, "tags": {}}, {"visibilityTimeoutSeconds": 30.0}) == {}
    assert queue.changes({}, {"delaySeconds": 1}) == {"delaySeconds": False}
    # Documents are data, and some lists are sets.
    spaced = json.dumps({"a": [1, {"b": 2}]}, indent=4)
    assert queue.changes({"redrivePolicy": '{"a":[1,{"b":2}]}'}, {"redrivePolicy": spaced}) == {}
    alarm = PROVIDERS["aws:cloudwatch/metricAlarm:MetricAlarm"]
    assert alarm.changes({"okActions": ["a", "b"]}, {"okActions": ["b", "a"]}) == {}
    mapping = PROVIDERS["aws:lambda/eventSourceMapping:EventSourceMapping"]
    arn = "arn:aws:lambda:us-east-1:1:function:pay"
    assert mapping.changes({"functionName": "pay"}, {"functionName": arn}) == {}


def test_names() -> None:
    queue, policy = PROVIDERS["aws:sqs/queue:Queue"], PROVIDERS["aws:sqs/queuePolicy:QueuePolicy"]
    assert queue.named({"delaySeconds": None}, "q-1") == {"name": "q-1", "__defaults": ["name"]}
    assert queue.named({"name": "mine"}, "q-1") == {"name": "mine"}
    assert queue.named({"namePrefix": "mine-"}, "q-1") == {"namePrefix": "mine-"}
    assert policy.named({"policy": "{}"}, "q-1") == {"policy": "{}"}
    # A new one can be made beside the old one only where the program does not name it.
    assert queue.must_go_first({"name": "mine"}, {"name": "mine"})
    assert not queue.must_go_first({"name": "mine"}, {"name": "other"})
    assert not queue.must_go_first(queue.named({}, "q-1"), queue.named({}, "q-1"))
    assert not policy.must_go_first({"queueUrl": "a"}, {"queueUrl": "b"})


def test_names_made_of_a_prefix_differ(cloud: EmbeddedCloud) -> None:
    provider = PROVIDERS["aws:cloudwatch/logGroup:LogGroup"]
    inputs = {"namePrefix": "/aws/vendedlogs/states/mine-"}
    groups = [provider.make(cloud.aws, inputs) for _ in range(2)]
    assert len({group["name"] for group in groups}) == 2
    for group in groups:
        assert group["name"].startswith(inputs["namePrefix"])
        changed = provider.change(cloud.aws, group, inputs, {**inputs, "retentionInDays": 1})
        assert changed["name"] == group["name"]
        provider.remove(cloud.aws, group)


def refused(cloud: EmbeddedCloud, provider: Provider, inputs: dict[str, Any]) -> None:
    with pytest.raises((ClientError, ValueError)):
        provider.make(cloud.aws, inputs)


def test_what_is_refused_half_way_leaves_nothing(cloud: EmbeddedCloud) -> None:
    name = f"half-way-{secrets.token_hex(4)}"
    api = PROVIDERS["aws:appsync/graphQLApi:GraphQLApi"]
    refused(cloud, api, {"name": name, "authenticationType": "AWS_IAM", "schema": "type {"})
    apis = cloud.aws.appsync.list_graphql_apis()["graphqlApis"]
    assert name not in {each.get("name") for each in apis}


@pytest.fixture
def own(cloud: EmbeddedCloud) -> Iterator[list[Resource]]:
    """What a test makes; removed at its end."""
    made: list[Resource] = []
    yield made
    for each in reversed(made):
        each.provider.remove(cloud.aws, each.state)


def test_what_would_be_lost(cloud: EmbeddedCloud, own: list[Resource]) -> None:
    def make(resource_type: str, **inputs: Any) -> Resource:
        name = f"mine-{secrets.token_hex(4)}"
        own.append(deployed.create(cloud.aws, resource_type, name, inputs, name))
        return own[-1]

    def held(resource: Resource) -> str | None:
        return resource.provider.holds(cloud.aws, resource.state)

    aws = cloud.aws
    table = make(
        "aws:dynamodb/table:Table",
        attributes=[{"name": "id", "type": "S"}],
        hashKey="id",
        billingMode="PAY_PER_REQUEST",
    )
    queue, pool = make("aws:sqs/queue:Queue"), make("aws:cognito/userPool:UserPool")
    topic = make("aws:sns/topic:Topic")
    assert [held(each) for each in (table, queue, pool, topic)] == [None] * 4
    aws.dynamodb.put_item(TableName=table.state["id"], Item={"id": {"S": "1"}})
    aws.sqs.send_message(QueueUrl=queue.state["id"], MessageBody="an order", DelaySeconds=60)
    aws.cognito.admin_create_user(UserPoolId=pool.state["id"], Username="alice")
    assert [held(each) for each in (table, queue, pool)] == ["items", "messages", "users"]


def test_deletion_protection_is_aws_s(cloud: EmbeddedCloud, own: list[Resource]) -> None:
    inputs = {
        "attributes": [{"name": "id", "type": "S"}],
        "hashKey": "id",
        "billingMode": "PAY_PER_REQUEST",
        "deletionProtectionEnabled": True,
    }
    name = f"guarded-{secrets.token_hex(4)}"
    table = deployed.create(cloud.aws, "aws:dynamodb/table:Table", name, inputs, name)
    with pytest.raises(ClientError, match="protected against deletion"):
        table.provider.remove(cloud.aws, table.state)
    unguarded = {**table.inputs, "deletionProtectionEnabled": False}
    table.provider.change(cloud.aws, table.state, table.inputs, unguarded)
    own.append(table)


def test_everything_goes_and_nothing_is_left(cloud: EmbeddedCloud) -> None:
    """What needs others first; and what is gone is no failure."""
    before = queues(cloud)
    with with_a_build():
        cloud.deploy({**EVERYTHING, "senderEmail": ""})
    made = list(cloud.deployed.resources.values())
    for each in reversed(made):
        each.provider.remove(cloud.aws, each.state)
        each.provider.remove(cloud.aws, each.state)
    for each in made:
        # A topic has a policy as long as it is there.
        with pytest.raises(Exception) as raised:  # noqa: PT011 (each service has its own)
            each.provider.read(cloud.aws, each.state)
        assert is_gone(raised.value), (each.key, raised.value)
    assert queues(cloud) == before


def queues(cloud: EmbeddedCloud) -> set[str]:
    return set(cloud.aws.sqs.list_queues().get("QueueUrls", []))


def test_an_operators_mail_ends_with_the_subscription(cloud: EmbeddedCloud) -> None:
    topic = cloud.aws.sns.create_topic(Name="mine")["TopicArn"]
    inputs = {"topic": topic, "protocol": "email", "endpoint": "a@orderflow.example"}
    resource_type = "aws:sns/topicSubscription:TopicSubscription"
    made = deployed.create(cloud.aws, resource_type, "mine", inputs, "mine")

    def endpoints() -> set[str]:
        listed = cloud.aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return {each.get("Endpoint", "") for each in listed}

    mailbox = f"{cloud.gateway.url}/mailbox/a@orderflow.example"
    assert endpoints() == {"a@orderflow.example", mailbox}
    made.provider.remove(cloud.aws, made.state)
    assert endpoints() == set()
    cloud.aws.sns.delete_topic(TopicArn=topic)


def test_what_another_has_taken_the_place_of_stays(
    cloud: EmbeddedCloud, stage: dict[tuple[str, str], Resource]
) -> None:
    old = of(stage, "WebAclAssociation", "order-api")
    acl = PROVIDERS["aws:wafv2/webAcl:WebAcl"]
    given = of(stage, "WebAcl", "order-api").inputs
    another = acl.make(cloud.aws, {**given, "name": f"another-{secrets.token_hex(4)}"})
    new = old.provider.make(cloud.aws, {**old.inputs, "webAclArn": another["arn"]})
    # Pulumi makes the new one first, and removes the old one then.
    old.provider.remove(cloud.aws, old.state)
    assert old.provider.read(cloud.aws, new)["webAclArn"] == another["arn"]
    old.provider.remove(cloud.aws, new)
    acl.remove(cloud.aws, another)
    assert old.provider.make(cloud.aws, old.inputs) == old.state
