"""A session that ends in the middle: it is renewed where it can be, and the basket stays."""

import base64
import json
from typing import Any

from playwright.sync_api import Page, expect

from local.customers import Customer
from tests.browser.conftest import Come
from tests.browser.shopping import (
    PAID,
    choose,
    expect_told,
    give_credentials,
    go_to_basket,
    order,
    place,
    sign_in,
)
from tests.e2e.stage import Stage, eventually

FIND = "Object.keys(localStorage).find((key) => key.endsWith(kind))"


def stored(page: Page, kind: str) -> str:
    """The token of this kind that the browser keeps."""
    return page.evaluate(f"(kind) => localStorage.getItem({FIND})", f".{kind}")


def store(page: Page, kind: str, token: str) -> None:
    page.evaluate(f"([kind, token]) => localStorage.setItem({FIND}, token)", [f".{kind}", token])


def expired(token: str) -> str:
    """The token as it would be after its hour; no longer signed by anybody."""
    header, payload, signature = token.split(".")
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims |= {"exp": claims["iat"] - 1, "iat": claims["iat"] - 3601}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{payload}.{signature}"


def let_expire(page: Page) -> str:
    """The access token as it is after its hour."""
    token = expired(stored(page, "accessToken"))
    store(page, "accessToken", token)
    store(page, "idToken", expired(stored(page, "idToken")))
    return token


def sign_in_live(page: Page, customer: Customer) -> None:
    """Sign in, and be told of orders live: nothing asks for a token by itself after that."""
    told: list[str] = []

    def hear(frame: str | bytes) -> None:
        told.append(str(frame))

    def listen() -> bool:
        page.wait_for_timeout(0)  # Playwright calls `hear` while it is called itself.
        return any("start_ack" in frame for frame in told)

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    sign_in(page, customer)
    assert eventually(listen, bool)


def test_an_expired_token_is_renewed_unseen(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    page = come().open()
    sign_in_live(page, alice)
    token = let_expire(page)
    order(page)
    expect_told(page, PAID)
    assert stored(page, "accessToken") != token
    page.reload()
    expect_told(page, PAID)


def test_a_token_that_the_api_refuses_is_renewed_unseen(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    visitor.expect("status of 401")
    page = visitor.open()
    sign_in_live(page, alice)
    token = stored(page, "accessToken")
    store(page, "accessToken", token[:-8] + "AAAAAAAA")
    order(page)
    expect_told(page, PAID)


def test_a_session_that_cannot_be_renewed_ends_but_the_basket_stays(
    come: Come, stage: Stage
) -> None:
    alice = stage.customer()
    visitor = come()
    visitor.expect("status of 400")
    page = visitor.open()
    sign_in_live(page, alice)
    choose(page, quantity=2, add_ons=["olives"])
    go_to_basket(page)
    let_expire(page)
    # As an operator's sign-out of all devices, or 30 days, leave it.
    store(page, "refreshToken", "revoked")
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("main").get_by_role("link", name="Sign in", exact=True).click()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    assert stage.orders(alice.sub) == {}

    give_credentials(page, alice)
    expect(page.get_by_role("heading", name="Your basket", level=1)).to_be_visible()
    place(page)
    expect(page.get_by_role("heading", name="2 × Pizza", level=1)).to_be_visible()
    expect_told(page, PAID)
    assert len(stage.orders(alice.sub)) == 1


def test_signing_out_leaves_nothing_of_the_customer(come: Come, stage: Stage) -> None:
    alice = stage.customer()
    visitor = come()
    page = visitor.open()
    sign_in(page, alice)
    order(page)
    expect_told(page, PAID)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert alice.email not in kept
    assert "eyJ" not in kept
    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    bob = stage.customer()
    give_credentials(page, bob)
    expect(page.get_by_text("You have not ordered yet.")).to_be_visible()
