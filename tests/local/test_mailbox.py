"""The stage's mail comes back as its readers see it."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from local.mailbox import Mail
from tests.local.commands import ask
from tests.local.processes import eventually

pytestmark = pytest.mark.cloud

SENDER = "orders@orderflow.example"
OPERATOR = "operator@orderflow.example"
TEXT = "Ein Döner für 5 €\nund Ayran"


def mail_with(cloud: EmbeddedCloud, subject: str) -> list[Mail]:
    """The mails of this subject, once there is one."""
    return eventually(
        lambda: [mail for mail in cloud.mailbox.mails() if mail.subject == subject], bool
    )


def test_what_ses_sends(cloud: EmbeddedCloud) -> None:
    began = datetime.now(UTC)
    subject = f"Your order {uuid.uuid4()}"
    cloud.aws.ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["bob@customers.example"]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": TEXT}}}},
    )
    (mail,) = mail_with(cloud, subject)
    assert mail == Mail(sender=SENDER, to="bob@customers.example", subject=subject, text=TEXT)
    assert began <= mail.at <= datetime.now(UTC)


def test_what_sns_mails_to_a_topics_subscribers(
    cloud: EmbeddedCloud, outputs: dict[str, Any]
) -> None:
    subject = f"Order {uuid.uuid4()}"
    cloud.aws.sns.publish(
        TopicArn=outputs["notificationTopicArn"],
        Subject=subject,
        MessageStructure="json",
        Message=json.dumps({"default": TEXT, "sqs": "for machines"}),
    )
    assert mail_with(cloud, subject) == [
        Mail(sender="no-reply@sns.amazonaws.com", to=OPERATOR, subject=subject, text=TEXT)
    ]


def test_it_can_be_read_over_http(cloud: EmbeddedCloud) -> None:
    subject = f"Your order {uuid.uuid4()}"
    cloud.aws.ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["bob@customers.example", "carol@customers.example"]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": TEXT}}}},
    )
    (mail,) = mail_with(cloud, subject)
    assert mail.to == "bob@customers.example, carol@customers.example"

    for path, accept in (("/mailbox", "*/*"), ("/mailbox.json", "text/html")):
        url, headers = f"{cloud.gateway.url}{path}", {"Accept": accept}
        content_type, body = ask(url, method="GET", headers=headers)
        assert content_type == "application/json"
        assert {
            "sender": SENDER,
            "to": mail.to,
            "subject": subject,
            "text": TEXT,
        } in json.loads(body)
