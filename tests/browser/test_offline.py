"""Without the network the storefront says so; once it is back, nothing is missed or done twice."""

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Come
from tests.browser.shopping import (
    PAID,
    PAYMENT_FAILED,
    choose,
    expect_told,
    go_to_basket,
    id_of,
    place,
    sign_in,
)
from tests.browser.visitor import Visitor
from tests.e2e.stage import Stage

OFFLINE = "Offline: what you see may be old"


def go_offline(visitor: Visitor, page: Page) -> None:
    visitor.expect("net::ERR_INTERNET_DISCONNECTED")
    visitor.context.set_offline(True)
    expect(page.get_by_role("status", name="Connection")).to_have_text(OFFLINE)


def come_back(visitor: Visitor, page: Page) -> None:
    visitor.context.set_offline(False)
    expect(page.get_by_role("status", name="Connection")).to_be_empty()


def test_what_happened_meanwhile_is_seen_after_coming_back(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub)
    visitor, elsewhere = come(), come()
    page = visitor.open()
    sign_in(page, alice)
    page.goto(f"{visitor.url}orders/{order_id}")
    expect_told(page, PAYMENT_FAILED)
    go_offline(visitor, page)

    other = elsewhere.open()
    sign_in(other, alice)
    other.goto(f"{elsewhere.url}orders/{order_id}")
    other.get_by_role("button", name="Try the payment again").click()
    expect_told(other, PAID)
    expect_told(page, PAYMENT_FAILED)

    come_back(visitor, page)
    expect_told(page, PAID)


def test_an_order_of_an_offline_customer_is_kept_and_placed_later(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    page = visitor.open()
    sign_in(page, alice)
    choose(page)
    go_to_basket(page)
    go_offline(visitor, page)
    page.get_by_role("button", name="Place the order").click()
    expect_told(page, "it will not be ordered twice")
    assert stage.orders(alice.sub) == {}

    come_back(visitor, page)
    place(page)
    expect_told(page, PAID)
    stage.settle()
    assert list(stage.orders(alice.sub)) == [id_of(page)]


def test_updates_come_again_after_their_connection_was_lost(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    order_id = stage.store(alice.sub)
    visitor = come()
    connections: list[WebSocketRoute] = []

    def connect(connection: WebSocketRoute) -> None:
        connection.connect_to_server()
        connections.append(connection)

    visitor.context.route_web_socket(stage.outputs["realtimeUrl"] + "**", connect)
    page = visitor.open()
    sign_in(page, alice)
    page.get_by_role("link", name="Orders", exact=True).click()
    row = page.get_by_role("article")
    expect(row.get_by_text("Payment failed")).to_be_visible()
    # As AppSync does after a day, and what is in between whenever it likes.
    before = list(connections)
    assert before
    for connection in before:
        connection.close(code=1001, reason="going away")

    other = visitor.open(f"orders/{order_id}")
    other.get_by_role("button", name="Try the payment again").click()
    expect_told(other, PAID)
    expect(row.get_by_text("Paid", exact=True)).to_be_visible()
    expect(page.get_by_role("status", name="Connection")).to_be_empty()
    assert len(connections) > len(before)
