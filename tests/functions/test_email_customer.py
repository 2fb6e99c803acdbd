"""One mail to each customer for each outcome, at the address of the moment."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from functions.email_customer import handler
from functions.email_customer.handler import (
    Environment,
    OrderNotification,
    compose,
    handle,
)
from tests.functions.conftest import (
    REGION,
    Counted,
    Logs,
    UserPool,
    failures,
    refuse_calls,
    sqs_event,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sesv2 import SESV2Client

SENDER = "orders@orderflow.example"
ALICE = "alice@orderflow.example"
PAID: OrderNotification = {
    "id": "01JAY0000000000000000000AA",
    "customerId": "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11",
    "name": "Pizza",
    "quantity": 6,
    "restaurantId": "Dominos",
    "addOns": [],
    "status": "PAID",
    "statusReason": None,
    "attempt": 1,
    "placedAt": "2026-03-01T12:00:00.000Z",
}
FAILED: OrderNotification = {
    **PAID,
    "status": "PAYMENT_FAILED",
    "statusReason": "payment method declined",
}


@dataclass(frozen=True)
class Stage:
    """What the function works with."""

    ses: "SESV2Client"
    dynamodb: "DynamoDBClient"
    user_pool: UserPool

    def mails(self) -> list[tuple[str, str, str, str]]:
        """Sender, recipient, subject and text of each mail sent."""
        sent: list[Any] = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        return [
            (mail.source, *mail.destinations["ToAddresses"], mail.subject, mail.body)
            for mail in sent
        ]

    def recipients(self) -> list[str]:
        return [recipient for _, recipient, _, _ in self.mails()]

    def remembered(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.dynamodb.scan(TableName="mails")["Items"]]


@pytest.fixture
def stage(user_pool: UserPool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A verified sender, an empty table of mails, and Alice with a verified address."""
    monkeypatch.setenv("USER_POOL_ID", user_pool.id)
    monkeypatch.setenv("SENDER_EMAIL", SENDER)
    monkeypatch.setenv("MAILS_TABLE", "mails")
    clients = handler._clients  # pyright: ignore[reportPrivateUsage]
    # `_mails_sent` may stay: it holds a client of its own, and nothing of an account.
    clients.cache_clear()
    _, ses = clients()
    ses.create_email_identity(EmailIdentity=SENDER)
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="mails",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    user_pool.sign_up(PAID["customerId"], ALICE)
    yield Stage(ses, dynamodb, user_pool)
    clients.cache_clear()


@pytest.mark.parametrize(
    ("order", "subject", "text"),
    [
        (
            PAID,
            "Your order at Dominos is paid",
            "6 x Pizza\n\n"
            "Your payment was accepted. Thank you!\n"
            "Order 01JAY0000000000000000000AA, placed at 2026-03-01T12:00:00.000Z.\n",
        ),
        (
            {**PAID, "addOns": ["extra cheese", "chili"]},
            "Your order at Dominos is paid",
            "6 x Pizza with extra cheese, chili\n\n"
            "Your payment was accepted. Thank you!\n"
            "Order 01JAY0000000000000000000AA, placed at 2026-03-01T12:00:00.000Z.\n",
        ),
        (
            FAILED,
            "Your order at Dominos: the payment failed",
            "6 x Pizza\n\n"
            "Your payment failed: payment method declined. Anything charged is given back.\n"
            "Order 01JAY0000000000000000000AA, placed at 2026-03-01T12:00:00.000Z.\n",
        ),
        (
            {**FAILED, "addOns": ["chili"], "statusReason": "payment processor unreachable"},
            "Your order at Dominos: the payment failed",
            "6 x Pizza with chili\n\n"
            "Your payment failed: payment processor unreachable. Anything charged is given back.\n"
            "Order 01JAY0000000000000000000AA, placed at 2026-03-01T12:00:00.000Z.\n",
        ),
    ],
    ids=["paid", "paid, with add-ons", "failed", "failed, with an add-on"],
)
def test_the_mail_says_what_was_ordered_and_how_it_went(
    order: OrderNotification, subject: str, text: str
) -> None:
    assert compose(order) == (subject, text)


def test_the_customer_is_mailed(stage: Stage, context: LambdaContext) -> None:
    assert handle(sqs_event(PAID), context) == failures()

    assert stage.mails() == [(SENDER, ALICE, *compose(PAID))]


def test_its_charset_is_named_for_what_is_no_ascii(stage: Stage, context: LambdaContext) -> None:
    sent: list[dict[str, Any]] = []

    def look(params: dict[str, Any], **_: Any) -> None:
        sent.append(json.loads(params["body"])["Content"]["Simple"])

    stage.ses.meta.events.register("before-call.sesv2.SendEmail", look)
    order: OrderNotification = {**PAID, "name": "Crème brûlée", "restaurantId": "Café"}

    assert handle(sqs_event(order), context) == failures()

    subject, text = compose(order)
    assert sent == [
        {
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        }
    ]


def test_the_same_message_twice_in_one_batch_is_one_mail(
    stage: Stage, context: LambdaContext
) -> None:
    assert handle(sqs_event(PAID, PAID), context) == failures()

    assert stage.recipients() == [ALICE]


def test_the_same_message_in_two_batches_is_one_mail(stage: Stage, context: LambdaContext) -> None:
    assert handle(sqs_event(PAID), context) == failures()
    # However else it reads: customer, order, attempt and outcome make it the same.
    assert handle(sqs_event({**PAID, "version": 7}), context) == failures()

    assert stage.recipients() == [ALICE]


def test_a_message_delivered_while_its_mail_is_being_sent_comes_again_later(
    stage: Stage, context: LambdaContext
) -> None:
    meanwhile: list[object] = []

    def deliver_again(**_: Any) -> None:
        if not meanwhile:
            meanwhile.append(handle(sqs_event(PAID), context))

    stage.ses.meta.events.register("before-call.sesv2.SendEmail", deliver_again)

    assert handle(sqs_event(PAID), context) == failures()

    assert meanwhile == [failures("m0")]
    assert stage.recipients() == [ALICE]


@pytest.mark.parametrize(
    "other",
    [
        FAILED,
        {**PAID, "attempt": 2},
        {**PAID, "id": "01JAY0000000000000000000BB"},
        {**PAID, "customerId": "bob"},
    ],
    ids=["outcome", "attempt", "order", "customer"],
)
def test_another_outcome_attempt_order_or_customer_is_another_mail(
    stage: Stage, context: LambdaContext, other: OrderNotification
) -> None:
    stage.user_pool.sign_up("bob", "bob@orderflow.example")

    assert handle(sqs_event(PAID, other), context) == failures()

    assert len(stage.mails()) == 2


def test_the_address_is_the_one_of_the_moment(stage: Stage, context: LambdaContext) -> None:
    handle(sqs_event(FAILED), context)
    stage.user_pool.sign_up(PAID["customerId"], "alice@elsewhere.example")
    handle(sqs_event({**PAID, "attempt": 2}), context)

    assert stage.recipients() == [ALICE, "alice@elsewhere.example"]


@pytest.mark.parametrize("account", ["deleted", "unverified", "without address"])
def test_a_customer_without_a_verified_address_gets_no_mail_and_fails_nothing(
    stage: Stage, context: LambdaContext, logs: Logs, account: str
) -> None:
    users = stage.user_pool.users
    if account == "deleted":
        del users[PAID["customerId"]]
    elif account == "unverified":
        stage.user_pool.sign_up(PAID["customerId"], ALICE, verified=False)
    else:
        users[PAID["customerId"]] = {"sub": PAID["customerId"]}

    assert handle(sqs_event(PAID), context) == failures()

    assert stage.mails() == []
    assert logs.lines[0]["message"] == "Customer has no verified address; no mail"
    assert logs.lines[0]["orderId"] == PAID["id"]


def test_the_log_does_not_say_that_a_customer_without_an_address_was_mailed(
    stage: Stage, context: LambdaContext, logs: Logs
) -> None:
    stage.user_pool.users.clear()

    handle(sqs_event(PAID), context)

    assert [line["message"] for line in logs.lines] == ["Customer has no verified address; no mail"]


def test_a_mail_that_failed_is_reported_alone_and_sent_by_a_later_delivery(
    stage: Stage, context: LambdaContext
) -> None:
    stage.user_pool.sign_up("bob", "bob@orderflow.example")
    to_bob: OrderNotification = {**PAID, "customerId": "bob"}
    down = True
    refuse_calls(
        stage.ses,
        "sesv2.SendEmail",
        "TooManyRequestsException",
        when=lambda call: down and call["Destination"]["ToAddresses"] == ["bob@orderflow.example"],
    )

    assert handle(sqs_event(PAID, to_bob, FAILED), context) == failures("m1")
    assert stage.recipients() == [ALICE, ALICE]
    assert len(stage.remembered()) == 2

    down = False
    assert handle(sqs_event(to_bob), context) == failures()
    assert stage.recipients() == [ALICE, ALICE, "bob@orderflow.example"]


def test_a_sender_that_ses_has_not_verified_fails_the_message(
    stage: Stage, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDER_EMAIL", "nobody@orderflow.example")

    assert handle(sqs_event(PAID), context) == failures("m0")
    assert stage.remembered() == []


def test_a_user_pool_that_cannot_be_asked_fails_the_message(
    stage: Stage, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER_POOL_ID", f"{REGION}_other")

    assert handle(sqs_event(PAID), context) == failures("m0")
    assert stage.mails() == []
    assert stage.remembered() == []


@pytest.mark.parametrize("body", ["{", "[]", "{}", "null"])
def test_a_message_that_is_no_notification_is_reported_alone(
    stage: Stage, context: LambdaContext, body: str
) -> None:
    assert handle(sqs_event(body, PAID), context) == failures("m0")

    assert stage.recipients() == [ALICE]


def test_a_failure_is_logged_with_its_order_and_error(
    stage: Stage, context: LambdaContext, logs: Logs
) -> None:
    # SES names the address that it does not take; the log must not.
    refuse_calls(stage.ses, "sesv2.SendEmail", "MessageRejected", f"Not verified: {ALICE}")

    handle(sqs_event(PAID), context)

    [line] = logs.lines
    assert line["level"] == "ERROR"
    assert line["orderId"] == PAID["id"]
    assert "MessageRejected" in json.dumps(line)
    assert ALICE not in logs.text


def test_a_mail_is_remembered_for_longer_than_its_message_can_live(
    stage: Stage, context: LambdaContext
) -> None:
    handle(sqs_event(PAID), context)

    [record] = stage.remembered()
    assert record["status"] == {"S": "COMPLETED"}
    eighteen_days = 18 * 24 * 3600
    assert int(record["expiration"]["N"]) > time.time() + eighteen_days
    assert ALICE not in json.dumps(record)


@pytest.mark.usefixtures("stage")
def test_log_lines_carry_their_own_order_s_id_and_no_address(
    context: LambdaContext, logs: Logs
) -> None:
    second: OrderNotification = {**PAID, "id": "01JAY0000000000000000000BB"}

    handle(sqs_event(PAID, second), context)

    assert [(line["orderId"], line["customerId"]) for line in logs.lines] == [
        (PAID["id"], PAID["customerId"]),
        (second["id"], PAID["customerId"]),
    ]
    assert not re.search(r"\S+@\S+", logs.text)


def test_the_environment_names_pool_sender_and_table() -> None:
    environ = {"USER_POOL_ID": "pool", "SENDER_EMAIL": SENDER, "MAILS_TABLE": "mails"}

    assert Environment.read(environ) == Environment(
        user_pool_id="pool", sender_email=SENDER, mails_table="mails"
    )
    for name in environ:
        with pytest.raises(KeyError, match=name):
            Environment.read({key: value for key, value in environ.items() if key != name})


def test_each_mail_that_ses_took_is_counted_and_none_twice(
    stage: Stage, context: LambdaContext, metrics: Counted
) -> None:
    handle(sqs_event(PAID, PAID), context)
    assert metrics.take() == {"CustomersMailed": [1]}
    handle(sqs_event(PAID), context)
    assert metrics.take() == {}

    stage.user_pool.users.clear()
    handle(sqs_event(FAILED), context)
    assert metrics.take() == {}
    assert len(stage.mails()) == 1


@pytest.mark.usefixtures("stage")
def test_a_mail_s_log_has_the_trace_of_its_order(context: LambdaContext, logs: Logs) -> None:
    event = sqs_event(PAID)
    trace = "1-5759e988-bd862e3fe1be46a994272793"
    event["Records"][0]["attributes"]["AWSTraceHeader"] = f"Root={trace};Sampled=0"
    handle(event, context)
    assert {(line["traceId"], line["attempt"]) for line in logs.lines} == {(trace, 1)}
