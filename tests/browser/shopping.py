"""What a customer does at the storefront, by the names of what is to be seen there."""

import re
from collections.abc import Iterable

from playwright.sync_api import Locator, Page, expect

from local.customers import Customer

# What an order's page says of its status.
BEING_SAVED = "The order is accepted and is being saved."
PENDING = "The payment is under way."
PAID = "The payment is taken, and the restaurant has your order."
PAYMENT_FAILED = "The order is not paid."


def sign_in(page: Page, customer: Customer) -> None:
    page.get_by_role("link", name="Sign in", exact=True).first.click()
    give_credentials(page, customer)


def give_credentials(page: Page, customer: Customer) -> None:
    """Fill the form in, and wait until that was right."""
    page.get_by_label("E-mail address").fill(customer.email)
    page.get_by_label("Password").fill(customer.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def choose(
    page: Page, dish: str = "Pizza", *, quantity: int = 1, add_ons: Iterable[str] = ()
) -> None:
    """Put it into the basket from the open restaurant's menu."""
    article = page.get_by_role("article", name=dish, exact=True)
    for add_on in add_ons:
        article.get_by_role("checkbox", name=add_on).check()
    article.get_by_role("textbox", name="Quantity").fill(str(quantity))
    article.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_text(f"{quantity} × {dish} added to your basket")).to_be_visible()


def basket(page: Page, items: int) -> Locator:
    """The link to it, which says how many things are in it."""
    return page.get_by_role("link", name=re.compile(f"^Basket ?, {items} item"))


def go_to_basket(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Basket")).click()
    expect(page.get_by_role("heading", name="Your basket", level=1)).to_be_visible()


def place(page: Page) -> None:
    """Order what is in the basket, one dish, and wait for the order's page."""
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ × "), level=1)).to_be_visible()


def order(page: Page) -> str:
    """Order a pizza; the order's id."""
    choose(page)
    go_to_basket(page)
    place(page)
    return id_of(page)


def id_of(page: Page) -> str:
    """Of the order whose page this is."""
    return page.url.rpartition("/")[2]


def expect_told(page: Page, text: str) -> None:
    """The page says so, by itself, sooner or later."""
    expect(page.get_by_role("main").get_by_text(text)).to_be_visible()
