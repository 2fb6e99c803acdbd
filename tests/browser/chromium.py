"""The machine's Chromium, driven by Playwright, whose own browsers are not needed."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# As Debian, Google and others install it.
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")


class NoChromium(Exception):
    """None is found; the message says what to do."""


def find() -> str:
    """The path of the one that CHROMIUM names, else of the first that there is.

    Raises:
        NoChromium: there is none, or CHROMIUM names nothing that runs.
    """
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else NAMES:
        if found := shutil.which(name):
            return found
    if named:
        raise NoChromium(f"CHROMIUM is {named}, which is no program.")
    raise NoChromium(
        "There is no Chromium: install one (Debian's chromium, Google's Chrome), or name one that "
        "is elsewhere (CHROMIUM=…)."
    )


@contextmanager
def chromium() -> Generator[Browser]:
    """One that runs, without a window.

    While it does, this thread has an event loop of Playwright's: `asyncio.run` is refused here.
    """
    # Its sandbox refuses to run as root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()
