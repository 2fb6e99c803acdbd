"""One embedded cloud, and the storefront as `make up` serves it, for browsers that come to it."""

import functools
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from local.embedded_cloud import STAGE, EmbeddedCloud
from local.storefront import Storefront, build
from outputs.config import storefront_config
from tests.browser.chromium import NoChromium, chromium, find
from tests.browser.visitor import WITHIN_MILLISECONDS, Visitor
from tests.e2e.stage import Stage

Come = Callable[..., Visitor]

expect.set_options(timeout=WITHIN_MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if "tests/browser" in item.path.as_posix()]
    for item in here:
        item.add_marker(pytest.mark.cloud)
        if missing := _missing():
            item.add_marker(pytest.mark.skip(reason=missing))


@functools.cache
def _missing() -> str | None:
    """Why no browser can come."""
    try:
        find()
    except NoChromium as missing:
        # What is named is wanted.
        if "CHROMIUM" in os.environ:
            raise pytest.UsageError(str(missing)) from missing
        return str(missing)
    return None


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """All payments are accepted."""
    with EmbeddedCloud() as cloud:
        outputs = cloud.deploy({"paymentSuccessRate": 1})
        yield Stage(cloud=cloud, outputs=outputs, success_rate=1)


@pytest.fixture(scope="session")
def storefront(stage: Stage) -> Iterator[Storefront]:
    build()
    with Storefront(lambda: storefront_config(stage.outputs, stage=STAGE)) as storefront:
        yield storefront


# Playwright has an event loop in this thread as long as it runs, and other tests have theirs.
@pytest.fixture(scope="module")
def browser(storefront: Storefront) -> Iterator[Browser]:  # noqa: ARG001 (deploys without a loop)
    with chromium() as browser:
        yield browser


@pytest.fixture
def come(
    browser: Browser, storefront: Storefront, request: pytest.FixtureRequest
) -> Iterator[Come]:
    """Has a visitor come, with options of a browser context; none may leave with a complaint."""
    visitors: list[Visitor] = []
    failed_before = request.session.testsfailed

    def come(**options: Any) -> Visitor:
        context = browser.new_context(locale="en-GB", **options)
        visitors.append(Visitor(context, storefront.url))
        return visitors[-1]

    yield come
    if request.session.testsfailed > failed_before:
        for visitor in visitors:
            print(visitor.seen())  # noqa: T201 (pytest shows it with the failure)
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints()]
    for visitor in visitors:
        visitor.leave()
    assert not complaints, "\n".join(complaints)
