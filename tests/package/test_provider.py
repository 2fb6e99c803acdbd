"""The components as a package: its schema, and that a component of it is the component itself."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, cast

import pulumi
import pytest
from pulumi.provider.experimental.util import camel_case

from infra.consumed_queue import ConsumedQueue, ConsumedQueueArgs
from infra.customer_pool import CustomerPool, CustomerPoolArgs
from infra.guarded_table import Guards
from infra.order_api import OrderApi, OrderApiArgs
from infra.order_broadcast import OrderBroadcast, OrderBroadcastArgs
from infra.order_notifications import OrderNotifications, OrderNotificationsArgs
from infra.order_operations import OrderOperations, OrderOperationsArgs, WatchedMail
from infra.order_queue import OrderQueue, OrderQueueArgs
from infra.order_store import OrderStore, OrderStoreArgs
from infra.order_workflow import OrderWorkflow, OrderWorkflowArgs, WorkflowType
from infra.payments import Payments, PaymentsArgs
from infra.python_function import FunctionNames, PythonFunction, PythonFunctionArgs
from infra.restaurant_staff import RestaurantStaff, RestaurantStaffArgs
from infra.storefront_hosting import StorefrontHosting, StorefrontHostingArgs
from local.engine.program import evaluate
from package.provider import COMPONENTS, OrderflowProvider
from preview.recording import BUILD, Recording, arn, record, record_everything

TABLE = arn("aws:dynamodb/table:Table", "orders")
QUEUE = arn("aws:sqs/queue:Queue", "order-queue")
WORKFLOW = arn("aws:sfn/stateMachine:StateMachine", "order-workflow")
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/order-queue"
GUARDS = Guards(point_in_time_recovery=True, deletion_protection=False)
FUNCTION = PythonFunctionArgs(
    packages=["take_payment", "payments"],
    timeout_seconds=8,
    log_retention_days=7,
    statements=[{"Action": ["dynamodb:PutItem"], "Resource": TABLE}],
    environment={"PAYMENTS_TABLE": "payments"},
)
NAMES: FunctionNames = {"name": "function", "logGroup": "function-logs"}
# Each component with arguments of every shape that it takes.
EXAMPLES: dict[type[pulumi.ComponentResource], Any] = {
    ConsumedQueue: ConsumedQueueArgs(
        consumer=FUNCTION,
        batch_size=5,
        max_concurrency=3,
        allowed=[
            {
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": ["sqs:SendMessage"],
                "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:::topic"}},
            }
        ],
    ),
    CustomerPool: CustomerPoolArgs(
        deletion_protection=True, sender_email="orders@shop.example", neighbour_arn=TABLE
    ),
    OrderApi: OrderApiArgs(
        table_name="orders",
        table_arn=TABLE,
        staff_table_name="staff",
        staff_table_arn=arn("aws:dynamodb/table:Table", "staff"),
        queue_url=URL,
        queue_arn=QUEUE,
        user_pool_id="us-east-1_pool",
        user_pool_client_id="client",
        introspection=True,
        query_depth_limit=7,
        waf=True,
        log_retention_days=7,
    ),
    OrderBroadcast: OrderBroadcastArgs(
        stream_arn=f"{TABLE}/stream/2026",
        api_arn="arn:aws:appsync:us-east-1:123456789012:apis/api",
        graphql_url="https://api.example/graphql",
        log_retention_days=7,
    ),
    OrderNotifications: OrderNotificationsArgs(
        notification_emails=["ops@shop.example"],
        sender_email="orders@shop.example",
        user_pool_id="us-east-1_pool",
        user_pool_arn="arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_pool",
        consumer_batch_size=4,
        log_retention_days=7,
    ),
    OrderOperations: OrderOperationsArgs(
        alarm_emails=["ops@shop.example"],
        monthly_budget=200,
        api_id="api",
        api_log_group_name="api-logs",
        queue_name="order-queue",
        dead_letter_queue_name="dead",
        refund_dead_letter_queue_name="refunds-dead",
        broadcast_dead_letter_queue_name="broadcast-dead",
        workflow_arn=WORKFLOW,
        workflow_log_group_name="workflow-logs",
        start_workflow=NAMES,
        take_payment=NAMES,
        refund_payment=NAMES,
        broadcast_update=NAMES,
        order_table_name="orders",
        payment_table_name="payments",
        staff_table_name="staff",
        notification_topic_name="notifications",
        mail=WatchedMail(
            dead_letter_queue_name="mail-dead",
            undelivered_queue_name="undelivered",
            email_customer=NAMES,
            table_name="mails",
        ),
        region="us-east-1",
    ),
    OrderQueue: OrderQueueArgs(
        workflow_arn=WORKFLOW,
        consumer_batch_size=4,
        consumer_max_concurrency=6,
        log_retention_days=7,
    ),
    OrderStore: OrderStoreArgs(guards=GUARDS),
    OrderWorkflow: OrderWorkflowArgs(
        table_name="orders",
        table_arn=TABLE,
        take_payment_arn="arn:aws:lambda:us-east-1:123456789012:function:take-payment",
        refund_queue_url=URL,
        refund_queue_arn=QUEUE,
        dead_letter_queue_url=URL,
        dead_letter_queue_arn=QUEUE,
        notification_topic_arn="arn:aws:sns:us-east-1:123456789012:topic",
        workflow_type=WorkflowType.EXPRESS,
        log_retention_days=7,
    ),
    Payments: PaymentsArgs(
        success_rate=0.75,
        guards=GUARDS,
        consumer_batch_size=4,
        consumer_max_concurrency=6,
        log_retention_days=7,
    ),
    PythonFunction: FUNCTION,
    RestaurantStaff: RestaurantStaffArgs(guards=GUARDS),
    StorefrontHosting: StorefrontHostingArgs(
        build=str(BUILD),
        config=json.dumps(
            {
                "region": "us-east-1",
                "graphqlUrl": "https://api.example/graphql",
                "realtimeUrl": "wss://api.example/graphql",
            }
        ),
    ),
}


@pytest.fixture(scope="module")
def provider() -> OrderflowProvider:
    return OrderflowProvider()


@pytest.fixture(scope="module")
def schema(provider: OrderflowProvider) -> dict[str, Any]:
    assert provider.schema is not None
    return json.loads(provider.schema)


def over_the_wire(value: Any) -> Any:
    """What the provider gets: properties by camelCase, enums by value, each number a float."""
    if dataclasses.is_dataclass(value):
        return {
            camel_case(name): over_the_wire(each)
            for name, each in vars(value).items()
            if each is not None
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        properties = cast(Mapping[str, Any], value)
        return {key: over_the_wire(each) for key, each in properties.items()}
    if isinstance(value, list | tuple):
        return [over_the_wire(each) for each in cast(list[Any], value)]
    return float(value) if type(value) is int else value


def constructed(
    provider: OrderflowProvider, component: type[pulumi.ComponentResource], args: Any
) -> tuple[Recording, dict[str, Any]]:
    """What a component of the package registers, and what it gives back."""
    recording = Recording()

    def program() -> None:
        token = f"orderflow:index:{component.__name__}"
        state = provider.construct("example", token, over_the_wire(args)).state
        for name, value in state.items():
            pulumi.export(name, value)

    return recording, evaluate(program, "test", {}, recording)


def resources(recording: Recording) -> list[Any]:
    return sorted(
        ([each.key, comparable(each.inputs)] for each in recording.resources),
        key=lambda each: each[0],
    )


def comparable(inputs: dict[str, Any]) -> dict[str, Any]:
    """The same with files by their paths: archives and files are themselves equal to no other."""
    if isinstance(code := inputs.get("code"), pulumi.AssetArchive):
        files = cast(dict[str, pulumi.FileAsset], code.assets)
        return {**inputs, "code": {name: asset.path for name, asset in files.items()}}
    if isinstance(source := inputs.get("source"), pulumi.FileAsset):
        return {**inputs, "source": source.path}
    return inputs


def test_every_component_of_the_program_is_in_the_package() -> None:
    everything = record_everything().resources
    used = {each.type.rpartition(":")[2] for each in everything if not each.custom}
    assert used == {component.__name__ for component in COMPONENTS}
    assert set(EXAMPLES) == set(COMPONENTS)


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_of_the_package_is_the_component_itself(
    component: type[pulumi.ComponentResource], provider: OrderflowProvider
) -> None:
    args = EXAMPLES[component]
    made = cast(Callable[..., pulumi.ComponentResource], component)
    itself = record(lambda: made("example", args))
    recording, _ = constructed(provider, component, args)
    assert resources(recording) == resources(itself)


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_gives_back_what_the_schema_says(
    component: type[pulumi.ComponentResource], provider: OrderflowProvider, schema: dict[str, Any]
) -> None:
    declared = schema["resources"][f"orderflow:index:{component.__name__}"]["properties"]
    _, state = constructed(provider, component, EXAMPLES[component])
    assert set(state) == set(declared)


def test_what_a_component_has_only_at_times_is_absent_else(provider: OrderflowProvider) -> None:
    args = EXAMPLES[OrderNotifications]
    _, unmailed = constructed(
        provider, OrderNotifications, dataclasses.replace(args, sender_email=None)
    )
    assert set(unmailed) == {"topicArn", "topicName"}
    _, mailed = constructed(provider, OrderNotifications, args)
    assert mailed["customerMail"]["undeliveredQueueName"] == "undelivered-mail-1a2b3c4"
    assert set(mailed["customerMail"]) == {
        "queueUrl",
        "consumer",
        "mailTableName",
        "deadLetterQueueName",
        "deadLetterQueueUrl",
        "undeliveredQueueName",
        "undeliveredQueueUrl",
    }


def test_everything_is_described(schema: dict[str, Any]) -> None:
    for described in (*schema["resources"].values(), *schema["types"].values()):
        assert described["description"]
        assert "Args:" not in described["description"]
    function = schema["resources"]["orderflow:index:PythonFunction"]["inputProperties"]
    assert function["statements"]["description"] == (
        "what it may do, beyond writing its logs and traces."
    )
    # What a docstring says of several at once is said of each.
    mail = schema["types"]["orderflow:index:CustomerMail"]["properties"]
    assert mail["undeliveredQueueUrl"] == mail["undeliveredQueueName"]


def test_what_has_a_default_or_may_be_none_need_not_be_given(schema: dict[str, Any]) -> None:
    required = {
        name.rpartition(":")[2]: set(resource["inputProperties"]) - set(resource["requiredInputs"])
        for name, resource in schema["resources"].items()
    }
    assert {name: optional for name, optional in required.items() if optional} == {
        "ConsumedQueue": {"maxReceiveCount", "allowed", "deadLettersAllowed"},
        "CustomerPool": {"senderEmail"},
        "OrderNotifications": {"senderEmail"},
        "OrderOperations": {"mail"},
        "PythonFunction": {"statements", "environment"},
    }
    consumer = schema["types"]["orderflow:index:PythonFunctionArgs"]
    assert set(consumer["required"]) == {"packages", "timeoutSeconds", "logRetentionDays"}
