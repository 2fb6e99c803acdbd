"""The pages in a real browser: what appears by itself, by keyboard too, and what axe finds."""

import functools
import json
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from local.customers import Customer
from local.embedded_cloud import EmbeddedCloud
from tests.browser.chromium import NoChromium, chromium, find
from tests.e2e.stage import Stage

T = TypeVar("T")
Open = Callable[..., Page]

AXE = Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js"
VIOLATIONS = """
axe.run().then(({violations}) => JSON.stringify(violations.map((v) => [v.id, v.nodes[0].html])))
"""
# Counts, from now on, the dots that have moved along, and the parts that lit up.
MOVED = """
() => {
  window.moved = 0;
  window.lit = 0;
  new MutationObserver((changes) => (window.moved += changes.length)).observe(
    document.getElementById('dots'), { childList: true });
  new MutationObserver((changes) => (window.lit += changes.length)).observe(
    document.getElementById('picture'), { attributeFilter: ['class'], subtree: true });
  return true;
}
"""
# A machine may be busy with something else; what comes never is only told later for it.
WITHIN_MILLISECONDS = 60_000
expect.set_options(timeout=WITHIN_MILLISECONDS)
SENDER = "orders@orderflow.example"


@functools.cache
def missing() -> str | None:
    try:
        find()
    except NoChromium as none:
        return str(none)
    return None if AXE.exists() else "axe-core is not installed: make setup."


pytestmark = [
    pytest.mark.cloud,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]


@pytest.fixture(scope="module")
def shop(cloud: EmbeddedCloud, outputs: dict[str, Any]) -> tuple[Stage, Customer]:
    stage = Stage(cloud=cloud, outputs=outputs, success_rate=0.8)
    return stage, stage.customer()


# Playwright has an event loop in this thread as long as it runs: what needs one goes before.
@pytest.fixture(scope="module")
def browser(shop: tuple[Stage, Customer]) -> Iterator[Browser]:  # noqa: ARG001
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, cloud: EmbeddedCloud) -> Iterator[Open]:
    """Opens a path in a context of its own, with these options; none may complain."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(path: str, **options: Any) -> Page:
        contexts.append(browser.new_context(locale="en-GB", **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(WITHIN_MILLISECONDS)
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(cloud.gateway.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def elsewhere(work: Callable[[], T]) -> T:
    """Do what needs an event loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def violations(page: Page) -> Any:
    # By the debugger, which a page's own policy does not hold off.
    debugger = page.context.new_cdp_session(page)
    debugger.send("Runtime.evaluate", {"expression": AXE.read_text()})
    answer = debugger.send(
        "Runtime.evaluate",
        {"expression": VIOLATIONS, "awaitPromise": True, "returnByValue": True},
    )
    found: Any = answer
    return json.loads(found["result"]["value"])


def mail(cloud: EmbeddedCloud, to: str, text: str) -> None:
    cloud.aws.ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": text}}}},
    )


def test_new_mail_appears_and_its_code_is_copied(cloud: EmbeddedCloud, open_page: Open) -> None:
    to = f"{uuid.uuid4().hex}@customers.example"
    mail(cloud, to, "The first")
    page = open_page(f"/mailbox?filter={to}", permissions=["clipboard-read", "clipboard-write"])
    rows = page.locator("#mails button")
    expect(rows).to_have_count(1)
    expect(page.locator("#mail")).to_contain_text("The first")

    mail(cloud, to, "Your verification code is <b>654321</b>. Your code is 654321.")
    expect(rows).to_have_count(2)
    # What is read stays; the newest is on top.
    expect(page.locator("#mail")).to_contain_text("The first")
    rows.last.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#mail .text")).to_contain_text("<b>654321</b>")
    expect(page.locator("#mail .code strong")).to_have_text("654321")
    page.get_by_role("button", name="Copy the code").click()
    expect(page.get_by_role("button", name="Copy the code")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "654321"

    page.get_by_label("Filter by address or text").fill(f"{to} first")
    expect(rows).to_have_count(1)
    expect(page.locator("#count")).to_contain_text("1 of")


def test_on_a_phone_the_list_and_the_mail_take_turns(cloud: EmbeddedCloud, open_page: Open) -> None:
    to = f"{uuid.uuid4().hex}@customers.example"
    mail(cloud, to, "Hello")
    page = open_page(f"/mailbox?filter={to}", viewport={"width": 390, "height": 844})
    expect(page.locator("#mail")).to_be_hidden()
    page.locator("#mails button").click()
    expect(page.locator("#mail")).to_be_visible()
    expect(page.locator("#mails")).to_be_hidden()
    page.get_by_role("button", name="All mail").click()
    expect(page.locator("#mails button")).to_be_focused()


def test_an_order_appears_and_moves(shop: tuple[Stage, Customer], open_page: Open) -> None:
    stage, alice = shop
    page = open_page("/flow")
    expect(page.locator("#counts")).to_contain_text("workflow, ")
    name = f"Pizza {uuid.uuid4().hex[:8]}"
    page.evaluate(MOVED)
    order_id = stage.order_id("ACCEPTED")
    elsewhere(lambda: stage.place(alice, name=name, clientRequestToken=order_id))
    journey = page.locator("#journeys > li", has_text=name)
    expect(journey.locator(".state")).to_have_text("PAID")
    page.wait_for_function("window.moved > 0")

    journey.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(journey.locator(".events")).to_contain_text("payment taken")
    expect(journey.locator(".events code")).to_have_text(order_id)
    journey.get_by_role("link", name="This one alone").click()
    expect(page.locator("#journeys > li")).to_have_count(1)
    expect(page.get_by_label("An order’s id")).to_have_value(order_id)
    page.get_by_role("link", name="All orders").click()
    expect(page.locator("#latest")).to_have_text("The latest orders")


def test_figures_follow_and_say_what_cannot_be_known(
    shop: tuple[Stage, Customer], open_page: Open
) -> None:
    stage, alice = shop
    page = open_page("/operations")
    figure = page.locator(".figure", has_text="Orders accepted and ended, a minute")
    accepted = figure.locator("dt", has_text="accepted").locator("~ dd")
    expect(accepted).to_have_text(re.compile(r"^\d+$"))
    before = int(accepted.inner_text())
    elsewhere(lambda: stage.place(alice))
    expect(accepted).to_have_text(f"{before + 1}")
    drawn = figure.get_by_role("img")
    expect(drawn).to_have_attribute("aria-label", re.compile(f"accepted: {before + 1}, started:"))
    throttled = page.locator(".figure", has_text="Throttled")
    expect(throttled).to_contain_text("Not observable here: ")
    expect(throttled.get_by_role("img")).to_have_count(0)


def test_without_motion_parts_light_up_alone(shop: tuple[Stage, Customer], open_page: Open) -> None:
    stage, alice = shop
    page = open_page("/flow", reduced_motion="reduce")
    expect(page.locator("#counts")).to_contain_text("workflow")
    page.evaluate(MOVED)
    name = f"Pizza {uuid.uuid4().hex[:8]}"
    elsewhere(lambda: stage.place(alice, name=name))
    expect(page.locator("#journeys > li", has_text=name).locator(".way")).to_contain_text("saved")
    page.wait_for_function("window.lit > 0")
    assert page.evaluate("window.moved") == 0


def test_paused_it_stands_still(shop: tuple[Stage, Customer], open_page: Open) -> None:
    stage, alice = shop
    page = open_page("/flow")
    expect(page.locator("#counts")).to_contain_text("workflow")
    page.get_by_role("button", name="Pause").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    first, second = (f"Pizza {uuid.uuid4().hex[:8]}" for _ in range(2))
    elsewhere(lambda: stage.place(alice, name=first))
    other = open_page("/flow")
    expect(other.locator("#journeys > li", has_text=first)).to_have_count(1)
    expect(page.locator("#journeys > li", has_text=first)).to_have_count(0)
    page.get_by_role("button", name="Pause").click()
    elsewhere(lambda: stage.place(alice, name=second))
    expect(page.locator("#journeys > li", has_text=second)).to_have_count(1)
    assert asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(
    shop: tuple[Stage, Customer], open_page: Open, scheme: str, width: int
) -> None:
    stage, alice = shop
    declined = stage.order_id("DECLINED")
    elsewhere(lambda: stage.place(alice, clientRequestToken=declined))
    shown = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}

    index = open_page("/", **shown)
    mailbox = open_page("/mailbox", **shown)
    mailbox.locator("#mails button").last.click()
    expect(mailbox.locator("#mail")).to_be_visible()
    flow = open_page(f"/flow?order={declined}", **shown)
    expect(flow.locator("#journeys")).to_contain_text("payment method declined")
    operations = open_page("/operations", **shown)
    expect(operations.locator("#figures")).to_contain_text("How orders end")
    for page in (index, mailbox, flow, operations):
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
