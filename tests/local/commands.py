"""Copies of the program to run the commands on, and what a client asks of a running one."""

import json
import shutil
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.local.processes import ROOT, Run

SOURCES = ("infra", "functions", "graphql", "local", "ops", "outputs")
OUTPUTS = {
    "stage",
    "graphqlUrl",
    "realtimeUrl",
    "region",
    "userPoolId",
    "userPoolClientId",
    "passwordPolicy",
    "userGroups",
    "defaultAuthorizationMode",
    "authorizationModes",
    "orderQueueUrl",
    "orderConsumerId",
    "deadLetterQueueUrl",
    "refundQueueUrl",
    "refundDeadLetterQueueUrl",
    "broadcastDeadLetterQueueUrl",
    "mailQueueUrl",
    "mailTableName",
    "mailDeadLetterQueueUrl",
    "undeliveredMailQueueUrl",
    "orderTableName",
    "paymentTableName",
    "restaurantStaffTableName",
    "workflowArn",
    "notificationTopicArn",
    "functions",
}

Start = Callable[..., Run]


def copy_program(folder: Path) -> Path:
    """All that the commands need, with a `.local` of its own."""
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source)
    for file in (ROOT / "__main__.py", *ROOT.glob("Pulumi*.yaml")):
        shutil.copy2(file, folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def runs_of(program: Path) -> list[str]:
    """The folders that runs have left."""
    return sorted(path.name for path in (program / ".local" / "runs").iterdir())


def ask(url: str, **request: Any) -> tuple[str, bytes]:
    """The content type and body of an answer of status 200."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=10)
    try:
        connection.request(url=address.path, **request)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return response.headers.get_content_type(), body
    finally:
        connection.close()


def answer(url: str, token: str, query: str) -> dict[str, Any]:
    """What GraphQL answers: `data`, and `errors` where there are any."""
    _, body = ask(
        url,
        method="POST",
        body=json.dumps({"query": query}),
        headers={"Authorization": token, "Content-Type": "application/json"},
    )
    return json.loads(body)


def graphql(url: str, token: str, query: str) -> Any:
    """The `data` of an answer that has no errors."""
    answered = answer(url, token, query)
    assert set(answered) == {"data"}, answered
    return answered["data"]
