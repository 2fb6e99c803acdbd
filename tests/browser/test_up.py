"""What a newcomer does with `make up`: opens what it prints, signs in, and orders a pizza."""

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from local.cloud import free_port
from local.storefront import build
from tests.browser.chromium import chromium
from tests.browser.shopping import PAID, expect_told, order
from tests.browser.visitor import Visitor
from tests.local.commands import copy_program
from tests.local.processes import ROOT, Run, run_python


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy, with a storefront that is built; its payments are accepted."""
    build()
    program = copy_program(tmp_path / "program")
    unneeded = shutil.ignore_patterns("node_modules", "src")
    shutil.copytree(ROOT / "storefront", program / "storefront", ignore=unneeded)
    shutil.copy2(ROOT / "package-lock.json", program)
    with (program / "Pulumi.local.yaml").open("a") as stage:
        stage.write('  orderflow:paymentSuccessRate: "1"\n')
    return program


@pytest.fixture
def up(tmp_path: Path, program: Path) -> Iterator[Run]:
    names = ("--port", "--aws-port", "--storefront-port")
    ports = [part for name in names for part in (name, str(free_port()))]
    run = run_python(tmp_path, "-m", "local", "up", *ports, cwd=program)
    yield run
    run.end()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_a_printed_customer_orders_a_pizza_and_sees_it_paid(up: Run, browser: Browser) -> None:
    up.wait_for("Ctrl-C stops everything.")
    [url] = re.findall(r"^storefront +(\S+)$", up.stdout, re.MULTILINE)
    [(email, password)] = re.findall(r"^ +(alice@\S+)  (\S+)$", up.stdout, re.MULTILINE)
    alice = Visitor(browser.new_context(locale="en-GB"), url)
    page = alice.open()
    page.get_by_role("link", name="Sign in", exact=True).first.click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    order(page)
    expect_told(page, PAID)
    expect(page.get_by_role("contentinfo")).to_contain_text("Stage local")
    assert alice.complaints() == []
    alice.leave()

    up.signal(signal.SIGINT)
    assert up.exit_code == 0, up.stderr
    assert up.alive() == []
