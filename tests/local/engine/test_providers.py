"""What the program asks for is what AWS's own calls read back from the emulator."""

import io
import json
import re
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.order_api import FUNCTIONS as API_FUNCTIONS
from infra.order_api import PIPELINES, UNITS
from infra.substitution import substitute
from local.embedded_cloud import EmbeddedCloud
from local.engine import stage_config
from local.engine.aws import ACCOUNT

pytestmark = pytest.mark.cloud

ROOT = Path(__file__).parents[3]
OPTIONS = stage_config("local")
TAGS = {"project": "orderflow", "stage": "local"}
FUNCTIONS = {
    # timeout, packages
    "start-workflow": (30, {"start_workflow", "telemetry"}),
    "take-payment": (8, {"take_payment", "payments"}),
    "refund-payment": (15, {"refund_payment", "payments", "telemetry"}),
    "email-customer": (30, {"email_customer", "telemetry"}),
    "broadcast-update": (30, {"broadcast_update", "telemetry"}),
}
BROADCAST_DEAD_LETTERS = "order-broadcast-dead-letters"
QUEUES = {"order-queue": "start-workflow", "customer-mail": "email-customer"}
UNDELIVERED = "undelivered-mail"
RECEIVES = {"order-queue": 5, "customer-mail": 480}


class Deployed:
    """A stage that was deployed alone, by the names that the program gives its resources."""

    def __init__(self, aws: Any, outputs: dict[str, Any]) -> None:
        self.aws = aws
        self.outputs = outputs
        self.tables = by_name(aws.dynamodb.list_tables()["TableNames"])
        self.queues = by_name(aws.sqs.list_queues()["QueueUrls"])
        self.roles = by_name(each["RoleName"] for each in aws.iam.list_roles()["Roles"])
        self.functions = by_name(
            each["FunctionName"] for each in aws.functions.list_functions()["Functions"]
        )
        self.log_groups: list[dict[str, Any]] = aws.logs.describe_log_groups()["logGroups"]
        (self.api,) = aws.appsync.list_graphql_apis()["graphqlApis"]

    def queue(self, name: str) -> dict[str, Any]:
        return self.aws.sqs.get_queue_attributes(
            QueueUrl=self.queues[name], AttributeNames=["All"]
        )["Attributes"]

    def queue_arn(self, name: str) -> str:
        return self.queue(name)["QueueArn"]

    def table_arn(self, name: str) -> str:
        return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{self.tables[name]}"

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{ACCOUNT}:role/{self.roles[name]}"

    def function_arn(self, name: str) -> str:
        return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{self.functions[name]}"

    def policy(self, role: str) -> list[dict[str, Any]]:
        """The statements of the role's one policy."""
        names = self.aws.iam.list_role_policies(RoleName=self.roles[role])["PolicyNames"]
        assert list(by_name(names)) == [role]
        document = self.aws.iam.get_role_policy(RoleName=self.roles[role], PolicyName=names[0])
        return document["PolicyDocument"]["Statement"]


def by_name(physical_names: Iterable[str]) -> dict[str, str]:
    """Physical names, or addresses that end with them, by the names in the program."""
    found: dict[str, str] = {}
    for physical_name in physical_names:
        name = re.sub(r"^.*/|^orderflow-local-|-[0-9a-f]{7}$", "", physical_name)
        name = name.removeprefix("orderflow-local-")
        assert name not in found
        found[name] = physical_name
    return found


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmbeddedCloud]:
    """One for these tests alone: they look at all that there is."""
    with EmbeddedCloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def stage(cloud: EmbeddedCloud) -> Deployed:
    return Deployed(cloud.aws, cloud.deploy())


@pytest.fixture(scope="module")
def guarded(cloud: EmbeddedCloud, stage: Deployed) -> dict[str, Any]:
    """The outputs of a second stage, with the options turned over; `stage` is read before it."""
    assert stage.outputs
    return cloud.deploy(
        {
            "deletionProtection": True,
            "pointInTimeRecovery": True,
            "introspection": False,
            "workflowType": "EXPRESS",
            "senderEmail": "",
            "notificationEmails": ["a@orderflow.example", "b@orderflow.example"],
        }
    )


def test_the_order_table(stage: Deployed) -> None:
    table = stage.aws.dynamodb.describe_table(TableName=stage.outputs["orderTableName"])["Table"]
    (local,) = table["LocalSecondaryIndexes"]
    everywhere, by_id = sorted(
        table["GlobalSecondaryIndexes"], key=lambda index: index["IndexName"], reverse=True
    )

    assert keys(table) == {"HASH": "customerId", "RANGE": "id"}
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    assert types == {"customerId": "S", "id": "S", "placedAt": "S", "restaurantId": "S"}
    assert local["IndexName"] == "byPlacedAt"
    assert keys(local) == {"HASH": "customerId", "RANGE": "placedAt"}
    assert everywhere["IndexName"] == "byRestaurant"
    assert keys(everywhere) == {"HASH": "restaurantId", "RANGE": "placedAt"}
    assert {each["Projection"]["ProjectionType"] for each in (local, everywhere)} == {"ALL"}
    assert by_id["IndexName"] == "byId"
    assert keys(by_id) == {"HASH": "id"}
    assert by_id["Projection"]["ProjectionType"] == "KEYS_ONLY"
    assert table["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is False
    assert recovery(stage.aws, stage.outputs["orderTableName"]) == "DISABLED"


def test_the_table_of_mails_sent(stage: Deployed) -> None:
    name = stage.tables["customer-mails"]
    table = stage.aws.dynamodb.describe_table(TableName=name)["Table"]
    ttl = stage.aws.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert keys(table) == {"HASH": "id"}
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiration"}
    assert "StreamSpecification" not in table


def test_the_table_of_restaurant_staff(stage: Deployed) -> None:
    name = stage.outputs["restaurantStaffTableName"]
    table = stage.aws.dynamodb.describe_table(TableName=name)["Table"]

    assert name == stage.tables["restaurant-staff"]
    assert keys(table) == {"HASH": "restaurantId", "RANGE": "userId"}
    assert {each["AttributeType"] for each in table["AttributeDefinitions"]} == {"S"}
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is False
    assert recovery(stage.aws, name) == "DISABLED"
    # Nobody is staff until an operator says so.
    assert table["ItemCount"] == 0


def test_the_guards_of_a_stage(cloud: EmbeddedCloud, guarded: dict[str, Any]) -> None:
    aws: Any = cloud.aws
    pool = aws.cognito.describe_user_pool(UserPoolId=guarded["userPoolId"])["UserPool"]
    machine = aws.step_functions.describe_state_machine(stateMachineArn=guarded["workflowArn"])
    api_id = guarded["graphqlUrl"].split("/")[-2]
    api = aws.appsync.get_graphql_api(apiId=api_id)["graphqlApi"]

    for output in ("orderTableName", "restaurantStaffTableName"):
        table = aws.dynamodb.describe_table(TableName=guarded[output])["Table"]
        assert table["DeletionProtectionEnabled"] is True
        assert recovery(aws, guarded[output]) == "ENABLED"
    assert pool["DeletionProtection"] == "ACTIVE"
    assert machine["type"] == "EXPRESS"
    assert machine["loggingConfiguration"]["level"] == "ERROR"
    assert machine["loggingConfiguration"]["includeExecutionData"] is True
    assert api["introspectionConfig"] == "DISABLED"
    emails = {"a@orderflow.example", "b@orderflow.example"}
    assert set(subscriptions(aws, guarded, "email")) == emails
    assert subscriptions(aws, guarded, "sqs") == {}
    assert {each.rpartition("/")[2] for each in subscriptions(aws, guarded, "http")} == emails


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_and_its_dead_letter_queue(stage: Deployed, name: str) -> None:
    queue, dead_letters = stage.queue(name), stage.queue(f"{name}-dead-letters")

    assert queue["VisibilityTimeout"] == "180"
    assert queue["MessageRetentionPeriod"] == str(4 * 24 * 3600)
    assert queue["ReceiveMessageWaitTimeSeconds"] == "20"
    assert dead_letters["MessageRetentionPeriod"] == str(14 * 24 * 3600)
    assert queue["SqsManagedSseEnabled"] == dead_letters["SqsManagedSseEnabled"] == "true"
    assert json.loads(queue["RedrivePolicy"]) == {
        "deadLetterTargetArn": dead_letters["QueueArn"],
        "maxReceiveCount": RECEIVES[name],
    }
    assert json.loads(dead_letters["RedriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [queue["QueueArn"]],
    }
    assert "RedrivePolicy" not in dead_letters


@pytest.mark.parametrize("dead_letters", ["", "-dead-letters"])
@pytest.mark.parametrize("name", QUEUES)
def test_queue_policies(stage: Deployed, name: str, dead_letters: str) -> None:
    queue = stage.queue(name + dead_letters)
    denied, *allowed = json.loads(queue["Policy"])["Statement"]

    assert denied == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue["QueueArn"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if (name, dead_letters) == ("customer-mail", ""):
        assert allowed == [from_topic(stage, name)]
    elif (name, dead_letters) == ("order-queue", "-dead-letters"):
        [from_rule] = allowed
        rule = ":rule/orderflow-local-order-queue-cut-off-"
        assert from_rule["Principal"] == {"Service": "events.amazonaws.com"}
        assert rule in from_rule["Condition"]["ArnEquals"]["aws:SourceArn"]
    else:
        assert allowed == []


def from_topic(stage: Deployed, queue: str) -> dict[str, Any]:
    topic = stage.outputs["notificationTopicArn"]
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": ["sqs:SendMessage"],
        "Resource": stage.queue_arn(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }


def test_what_the_topic_cannot_deliver_rests_apart(stage: Deployed) -> None:
    queue = stage.queue(UNDELIVERED)
    assert json.loads(queue["Policy"])["Statement"][1:] == [from_topic(stage, UNDELIVERED)]
    assert queue["MessageRetentionPeriod"] == str(14 * 24 * 3600)
    assert "RedriveAllowPolicy" not in queue


def test_the_outputs_are_the_queues(stage: Deployed) -> None:
    assert stage.outputs["orderQueueUrl"] == stage.queues["order-queue"]
    assert stage.outputs["deadLetterQueueUrl"] == stage.queues["order-queue-dead-letters"]
    assert stage.outputs["refundDeadLetterQueueUrl"] == stage.queues["refunds-dead-letters"]
    assert stage.outputs["broadcastDeadLetterQueueUrl"] == stage.queues[BROADCAST_DEAD_LETTERS]
    assert stage.outputs["mailDeadLetterQueueUrl"] == stage.queues["customer-mail-dead-letters"]
    assert stage.outputs["undeliveredMailQueueUrl"] == stage.queues[UNDELIVERED]
    queues = {*QUEUES, "refunds"}
    dead_letters = {f"{name}-dead-letters" for name in queues} | {BROADCAST_DEAD_LETTERS}
    assert set(stage.queues) == queues | dead_letters | {UNDELIVERED}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function(stage: Deployed, name: str) -> None:
    timeout, packages = FUNCTIONS[name]
    package = name.replace("-", "_")
    answer = stage.aws.functions.get_function(FunctionName=stage.functions[name])
    function = answer["Configuration"]
    logging = function["LoggingConfig"]

    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Handler"] == f"functions.{package}.handler.handle"
    assert function["Timeout"] == timeout
    assert function["MemorySize"] == 256
    assert function["Role"] == stage.role_arn(name)
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert by_name([logging.pop("LogGroup")]).keys() == {name}
    assert logging == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
    }
    (layer,) = function["Layers"]
    assert re.fullmatch(
        r"arn:aws:lambda:us-east-1:017000801446:layer:"
        r"AWSLambdaPowertoolsPythonV3-python313-arm64:\d+",
        layer["Arn"],
    )
    assert function["Environment"]["Variables"] == {
        "POWERTOOLS_SERVICE_NAME": package,
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "STAGE": "local",
        **environment(stage, name),
    }
    with urllib.request.urlopen(answer["Code"]["Location"], timeout=10) as code:  # noqa: S310 (the emulator)
        archive = zipfile.ZipFile(io.BytesIO(code.read()))
    assert {path.split("/")[1] for path in archive.namelist()} == packages
    for path in archive.namelist():
        assert archive.read(path) == (ROOT / path).read_bytes()


def environment(stage: Deployed, name: str) -> dict[str, str]:
    return {
        "start-workflow": {"WORKFLOW_ARN": stage.outputs["workflowArn"]},
        "take-payment": {
            "PAYMENT_SUCCESS_RATE": OPTIONS["orderflow:paymentSuccessRate"],
            "PAYMENTS_TABLE": stage.outputs["paymentTableName"],
        },
        "refund-payment": {
            "PAYMENT_SUCCESS_RATE": OPTIONS["orderflow:paymentSuccessRate"],
            "PAYMENTS_TABLE": stage.outputs["paymentTableName"],
        },
        "email-customer": {
            "USER_POOL_ID": stage.outputs["userPoolId"],
            "SENDER_EMAIL": OPTIONS["orderflow:senderEmail"],
            "MAILS_TABLE": stage.tables["customer-mails"],
        },
        "broadcast-update": {
            "GRAPHQL_URL": stage.outputs["graphqlUrl"],
            "LATE_AFTER_SECONDS": "30",
        },
    }[name]


@pytest.mark.parametrize("queue", QUEUES)
def test_an_event_source_mapping(stage: Deployed, queue: str) -> None:
    (mapping,) = mappings(stage, queue)

    assert mapping["FunctionArn"] == stage.function_arn(QUEUES[queue])
    assert mapping["State"] == "Enabled"
    assert mapping["BatchSize"] == int(OPTIONS["orderflow:consumerBatchSize"])
    assert mapping["MaximumBatchingWindowInSeconds"] == 0
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    # Few mails at once, whatever the orders' consumer may do.
    at_once = 2 if queue == "customer-mail" else int(OPTIONS["orderflow:consumerMaxConcurrency"])
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": at_once}


def test_the_stream_s_event_source_mapping(stage: Deployed) -> None:
    (mapping,) = broadcast_mappings(stage)

    assert mapping["FunctionArn"] == stage.function_arn("broadcast-update")
    assert mapping["State"] == "Enabled"
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BatchSize"] == 10
    assert mapping["ParallelizationFactor"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 10
    assert mapping["MaximumRecordAgeInSeconds"] == 300
    assert mapping["DestinationConfig"] == {
        "OnFailure": {"Destination": stage.queue_arn(BROADCAST_DEAD_LETTERS)}
    }
    assert stage.queue(BROADCAST_DEAD_LETTERS)["SqsManagedSseEnabled"] == "true"


def test_the_state_machine(stage: Deployed) -> None:
    machine = stage.aws.step_functions.describe_state_machine(
        stateMachineArn=stage.outputs["workflowArn"]
    )
    asl = (ROOT / "infra" / "order_workflow.asl.yaml").read_text()
    filled = substitute(
        asl,
        {
            "Partition": "aws",
            "OrderTableName": stage.outputs["orderTableName"],
            "TakePaymentArn": stage.function_arn("take-payment"),
            "RefundQueueUrl": stage.queues["refunds"],
            "DeadLetterQueueUrl": stage.queues["order-queue-dead-letters"],
            "NotificationTopicArn": stage.outputs["notificationTopicArn"],
        },
    )
    assert json.loads(machine["definition"]) == yaml.safe_load(filled)
    assert machine["type"] == "STANDARD"
    assert machine["roleArn"] == stage.role_arn("order-workflow")
    logging = machine["loggingConfiguration"]
    (destination,) = logging["destinations"]
    group = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
    assert group in [each["arn"] for each in stage.log_groups]
    assert re.search(r":log-group:/aws/vendedlogs/states/orderflow-local-[0-9a-f]{7}:\*$", group)
    assert (logging["level"], logging["includeExecutionData"]) == ("ERROR", False)


def test_the_topic_and_its_subscriptions(stage: Deployed) -> None:
    topic = stage.outputs["notificationTopicArn"]
    attributes = stage.aws.sns.get_topic_attributes(TopicArn=topic)["Attributes"]

    assert attributes["KmsMasterKeyId"] == "alias/aws/sns"
    assert json.loads(attributes["Policy"])["Statement"] == [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    (email,) = subscriptions(stage.aws, stage.outputs, "email").values()
    (queue,) = subscriptions(stage.aws, stage.outputs, "sqs").values()
    assert email["Endpoint"] == "operator@orderflow.example"
    assert queue["Endpoint"] == stage.queue_arn("customer-mail")
    assert queue["RawMessageDelivery"] == "true"
    assert json.loads(queue["RedrivePolicy"]) == {
        "deadLetterTargetArn": stage.queue_arn(UNDELIVERED)
    }


def test_the_user_pool(stage: Deployed) -> None:
    pool_id = stage.outputs["userPoolId"]
    pool = stage.aws.cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    client = stage.aws.cognito.describe_user_pool_client(
        UserPoolId=pool_id, ClientId=stage.outputs["userPoolClientId"]
    )["UserPoolClient"]
    (group,) = stage.aws.cognito.list_groups(UserPoolId=pool_id)["Groups"]

    assert pool["UsernameAttributes"] == pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    sender = OPTIONS["orderflow:senderEmail"]
    assert pool["EmailConfiguration"] == {
        "EmailSendingAccount": "DEVELOPER",
        "From": sender,
        "SourceArn": f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{sender}",
    }
    assert pool["Policies"]["PasswordPolicy"] == {
        "MinimumLength": 12,
        "RequireLowercase": True,
        "RequireNumbers": True,
        "RequireSymbols": False,
        "RequireUppercase": True,
        "TemporaryPasswordValidityDays": 7,
    }
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [
        {"Name": "verified_email", "Priority": 1}
    ]
    assert pool["UserAttributeUpdateSettings"] == {
        "AttributesRequireVerificationBeforeUpdate": ["email"]
    }
    assert pool["DeletionProtection"] == "INACTIVE"
    assert "ClientSecret" not in client
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnableTokenRevocation"] is True
    validity = [client[f"{token}Validity"] for token in ("AccessToken", "IdToken", "RefreshToken")]
    assert validity == [1, 1, 30]
    assert client["TokenValidityUnits"] == {
        "AccessToken": "hours",
        "IdToken": "hours",
        "RefreshToken": "days",
    }
    assert group["GroupName"] == "staff"
    assert "every customer" in group["Description"]


def test_the_api(stage: Deployed) -> None:
    api = stage.api
    schema = stage.aws.appsync.get_introspection_schema(apiId=api["apiId"], format="SDL")

    assert api["authenticationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert api["additionalAuthenticationProviders"] == [{"authenticationType": "AWS_IAM"}]
    assert api["userPoolConfig"] == {
        "userPoolId": stage.outputs["userPoolId"],
        "awsRegion": "us-east-1",
        "defaultAction": "ALLOW",
        "appIdClientRegex": f"^{stage.outputs['userPoolClientId']}$",
    }
    assert api["introspectionConfig"] == "ENABLED"
    assert (api["queryDepthLimit"], api["resolverCountLimit"]) == (15, 20)
    assert api["logConfig"] == {
        "cloudWatchLogsRoleArn": stage.role_arn("order-api-logs"),
        "fieldLogLevel": "ERROR",
        "excludeVerboseContent": True,
    }
    assert api["xrayEnabled"] is True
    assert api["uris"]["GRAPHQL"] == stage.outputs["graphqlUrl"]
    assert api["uris"]["REALTIME"] == stage.outputs["realtimeUrl"]
    assert schema["schema"].read().decode() == (ROOT / "graphql" / "schema.graphql").read_text()


def test_the_apis_data_sources(stage: Deployed) -> None:
    listed = stage.aws.appsync.list_data_sources(apiId=stage.api["apiId"])["dataSources"]
    sources = {each["name"]: each for each in listed}

    assert set(sources) == {"Orders", "RestaurantStaff", "OrderQueue", "None"}
    assert sources["None"]["type"] == "NONE"
    orders, queue = sources["Orders"], sources["OrderQueue"]
    assert orders["type"] == "AMAZON_DYNAMODB"
    assert orders["dynamodbConfig"]["tableName"] == stage.outputs["orderTableName"]
    assert orders["dynamodbConfig"]["awsRegion"] == "us-east-1"
    assert orders["serviceRoleArn"] == stage.role_arn("order-api-orders")
    staff = sources["RestaurantStaff"]
    assert staff["type"] == "AMAZON_DYNAMODB"
    assert staff["dynamodbConfig"]["tableName"] == stage.outputs["restaurantStaffTableName"]
    assert staff["dynamodbConfig"]["awsRegion"] == "us-east-1"
    assert staff["serviceRoleArn"] == stage.role_arn("order-api-staff")
    assert queue["type"] == "HTTP"
    assert queue["httpConfig"] == {
        "endpoint": "https://sqs.us-east-1.amazonaws.com",
        "authorizationConfig": {
            "authorizationType": "AWS_IAM",
            "awsIamConfig": {"signingRegion": "us-east-1", "signingServiceName": "sqs"},
        },
    }
    assert queue["serviceRoleArn"] == stage.role_arn("order-api-queue")


def test_the_apis_functions(stage: Deployed) -> None:
    functions = api_functions(stage)

    assert {name: each["dataSourceName"] for name, each in functions.items()} == API_FUNCTIONS
    for name, function in functions.items():
        code = (ROOT / "graphql" / "functions" / f"{name}.js").read_text()
        assert function["runtime"] == {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
        assert function["code"] == substitute(
            code, {"OrderQueueUrl": stage.outputs["orderQueueUrl"]}
        )


def test_the_apis_resolvers(stage: Deployed) -> None:
    names = {each["functionId"]: name for name, each in api_functions(stage).items()}
    resolvers = {
        (each["typeName"], each["fieldName"]): each
        for type_name in ("Query", "Mutation", "Subscription")
        for each in stage.aws.appsync.list_resolvers(apiId=stage.api["apiId"], typeName=type_name)[
            "resolvers"
        ]
    }
    assert set(resolvers) == {*UNITS, *PIPELINES}
    for (_, field), resolver in resolvers.items():
        code = (ROOT / "graphql" / "resolvers" / f"{field}.js").read_text()
        assert resolver["runtime"] == {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
        assert resolver["code"] == code
    for path, source in UNITS.items():
        assert (resolvers[path]["kind"], resolvers[path]["dataSourceName"]) == ("UNIT", source)
    for path, steps in PIPELINES.items():
        assert resolvers[path]["kind"] == "PIPELINE"
        assert [names[step] for step in resolvers[path]["pipelineConfig"]["functions"]] == steps


def test_each_role_is_assumed_by_its_service_alone(stage: Deployed) -> None:
    services = {
        "lambda.amazonaws.com": set(FUNCTIONS),
        "states.amazonaws.com": {"order-workflow"},
        "appsync.amazonaws.com": {
            "order-api-logs",
            "order-api-orders",
            "order-api-staff",
            "order-api-queue",
        },
    }
    assert set(stage.roles) == set().union(*services.values())
    for service, roles in services.items():
        own = "StringEquals" if service == "states.amazonaws.com" else "StringEqualsIfExists"
        for role in roles:
            answer = stage.aws.iam.get_role(RoleName=stage.roles[role])["Role"]
            assert answer["AssumeRolePolicyDocument"]["Statement"] == [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": service},
                    "Condition": {own: {"aws:SourceAccount": ACCOUNT}},
                }
            ]


def test_the_policies_name_what_was_made(stage: Deployed) -> None:
    orders = stage.table_arn("orders")
    assert stage.policy("order-api-orders") == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
            "Resource": orders,
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:Query"],
            "Resource": [f"{orders}/index/byPlacedAt", f"{orders}/index/byRestaurant"],
        },
    ]
    assert stage.policy("order-api-staff") == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": stage.table_arn("restaurant-staff"),
        }
    ]
    assert stage.policy("order-api-queue") == [
        {
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": stage.queue_arn("order-queue"),
        }
    ]
    start, ask, receive, *_ = stage.policy("start-workflow")
    assert start["Action"] == ["states:StartExecution"]
    assert start["Resource"] == stage.outputs["workflowArn"]
    executions = stage.outputs["workflowArn"].replace(":stateMachine:", ":execution:")
    assert (ask["Action"], ask["Resource"]) == (["states:DescribeExecution"], f"{executions}:*")
    assert receive["Resource"] == stage.queue_arn("order-queue")
    read, keep, tell, *_ = stage.policy("broadcast-update")
    assert read["Resource"] == stream_arn(stage)
    assert keep["Resource"] == stage.queue_arn(BROADCAST_DEAD_LETTERS)
    assert tell["Resource"] == f"{stage.api['arn']}/types/Mutation/fields/publishOrderUpdate"
    save, call, send, publish, _ = stage.policy("order-workflow")
    assert save["Resource"] == orders
    assert call["Resource"] == stage.function_arn("take-payment")
    assert send["Resource"] == [
        stage.queue_arn("refunds"),
        stage.queue_arn("order-queue-dead-letters"),
    ]
    assert publish["Resource"] == stage.outputs["notificationTopicArn"]
    for function in FUNCTIONS:
        logs = next(s for s in stage.policy(function) if "logs:PutLogEvents" in s["Action"])
        assert logs["Resource"] in [
            group["arn"]
            for group in stage.log_groups
            if group["logGroupName"].startswith(f"orderflow-local-{function}-")
        ]


def test_every_log_group_ends_its_logs(stage: Deployed) -> None:
    named = {re.sub(r"-[0-9a-f]{7}$", "", each["logGroupName"]) for each in stage.log_groups}
    api_logs = f"/aws/appsync/apis/{stage.api['apiId']}"
    retention = {each["logGroupName"]: each["retentionInDays"] for each in stage.log_groups}
    assert retention[api_logs] == 1
    functions = {f"orderflow-local-{function}" for function in FUNCTIONS}
    assert named == functions | {api_logs, "/aws/vendedlogs/states/orderflow-local"}
    assert set(retention.values()) == {1}
    assert len(retention) == len(FUNCTIONS) + 2


def test_everything_that_can_be_is_tagged(stage: Deployed) -> None:
    aws, outputs = stage.aws, stage.outputs
    pool = aws.cognito.describe_user_pool(UserPoolId=outputs["userPoolId"])["UserPool"]
    topic, machine = outputs["notificationTopicArn"], outputs["workflowArn"]
    tags: dict[str, Any] = {
        "pool": pool["UserPoolTags"],
        "api": stage.api["tags"],
        "topic": pairs(aws.sns.list_tags_for_resource(ResourceArn=topic)["Tags"]),
        "machine": pairs(aws.step_functions.list_tags_for_resource(resourceArn=machine)["tags"]),
    }
    for name, url in stage.queues.items():
        tags[f"queue {name}"] = aws.sqs.list_queue_tags(QueueUrl=url).get("Tags")
    for name in stage.tables:
        tags[f"table {name}"] = pairs(
            aws.dynamodb.list_tags_of_resource(ResourceArn=stage.table_arn(name))["Tags"]
        )
    for name, role in stage.roles.items():
        tags[f"role {name}"] = pairs(aws.iam.list_role_tags(RoleName=role)["Tags"])
    for group in stage.log_groups:
        name = group["logGroupName"]
        tags[f"logs {name}"] = aws.logs.list_tags_log_group(logGroupName=name).get("tags")
    for name in stage.functions:
        arn = stage.function_arn(name)
        tags[f"function {name}"] = aws.functions.list_tags(Resource=arn)["Tags"]
    for queue in QUEUES:
        (mapping,) = mappings(stage, queue)
        arn = mapping["EventSourceMappingArn"]
        tags[f"mapping {queue}"] = aws.functions.list_tags(Resource=arn)["Tags"]
    (mapping,) = broadcast_mappings(stage)
    arn = mapping["EventSourceMappingArn"]
    tags["mapping of the stream"] = aws.functions.list_tags(Resource=arn)["Tags"]
    assert {name: found for name, found in tags.items() if found != TAGS} == {}


def keys(described: dict[str, Any]) -> dict[str, str]:
    return {each["KeyType"]: each["AttributeName"] for each in described["KeySchema"]}


def pairs(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags as a mapping: services spell `Key` and `Value` in two ways."""
    spelled = [{name.lower(): value for name, value in tag.items()} for tag in tags]
    return {tag["key"]: tag["value"] for tag in spelled}


def mappings(stage: Deployed, queue: str) -> list[dict[str, Any]]:
    return stage.aws.functions.list_event_source_mappings(EventSourceArn=stage.queue_arn(queue))[
        "EventSourceMappings"
    ]


def broadcast_mappings(stage: Deployed) -> list[dict[str, Any]]:
    return stage.aws.functions.list_event_source_mappings(EventSourceArn=stream_arn(stage))[
        "EventSourceMappings"
    ]


def stream_arn(stage: Deployed) -> str:
    described = stage.aws.dynamodb.describe_table(TableName=stage.outputs["orderTableName"])
    return described["Table"]["LatestStreamArn"]


def api_functions(stage: Deployed) -> dict[str, dict[str, Any]]:
    """The functions of the API's pipelines, by name."""
    listed = stage.aws.appsync.list_functions(apiId=stage.api["apiId"])["functions"]
    return {each["name"]: each for each in listed}


def recovery(aws: Any, table_name: str) -> str:
    backups = aws.dynamodb.describe_continuous_backups(TableName=table_name)
    description = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return description["PointInTimeRecoveryStatus"]


def subscriptions(aws: Any, outputs: dict[str, Any], protocol: str) -> dict[str, Any]:
    """The attributes of a topic's subscriptions of one protocol, by endpoint."""
    listed = aws.sns.list_subscriptions_by_topic(TopicArn=outputs["notificationTopicArn"])
    return {
        each["Endpoint"]: aws.sns.get_subscription_attributes(
            SubscriptionArn=each["SubscriptionArn"]
        )["Attributes"]
        for each in listed["Subscriptions"]
        if each["Protocol"] == protocol
    }
