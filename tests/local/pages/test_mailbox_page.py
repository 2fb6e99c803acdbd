"""The mail's page, and the data that it asks for."""

import uuid

import pytest

from local.embedded_cloud import EmbeddedCloud
from tests.local.pages.conftest import Get
from tests.local.processes import eventually

pytestmark = pytest.mark.cloud

SENDER = "orders@orderflow.example"


def send(cloud: EmbeddedCloud, subject: str, text: str) -> None:
    cloud.aws.ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["bob@customers.example"]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}}},
    )


def test_a_browser_gets_a_page_without_any_mail_in_it(cloud: EmbeddedCloud, get: Get) -> None:
    subject = f"Your order {uuid.uuid4()}"
    send(cloud, subject, "Thank you!")
    page = get("/mailbox", Accept="text/html,*/*;q=0.8")
    assert page.headers["Content-Type"].startswith("text/html")
    assert subject not in page.text
    assert get("/mailbox").headers["Content-Type"].startswith("application/json")
    assert get("/mailbox.json", Accept="text/html").json


def test_its_data_has_the_newest_first(cloud: EmbeddedCloud, get: Get) -> None:
    about = str(uuid.uuid4())
    texts = {
        "code": "Your verification code is 123456.",
        "order": f"2 x Pizza\n\nThank you!\nOrder {about}, placed at 2026-11-27T17:46:08.763Z.\n",
        "neither": "123456 pizzas; the code of conduct of 2026",
    }
    for name, text in texts.items():
        send(cloud, f"{name} {about}", text)
    # Cognito's reader has one too: what counts is these three among each other.
    shown = eventually(
        lambda: [m for m in get("/mailbox/mails.json").json["mails"] if about in m["subject"]],
        lambda mails: len(mails) == 3,
    )
    assert [(m["subject"].split()[0], m["code"], m["order"]) for m in shown] == [
        ("neither", None, None),
        ("order", None, about),
        ("code", "123456", None),
    ]
    assert shown[2] == {
        "sender": SENDER,
        "to": "bob@customers.example",
        "subject": f"code {about}",
        "text": texts["code"],
        "at": shown[2]["at"],
        "code": "123456",
        "order": None,
    }
    times = [mail["at"] for mail in shown]
    assert times == sorted(times, reverse=True)


def test_new_mail_alone_is_sent_again(cloud: EmbeddedCloud, get: Get) -> None:
    first = get("/mailbox/mails.json")
    known = {"If-None-Match": first.headers["Etag"]}
    assert get("/mailbox/mails.json", **known).status == 304
    send(cloud, "News", "")
    now = get("/mailbox/mails.json", **known)
    assert (now.status, now.json["total"]) == (200, first.json["total"] + 1)
