"""The storefront's start: its configuration, its addresses, and what becomes of wrong ones."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come
from tests.browser.shopping import basket, sign_in
from tests.e2e.stage import Stage


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 404}, "/config.json could not be read (HTTP 404)."),
        ({"body": "<!doctype html>"}, "/config.json is not JSON."),
        ({"body": json.dumps({"stage": "local"})}, "/config.json: "),
    ],
)
def test_a_wrong_configuration_is_told(come: Come, answer: dict[str, Any], told: str) -> None:
    visitor = come()
    visitor.expect("status of 404")
    visitor.context.route("**/config.json", lambda route: route.fulfill(**answer))
    page = visitor.open()
    expect(page.get_by_role("heading", name="The storefront cannot start")).to_be_visible()
    expect(page.get_by_text(told)).to_be_visible()


def test_an_address_that_there_is_not_leads_on(come: Come) -> None:
    page = come().open("nothing/at/all")
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()
    page.get_by_role("link", name="See the menu").click()
    expect(page.get_by_role("heading", name="Menu of Dominos")).to_be_visible()


def test_a_page_of_before_a_deployment_is_read_anew_once(come: Come, stage: Stage) -> None:
    visitor = come()
    visitor.expect("status of 404")
    visitor.context.route("**/assets/realtime-*.js", lambda route: route.fulfill(status=404))
    page = visitor.open()
    page.evaluate("() => { window.isOld = true; performance.now = () => 61_000; }")
    sign_in(page, stage.customer())
    page.wait_for_function("() => !window.isOld")
    # It asks again and again for what there still is not, and stays.
    page.evaluate("() => { window.isOld = false; }")
    for _ in range(2):
        page.wait_for_event("response", lambda response: "/realtime-" in response.url)
    assert page.evaluate("() => window.isOld") is False
    visitor.context.unroute("**/assets/realtime-*.js")
    expect(page.get_by_role("status", name="Connection")).to_be_empty()


def test_the_browsers_own_back_and_titles_work(come: Come) -> None:
    page = come().open()
    expect(page).to_have_title("What would you like? · orderflow")
    basket(page, 0).click()
    expect(page).to_have_title("Your basket · orderflow")
    expect(page.get_by_text("Your basket is empty.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Menu of Dominos")).to_be_visible()
    expect(page).to_have_title("What would you like? · orderflow")
