"""From a menu to a paid order, whatever is pressed twice, declined or lost on the way."""

import re
import uuid
from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Come
from tests.browser.shopping import (
    PAID,
    PAYMENT_FAILED,
    basket,
    choose,
    expect_told,
    go_to_basket,
    id_of,
    order,
    place,
    sign_in,
)
from tests.browser.visitor import Visitor
from tests.e2e.faults import DECLINES_AT_FIRST, nobody_consuming, take_payment_that
from tests.e2e.stage import Stage

PASSWORD = "Correct-horse-9"


def read_code(visitor: Visitor, page: Page, email: str) -> str:
    """The newest code that was mailed to this address, as the mailbox's page shows it."""
    with visitor.context.expect_page() as opened:
        page.get_by_role("main").get_by_role("link", name="Mailbox of the embedded cloud").click()
    mailbox = opened.value
    mailbox.get_by_label("Filter by address or text").fill(email)
    mailbox.get_by_role("button", name=re.compile(re.escape(email))).first.click()
    code = mailbox.get_by_role("article").get_by_text(re.compile(r"^\d{6}$")).inner_text()
    mailbox.close()
    return code


def test_from_signing_up_to_a_paid_order(come: Come) -> None:
    visitor = come()
    page = visitor.open()
    email = f"{uuid.uuid4().hex}@customers.example"

    choose(page, "Pizza", quantity=2, add_ons=["extra cheese"])
    go_to_basket(page)
    page.get_by_role("button", name="Sign in to order").click()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    page.get_by_label("Confirmation code").fill(read_code(visitor, page, email))
    page.get_by_role("button", name="Confirm", exact=True).click()

    # Signed in, and back where the way began, with the basket as it was.
    expect(page.get_by_role("heading", name="Your basket", level=1)).to_be_visible()
    place(page)
    expect(page.get_by_role("heading", name="2 × Pizza", level=1)).to_be_visible()
    expect_told(page, PAID)
    expect(basket(page, 0)).to_be_visible()
    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("Dominos · extra cheese")
    expect(page.get_by_role("article")).to_contain_text("Paid")


def test_a_forgotten_password_is_set_anew(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    page = visitor.open("sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(alice.email)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Confirmation code").fill(read_code(visitor, page, alice.email))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your new password is set.")).to_be_visible()

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_wrong_password_is_told_and_may_be_corrected(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    visitor.expect("status of 400")
    page = visitor.open("sign-in")
    page.get_by_label("E-mail address").fill(alice.email)
    page.get_by_label("Password").fill("Wrong-horse-9")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    page.get_by_label("Password").fill(alice.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_declined_payment_is_tried_again(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    page = come().open()
    sign_in(page, alice)
    with take_payment_that(stage, DECLINES_AT_FIRST):
        order(page)
        expect_told(page, PAYMENT_FAILED)
        expect_told(page, "Reason: payment method declined")
        page.get_by_role("button", name="Try the payment again").click()
        expect_told(page, PAID)
    expect(page.get_by_role("button", name="Try the payment again")).to_have_count(0)
    assert stage.orders(alice.sub)[id_of(page)]["status"] == {"S": "PAID"}


def test_a_double_press_is_one_order(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    page = come().open()
    sign_in(page, alice)
    choose(page)
    go_to_basket(page)
    page.get_by_role("button", name="Place the order").dblclick()
    expect_told(page, PAID)
    stage.settle()
    assert list(stage.orders(alice.sub)) == [id_of(page)]


def lose_answers(visitor: Visitor, stage: Stage, operation: str) -> list[str]:
    """The API does what it is asked to, and nobody hears of it; what was asked."""
    asked: list[str] = []

    def lose(route: Route) -> None:
        body = route.request.post_data or ""
        if operation not in body:
            route.fallback()
            return
        asked.append(body)
        route.fetch()
        route.abort()

    visitor.context.route(stage.outputs["graphqlUrl"], lose)
    visitor.expect("net::ERR_FAILED")
    return asked


@contextmanager
def holding(visitor: Visitor, stage: Stage, said: str) -> Generator[None]:
    """Requests to the API that say this get no answer meanwhile."""

    def hold(route: Route) -> None:
        if said not in (route.request.post_data or ""):
            route.continue_()

    visitor.context.route(stage.outputs["graphqlUrl"], hold)
    yield
    # What waits goes on.
    visitor.context.unroute(stage.outputs["graphqlUrl"])


def test_a_lost_answer_is_one_order_however_often_it_is_pressed(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    page = visitor.open()
    sign_in(page, alice)
    choose(page)
    go_to_basket(page)
    asked = lose_answers(visitor, stage, "placeOrder")
    page.get_by_role("button", name="Place the order").click()
    expect_told(page, "it will not be ordered twice")
    # Nor is it where the browser was closed in between.
    page.reload()
    page.get_by_role("button", name="Place the order").click()
    expect_told(page, "it will not be ordered twice")
    visitor.context.unroute(stage.outputs["graphqlUrl"])
    place(page)

    expect_told(page, PAID)
    assert len(asked) == 2
    stage.settle()
    assert list(stage.orders(alice.sub)) == [id_of(page)]
    assert len(stage.payments(id_of(page), alice.sub)) == 1


def test_what_the_api_refuses_is_told_where_it_belongs(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    page = come().open()
    sign_in(page, alice)
    choose(page, quantity=100)
    go_to_basket(page)
    quantity = page.get_by_role("textbox", name="Quantity")
    quantity.fill("101")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("alert")).to_contain_text("The quantity must be")
    assert quantity.get_attribute("aria-invalid") == "true"
    quantity.fill("3")
    place(page)
    expect(page.get_by_role("heading", name="3 × Pizza", level=1)).to_be_visible()


def test_several_dishes_are_an_order_each(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    page = come().open()
    choose(page, "Pizza Funghi")
    page.get_by_role("navigation", name="Restaurants").get_by_role(
        "link", name=re.compile("^Kyoto")
    ).click()
    expect(page.get_by_role("heading", name="Menu of Kyoto")).to_be_visible()
    choose(page, "Sushi", quantity=2, add_ons=["wasabi", "ginger"])
    sign_in(page, alice)
    go_to_basket(page)
    page.get_by_role("button", name="Place 2 orders").click()
    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()
    expect(page.get_by_role("article").get_by_text("Paid")).to_have_count(2)
    sushi = page.get_by_role("article").filter(has_text="2 × Sushi")
    expect(sushi).to_contain_text("Kyoto · wasabi · ginger")


def test_what_is_placed_stays_until_all_of_it_is_answered(come: Come, stage: Stage) -> None:
    visitor = come()
    page = visitor.open()
    choose(page)
    choose(page, "Pizza Funghi")
    sign_in(page, stage.customer())
    go_to_basket(page)
    with holding(visitor, stage, "Funghi"):
        page.get_by_role("button", name="Place 2 orders").click()
        # The basket itself has what is not answered yet.
        expect(basket(page, 1)).to_be_visible()
        expect(page.get_by_role("button", name="Placing")).to_be_visible()
        expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("article").get_by_text("Paid")).to_have_count(2)


def test_what_is_not_saved_yet_is_listed_all_the_same(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    page = come().open()
    choose(page)
    choose(page, "Pizza Funghi")
    sign_in(page, alice)
    go_to_basket(page)
    with nobody_consuming(stage):
        page.get_by_role("button", name="Place 2 orders").click()
        expect(page.get_by_role("heading", name="Your orders")).to_be_visible()
        expect(page.get_by_role("article").get_by_text("Pending")).to_have_count(2)
        assert stage.orders(alice.sub) == {}
    # Where they are, as no move of the layout is complained of.
    expect(page.get_by_role("article").get_by_text("Paid")).to_have_count(2)


def test_a_deleted_order_is_gone(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    page = come().open()
    sign_in(page, alice)
    order_id = order(page)
    expect_told(page, PAID)
    page.get_by_role("button", name="Delete the order").click()
    dialog = page.get_by_role("dialog", name="Delete this order?")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Delete the order").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("You have not ordered yet.")).to_be_visible()
    assert "deletedAt" in stage.orders(alice.sub)[order_id]
    # One that was placed long ago: a new one might be on its way to the table still.
    page.goto(page.url + "/01KB3X5YKYMBYYB3G1PS1TQR0W")
    expect(page.get_by_role("heading", name="You have no such order.")).to_be_visible()


def test_a_long_history_is_read_page_by_page(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    for number in range(25):
        stage.store(
            alice.sub, name=f"Pizza {number}", placedAt=f"2026-01-01T12:00:{number:02}.000Z"
        )
    page = visitor.open()
    sign_in(page, alice)
    page.get_by_role("link", name="Orders", exact=True).click()
    rows = page.get_by_role("article")
    expect(rows).to_have_count(20)
    expect(rows.first).to_contain_text("Pizza 24")
    footer = page.get_by_role("contentinfo")
    footer.scroll_into_view_if_needed()
    with holding(visitor, stage, "listOrders"):
        page.get_by_role("button", name="Show more").click()
        # It makes room at once, and not when somebody reads or presses there.
        expect(footer).not_to_be_in_viewport()
    expect(rows).to_have_count(25)
    expect(rows.last).to_contain_text("Pizza 0")
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    expect(footer).not_to_be_in_viewport()
