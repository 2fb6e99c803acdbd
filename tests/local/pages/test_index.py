"""The index of what there is."""

from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from tests.local.pages.conftest import Get

pytestmark = pytest.mark.cloud


def test_it_has_every_address(cloud: EmbeddedCloud, outputs: dict[str, Any], get: Get) -> None:
    url = cloud.gateway.url
    pages = {outputs["graphqlUrl"], f"{url}/mailbox", f"{url}/flow", f"{url}/operations"}
    others = {outputs["realtimeUrl"], f"{url}/mailbox.json", f"{url}/flow.json", cloud.emulator.url}
    others |= {f"{url}/operations.json"}
    assert pages | others < set(get("/").json.values())

    page = get("/", Accept="text/html").text
    for address in pages:
        assert f'<a href="{address}">' in page
    for address in others:
        assert f"<code>{address}</code>" in page
    assert "Storefront" not in page


def test_it_has_the_storefront_where_that_is_served(cloud: EmbeddedCloud, get: Get) -> None:
    cloud.storefront_url = "http://127.0.0.1:4568/"
    try:
        assert get("/").json["Storefront"] == cloud.storefront_url
        assert (
            '<a href="http://127.0.0.1:4568/">Storefront</a>' in get("/", Accept="text/html").text
        )
    finally:
        cloud.storefront_url = None
