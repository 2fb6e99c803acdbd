"""The whole program: the layers, their wiring, and what holds for every resource."""

import json
from typing import Any

import pulumi
import pytest
import yaml

from infra.order_api import FUNCTIONS
from local.engine.program import ROOT, run_program, stage_config
from tests.infra.recording import ACCOUNT, REGION, Recording, Registered, arn, record_program

COMPONENTS = {
    "orderflow:storage:OrderStore",
    "orderflow:queueing:OrderQueue",
    "orderflow:queueing:ConsumedQueue",
    "orderflow:workflow:OrderWorkflow",
    "orderflow:payments:Payments",
    "orderflow:notifications:OrderNotifications",
    "orderflow:identity:CustomerPool",
    "orderflow:identity:RestaurantStaff",
    "orderflow:api:OrderApi",
    "orderflow:broadcast:OrderBroadcast",
    "orderflow:compute:PythonFunction",
    "orderflow:operations:OrderAlarms",
}
ORDERS = arn("aws:dynamodb/table:Table", "orders")
LEDGER = arn("aws:dynamodb/table:Table", "payments")
STAFF = arn("aws:dynamodb/table:Table", "restaurant-staff")
MAILS = arn("aws:dynamodb/table:Table", "customer-mails")
QUEUE = arn("aws:sqs/queue:Queue", "order-queue")
DEAD_LETTERS = arn("aws:sqs/queue:Queue", "order-queue-dead-letters")
REFUNDS = arn("aws:sqs/queue:Queue", "refunds")
MAIL_QUEUE = arn("aws:sqs/queue:Queue", "customer-mail")
WORKFLOW = arn("aws:sfn/stateMachine:StateMachine", "order-workflow")
TOPIC = arn("aws:sns/topic:Topic", "order-notifications")
API = arn("aws:appsync/graphQLApi:GraphQLApi", "order-api")
POOL = arn("aws:cognito/userPool:UserPool", "customers")


def lambda_arn(name: str) -> str:
    return arn("aws:lambda/function:Function", name)


def log_streams(name: str) -> str:
    return f"{arn('aws:cloudwatch/logGroup:LogGroup', name)}:*"


# Neither has resources that a policy could name.
XRAY = {"xray:PutTraceSegments": "*", "xray:PutTelemetryRecords": "*"}
SAMPLING = {"xray:GetSamplingRules": "*", "xray:GetSamplingTargets": "*"}
LOG_DELIVERY = {
    f"logs:{action}": "*"
    for action in (
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
    )
}


def logs(name: str) -> dict[str, str]:
    return dict.fromkeys(("logs:CreateLogStream", "logs:PutLogEvents"), log_streams(name))


def consumes(queue: str) -> dict[str, str]:
    return dict.fromkeys(
        ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), queue
    )


# The sender's, a sandbox's recipients and the default configuration set, by the sender alone.
SES = [
    f"arn:aws:ses:{REGION}:123456789012:identity/*",
    f"arn:aws:ses:{REGION}:123456789012:configuration-set/*",
]
# Every role of the program, whose it is, and all that it may do.
ROLES: dict[str, tuple[str, dict[str, Any]]] = {
    "start-workflow": (
        "lambda",
        {
            "states:StartExecution": WORKFLOW,
            "states:DescribeExecution": f"{arn('aws:states', 'execution:order-workflow')}:*",
            **consumes(QUEUE),
            **logs("start-workflow"),
            **XRAY,
        },
    ),
    "take-payment": (
        "lambda",
        {"dynamodb:PutItem": LEDGER, **logs("take-payment"), **XRAY},
    ),
    "refund-payment": (
        "lambda",
        {
            "dynamodb:UpdateItem": LEDGER,
            **consumes(REFUNDS),
            **logs("refund-payment"),
            **XRAY,
        },
    ),
    "email-customer": (
        "lambda",
        {
            "cognito-idp:AdminGetUser": POOL,
            "ses:SendEmail": SES,
            "dynamodb:PutItem": MAILS,
            "dynamodb:UpdateItem": MAILS,
            "dynamodb:DeleteItem": MAILS,
            **consumes(MAIL_QUEUE),
            **logs("email-customer"),
            **XRAY,
        },
    ),
    "order-workflow": (
        "states",
        {
            "dynamodb:GetItem": ORDERS,
            "dynamodb:PutItem": ORDERS,
            "dynamodb:UpdateItem": ORDERS,
            "lambda:InvokeFunction": lambda_arn("take-payment"),
            "sqs:SendMessage": [REFUNDS, DEAD_LETTERS],
            "sns:Publish": TOPIC,
            **LOG_DELIVERY,
            **XRAY,
            **SAMPLING,
        },
    ),
    "broadcast-update": (
        "lambda",
        {
            "dynamodb:DescribeStream": f"{ORDERS}/stream/2026-11-24",
            "dynamodb:GetRecords": f"{ORDERS}/stream/2026-11-24",
            "dynamodb:GetShardIterator": f"{ORDERS}/stream/2026-11-24",
            "dynamodb:ListStreams": f"{ORDERS}/stream/2026-11-24",
            "sqs:SendMessage": arn("aws:sqs/queue:Queue", "order-broadcast-dead-letters"),
            "appsync:GraphQL": f"{API}/types/Mutation/fields/publishOrderUpdate",
            **logs("broadcast-update"),
            **XRAY,
        },
    ),
    "order-api-orders": (
        "appsync",
        {
            "dynamodb:GetItem": ORDERS,
            "dynamodb:UpdateItem": ORDERS,
            "dynamodb:Query": [f"{ORDERS}/index/byPlacedAt", f"{ORDERS}/index/byRestaurant"],
        },
    ),
    # Operators alone write who is staff.
    "order-api-staff": ("appsync", {"dynamodb:GetItem": STAFF}),
    "order-api-queue": ("appsync", {"sqs:SendMessage": QUEUE}),
    "order-api-logs": ("appsync", logs("order-api")),
}


def test_every_layer_is_a_component(stage: Recording) -> None:
    components = {each.type for each in stage.resources if not each.custom}
    assert components == COMPONENTS


def test_each_role_is_one_services_and_may_do_exactly_this(prod: Recording) -> None:
    policies = {each.name: each for each in prod.of("aws:iam/rolePolicy:RolePolicy")}
    roles = {each.name: each for each in prod.of("aws:iam/role:Role")}
    assert set(roles) == set(policies) == set(ROLES)
    for name, (service, allowed) in ROLES.items():
        [trust] = roles[name].policy("assumeRolePolicy")
        assert trust == {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            # Of the others AWS's pages do not say that they send the key.
            "Condition": {
                "StringEquals" if service == "states" else "StringEqualsIfExists": {
                    "aws:SourceAccount": ACCOUNT
                }
            },
        }
        assert policies[name].inputs["role"] == f"{name}-1a2b3c4"
        granted = {
            action: statement["Resource"]
            for statement in policies[name].policy()
            for action in statement["Action"]
        }
        assert granted == allowed
        assert {statement["Effect"] for statement in policies[name].policy()} == {"Allow"}


def test_no_allowed_action_is_a_wildcard(stage: Recording) -> None:
    for statement in _allowing(stage):
        assert all("*" not in action for action in statement["Action"])


def test_no_resource_policy_allows_the_public(stage: Recording) -> None:
    for policy in _resource_policies(stage):
        for statement in policy.policy():
            if statement["Effect"] == "Allow":
                assert set(statement["Principal"]) == {"Service"}
                assert statement["Condition"]


def test_no_queue_and_no_topic_takes_plain_http(stage: Recording) -> None:
    guarded = {
        each.inputs.get("queueUrl") or each.inputs["arn"] for each in _resource_policies(stage)
    }
    topics = {each.arn for each in stage.of("aws:sns/topic:Topic")}
    urls = {
        f"https://sqs.{REGION}.amazonaws.com/123456789012/{name}"
        for name in stage.names("aws:sqs/queue:Queue")
    }
    assert guarded == topics | urls
    for policy in _resource_policies(stage):
        deny = policy.policy()[0]
        assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def _resource_policies(recording: Recording) -> list[Registered]:
    return recording.of("aws:sqs/queuePolicy:QueuePolicy") + recording.of(
        "aws:sns/topicPolicy:TopicPolicy"
    )


def _allowing(recording: Recording) -> list[dict[str, Any]]:
    policies = recording.of("aws:iam/rolePolicy:RolePolicy") + _resource_policies(recording)
    return [each for policy in policies for each in policy.policy() if each["Effect"] == "Allow"]


def test_everything_that_can_be_tagged_is(stage: Recording) -> None:
    untaggable = {
        "aws:appsync/dataSource:DataSource",
        "aws:appsync/function:Function",
        "aws:appsync/resolver:Resolver",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:cognito/userGroup:UserGroup",
        "aws:cognito/userPoolClient:UserPoolClient",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        "aws:wafv2/webAclAssociation:WebAclAssociation",
    }
    for each in stage.resources:
        if each.custom and each.type not in untaggable:
            assert each.inputs["tags"]["project"] == "orderflow", each
            assert each.inputs["tags"]["stage"] in {"local", "dev", "prod"}


def test_no_physical_name_is_fixed(stage: Recording) -> None:
    named = {each.name for each in stage.resources if each.custom and "name" in each.inputs}
    # A group of the pool, what is inside the API, and a log group that bears the API's id.
    sources = {"order-api-orders", "order-api-staff", "order-api-queue", "order-api-none"}
    functions = {f"order-api-{function}" for function in FUNCTIONS}
    assert named == {"customers", "order-api"} | sources | functions
    assert stage.one("aws:cloudwatch/logGroup:LogGroup", "order-api").inputs["name"] == (
        "/aws/appsync/apis/order-api-id"
    )


def test_every_log_group_keeps_the_stages_days(
    local: Recording, dev: Recording, prod: Recording
) -> None:
    for recording, days in ((local, 1), (dev, 7), (prod, 90)):
        groups = recording.of("aws:cloudwatch/logGroup:LogGroup")
        assert {group.inputs["retentionInDays"] for group in groups} == {days}


def test_the_outputs_are_the_documented_ones(stage: Recording) -> None:
    queues = {
        "mailDeadLetterQueueUrl": "customer-mail-dead-letters",
        "undeliveredMailQueueUrl": "customer-mail-undelivered",
    }
    mail = {
        output: f"https://sqs.{REGION}.amazonaws.com/123456789012/{name}"
        for output, name in queues.items()
        if name in stage.names("aws:sqs/queue:Queue")
    }
    assert stage.outputs == {
        "graphqlUrl": "https://order-api.example/graphql",
        "realtimeUrl": "wss://order-api.example/graphql",
        "region": REGION,
        "userPoolId": "customers-id",
        "userPoolClientId": "customers-id",
        "orderQueueUrl": f"https://sqs.{REGION}.amazonaws.com/123456789012/order-queue",
        "deadLetterQueueUrl": (
            f"https://sqs.{REGION}.amazonaws.com/123456789012/order-queue-dead-letters"
        ),
        "refundDeadLetterQueueUrl": (
            f"https://sqs.{REGION}.amazonaws.com/123456789012/refunds-dead-letters"
        ),
        "broadcastDeadLetterQueueUrl": (
            f"https://sqs.{REGION}.amazonaws.com/123456789012/order-broadcast-dead-letters"
        ),
        **mail,
        "orderTableName": "orders-1a2b3c4",
        "paymentTableName": "payments-1a2b3c4",
        "restaurantStaffTableName": "restaurant-staff-1a2b3c4",
        "workflowArn": WORKFLOW,
        "notificationTopicArn": TOPIC,
    }


def test_customers_are_mailed_only_with_a_sender(local: Recording) -> None:
    without = record_program("local", senderEmail="")
    mail = {
        *("email-customer", "customer-mail", "customer-mail-dead-letters", "customer-mails"),
        *("customer-mail-undelivered", "customers-unmailed", "mails-undelivered"),
    }
    assert mail <= {each.name for each in local.resources}
    assert not mail & {each.name for each in without.resources}
    assert {"mailDeadLetterQueueUrl", "undeliveredMailQueueUrl"} <= set(local.outputs)
    assert not {"mailDeadLetterQueueUrl", "undeliveredMailQueueUrl"} & set(without.outputs)


def test_what_a_stage_does_not_ask_for_is_absent(dev: Recording, prod: Recording) -> None:
    optional = {
        "aws:wafv2/webAcl:WebAcl",
        "aws:wafv2/webAclAssociation:WebAclAssociation",
    }
    assert not optional & dev.types
    assert optional <= prod.types


def test_every_stage_has_its_alarms_whoever_is_told(dev: Recording, prod: Recording) -> None:
    alarms = "aws:cloudwatch/metricAlarm:MetricAlarm"
    mail = {"customers-unmailed", "mails-undelivered"}
    assert dev.names(alarms) == prod.names(alarms) - mail
    told = {each.name for each in prod.of("aws:sns/topicSubscription:TopicSubscription")}
    assert "order-alarms-ops@shop.example" in told
    assert not dev.of("aws:sns/topicSubscription:TopicSubscription")


def test_every_dead_letter_queue_has_an_alarm_and_an_output(stage: Recording) -> None:
    watched = {
        each.inputs["dimensions"]["QueueName"]
        for each in stage.of("aws:cloudwatch/metricAlarm:MetricAlarm")
        if each.inputs["metricName"] == "ApproximateNumberOfMessagesVisible"
    }
    resting = {
        each.name
        for each in stage.of("aws:sqs/queue:Queue")
        if each.inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    }
    assert watched == {f"{name}-1a2b3c4" for name in resting}
    urls = {str(url).rpartition("/")[2] for url in stage.outputs.values()}
    assert resting <= urls


# The longest names that the services take.
LONGEST = {
    "aws:iam/role:Role": 64,
    "aws:lambda/function:Function": 64,
    "aws:cloudwatch/eventRule:EventRule": 64,
    "aws:sqs/queue:Queue": 80,
    "aws:sfn/stateMachine:StateMachine": 80,
    "aws:wafv2/webAcl:WebAcl": 128,
    "aws:cognito/userPool:UserPool": 128,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
    "aws:dynamodb/table:Table": 255,
    "aws:sns/topic:Topic": 256,
    "aws:cloudwatch/logGroup:LogGroup": 512,
}


def test_every_name_says_its_stage_and_fits() -> None:
    pattern = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]["pulumi:autonaming"]
    assert pattern == {"value": {"pattern": "${project}-${stack}-${name}-${hex(7)}"}}
    stage = "s" * 18
    recording = Recording()
    config = stage_config("prod", {"senderEmail": "orders@shop.example"})
    run_program(stage, config, recording)
    for each in recording.resources:
        if each.type in LONGEST:
            assert len(f"orderflow-{stage}-{each.name}-1a2b3c4") <= LONGEST[each.type], each


@pytest.mark.parametrize("stage", ["s" * 19, "a.b"])
def test_a_stage_whose_name_would_not_fit_is_refused(stage: str) -> None:
    recording = Recording()
    with pytest.raises(pulumi.RunError, match="1 to 18 letters, digits, - and _"):
        run_program(stage, stage_config("dev"), recording)
    assert recording.resources == []


def test_no_function_is_a_data_source(stage: Recording) -> None:
    kinds = {each.inputs["type"] for each in stage.of("aws:appsync/dataSource:DataSource")}
    assert kinds == {"AMAZON_DYNAMODB", "HTTP", "NONE"}


def test_changes_of_the_table_are_published_to_the_api(stage: Recording) -> None:
    mapping = stage.one("aws:lambda/eventSourceMapping:EventSourceMapping", "order-broadcast")
    assert mapping.inputs["eventSourceArn"] == f"{ORDERS}/stream/2026-11-24"
    function = stage.one("aws:lambda/function:Function", "broadcast-update").inputs
    assert function["environment"]["variables"]["GRAPHQL_URL"] == stage.outputs["graphqlUrl"]


def test_a_wrong_configuration_registers_nothing() -> None:
    recording = Recording()
    with pytest.raises(pulumi.RunError, match="paymentSuccessRate"):
        run_program("dev", stage_config("dev", {"paymentSuccessRate": 2}), recording)
    assert recording.resources == []


def test_nothing_secret_is_exported(stage: Recording) -> None:
    assert not any(word in json.dumps(stage.outputs).lower() for word in ("secret", "password"))
