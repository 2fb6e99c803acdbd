"""The machine's Chromium, driven by Playwright, whose own browsers are not needed."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# As Debian, Google and others install it.
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
NONE = (
    "There is no Chromium: install one (Debian: apt-get install chromium), or name one: CHROMIUM=…"
)


class NoChromium(Exception):
    """None is found."""

    def __init__(self, message: str = NONE) -> None:
        super().__init__(message)


def find() -> str:
    """The path of the one that CHROMIUM names, else of the first that there is.

    Raises:
        NoChromium: there is none.
        FileNotFoundError: CHROMIUM names nothing that runs.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise FileNotFoundError(f"CHROMIUM is {named}, which is no program.")
        return found
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise NoChromium


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
