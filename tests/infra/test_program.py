"""The whole program: the layers, their wiring, and what holds for every resource."""

import json
import subprocess
import sys
from typing import Any

import pulumi
import pytest
import yaml
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_introspection_query,
    parse,
)

from infra.order_api import FUNCTIONS
from local.engine.program import ROOT, run_program, stage_config
from policy.rules.names import UNTAGGABLE
from preview.recording import ACCOUNT, REGION, Recording, Registered, arn, record_program

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
    "orderflow:operations:OrderOperations",
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
URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}"
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


def test_every_resource_is_inside_the_layer_that_makes_it(prod: Recording) -> None:
    own = {each.key for each in prod.resources if each.options.parent is None}
    assert own == {
        ("orderflow:storage:OrderStore", "orders"),
        ("orderflow:identity:CustomerPool", "customers"),
        ("orderflow:identity:RestaurantStaff", "restaurant-staff"),
        ("orderflow:notifications:OrderNotifications", "order-notifications"),
        ("orderflow:payments:Payments", "payments"),
        ("orderflow:queueing:OrderQueue", "order-queue"),
        ("orderflow:workflow:OrderWorkflow", "order-workflow"),
        ("orderflow:api:OrderApi", "order-api"),
        ("orderflow:broadcast:OrderBroadcast", "order-broadcast"),
        ("orderflow:operations:OrderOperations", "order-operations"),
    }


def test_what_holds_data_is_protected_where_the_stage_says_so(
    dev: Recording, prod: Recording
) -> None:
    protected = {each.key for each in prod.resources if each.options.protect}
    assert protected == {
        ("aws:dynamodb/table:Table", "orders"),
        ("aws:dynamodb/table:Table", "payments"),
        ("aws:dynamodb/table:Table", "restaurant-staff"),
        ("aws:cognito/userPool:UserPool", "customers"),
    }
    assert not any(each.options.protect for each in dev.resources)
    # What Pulumi forgets would be there for ever.
    assert not any(each.options.retain_on_delete for each in prod.resources)


def test_only_what_has_a_fixed_name_is_away_while_it_is_replaced(prod: Recording) -> None:
    # Functions of an API have ids: two may have one name.
    named = {
        "aws:appsync/dataSource:DataSource",
        "aws:appsync/resolver:Resolver",
        "aws:cognito/userGroup:UserGroup",
    }
    for each in prod.resources:
        assert each.options.delete_before_replace == (each.type in named)


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
        for each, key in ((roles[name], "assumeRolePolicy"), (policies[name], "policy")):
            assert json.loads(each.inputs[key])["Version"] == "2012-10-17"
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


FROM_TOPIC = ("sns", "sqs:SendMessage", {"ArnEquals": {"aws:SourceArn": TOPIC}})
# Every queue and topic, and which service may do what with it, on whose behalf.
FILLED_BY: dict[str, tuple[str, str, dict[str, Any]] | None] = {
    QUEUE: None,
    DEAD_LETTERS: (
        "events",
        "sqs:SendMessage",
        {
            "ArnEquals": {
                "aws:SourceArn": arn("aws:cloudwatch/eventRule:EventRule", "order-queue-cut-off")
            }
        },
    ),
    REFUNDS: None,
    f"{REFUNDS}-dead-letters": None,
    MAIL_QUEUE: FROM_TOPIC,
    # SQS moves messages only out of dead-letter queues that no other service fills.
    f"{MAIL_QUEUE}-dead-letters": None,
    arn("aws:sqs/queue:Queue", "undelivered-mail"): FROM_TOPIC,
    arn("aws:sqs/queue:Queue", "order-broadcast-dead-letters"): None,
    TOPIC: None,
    arn("aws:sns/topic:Topic", "order-alarms"): (
        "cloudwatch",
        "sns:Publish",
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    ),
}


def test_queues_and_topics_take_no_plain_http_and_let_in_this_service_alone(
    prod: Recording,
) -> None:
    guarded = {_guards(each): json.loads(each.inputs["policy"]) for each in _policies(prod)}
    assert set(guarded) == set(FILLED_BY)
    for resource, filled_by in FILLED_BY.items():
        # Without TLS nobody may do anything: a denial may be wide.
        plain = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish" if ":sns:" in resource else "sqs:*",
            "Resource": resource,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        allowed = filled_by and {
            "Effect": "Allow",
            "Principal": {"Service": f"{filled_by[0]}.amazonaws.com"},
            "Action": [filled_by[1]],
            "Resource": resource,
            "Condition": filled_by[2],
        }
        assert guarded[resource] == {
            "Version": "2012-10-17",
            "Statement": [plain, allowed] if allowed else [plain],
        }


def test_every_queue_and_topic_has_a_policy(stage: Recording) -> None:
    every = stage.of("aws:sqs/queue:Queue") + stage.of("aws:sns/topic:Topic")
    assert {_guards(policy) for policy in _policies(stage)} == {each.arn for each in every}


def _guards(policy: Registered) -> str:
    """The queue or topic that a policy is of."""
    if "arn" in policy.inputs:
        return policy.inputs["arn"]
    prefix, _, name = policy.inputs["queueUrl"].rpartition("/")
    assert prefix == URL
    return arn("aws:sqs/queue:Queue", name)


def _policies(recording: Recording) -> list[Registered]:
    return recording.of("aws:sqs/queuePolicy:QueuePolicy") + recording.of(
        "aws:sns/topicPolicy:TopicPolicy"
    )


def _allowing(recording: Recording) -> list[dict[str, Any]]:
    policies = recording.of("aws:iam/rolePolicy:RolePolicy") + _policies(recording)
    return [each for policy in policies for each in policy.policy() if each["Effect"] == "Allow"]


def test_everything_that_can_be_tagged_is(stage: Recording) -> None:
    for each in stage.resources:
        if each.custom and each.type not in UNTAGGABLE:
            assert set(each.inputs["tags"]) == {"project", "stage"}
            assert each.inputs["tags"]["project"] == "orderflow", each
            assert each.inputs["tags"]["stage"] in {"local", "dev", "prod"}


def test_no_physical_name_is_fixed(stage: Recording) -> None:
    named = {each.name for each in stage.resources if each.custom and "name" in each.inputs}
    # A group of the pool, what is inside the API, and a log group that bears the API's id.
    sources = {"order-api-orders", "order-api-staff", "order-api-queue", "order-api-none"}
    functions = {f"order-api-{function}" for function in FUNCTIONS}
    assert named == {"customers", "order-api"} | sources | functions
    assert stage.one("aws:cloudwatch/logGroup:LogGroup", "order-api").inputs["name"] == (
        "/aws/appsync/apis/order-api-GraphQLApi"
    )


def test_every_log_group_keeps_the_stages_days(
    local: Recording, dev: Recording, prod: Recording
) -> None:
    for recording, days in ((local, 1), (dev, 7), (prod, 90)):
        groups = recording.of("aws:cloudwatch/logGroup:LogGroup")
        assert {group.inputs["retentionInDays"] for group in groups} == {days}


def test_the_outputs_are_the_documented_ones(stage: Recording) -> None:
    queues = {
        "mailQueueUrl": "customer-mail",
        "mailDeadLetterQueueUrl": "customer-mail-dead-letters",
        "undeliveredMailQueueUrl": "undelivered-mail",
    }
    mail = {
        output: f"https://sqs.{REGION}.amazonaws.com/123456789012/{name}"
        for output, name in queues.items()
        if name in stage.names("aws:sqs/queue:Queue")
    }
    assert stage.outputs == {
        # Each says which it is: the next test.
        "stage": stage.outputs["stage"],
        "graphqlUrl": "https://order-api.example/graphql",
        "realtimeUrl": "wss://order-api.example/graphql",
        "region": REGION,
        "userPoolId": "customers-UserPool",
        "userPoolClientId": "customers-UserPoolClient",
        "passwordPolicy": {
            "minimumLength": 12,
            "requireLowercase": True,
            "requireNumbers": True,
            "requireSymbols": False,
            "requireUppercase": True,
        },
        "userGroups": ["staff"],
        "defaultAuthorizationMode": "AMAZON_COGNITO_USER_POOLS",
        "authorizationModes": ["AWS_IAM"],
        "orderQueueUrl": f"{URL}/order-queue",
        "orderConsumerId": "order-queue-EventSourceMapping",
        "deadLetterQueueUrl": f"{URL}/order-queue-dead-letters",
        "refundQueueUrl": f"{URL}/refunds",
        "refundDeadLetterQueueUrl": f"{URL}/refunds-dead-letters",
        "broadcastDeadLetterQueueUrl": f"{URL}/order-broadcast-dead-letters",
        **mail,
        **({"mailTableName": "customer-mails-1a2b3c4"} if mail else {}),
        "orderTableName": "orders-1a2b3c4",
        "paymentTableName": "payments-1a2b3c4",
        "restaurantStaffTableName": "restaurant-staff-1a2b3c4",
        "workflowArn": WORKFLOW,
        "notificationTopicArn": TOPIC,
        "functions": {
            name: {
                "name": f"{name.replace('_', '-')}-1a2b3c4",
                "logGroup": f"{name.replace('_', '-')}-1a2b3c4",
            }
            for name in (
                *("start_workflow", "take_payment", "refund_payment", "broadcast_update"),
                *(["email_customer"] if mail else []),
            )
        },
    }


def test_the_outputs_say_whose_they_are(local: Recording, dev: Recording, prod: Recording) -> None:
    assert [each.outputs["stage"] for each in (local, dev, prod)] == ["local", "dev", "prod"]


@pytest.fixture(scope="module")
def without() -> Recording:
    """The stage without a sender."""
    return record_program("local", senderEmail="")


def test_customers_are_mailed_only_with_a_sender(local: Recording, without: Recording) -> None:
    mail = {
        *("email-customer", "customer-mail", "customer-mail-dead-letters", "customer-mails"),
        *("undelivered-mail", "customers-unmailed", "mails-undelivered"),
    }
    assert mail <= {each.name for each in local.resources}
    assert not mail & {each.name for each in without.resources}
    outputs = {
        *("mailQueueUrl", "mailTableName", "mailDeadLetterQueueUrl", "undeliveredMailQueueUrl"),
    }
    assert outputs <= set(local.outputs)
    assert not outputs & set(without.outputs)
    assert "email_customer" not in without.outputs["functions"]


def test_what_a_stage_does_not_ask_for_is_absent(dev: Recording, prod: Recording) -> None:
    optional = {
        "aws:wafv2/webAcl:WebAcl",
        "aws:wafv2/webAclAssociation:WebAclAssociation",
    }
    assert not optional & dev.types
    assert optional <= prod.types


def test_every_stage_has_its_alarms_whoever_is_told(dev: Recording, prod: Recording) -> None:
    alarms = "aws:cloudwatch/metricAlarm:MetricAlarm"
    mail = {
        *("customers-unmailed", "mails-undelivered", "email-customer-failing"),
        *("mails-bouncing", "mails-complained-of"),
    }
    assert dev.names(alarms) == prod.names(alarms) - mail
    told = {each.name for each in prod.of("aws:sns/topicSubscription:TopicSubscription")}
    assert "order-alarms-ops@shop.example" in told
    assert not dev.of("aws:sns/topicSubscription:TopicSubscription")


def test_every_dead_letter_queue_has_an_alarm_and_an_output(stage: Recording) -> None:
    watched = {
        each.inputs["dimensions"]["QueueName"]
        for each in stage.of("aws:cloudwatch/metricAlarm:MetricAlarm")
        if each.inputs.get("metricName") == "ApproximateNumberOfMessagesVisible"
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


def test_the_workflow_works_with_the_other_layers(prod: Recording) -> None:
    machine = prod.one("aws:sfn/stateMachine:StateMachine", "order-workflow").inputs
    states = json.loads(machine["definition"])["States"]
    assert states["SaveOrder"]["Arguments"]["TableName"] == "orders-1a2b3c4"
    assert states["TakePayment"]["Arguments"]["FunctionName"] == lambda_arn("take-payment")
    assert states["RefundPayment"]["Arguments"]["QueueUrl"] == f"{URL}/refunds"
    assert states["RestMessage"]["Arguments"]["QueueUrl"] == f"{URL}/order-queue-dead-letters"
    assert states["Notify"]["Arguments"]["TopicArn"] == TOPIC
    start = prod.one("aws:lambda/function:Function", "start-workflow").inputs
    assert start["environment"]["variables"]["WORKFLOW_ARN"] == WORKFLOW
    cut_off = prod.one("aws:cloudwatch/eventRule:EventRule", "order-queue-cut-off").inputs
    assert json.loads(cut_off["eventPattern"])["detail"]["stateMachineArn"] == [WORKFLOW]


def test_the_api_works_with_the_other_layers(prod: Recording) -> None:
    api = prod.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert api["userPoolConfig"]["userPoolId"] == "customers-UserPool"
    assert api["userPoolConfig"]["appIdClientRegex"] == "^customers-UserPoolClient$"
    orders = prod.one("aws:appsync/dataSource:DataSource", "order-api-orders").inputs
    assert orders["dynamodbConfig"]["tableName"] == "orders-1a2b3c4"
    staff = prod.one("aws:appsync/dataSource:DataSource", "order-api-staff").inputs
    assert staff["dynamodbConfig"]["tableName"] == "restaurant-staff-1a2b3c4"
    queue_order = prod.one("aws:appsync/function:Function", "order-api-queueOrder").inputs
    assert f"'{URL}/order-queue'" in queue_order["code"]


def test_a_customers_address_is_the_pools(prod: Recording) -> None:
    function = prod.one("aws:lambda/function:Function", "email-customer").inputs
    assert function["environment"]["variables"]["USER_POOL_ID"] == "customers-UserPool"


def test_the_alarms_watch_the_other_layers(prod: Recording) -> None:
    def metric(each: dict[str, Any]) -> tuple[str, ...]:
        return tuple(sorted(each["dimensions"].values(), reverse=True))

    watched = {
        each.name: {metric(query["metric"]) for query in each.inputs["metricQueries"][:-1]}
        if "metricQueries" in each.inputs
        else {metric(each.inputs)}
        for each in prod.of("aws:cloudwatch/metricAlarm:MetricAlarm")
        # Those of the objectives watch the API, and what functions count.
        if not each.name.startswith(("requests-failing-", "orders-late-"))
    }
    orders, api = "orders-1a2b3c4", "order-api-GraphQLApi"
    functions = {
        f"{name}-1a2b3c4"
        for name in (
            *("start-workflow", "take-payment", "refund-payment", "broadcast-update"),
            "email-customer",
        )
    }
    assert watched == {
        "orders-rejected": {("order-queue-dead-letters-1a2b3c4",)},
        "customers-unmailed": {("customer-mail-dead-letters-1a2b3c4",)},
        "mails-undelivered": {("undelivered-mail-1a2b3c4",)},
        "orders-faulty": {(WORKFLOW,)},
        "orders-cut-off": {(WORKFLOW,)},
        "orders-aborted": {(WORKFLOW,)},
        "orders-throttled": {(WORKFLOW,)},
        "payments-unrefunded": {("refunds-dead-letters-1a2b3c4",)},
        "orders-waiting": {("order-queue-1a2b3c4",)},
        "orders-unannounced": {("order-broadcast-dead-letters-1a2b3c4",)},
        **{f"{name.removesuffix('-1a2b3c4')}-failing": {(name,)} for name in functions},
        "functions-throttled": {(name,) for name in functions},
        "updates-late": {("broadcast-update-1a2b3c4",)},
        "api-failing": {(api,)},
        "tables-throttled": {
            (orders,),
            (orders, "byRestaurant"),
            (orders, "byId"),
            ("payments-1a2b3c4",),
            ("restaurant-staff-1a2b3c4",),
            ("customer-mails-1a2b3c4",),
        },
        "notifications-failed": {("order-notifications-1a2b3c4",)},
        "mails-bouncing": {()},
        "mails-complained-of": {()},
    }
    faults = prod.one("aws:cloudwatch/logMetricFilter:LogMetricFilter", "api-faults")
    assert faults.inputs["logGroupName"] == f"/aws/appsync/apis/{api}"
    for each in prod.of("aws:cloudwatch/metricAlarm:MetricAlarm"):
        if each.name.startswith("requests-failing-"):
            _, errors, requests, _ = each.inputs["metricQueries"]
            assert metric(errors["metric"]) == metric(requests["metric"]) == (api,)
        if each.name.startswith("orders-late-"):
            late, ended, _ = each.inputs["metricQueries"]
            assert metric(late["metric"]) == metric(ended["metric"]) == ("prod",)


def test_the_operations_have_what_a_stage_was_deployed_with_before(prod: Recording) -> None:
    # Alarms and confirmed addresses are those of the former component.
    former = "orderflow:operations:OrderAlarms"
    for kind, name in (
        ("aws:sns/topic:Topic", "order-alarms"),
        ("aws:sns/topicSubscription:TopicSubscription", "order-alarms-ops@shop.example"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "orders-rejected"),
    ):
        assert f"{former}${kind}::{name}" in prod.one(kind, name).options.aliases
    component = prod.one("orderflow:operations:OrderOperations", "order-operations")
    assert component.options.aliases == (f"{former}::order-alarms",)


def test_late_is_what_the_objective_says(prod: Recording) -> None:
    function = prod.one("aws:lambda/function:Function", "broadcast-update").inputs
    assert function["environment"]["variables"]["LATE_AFTER_SECONDS"] == "30"


@pytest.fixture(scope="module")
def unlike() -> Recording:
    """A stage whose every option is unlike the others, so that none is taken for another."""
    return record_program(
        "dev",
        paymentSuccessRate=0.25,
        workflowType="EXPRESS",
        logRetentionDays=3,
        notificationEmails=["notified@shop.example"],
        alarmEmails=["alarmed@shop.example"],
        senderEmail="sender@shop.example",
        consumerBatchSize=7,
        consumerMaxConcurrency=42,
        deletionProtection=True,
        pointInTimeRecovery=False,
        introspection=True,
        queryDepthLimit=9,
    )


def test_each_option_gets_to_where_it_belongs(unlike: Recording) -> None:
    for name in ("orders", "payments", "restaurant-staff"):
        table = unlike.one("aws:dynamodb/table:Table", name).inputs
        assert table["deletionProtectionEnabled"] is True
        assert table["pointInTimeRecovery"] == {"enabled": False}
    pool = unlike.one("aws:cognito/userPool:UserPool", "customers").inputs
    assert pool["deletionProtection"] == "ACTIVE"
    assert pool["emailConfiguration"]["fromEmailAddress"] == "sender@shop.example"
    # What SES takes bounds the mailers.
    for name, at_once in (("order-queue", 42), ("refunds", 42), ("customer-mail", 2)):
        mapping = unlike.one("aws:lambda/eventSourceMapping:EventSourceMapping", name).inputs
        assert mapping["batchSize"] == 7
        assert mapping["scalingConfig"] == {"maximumConcurrency": at_once}
    for name in ("take-payment", "refund-payment"):
        function = unlike.one("aws:lambda/function:Function", name).inputs
        assert function["environment"]["variables"]["PAYMENT_SUCCESS_RATE"] == "0.25"
    email = unlike.one("aws:lambda/function:Function", "email-customer").inputs
    assert email["environment"]["variables"]["SENDER_EMAIL"] == "sender@shop.example"
    subscribed = {
        each.inputs["endpoint"]: each.inputs["topic"]
        for each in unlike.of("aws:sns/topicSubscription:TopicSubscription")
        if each.inputs["protocol"] == "email"
    }
    assert subscribed == {
        "notified@shop.example": TOPIC,
        "alarmed@shop.example": arn("aws:sns/topic:Topic", "order-alarms"),
    }
    machine = unlike.one("aws:sfn/stateMachine:StateMachine", "order-workflow").inputs
    assert machine["type"] == "EXPRESS"
    api = unlike.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert api["introspectionConfig"] == "ENABLED"
    assert api["queryDepthLimit"] == 9
    groups = unlike.of("aws:cloudwatch/logGroup:LogGroup")
    assert {group.inputs["retentionInDays"] for group in groups} == {3}


def test_a_wrong_configuration_registers_nothing() -> None:
    recording = Recording()
    with pytest.raises(pulumi.RunError, match="paymentSuccessRate"):
        run_program("dev", stage_config("dev", {"paymentSuccessRate": 2}), recording)
    assert recording.resources == []


def test_nothing_secret_is_exported(stage: Recording) -> None:
    # What a password must have is no password.
    exported = {name: each for name, each in stage.outputs.items() if name != "passwordPolicy"}
    assert not any(word in json.dumps(exported).lower() for word in ("secret", "password"))


def test_standard_tools_may_ask_dev_for_its_schema(dev: Recording) -> None:
    # AWS does not say that introspection is not counted.
    document = parse(get_introspection_query(input_value_deprecation=True))
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }

    def depth(selections: SelectionSetNode | None) -> int:
        return max((below(each) for each in selections.selections), default=0) if selections else 0

    def below(node: SelectionNode) -> int:
        if isinstance(node, FragmentSpreadNode):
            return depth(fragments[node.name.value].selection_set)
        assert isinstance(node, FieldNode)
        return 1 + depth(node.selection_set)

    [operation] = (
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    )
    inputs = dev.one("aws:appsync/graphQLApi:GraphQLApi", "order-api").inputs
    assert inputs["introspectionConfig"] == "ENABLED"
    assert depth(operation.selection_set) <= inputs["queryDepthLimit"]


WITHOUT_PACKAGES = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"aws_lambda_powertools", "boto3", "botocore", "local"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import infra.order_operations, infra.order_api, infra.order_broadcast, infra.settings
"""


def test_the_program_needs_what_pulumi_installs_alone() -> None:
    """requirements.txt has none of what functions and the embedded cloud import."""
    run = subprocess.run(  # noqa: S603 (the program above)
        [sys.executable, "-c", WITHOUT_PACKAGES], cwd=ROOT, capture_output=True, text=True
    )
    assert run.stderr == ""
