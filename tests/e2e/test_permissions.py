"""Each permission of each role is needed: without it something fails that is done with it.

Of the others it is said which of AWS's services asks for them, as the emulator does not.
"""

import json
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.conftest import Deploy
from tests.e2e.stage import (
    DELETE,
    GET,
    LIST,
    LIST_RESTAURANT,
    PIZZA,
    PLACE,
    PREFIX,
    RESTAURANT,
    Stage,
    eventually,
    message,
)

NOW = "2026-01-01T12:00:00.000Z"


class Roles:
    """A stage's roles, by the names that the program gives them, and its functions."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        aws, outputs = stage.cloud.aws, stage.outputs
        pages = aws.functions.get_paginator("list_functions").paginate()
        self._functions: dict[str, str] = {}
        arns: set[str] = set()
        for function in (each for page in pages for each in page["Functions"]):
            variables = {**function.get("Environment", {}).get("Variables", {})}
            # Other stages of the same cloud have functions of the same names, and the same name.
            variables.pop("STAGE", None)
            if any(value in outputs.values() for value in variables.values()):
                name = function.get("FunctionName", "")
                self._functions[_plain(name)] = name
                arns.add(function.get("Role", ""))
        machine = aws.step_functions.describe_state_machine(stateMachineArn=outputs["workflowArn"])
        arns.add(machine["roleArn"])
        sources = aws.appsync.list_data_sources(apiId=stage.api_id)["dataSources"]
        arns |= {each["serviceRoleArn"] for each in sources if "serviceRoleArn" in each}
        api = aws.appsync.get_graphql_api(apiId=stage.api_id)["graphqlApi"]
        arns.add(api.get("logConfig", {}).get("cloudWatchLogsRoleArn", ""))
        self._roles = {_plain(name): name for name in (arn.rpartition("/")[2] for arn in arns)}

    def granted(self) -> set[tuple[str, str]]:
        """Each role, and each action that it may do."""
        return {
            (role, action)
            for role in self._roles
            for statement in self._statements(role)
            for action in statement["Action"]
        }

    @contextmanager
    def without(self, role: str, action: str) -> Generator[None]:
        """Take one action away from a role."""
        iam, name, policy = self.stage.cloud.aws.iam, self._roles[role], action.replace(":", "-")
        denied = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any] | None:
        """What a function answers; None where it fails."""
        answer = self.stage.cloud.aws.functions.invoke(
            FunctionName=self._functions[function], Payload=json.dumps(event)
        )
        return None if "FunctionError" in answer else json.loads(answer["Payload"].read())

    def consumes(self, function: str, *bodies: str) -> bool:
        """Whether a queue's consumer works all of these messages off."""
        records = [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": "none",
                "body": body,
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:queue",
                "awsRegion": "us-east-1",
            }
            for body in bodies
        ]
        return self.invoke(function, {"Records": records}) == {"batchItemFailures": []}

    def _statements(self, role: str) -> list[dict[str, Any]]:
        iam, name = self.stage.cloud.aws.iam, self._roles[role]
        [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
        document: Any = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        return document["Statement"]


def _plain(physical_name: str) -> str:
    return physical_name.removeprefix(PREFIX).rpartition("-")[0]


@pytest.fixture(scope="module")
def roles(deploy: Deploy) -> Roles:
    return Roles(deploy(workflowType="STANDARD"))


def starts(roles: Roles) -> bool:
    return roles.consumes("start-workflow", message(str(uuid.uuid4())))


def starts_what_was_started(roles: Roles) -> bool:
    """Whether a message that is delivered again once its execution has ended is worked off."""
    order = json.loads(body := message(str(uuid.uuid4())))
    assert roles.consumes("start-workflow", body)
    name = f"{order['customerId']}-{order['id']}"
    eventually(lambda: roles.stage.execution(name)[0], lambda status: status != "RUNNING")
    return roles.consumes("start-workflow", body)


def takes(roles: Roles) -> bool:
    # Of other payments some get no answer, which is an error.
    body = message(str(uuid.uuid4()), id=roles.stage.order_id("ACCEPTED"))
    return roles.invoke("take-payment", json.loads(body)) is not None


def gives_back(roles: Roles) -> bool:
    refund = {"id": str(uuid.uuid4()), "customerId": str(uuid.uuid4()), "attempt": 1}
    return roles.consumes("refund-payment", json.dumps(refund))


def notification(customer_id: str) -> str:
    return json.dumps(
        {
            **PIZZA,
            "id": str(uuid.uuid4()),
            "customerId": customer_id,
            "addOns": [],
            "status": "PAID",
            "statusReason": None,
            "attempt": 1,
            "placedAt": NOW,
            "updatedAt": NOW,
            "version": 2,
        }
    )


def mails(roles: Roles) -> bool:
    return roles.consumes("email-customer", notification(roles.stage.customer().sub))


def mails_what_could_not_be_mailed(roles: Roles) -> bool:
    """Whether a mail that SES has refused is sent when its message comes again."""
    order = notification(roles.stage.customer().sub)
    with roles.without("email-customer", "ses:SendEmail"):
        assert not roles.consumes("email-customer", order)
    return roles.consumes("email-customer", order)


def publishes(roles: Roles) -> bool:
    order = {
        **{name: {"S": value} for name, value in PIZZA.items() if name != "quantity"},
        "quantity": {"N": "6"},
        "id": {"S": str(uuid.uuid4())},
        "customerId": {"S": str(uuid.uuid4())},
        "addOns": {"L": []},
        "status": {"S": "PENDING"},
        "attempt": {"N": "1"},
        "placedAt": {"S": NOW},
        "updatedAt": {"S": NOW},
        "version": {"N": "1"},
    }
    change = {"NewImage": order, "SequenceNumber": "1", "StreamViewType": "NEW_AND_OLD_IMAGES"}
    record = {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change}
    return roles.invoke("broadcast-update", {"Records": [record]}) == {"batchItemFailures": []}


def reads(roles: Roles) -> bool:
    alice = roles.stage.customer()
    return roles.stage.error_type(alice.access_token, GET, id=str(uuid.uuid4())) is None


def lists(roles: Roles) -> bool:
    return roles.stage.error_type(roles.stage.customer().access_token, LIST) is None


def deletes(roles: Roles) -> bool:
    alice = roles.stage.customer()
    order_id = roles.stage.store(alice.sub)
    return roles.stage.error_type(alice.access_token, DELETE, id=order_id) is None


def lets_staff_in(roles: Roles) -> bool:
    chef = roles.stage.staff(RESTAURANT)
    asked = {"restaurantId": RESTAURANT}
    return roles.stage.error_type(chef.access_token, LIST_RESTAURANT, **asked) is None


def queues(roles: Roles) -> bool:
    return roles.stage.error_type(roles.stage.customer().access_token, PLACE, input=PIZZA) is None


PROBES: dict[tuple[str, str], Callable[[Roles], bool]] = {
    ("start-workflow", "states:StartExecution"): starts,
    ("start-workflow", "states:DescribeExecution"): starts_what_was_started,
    ("take-payment", "dynamodb:PutItem"): takes,
    ("refund-payment", "dynamodb:UpdateItem"): gives_back,
    ("email-customer", "cognito-idp:AdminGetUser"): mails,
    ("email-customer", "ses:SendEmail"): mails,
    ("email-customer", "dynamodb:PutItem"): mails,
    ("email-customer", "dynamodb:UpdateItem"): mails,
    ("email-customer", "dynamodb:DeleteItem"): mails_what_could_not_be_mailed,
    ("broadcast-update", "appsync:GraphQL"): publishes,
    ("order-api-orders", "dynamodb:GetItem"): reads,
    ("order-api-orders", "dynamodb:Query"): lists,
    ("order-api-orders", "dynamodb:UpdateItem"): deletes,
    ("order-api-staff", "dynamodb:GetItem"): lets_staff_in,
    ("order-api-queue", "sqs:SendMessage"): queues,
}

FUNCTIONS = {role for role, _ in PROBES if not role.startswith("order-api-")}
POLLER = (
    "Lambda's poller asks for it by the function's role; the emulator polls by itself",
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
)
STREAM = (
    "Lambda's poller reads the stream and keeps what failed by the function's role",
    *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    *("dynamodb:ListStreams", "sqs:SendMessage"),
)
LOGS = (
    "Lambda and AppSync write logs by the role; the emulator writes them by itself",
    *("logs:CreateLogStream", "logs:PutLogEvents"),
)
TRACES = (
    "Lambda's and Step Functions' X-Ray daemons ask for it; the emulator has no X-Ray",
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
)
WORKFLOW = (
    "Step Functions calls by the role; the emulator's executions have every permission",
    *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "lambda:InvokeFunction"),
    *("sqs:SendMessage", "sns:Publish", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
)
DELIVERY = (
    "Step Functions asks for these when it arranges for the delivery of its logs",
    *("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups"),
    *("logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries"),
    *("logs:PutResourcePolicy", "logs:UpdateLogDelivery"),
)
# By role: what AWS's services ask for.
UNSEEN: dict[str, list[tuple[str, ...]]] = {
    **{function: [LOGS, TRACES] for function in FUNCTIONS},
    **{
        consumer: [LOGS, TRACES, POLLER]
        for consumer in ("start-workflow", "refund-payment", "email-customer")
    },
    "broadcast-update": [LOGS, TRACES, STREAM],
    "order-workflow": [WORKFLOW, DELIVERY, TRACES],
    "order-api-logs": [LOGS],
}


def test_every_permission_is_shown_to_be_needed_or_is_listed(roles: Roles) -> None:
    unseen = {
        (role, action)
        for role, entries in UNSEEN.items()
        for _, *actions in entries
        for action in actions
    }
    assert not unseen & set(PROBES)
    assert roles.granted() == unseen | set(PROBES)


@pytest.mark.parametrize(("role", "action"), PROBES)
def test_without_it_something_fails(roles: Roles, role: str, action: str) -> None:
    works = PROBES[role, action]
    assert works(roles)
    with roles.without(role, action):
        # AppSync's gateway remembers for a second what a role may do.
        assert not eventually(lambda: works(roles), lambda worked: not worked)
