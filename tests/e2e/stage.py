"""A deployed stage, as its users and operators see it."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from boto3.dynamodb.types import TypeSerializer
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError

from functions.payments.processor import RandomProcessor
from local.customers import Customer, employ, sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud
from local.engine.program import name_prefix
from local.mailbox import Mail
from local.outcomes import token_for

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

ORDER = """
  id customerId name quantity restaurantId addOns status statusReason placedAt updatedAt version
"""
PLACE = f"mutation ($input: PlaceOrderInput!) {{ placeOrder(input: $input) {{ {ORDER} }} }}"
GET = f"query ($id: ID!) {{ getOrder(id: $id) {{ {ORDER} }} }}"
LIST = f"""
  query ($status: OrderStatus, $limit: Int, $nextToken: String) {{
    listOrders(status: $status, limit: $limit, nextToken: $nextToken) {{
      items {{ {ORDER} }}
      nextToken
    }}
  }}
"""
UPDATE = f"mutation ($input: UpdateOrderInput!) {{ updateOrder(input: $input) {{ {ORDER} }} }}"
RETRY = f"mutation ($id: ID!) {{ retryPayment(id: $id) {{ {ORDER} }} }}"
DELETE = f"mutation ($id: ID!) {{ deleteOrder(id: $id) {{ {ORDER} }} }}"
LIST_RESTAURANT = f"""
  query ($restaurantId: String!, $status: OrderStatus, $limit: Int, $nextToken: String) {{
    listRestaurantOrders(
      restaurantId: $restaurantId, status: $status, limit: $limit, nextToken: $nextToken
    ) {{
      items {{ {ORDER} }}
      nextToken
    }}
  }}
"""
RESTAURANT = "Dominos"
PIZZA = {"name": "Pizza", "quantity": 6, "restaurantId": RESTAURANT}
# A machine may be busy with something else; what comes never is only told later for it.
WITHIN_SECONDS = 120
# Of all names that the stages' resources have.
PREFIX = name_prefix("local")

T = TypeVar("T")


def eventually(look: Callable[[], T], accept: Callable[[T], object]) -> T:
    """What `look` sees once `accept` takes it; the last thing seen where it never does."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while True:
        seen = look()
        if accept(seen) or time.monotonic() > deadline:
            return seen
        time.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One deployment on the embedded cloud."""

    cloud: EmbeddedCloud
    outputs: dict[str, Any]
    success_rate: float

    def customer(self) -> Customer:
        """A new customer, signed up and signed in."""
        email = f"{uuid.uuid4().hex}@customers.example"
        password = sign_up(self.cloud.aws, self.cloud.mailbox, self.outputs, email)
        return sign_in(self.cloud.aws, self.outputs, email, password)

    def sign_in(self, customer: Customer) -> Customer:
        """The customer with new tokens, which know the groups of this moment."""
        return sign_in(self.cloud.aws, self.outputs, customer.email, customer.password)

    def staff(self, *restaurants: str) -> Customer:
        """A new member of the group `staff`, and staff of these restaurants."""
        chef = self.customer()
        self.employ(chef, *restaurants)
        self.cloud.aws.cognito.admin_add_user_to_group(
            UserPoolId=self.outputs["userPoolId"], Username=chef.email, GroupName="staff"
        )
        return self.sign_in(chef)

    def employ(self, customer: Customer, *restaurants: str) -> None:
        """Write the rows of a customer who is staff of these restaurants."""
        for restaurant in restaurants:
            employ(self.cloud.aws, self.outputs, customer.sub, restaurant)

    @property
    def unreachable_share(self) -> float:
        """Of all payments, those that the fake processor does not answer."""
        return RandomProcessor.UNREACHABLE_SHARE

    @property
    def api_id(self) -> str:
        return self.outputs["graphqlUrl"].split("/")[-2]

    def graphql(self, token: str, query: str, **variables: Any) -> dict[str, Any]:
        """The answer's data; gql's own exceptions where there are errors."""
        transport = AIOHTTPTransport(
            url=self.outputs["graphqlUrl"], headers={"Authorization": token}
        )
        request = GraphQLRequest(query, variable_values=variables)
        return asyncio.run(Client(transport=transport).execute_async(request))

    def refusal(self, token: str, query: str, **variables: Any) -> dict[str, Any]:
        """The one error of a request that must be refused."""
        with pytest.raises(TransportQueryError) as refused:
            self.graphql(token, query, **variables)
        [error] = refused.value.errors or []
        data: dict[str, Any] = refused.value.data or {}
        assert not any(data.values())
        return error

    def error_type(self, token: str, query: str, **variables: Any) -> str | None:
        """The type of a request's one error; None where it was accepted."""
        try:
            self.graphql(token, query, **variables)
        except TransportQueryError as refused:
            [error] = refused.errors or []
            return error["errorType"]
        return None

    def place(self, customer: Customer, **order: Any) -> dict[str, Any]:
        placed = self.graphql(customer.access_token, PLACE, input={**PIZZA, **order})
        return placed["placeOrder"]

    def get(self, customer: Customer, order_id: str) -> dict[str, Any] | None:
        return self.graphql(customer.access_token, GET, id=order_id)["getOrder"]

    def ended(self, customer: Customer, order_id: str) -> dict[str, Any]:
        """The order once it has ended."""
        order = eventually(
            lambda: self.get(customer, order_id),
            lambda order: order is not None and order["status"] != "PENDING",
        )
        assert order is not None, f"order {order_id} never reached the table"
        return order

    def order_id(self, *wanted: str) -> str:
        """A token whose payments will be, attempt by attempt, as wanted.

        Each is ACCEPTED, DECLINED, UNREACHABLE, or UNANSWERED: taken, but nobody says so.
        """
        return token_for(self.success_rate, *wanted)

    def send(self, *bodies: str) -> None:
        """Put messages straight on the queue, ten at a time."""
        for start in range(0, len(bodies), 10):
            self.cloud.aws.sqs.send_message_batch(
                QueueUrl=self.outputs["orderQueueUrl"],
                Entries=[
                    {"Id": str(number), "MessageBody": body}
                    for number, body in enumerate(bodies[start : start + 10])
                ],
            )

    def items(self, customer_id: str) -> list[dict[str, Any]]:
        """What the table holds of a customer, tombstones too, as DynamoDB gives it."""
        return self.cloud.aws.dynamodb.query(
            TableName=self.outputs["orderTableName"],
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues={":customer": {"S": customer_id}},
            ConsistentRead=True,
        )["Items"]

    def payments(self, order_id: str, customer_id: str) -> dict[str, dict[str, Any]]:
        """The ledger's rows of an order, by attempt."""
        rows: list[dict[str, Any]] = self.cloud.aws.dynamodb.query(
            TableName=self.outputs["paymentTableName"],
            KeyConditionExpression="customerId = :customer AND begins_with(payment, :order)",
            ExpressionAttributeValues={
                ":customer": {"S": customer_id},
                ":order": {"S": f"{order_id}#"},
            },
            ConsistentRead=True,
        )["Items"]
        return {row["payment"]["S"].partition("#")[2]: row for row in rows}

    def store(self, customer_id: str, **attributes: Any) -> str:
        """Put an order straight into the table; its id. Its payment failed, unless told else."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        order: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "customerId": customer_id,
            **PIZZA,
            "addOns": [],
            "status": "PAYMENT_FAILED",
            "statusReason": "payment method declined",
            "attempt": 1,
            "placedAt": now,
            "updatedAt": now,
            "version": 1,
            **attributes,
        }
        serializer = TypeSerializer()
        self.cloud.aws.dynamodb.put_item(
            TableName=self.outputs["orderTableName"],
            Item={name: serializer.serialize(value) for name, value in order.items()},
        )
        return order["id"]

    def orders(self, customer_id: str) -> dict[str, dict[str, Any]]:
        """What the table holds of a customer, tombstones too, by the orders' ids."""
        return {item["id"]["S"]: item for item in self.items(customer_id)}

    def mails(self, order_id: str, reader: str) -> list[Mail]:
        return [
            mail
            for mail in self.cloud.mailbox.mails()
            if mail.to == reader and order_id in mail.text
        ]

    def log_lines(self, function: str, order_id: str) -> list[dict[str, Any]]:
        """What a function itself logged about an order; tracebacks are the runtime's."""
        logs = self.cloud.aws.logs
        groups = logs.describe_log_groups(logGroupNamePrefix=f"{PREFIX}{function}-")["logGroups"]
        return [
            json.loads(event.get("message", ""))
            for group in groups
            for page in logs.get_paginator("filter_log_events").paginate(
                logGroupName=group.get("logGroupName", ""), filterPattern=f'"{order_id}"'
            )
            for event in page["events"]
            if event.get("message", "").startswith("{")
        ]

    def depth(self, output: str) -> int:
        """Messages in the queue of this output, waiting or being worked on."""
        return self._depth(self.outputs[output])

    def _depth(self, queue_url: str) -> int:
        attributes = self.cloud.aws.sqs.get_queue_attributes(
            QueueUrl=queue_url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )["Attributes"]
        return sum(int(value) for value in attributes.values())

    def settle(self) -> None:
        """Wait until all that is on its way has been worked off, in the order of its way."""

        def is_none(count: int) -> bool:
            return count == 0

        assert is_none(eventually(lambda: self.depth("orderQueueUrl"), is_none))
        assert is_none(eventually(self.running, is_none))
        for url in self.queues("refunds-") + self.queues("customer-mail-"):
            assert is_none(eventually(lambda url=url: self._depth(url), is_none)), url

    def queues(self, prefix: str) -> list[str]:
        """The addresses of all stages' queues of this name, without their dead-letter queues."""
        urls = self.cloud.aws.sqs.list_queues(QueueNamePrefix=f"{PREFIX}{prefix}")["QueueUrls"]
        return [url for url in urls if "dead-letters" not in url]

    def dead_letters(self) -> list[str]:
        """The bodies of the messages in the dead-letter queue, which stay there."""
        bodies: list[str] = []
        while True:
            messages = self.cloud.aws.sqs.receive_message(
                QueueUrl=self.outputs["deadLetterQueueUrl"], MaxNumberOfMessages=10
            ).get("Messages", [])
            if not messages:
                return bodies
            bodies += [message.get("Body", "") for message in messages]

    def at_rest(self, order_id: str) -> "MessageTypeDef":
        """The order's message in the dead-letter queue, once it is there; it stays there."""

        def look() -> "list[MessageTypeDef]":
            received = self.cloud.aws.sqs.receive_message(
                QueueUrl=self.outputs["deadLetterQueueUrl"],
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                VisibilityTimeout=0,
            )
            messages = received.get("Messages", [])
            return [message for message in messages if order_id in message.get("Body", "")]

        [resting] = eventually(look, bool)
        return resting

    def redrive(self, resting: "MessageTypeDef") -> None:
        """Send a message of the dead-letter queue round again."""
        self.send(resting.get("Body", ""))
        self.cloud.aws.sqs.delete_message(
            QueueUrl=self.outputs["deadLetterQueueUrl"],
            ReceiptHandle=resting.get("ReceiptHandle", ""),
        )

    def executions(self, order_id: str) -> set[str]:
        """The names of the executions that were started for an order."""
        lines = self.log_lines("start-workflow", order_id)
        return {line["execution"] for line in lines if "execution" in line}

    def execution(self, name: str) -> tuple[str, list[str]]:
        """How a STANDARD execution ended, and the states that it entered."""
        arn = self.outputs["workflowArn"].replace(":stateMachine:", ":execution:")
        step_functions = self.cloud.aws.step_functions
        status = step_functions.describe_execution(executionArn=f"{arn}:{name}")["status"]
        history = step_functions.get_execution_history(executionArn=f"{arn}:{name}")["events"]
        entered = [
            event["stateEnteredEventDetails"]["name"]
            for event in history
            if "stateEnteredEventDetails" in event
        ]
        return status, entered

    def running(self) -> int:
        """Workflow executions that have not ended."""
        return len(
            self.cloud.aws.step_functions.list_executions(
                stateMachineArn=self.outputs["workflowArn"], statusFilter="RUNNING"
            )["executions"]
        )


def message(customer_id: str, **order: Any) -> str:
    """An order message as placeOrder puts it on the queue."""
    return json.dumps(
        {
            "id": str(uuid.uuid4()),
            "customerId": customer_id,
            **PIZZA,
            "addOns": [],
            "placedAt": "2026-01-01T12:00:00.000Z",
            "attempt": 1,
            **order,
        }
    )
