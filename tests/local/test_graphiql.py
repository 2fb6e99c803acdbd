"""The page is served with all that it loads, and knows where its customers sign in."""

import json
import re
import urllib.error
import urllib.request
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.customers import sign_up
from local.embedded_cloud import EmbeddedCloud
from local.graphiql import ASSETS
from tests.local.commands import ask

pytestmark = pytest.mark.cloud


def get(url: str) -> tuple[str, bytes]:
    return ask(url, method="GET", headers={"Accept": "text/html"})


def refusal(url: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(url, timeout=10)  # noqa: S310 (our own)
    with raised.value as answer:
        return answer.code


def test_everything_that_the_page_loads_is_there(
    cloud: EmbeddedCloud, outputs: dict[str, Any]
) -> None:
    _, page = get(outputs["graphqlUrl"])
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())
    _, script = get(f"{cloud.gateway.url}/graphiql/page.mjs")
    imported = re.findall(r"from '\./([^']+)'", script.decode())

    assert set(loaded) | {f"/graphiql/{name}" for name in imported} == {
        f"/graphiql/{asset.name}" for asset in ASSETS
    }
    for path in loaded:
        content_type, body = get(cloud.gateway.url + path)
        assert content_type.endswith("/css" if path.endswith(".css") else "/javascript")
        assert body


@pytest.mark.parametrize("path", ["react/package.json", "__init__.py", "../__main__.py"])
def test_nothing_else_is_served(cloud: EmbeddedCloud, path: str) -> None:
    assert refusal(f"{cloud.gateway.url}/graphiql/{path}") == 404


def test_the_page_signs_in_at_the_apis_user_pool(
    cloud: EmbeddedCloud, outputs: dict[str, Any]
) -> None:
    api_id = urlsplit(outputs["graphqlUrl"]).path.split("/")[-2]
    content_type, body = get(f"{cloud.gateway.url}/graphiql/apis/{api_id}/pool.json")
    assert content_type == "application/json"
    assert json.loads(body) == {
        "userPoolId": outputs["userPoolId"],
        "clientId": outputs["userPoolClientId"],
    }
    assert refusal(f"{cloud.gateway.url}/graphiql/apis/nothing/pool.json") == 404


def cognito(cloud: EmbeddedCloud, target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Ask as the page's Cognito client does."""
    question = urllib.request.Request(  # noqa: S310 (our own)
        f"{cloud.gateway.url}/graphiql/cognito",
        method="POST",
        data=json.dumps(body).encode(),
        headers={"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"},
    )
    try:
        with urllib.request.urlopen(question, timeout=10) as answer:  # noqa: S310 (our own)
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else {}


def test_the_page_reaches_cognito_at_its_own_origin(
    cloud: EmbeddedCloud, outputs: dict[str, Any]
) -> None:
    email = f"{uuid.uuid4().hex}@customers.example"
    sign_up(cloud.aws, cloud.mailbox, outputs, email)
    asked = {
        "AuthFlow": "USER_SRP_AUTH",
        "ClientId": outputs["userPoolClientId"],
        "AuthParameters": {"USERNAME": email, "SRP_A": "abcdef"},
    }
    service = "AWSCognitoIdentityProviderService"

    status, challenge = cognito(cloud, f"{service}.InitiateAuth", asked)
    assert status == 200
    assert challenge["ChallengeName"] == "PASSWORD_VERIFIER"
    assert "SRP_B" in challenge["ChallengeParameters"]

    status, refused = cognito(cloud, f"{service}.InitiateAuth", asked | {"ClientId": "nobody"})
    assert status == 400
    assert refused["__type"] == "ResourceNotFoundException"


def test_nothing_but_cognito_is_forwarded_to(cloud: EmbeddedCloud) -> None:
    assert cognito(cloud, "DynamoDB_20120810.ListTables", {}) == (400, {})
