"""Staff see what is ordered at their restaurant, and nobody else does."""

from playwright.sync_api import expect

from tests.browser.conftest import Come
from tests.browser.shopping import sign_in
from tests.e2e.stage import Stage

# One of the menu, where no other test orders.
RESTAURANT = "Beirut"


def test_staff_see_their_restaurants_orders_by_status(come: Come, stage: Stage) -> None:
    chef, alice = stage.staff(RESTAURANT), stage.customer()
    stage.store(alice.sub, name="Falafel", restaurantId=RESTAURANT)
    stage.store(alice.sub, name="Hummus", restaurantId=RESTAURANT, status="PAID")
    stage.store(alice.sub, name="Pizza", restaurantId="Dominos", status="PAID")
    page = come().open()
    sign_in(page, chef)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Restaurant").click()
    page.get_by_label("Restaurant").select_option(RESTAURANT)
    rows = page.get_by_role("table", name=f"Orders at {RESTAURANT}").get_by_role("row")
    # With the one of the headings.
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="Falafel")).to_contain_text("Payment failed")
    expect(rows.filter(has_text="Hummus")).to_contain_text("Paid")

    page.get_by_role("radio", name="Paid", exact=True).check()
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("Hummus")

    stage.store(alice.sub, name="Tabouleh", restaurantId=RESTAURANT, status="PAID")
    page.get_by_role("button", name="Refresh").click()
    expect(rows.filter(has_text="Tabouleh")).to_be_visible()

    # What is chosen survives a reload; what is another restaurant's is refused.
    page.reload()
    expect(rows).to_have_count(3)
    page.get_by_label("Restaurant").select_option("Kyoto")
    expect(page.get_by_role("alert")).to_have_text("You are not staff of Kyoto.")
    expect(page.get_by_role("table")).to_have_count(0)


def test_a_customer_is_no_staff(come: Come, stage: Stage) -> None:
    visitor = come()
    page = visitor.open()
    sign_in(page, stage.customer())
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation.get_by_role("link", name="Restaurant")).to_have_count(0)
    page.goto(f"{visitor.url}staff")
    expect(page.get_by_text("This page is for the staff of a restaurant.")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
