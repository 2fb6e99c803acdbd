"""Each stage under Pulumi's own engine, from the first preview until nothing is left."""

from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from local.engine.program import name_prefix
from tests.e2e.stage import Stage
from tests.engine.pulumi import Pulumi, Update, unknown_outputs
from tests.local.commands import OUTPUTS, change

pytestmark = pytest.mark.engine

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
FUNCTION = "aws:lambda/function:Function"
QUEUE = "aws:sqs/queue:Queue"
TABLE = "aws:dynamodb/table:Table"
# The outputs that only a stage has which mails its customers.
OF_MAIL = {
    *("mailQueueUrl", "mailTableName", "mailDeadLetterQueueUrl", "undeliveredMailQueueUrl"),
}
# Names are made up before anything is created, and what the program says itself is known.
NAMED = {
    *("orderTableName", "paymentTableName", "restaurantStaffTableName", "mailTableName"),
    "functions",
}
SAID = {
    *("stage", "passwordPolicy", "userGroups"),
    *("defaultAuthorizationMode", "authorizationModes"),
}
GUARDED = {"orders", "payments", "restaurant-staff", "customers"}


def kinds(update: Update) -> set[str]:
    """What was done at all: `{"create"}`."""
    return {step for step, _, _ in update.steps}


def assert_orders_get_paid(cloud: EmbeddedCloud, outputs: dict[str, Any], rate: float) -> None:
    """What was deployed works: of a customer's order, accepted by the API, the payment is taken."""
    stage = Stage(cloud=cloud, outputs=outputs, success_rate=rate)
    alice = stage.customer()
    order = stage.place(alice, clientRequestToken=stage.order_id("ACCEPTED"))
    assert stage.ended(alice, order["id"])["status"] == "PAID"


def left(cloud: EmbeddedCloud, stage: str) -> list[str]:
    """The names of all that there is of a stage."""
    aws = cloud.aws
    names = (
        *aws.dynamodb.list_tables()["TableNames"],
        *(url.rpartition("/")[2] for url in aws.sqs.list_queues().get("QueueUrls", [])),
        *(each.get("FunctionName", "") for each in aws.functions.list_functions()["Functions"]),
        *(each["name"] for each in aws.step_functions.list_state_machines()["stateMachines"]),
        *(
            topic.get("TopicArn", "").rpartition(":")[2]
            for topic in aws.sns.list_topics()["Topics"]
        ),
        *(pool.get("Name", "") for pool in aws.cognito.list_user_pools(MaxResults=60)["UserPools"]),
        *(api.get("name", "") for api in aws.appsync.list_graphql_apis()["graphqlApis"]),
        *(alarm.get("AlarmName", "") for alarm in aws.cloudwatch.describe_alarms()["MetricAlarms"]),
        *(role["RoleName"] for role in aws.iam.list_roles()["Roles"]),
    )
    return [name for name in names if name.startswith(name_prefix(stage))]


def test_dev(pulumi: Pulumi, cloud: EmbeddedCloud) -> None:
    pulumi("stack", "init", "dev").done()

    # In every form that the README shows: text, a decimal, a whole number, a list's items.
    for setting in (
        ("senderEmail", "orders@your-domain.example"),
        ("paymentSuccessRate", "0.5"),
        ("consumerBatchSize", "7"),
        ("introspection", "false"),
        ("--path", "notificationEmails[0]", "a@your-domain.example"),
        ("--path", "notificationEmails[1]", "b@your-domain.example"),
    ):
        pulumi("config", "set", *setting).done()
    preview = pulumi("preview").done()
    assert unknown_outputs(preview) == OUTPUTS - NAMED - SAID
    assert "to create" in preview
    assert left(cloud, "dev") == []

    # Wrong options are refused, all at once, before anything is created.
    pulumi("config", "set", "paymentSuccessRate", "2").done()
    pulumi("config", "set", "waff", "true").done()
    refused = pulumi.up()
    assert not refused.succeeded
    assert refused.steps <= {("create", "pulumi:pulumi:Stack", "orderflow-dev")}
    assert "orderflow:paymentSuccessRate is '2', but must be a number from 0 to 1" in (
        refused.messages
    )
    assert "orderflow:waff is not an option; did you mean orderflow:waf?" in refused.messages
    assert "Traceback" not in refused.messages
    assert left(cloud, "dev") == []
    pulumi("config", "set", "paymentSuccessRate", "0.5").done()
    pulumi("config", "rm", "waff").done()

    # A resource fails half-way; once that is mended, the rest is created, and no more.
    resolver = pulumi.project / "graphql" / "resolvers" / "getOrder.js"
    change(resolver, "export function request", "export function requested")
    halfway = pulumi.up()
    assert not halfway.succeeded
    assert "request" in halfway.messages
    assert ("create", TABLE, "orders") in halfway.steps
    assert ("create", "order-api-getOrder") not in halfway.names
    change(resolver, "export function requested", "export function request")
    rest = pulumi.up()
    assert rest.succeeded, rest.messages
    assert ("create", "aws:appsync/resolver:Resolver", "order-api-getOrder") in rest.steps
    assert kinds(rest) <= {"create", "update"}
    assert not halfway.steps & rest.steps

    outputs = pulumi.outputs()
    assert set(outputs) == OUTPUTS
    assert outputs["orderTableName"] in left(cloud, "dev")
    assert_orders_get_paid(cloud, outputs, 0.5)

    again = pulumi.up("--expect-no-changes")
    assert again.succeeded, again.messages
    assert again.steps == set()

    # An option changes what it is about, in place, and nothing else.
    pulumi("config", "set", "paymentSuccessRate", "1").done()
    pulumi("config", "set", "consumerBatchSize", "10").done()
    changed = pulumi.up()
    assert changed.succeeded, changed.messages
    assert changed.steps == {
        ("update", FUNCTION, "take-payment"),
        ("update", FUNCTION, "refund-payment"),
        ("update", MAPPING, "order-queue"),
        ("update", MAPPING, "refunds"),
        ("update", MAPPING, "customer-mail"),
    }
    assert pulumi.outputs() == outputs
    assert_orders_get_paid(cloud, outputs, 1)

    # Whatever is changed by hand is seen, and mended.
    refreshed = pulumi.refresh("--expect-no-changes")
    assert refreshed.succeeded, refreshed.messages
    cloud.aws.sqs.set_queue_attributes(
        QueueUrl=outputs["orderQueueUrl"], Attributes={"VisibilityTimeout": "1"}
    )
    pulumi.refresh()
    mended = pulumi.up()
    assert mended.steps == {("update", QUEUE, "order-queue")}
    attributes = cloud.aws.sqs.get_queue_attributes(
        QueueUrl=outputs["orderQueueUrl"], AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    assert attributes["VisibilityTimeout"] == "180"

    destroyed = pulumi.destroy()
    assert destroyed.succeeded, destroyed.messages
    assert kinds(destroyed) == {"delete"}
    assert left(cloud, "dev") == []


def test_prod(pulumi: Pulumi, cloud: EmbeddedCloud) -> None:
    pulumi("stack", "init", "prod").done()
    pulumi("config", "set", "--path", "alarmEmails[0]", "ops@your-domain.example").done()
    pulumi("config", "set", "monthlyBudget", "200").done()
    created = pulumi.up()
    assert created.succeeded, created.messages
    assert kinds(created) == {"create"}
    outputs = pulumi.outputs()
    assert set(outputs) == OUTPUTS - OF_MAIL
    assert_orders_get_paid(cloud, outputs, 0.8)

    # What is guarded is not destroyed, and neither is anything else.
    refused = pulumi.destroy()
    assert not refused.succeeded
    told = refused.messages.splitlines()
    for name in GUARDED:
        assert any(f"::{name}" in line and "cannot be deleted" in line for line in told), told
    assert refused.steps == set()
    assert outputs["orderTableName"] in left(cloud, "prod")

    # As the README says: set deletionProtection to false, `pulumi up`, and then.
    pulumi("config", "set", "deletionProtection", "false").done()
    unguarded = pulumi.up()
    assert unguarded.succeeded, unguarded.messages
    assert unguarded.names == {("update", name) for name in GUARDED}
    destroyed = pulumi.destroy()
    assert destroyed.succeeded, destroyed.messages
    assert left(cloud, "prod") == []


def test_local(pulumi: Pulumi, cloud: EmbeddedCloud) -> None:
    pulumi("stack", "init", "local").done()
    created = pulumi.up()
    assert created.succeeded, created.messages
    outputs = pulumi.outputs()
    assert set(outputs) == OUTPUTS
    assert_orders_get_paid(cloud, outputs, 0.8)
    destroyed = pulumi.destroy()
    assert destroyed.succeeded, destroyed.messages
    assert left(cloud, "local") == []
