"""The page is served with all that it loads, and knows where its customers sign in."""

import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest

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
    content_type, body = get(f"{cloud.gateway.url}/graphiql/apis/{api_id}/sign-in.json")
    assert content_type == "application/json"
    assert json.loads(body) == {
        "cognitoUrl": cloud.emulator.url,
        "userPoolId": outputs["userPoolId"],
        "clientId": outputs["userPoolClientId"],
    }
    assert refusal(f"{cloud.gateway.url}/graphiql/apis/nothing/sign-in.json") == 404


def test_a_browser_may_ask_cognito_from_the_page(cloud: EmbeddedCloud) -> None:
    """What a browser sends before the page's first call of another origin."""
    question = urllib.request.Request(  # noqa: S310 (our own)
        cloud.emulator.url,
        method="OPTIONS",
        headers={
            "Origin": cloud.gateway.url,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-amz-target,x-amz-user-agent",
        },
    )
    with urllib.request.urlopen(question, timeout=10) as answer:  # noqa: S310 (our own)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Headers"] == "*"
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
