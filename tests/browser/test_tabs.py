"""One customer in two tabs: what changes in one is seen in the other, and no change is lost."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Come
from tests.browser.shopping import PAID, basket, choose, expect_told, order, sign_in
from tests.e2e.stage import Stage


def begin_to_change(page: Page, quantity: int) -> None:
    page.get_by_role("button", name="Change the order").click()
    page.get_by_role("textbox", name="Quantity").fill(str(quantity))


def test_a_conflict_is_shown_as_what_it_is(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub, quantity=1)
    visitor = come()
    first = visitor.open()
    sign_in(first, alice)
    first.goto(f"{visitor.url}orders/{order_id}")
    second = visitor.open(f"orders/{order_id}")
    begin_to_change(first, 2)
    begin_to_change(second, 3)

    first.get_by_role("button", name="Save the change").click()
    expect(first.get_by_role("heading", name="2 × Pizza", level=1)).to_be_visible()
    second.get_by_role("button", name="Save the change").click()

    conflict = second.get_by_role("alert").filter(
        has=second.get_by_role("heading", name="The order was changed meanwhile")
    )
    expect(conflict).to_contain_text("Your change")
    expect(conflict).to_contain_text("Quantity: 3")
    expect(conflict).to_contain_text("As it is now")
    expect(conflict).to_contain_text("Quantity: 2")
    assert stage.orders(alice.sub)[order_id]["quantity"] == {"N": "2"}
    second.get_by_role("button", name="Apply my change all the same").click()
    expect(second.get_by_role("heading", name="3 × Pizza", level=1)).to_be_visible()
    expect(first.get_by_role("heading", name="3 × Pizza", level=1)).to_be_visible()
    stored = stage.orders(alice.sub)[order_id]
    assert (stored["quantity"], stored["version"]) == ({"N": "3"}, {"N": "3"})


def test_a_change_may_be_given_up_for_the_other(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub, quantity=1)
    visitor = come()
    page = visitor.open()
    sign_in(page, alice)
    page.goto(f"{visitor.url}orders/{order_id}")
    begin_to_change(page, 3)
    elsewhere = visitor.open(f"orders/{order_id}")
    elsewhere.get_by_role("button", name="Try the payment again").click()
    expect_told(elsewhere, PAID)

    page.get_by_role("button", name="Save the change").click()
    expect_told(page, "It is paid now and cannot be changed any more.")
    page.get_by_role("button", name="Close").click()
    expect_told(page, PAID)
    assert stage.orders(alice.sub)[order_id]["quantity"] == {"N": "1"}


def test_what_happens_in_one_tab_is_seen_in_the_other(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    acting = visitor.open()
    sign_in(acting, alice)
    watching = visitor.open("orders")
    expect(watching.get_by_text("You have not ordered yet.")).to_be_visible()

    order_id = order(acting)
    row = watching.get_by_role("article").filter(has_text="1 × Pizza")
    expect(row.get_by_text("Paid", exact=True)).to_be_visible()
    assert list(stage.orders(alice.sub)) == [order_id]

    acting.get_by_role("button", name="Delete the order").click()
    acting.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(watching.get_by_text("You have not ordered yet.")).to_be_visible()


def test_there_is_one_basket_and_one_session(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    first, second = visitor.open(), visitor.open()
    choose(first, "Pizza Funghi", quantity=2)
    expect(basket(second, 2)).to_be_visible()
    sign_in(second, alice)
    expect(first.get_by_role("button", name="Sign out")).to_be_visible()
    first.get_by_role("button", name="Sign out").click()
    expect(second.get_by_role("link", name="Sign in", exact=True).first).to_be_visible()


def test_nobody_elses_orders_are_told(come: Come, stage: Stage) -> None:
    alice, bob = stage.customer(), stage.customer()
    of_alice = come().open()
    sign_in(of_alice, alice)
    order_id = order(of_alice)
    expect_told(of_alice, PAID)

    visitor = come()
    of_bob = visitor.open()
    sign_in(of_bob, bob)
    of_bob.goto(f"{visitor.url}orders/{order_id}")
    # For a while it might be on its way to the table.
    expect(of_bob.get_by_role("heading", level=1)).to_have_text(
        re.compile("^(Order|You have no such order.)$")
    )
    of_bob.get_by_role("link", name="Orders", exact=True).click()
    expect(of_bob.get_by_text("You have not ordered yet.")).to_be_visible()
