"""A person with a browser of their own, who is told of all that it complains of."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page

# Chromium's own limit for a good page is 0.1; nothing here needs to move at all.
LAYOUT_SHIFT = 0.01
# A machine may be busy with something else; what comes never is only told later for it.
WITHIN_MILLISECONDS = 60_000
WATCH_LAYOUT = """
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    if (!shift.hadRecentInput) {
      const moved = shift.sources
        .map(({ node, previousRect: { y }, currentRect }) =>
          `${node?.outerHTML?.slice(0, 80)} from y ${y} to ${currentRect.y}`)
        .join(' | ');
      window.layoutShifted(shift.value, moved);
    }
  }
}).observe({ type: 'layout-shift', buffered: true });
"""


class Visitor:
    """One browser context: its tabs share what is stored, and nobody else has it.

    Args:
        url: of the storefront, with a slash at its end.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self._complaints: list[str] = []
        self._expected: list[str] = []
        context.set_default_timeout(WITHIN_MILLISECONDS)
        context.on("console", self._hear)
        context.on("weberror", lambda failure: self._complaints.append(str(failure.error)))
        context.expose_function("layoutShifted", self._see_shift)
        context.add_init_script(WATCH_LAYOUT)

    def open(self, path: str = "") -> Page:
        """A new tab, at an address of the storefront's."""
        page = self.context.new_page()
        page.goto(self.url + path)
        return page

    def expect(self, complaint: str) -> None:
        """Chromium will complain of what the test does: a pattern of its words."""
        self._expected.append(complaint)

    def complaints(self) -> list[str]:
        """Warnings and errors of the console, uncaught errors, and moves of the layout."""
        return [
            complaint
            for complaint in self._complaints
            if not any(re.search(pattern, complaint) for pattern in self._expected)
        ]

    def leave(self) -> None:
        self.context.close()

    def seen(self) -> str:
        """What a screen reader would read in each tab."""
        pages: list[str] = []
        for page in self.context.pages:
            try:
                pages.append(f"{page.url}\n{page.locator('body').aria_snapshot(timeout=5000)}")
            except Error as error:
                pages.append(f"{page.url}\n{error}")
        return "\n\n".join(pages)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            where: Any = message.location
            self._complaints.append(f"{message.type}: {message.text} ({where.get('url', '')})")

    def _see_shift(self, value: float, moved: str) -> None:
        if value >= LAYOUT_SHIFT:
            self._complaints.append(f"layout shift of {value:.3f}: {moved}")
