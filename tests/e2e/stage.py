"""A deployed stage, as its users and operators see it."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport

from functions.payments.processor import Payment, RandomProcessor
from local.customers import Customer, sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud
from local.mailbox import Mail

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
PIZZA = {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos"}
WITHIN_SECONDS = 60

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

    def graphql(self, token: str, query: str, **variables: Any) -> dict[str, Any]:
        """The answer's data; gql's own exceptions where there are errors."""
        transport = AIOHTTPTransport(
            url=self.outputs["graphqlUrl"], headers={"Authorization": token}
        )
        request = GraphQLRequest(query, variable_values=variables)
        return asyncio.run(Client(transport=transport).execute_async(request))

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

    def order_id(self, wanted: str) -> str:
        """A token whose first payment is going to be ACCEPTED, DECLINED or UNREACHABLE."""
        processor = RandomProcessor(self.success_rate)
        while True:
            candidate = str(uuid.uuid4())
            try:
                outcome = str(processor.take(Payment(order_id=candidate, attempt=1)))
            except Exception:
                outcome = "UNREACHABLE"
            if outcome == wanted:
                return candidate

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
        """What the table holds of a customer, as DynamoDB gives it."""
        return self.cloud.aws.dynamodb.query(
            TableName=self.outputs["orderTableName"],
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues={":customer": {"S": customer_id}},
            ConsistentRead=True,
        )["Items"]

    def mails(self, order_id: str, reader: str) -> list[Mail]:
        return [
            mail
            for mail in self.cloud.mailbox.mails()
            if mail.to == reader and order_id in mail.text
        ]

    def log_lines(self, function: str, order_id: str) -> list[dict[str, Any]]:
        """What a function itself logged about an order; tracebacks are the runtime's."""
        logs = self.cloud.aws.logs
        groups = logs.describe_log_groups(logGroupNamePrefix=f"{function}-")["logGroups"]
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

    def mail_queue_depth(self) -> int:
        """Mails that wait to be sent, or are being sent."""
        urls = self.cloud.aws.sqs.list_queues(QueueNamePrefix="customer-mail-")["QueueUrls"]
        return sum(self._depth(url) for url in urls if "dead-letters" not in url)

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
