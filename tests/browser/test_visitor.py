"""What would be wrong with the storefront is complained of: no test passes over it."""

import re

import pytest

from tests.browser.conftest import Come
from tests.e2e.stage import eventually


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.warn('deprecated')", "warning: deprecated"),
        ("console.error('broken')", "error: broken"),
        ("setTimeout(() => { throw new Error('nobody catches this'); })", "nobody catches this"),
        (
            "document.body.appendChild(document.createElement('script')).text = 'evil()'",
            "Content Security Policy",
        ),
        ("fetch('https://elsewhere.example/').catch(() => {})", "Content Security Policy"),
        (
            "document.body.insertBefore(document.createElement('p'), document.body.firstChild)"
            ".style.height = '300px'",
            r"layout shift of 0\.\d+",
        ),
    ],
)
def test_a_fault_is_complained_of(come: Come, script: str, complaint: str) -> None:
    visitor = come()
    page = visitor.open()
    page.get_by_role("main").wait_for()
    page.evaluate(script)

    def heard() -> list[str]:
        # Complaints come by a way of their own, which is gone while Playwright waits.
        page.wait_for_timeout(50)
        return visitor.complaints()

    assert eventually(heard, lambda seen: any(re.search(complaint, each) for each in seen))
    visitor.expect(complaint)
