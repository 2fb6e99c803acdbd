"""Every page is for everybody: axe finds nothing, in light and dark, wide and narrow; keys do."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from local.customers import Customer
from tests.browser.conftest import Come
from tests.browser.shopping import (
    BEING_SAVED,
    PAID,
    PAYMENT_FAILED,
    PENDING,
    basket,
    choose,
    expect_told,
    give_credentials,
    order,
    sign_in,
)
from tests.browser.visitor import Visitor
from tests.e2e.faults import DECLINES_AT_FIRST, nobody_consuming, take_payment_that
from tests.e2e.stage import Stage

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
# More than any page has of what can be focused.
MOST_TABS = 80
# The least light and the most of what a page's ground may be: of 0 to 1, by
# https://www.w3.org/TR/WCAG22/#dfn-relative-luminance without the bend of its curve.
DARK, LIGHT = 0.2, 0.8
GROUND = """() => {
  const shown = [document.body, document.documentElement]
    .map((element) => getComputedStyle(element).backgroundColor)
    .find((colour) => colour !== 'rgba(0, 0, 0, 0)');
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  canvas.fillStyle = shown ?? 'white';
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}"""


def violations(page: Page) -> list[str]:
    """What axe finds, each with the first element that it is about."""
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)"
    )
    return [
        f"{each['id']}: {each['help']}: {json.dumps(each['nodes'][0]['html'])} "
        f"({each['nodes'][0]['failureSummary']})"
        for each in found
    ]


def check(page: Page) -> None:
    """As it is, on a desktop in light and dark, and on a phone."""
    for scheme, dark in (("light", False), ("dark", True)):
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        assert violations(page) == [], f"{page.url} in {scheme}"
        ground = page.evaluate(GROUND)
        assert ground < DARK if dark else ground > LIGHT, f"{page.url} in {scheme}: {ground}"
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{page.url} is {width} pixels wide on a phone"
    assert violations(page) == [], f"{page.url} on a phone"
    page.set_viewport_size(DESKTOP)


@pytest.fixture
def visitor(come: Come) -> Visitor:
    return come(viewport=DESKTOP)


@pytest.fixture
def alice(stage: Stage) -> Customer:
    """She has an order of each status."""
    alice = stage.customer()
    stage.store(alice.sub, id="01KB3X5YKYMBYYB3G1PS1TQR0A", addOns=["extra cheese"])
    stage.store(alice.sub, id="01KB3X5YKYMBYYB3G1PS1TQR0B", status="PAID", statusReason=None)
    stage.store(alice.sub, id="01KB3X5YKYMBYYB3G1PS1TQR0C", status="PENDING", statusReason=None)
    return alice


def test_pages_of_everybody(visitor: Visitor) -> None:
    page = visitor.open()
    expect(page.get_by_role("heading", name="Menu of Dominos")).to_be_visible()
    check(page)
    choose(page, quantity=2, add_ons=["chili"])
    check(page)
    for path, heading in (
        ("basket", "Your basket"),
        ("sign-in", "Sign in"),
        ("sign-up", "Make an account"),
        ("confirm", "Confirm your address"),
        ("forgotten-password", "Forgotten password"),
        ("nothing", "No such page"),
    ):
        page.goto(visitor.url + path)
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        check(page)


def test_pages_of_a_customer(visitor: Visitor, alice: Customer) -> None:
    page = visitor.open()
    sign_in(page, alice)
    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page.get_by_role("article")).to_have_count(3)
    check(page)
    for last, told in (
        ("C", PENDING),
        ("B", PAID),
        ("A", PAYMENT_FAILED),
    ):
        page.goto(f"{visitor.url}orders/01KB3X5YKYMBYYB3G1PS1TQR0{last}")
        expect_told(page, told)
        check(page)
    page.get_by_role("button", name="Delete the order").click()
    check(page)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Change the order").click()
    check(page)
    page.get_by_role("textbox", name="Quantity").fill("101")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_role("alert")).to_contain_text("The quantity must be")
    check(page)


def test_pages_of_staff(visitor: Visitor, stage: Stage) -> None:
    alice = stage.customer()
    stage.store(alice.sub, restaurantId="Thai Garden", name="Pad Thai", addOns=["chili", "peanuts"])
    page = visitor.open("staff")
    give_credentials(page, stage.staff("Thai Garden"))
    page.get_by_label("Restaurant").select_option("Thai Garden")
    expect(page.get_by_role("table")).to_be_visible()
    check(page)


def test_the_page_of_a_storefront_that_cannot_start(visitor: Visitor) -> None:
    visitor.context.route("**/config.json", lambda route: route.fulfill(body="{}"))
    page = visitor.open()
    expect(page.get_by_role("heading", name="The storefront cannot start")).to_be_visible()
    check(page)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, which can be seen."""
    for _ in range(MOST_TABS):
        if target.evaluate("(element) => element === document.activeElement"):
            assert page.evaluate(SHOWS_FOCUS), f"{target} does not show that it has the focus"
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not come to {target}")


SHOWS_FOCUS = """() => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
  return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
}"""


def test_a_pizza_is_ordered_by_keys_alone(visitor: Visitor, stage: Stage) -> None:
    alice = stage.customer()
    page = visitor.open()
    page.get_by_role("heading", name="Menu of Dominos").wait_for()
    press = page.keyboard.press

    # The first stop leads past the navigation.
    press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    press("Enter")
    pizza = page.get_by_role("article", name="Pizza", exact=True)
    tab_to(page, pizza.get_by_role("checkbox", name="olives"))
    press("Space")
    tab_to(page, pizza.get_by_role("button", name="One more"))
    press("Enter")
    tab_to(page, pizza.get_by_role("button", name="Add to basket"))
    press("Enter")
    expect(basket(page, 2)).to_be_visible()
    tab_to(page, page.get_by_role("complementary").get_by_role("link"))
    press("Enter")
    expect(page.get_by_role("heading", name="Your basket", level=1)).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Sign in to order"))
    press("Enter")
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(alice.email)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(alice.password)
    press("Enter")
    expect(page.get_by_role("heading", name="Your basket", level=1)).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Place the order"))
    press("Enter")
    expect_told(page, PAID)
    [order] = stage.orders(alice.sub).values()
    assert order["quantity"] == {"N": "2"}
    assert order["addOns"] == {"L": [{"S": "olives"}]}

    # A dialog keeps the focus, ends by Escape, and gives it back.
    delete = page.get_by_role("button", name="Delete the order")
    tab_to(page, delete)
    press("Enter")
    dialog = page.get_by_role("dialog", name="Delete this order?")
    expect(dialog.locator(":focus")).to_have_count(1)
    press("Escape")
    expect(dialog).to_have_count(0)
    expect(delete).to_be_focused()


def test_an_orders_outcome_is_spoken(visitor: Visitor, stage: Stage) -> None:
    """A live region has it that was there before: what a screen reader listens to."""
    alice = stage.customer()
    order_id = stage.store(alice.sub)
    page = visitor.open()
    sign_in(page, alice)
    page.goto(f"{visitor.url}orders/{order_id}")
    expect_told(page, PAYMENT_FAILED)
    page.evaluate(LISTEN)
    page.get_by_role("button", name="Try the payment again").click()
    expect_told(page, PAID)
    page.wait_for_function("window.spoken.some((text) => text.includes('The payment is taken'))")


LISTEN = """() => {
  window.spoken = [];
  const live = '[aria-live=polite], [role=status], [role=alert]';
  for (const region of document.querySelectorAll(live)) {
    new MutationObserver(() => window.spoken.push(region.innerText))
      .observe(region, { childList: true, subtree: true, characterData: true });
  }
}"""


@pytest.fixture
def phone(come: Come) -> Visitor:
    return come(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=3)


def test_a_pizza_is_ordered_on_a_phone(phone: Visitor, stage: Stage) -> None:
    alice = stage.customer()
    page = phone.open()
    pizza = page.get_by_role("article", name="Pizza", exact=True)
    pizza.get_by_role("checkbox", name="mushrooms").tap()
    pizza.get_by_role("button", name="Add to basket").tap()
    page.get_by_role("complementary").get_by_role("link").tap()
    page.get_by_role("button", name="Sign in to order").tap()
    page.get_by_label("E-mail address").fill(alice.email)
    page.get_by_label("Password").fill(alice.password)
    page.get_by_role("button", name="Sign in", exact=True).tap()
    page.get_by_role("button", name="Place the order").tap()
    expect_told(page, PAID)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


@pytest.mark.parametrize("width", [320, 360, 390])
def test_nothing_moves_on_a_phone_whatever_becomes_of_an_order(
    width: int, come: Come, stage: Stage
) -> None:
    phone = come(viewport={"width": width, "height": PHONE["height"]}, is_mobile=True)
    page = phone.open()
    sign_in(page, stage.customer())
    with take_payment_that(stage, DECLINES_AT_FIRST):
        with nobody_consuming(stage):
            order(page)
            expect_told(page, BEING_SAVED)
        # Those who come complain of what moves.
        expect_told(page, "Reason: payment method declined")
        page.get_by_role("button", name="Try the payment again").click()
        expect_told(page, PAID)


def test_the_next_notice_moves_nothing_on_a_phone(come: Come) -> None:
    page = come(viewport={"width": 412, "height": 740}, is_mobile=True).open()
    dismiss = page.get_by_role("button", name="Dismiss")
    # That takes two lines, and the next one.
    choose(page, "Pizza Funghi")
    before = dismiss.bounding_box()
    choose(page)
    assert dismiss.bounding_box() == before
