"""Takes the README's pictures of the storefront: `make screenshots`."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from local.cloud import CloudError
from local.customers import Accounts, Customer
from local.embedded_cloud import STAGE, EmbeddedCloud
from local.running import PASSWORDS
from local.storefront import ROOT, Storefront, build
from local.up import CUSTOMERS
from outputs.config import storefront_config
from tests.browser.chromium import NoChromium, chromium, find
from tests.browser.shopping import (
    PAID,
    PAYMENT_FAILED,
    choose,
    expect_told,
    give_credentials,
    order,
    sign_in,
)
from tests.browser.visitor import Visitor
from tests.e2e.stage import Stage

PICTURES = ROOT / "storefront" / "screenshots"
DESKTOP: ViewportSize = {"width": 1180, "height": 760}
PHONE: ViewportSize = {"width": 390, "height": 760}


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    try:
        find()
        take_pictures()
    except (NoChromium, CloudError) as wrong:
        print(wrong, file=sys.stderr)  # noqa: T201 (the one message that says what is wrong)
        return 1
    return 0


def take_pictures() -> None:
    build()
    with EmbeddedCloud() as cloud:
        outputs = cloud.deploy({"paymentSuccessRate": 1})
        stage = Stage(cloud=cloud, outputs=outputs, success_rate=1)
        with (
            Storefront(lambda: storefront_config(outputs, stage=STAGE)) as storefront,
            chromium() as browser,
        ):
            take_customers(browser, storefront.url, stage)
            take_staffs(browser, storefront.url, stage)


def take_customers(browser: Browser, url: str, stage: Stage) -> None:
    """The menu, a paid order, and on a phone in the dark the history with a failed payment."""
    alice = customer(stage, "alice")
    visitor = Visitor(browser.new_context(viewport=DESKTOP, locale="en-GB"), url)
    page = visitor.open()
    choose(page, "Pizza Funghi", quantity=2, add_ons=["extra cheese", "olives"])
    take(page, "menu")
    page.get_by_role("complementary").get_by_role("link").click()
    page.get_by_role("button", name="Sign in to order").click()
    give_credentials(page, alice)
    page.get_by_role("button", name="Place the order").click()
    expect_told(page, PAID)
    take(page, "paid")
    visitor.leave()

    failed = stage.store(alice.sub, name="Pad Thai", restaurantId="Thai Garden", quantity=1)
    phone = browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, color_scheme="dark", locale="en-GB"
    )
    visitor = Visitor(phone, url)
    page = visitor.open(f"orders/{failed}")
    give_credentials(page, alice)
    expect_told(page, PAYMENT_FAILED)
    take(page, "phone")
    visitor.leave()


def take_staffs(browser: Browser, url: str, stage: Stage) -> None:
    """What is ordered at a restaurant."""
    bob, chef = customer(stage, "bob"), customer(stage, "staff")
    visitor = Visitor(browser.new_context(viewport=DESKTOP, locale="en-GB"), url)
    page = visitor.open()
    sign_in(page, bob)
    order(page)
    expect_told(page, PAID)
    visitor.leave()
    stage.store(bob.sub, name="Garlic Bread", quantity=3)

    visitor = Visitor(browser.new_context(viewport=DESKTOP, locale="en-GB"), url)
    page = visitor.open("staff")
    give_credentials(page, chef)
    page.get_by_role("table").wait_for()
    take(page, "staff")
    visitor.leave()


def customer(stage: Stage, name: str) -> Customer:
    """One of those that `make up` prints; `staff` works where these pictures' orders go."""
    accounts = Accounts(
        stage.cloud.aws, stage.cloud.mailbox, stage.outputs, stage.cloud.folder / PASSWORDS
    )
    return accounts.sign_in(name, staff_of=CUSTOMERS[name])


def take(page: Page, name: str) -> None:
    """The page from its top, without what comes and goes."""
    picture: Path = PICTURES / f"{name}.png"
    for notice in page.get_by_role("button", name="Dismiss").all():
        notice.click()
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    page.screenshot(path=picture, animations="disabled", caret="hide")


if __name__ == "__main__":
    sys.exit(main())
