"""Mails each customer how their order went, once per order, attempt and outcome."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Self, TypedDict

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.telemetry.error import error_keys
from functions.telemetry.metrics import count, counted
from functions.telemetry.order_metric import OrderMetric
from functions.telemetry.trace import trace_keys

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef

logger = Logger()

# Longer than a message can live: 4 days in the queue, then 14 in its dead-letter queue.
REMEMBER_SECONDS = 30 * 24 * 3600


class OrderNotification(TypedDict):
    """What the workflow publishes for machines when an order has ended."""

    id: str
    customerId: str
    name: str
    quantity: int
    restaurantId: str
    addOns: list[str]
    status: Literal["PAID", "PAYMENT_FAILED"]
    statusReason: str | None
    attempt: int
    placedAt: str
    execution: NotRequired[str]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Set by infra/order_notifications.py."""

    user_pool_id: str
    sender_email: str
    mails_table: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(
            user_pool_id=environ["USER_POOL_ID"],
            sender_email=environ["SENDER_EMAIL"],
            mails_table=environ["MAILS_TABLE"],
        )


@dataclass(frozen=True, kw_only=True)
class Mailer:
    """Finds a customer's address of this moment, and mails it."""

    user_pool: "CognitoIdentityProviderClient"
    user_pool_id: str
    ses: "SESV2Client"
    sender: str

    def address_of(self, customer_id: str) -> str | None:
        """The customer's verified address; None where the account has gone or has none."""
        try:
            user = self.user_pool.admin_get_user(UserPoolId=self.user_pool_id, Username=customer_id)
        except self.user_pool.exceptions.UserNotFoundException:
            return None
        attributes = {a["Name"]: a.get("Value", "") for a in user.get("UserAttributes", [])}
        return attributes.get("email") if attributes.get("email_verified") == "true" else None

    def mail(self, order: OrderNotification) -> str | None:
        """Mail the customer; the mail's id, None where there is no address to write to."""
        address = self.address_of(order["customerId"])
        if address is None:
            logger.warning("Customer has no verified address; no mail")
            return None
        subject, text = compose(order)
        sent = self.ses.send_email(
            FromEmailAddress=self.sender,
            Destination={"ToAddresses": [address]},
            Content={"Simple": {"Subject": _utf8(subject), "Body": {"Text": _utf8(text)}}},
        )
        count(OrderMetric.CUSTOMERS_MAILED)
        logger.info("Customer mailed", mailId=sent["MessageId"], status=order["status"])
        return sent["MessageId"]


@cache
def _clients() -> "tuple[CognitoIdentityProviderClient, SESV2Client]":
    return boto3.client("cognito-idp"), boto3.client("sesv2")


@cache
def _mails_sent(table: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name=table)


@counted
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Mail for each message; answer which messages to deliver again."""
    environment = Environment.read()
    user_pool, ses = _clients()
    mailer = Mailer(
        user_pool=user_pool,
        user_pool_id=environment.user_pool_id,
        ses=ses,
        sender=environment.sender_email,
    )
    mails_sent = _mails_sent(environment.mails_table)
    return process_partial_response(
        event=event,
        record_handler=partial(email_customer, mailer, mails_sent, context),
        processor=BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )


def email_customer(
    mailer: Mailer, mails_sent: DynamoDBPersistenceLayer, context: LambdaContext, record: SQSRecord
) -> None:
    """Mail for one message, unless its mail was sent already.

    Raises:
        Exception: whatever stood in the way; the message is delivered again.
    """
    config = IdempotencyConfig(expires_after_seconds=REMEMBER_SECONDS)
    config.register_lambda_context(context)

    @idempotent_function(data_keyword_argument="key", persistence_store=mails_sent, config=config)
    def mail_once(order: OrderNotification, *, key: list[str | int]) -> str | None:  # noqa: ARG001
        return mailer.mail(order)

    with logger.append_context_keys(messageId=record.message_id, **trace_keys(record)):
        try:
            order: OrderNotification = json.loads(record.body)
            key = [order["customerId"], order["id"], order["attempt"], order["status"]]
        except (ValueError, KeyError, TypeError) as error:
            logger.error("Message is no notification of an order", extra=error_keys(error))
            raise
        with logger.append_context_keys(
            orderId=order["id"],
            customerId=order["customerId"],
            attempt=order["attempt"],
            execution=order.get("execution"),
        ):
            try:
                mail_once(order, key=key)
            except Exception as error:
                # Not the error's text: SES puts the customer's address into it.
                logger.error("Customer could not be mailed", extra=error_keys(error))
                raise


def _utf8(data: str) -> "ContentTypeDef":
    """Text whose charset is named: SES takes 7-bit ASCII for granted, and mangles all else."""
    return {"Data": data, "Charset": "UTF-8"}


def compose(order: OrderNotification) -> tuple[str, str]:
    """Subject and text of the mail."""
    with_add_ons = f" with {', '.join(order['addOns'])}" if order["addOns"] else ""
    what = f"{order['quantity']} x {order['name']}{with_add_ons}"
    if order["status"] == "PAID":
        subject = f"Your order at {order['restaurantId']} is paid"
        outcome = "Your payment was accepted. Thank you!"
    else:
        subject = f"Your order at {order['restaurantId']}: the payment failed"
        outcome = f"Your payment failed: {order['statusReason']}. Anything charged is given back."
    return subject, f"{what}\n\n{outcome}\nOrder {order['id']}, placed at {order['placedAt']}.\n"
