"""The pages are served whole, to browsers alone, and nothing of what they show can be code."""

import re

import pytest

from tests.local.pages.conftest import Get

pytestmark = pytest.mark.cloud

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
PAGES = ("/", "/mailbox", "/flow", "/operations")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_its_own_scripts_alone(get: Get, path: str) -> None:
    page = get(path, **BROWSER)
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in page.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    for inline in (r"<style", r"\sstyle=", r"\son\w+=", r"<script[^>]*>[^<]"):
        assert not re.search(inline, page.text)


@pytest.mark.parametrize("path", PAGES)
def test_all_that_a_page_loads_is_there(get: Get, path: str) -> None:
    page = get(path, **BROWSER)
    loaded = re.findall(r'(?:src|href)="(/pages/[^"]+)"', page.text)
    scripts = [name for name in loaded if name.endswith(".mjs")]
    imported = [each for name in scripts for each in re.findall(r"from '([^']+)'", get(name).text)]
    assert {"/pages/pages.css", "/pages/icon.svg"} <= set(loaded)
    for name in {*loaded, *imported}:
        answer = get(name)
        kind = {"css": "/css", "mjs": "/javascript", "svg": "/svg+xml"}[name.rpartition(".")[2]]
        assert answer.headers["Content-Type"].endswith(kind), name
        # Saved is served: a browser asks each time whether it has changed.
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.text


@pytest.mark.parametrize("path", ["page.html", "__init__.py", "flow/observer.py", "../up.py"])
def test_nothing_else_is_served(get: Get, path: str) -> None:
    assert get(f"/pages/{path}").status == 404


def test_every_edge_that_orders_move_along_is_in_the_picture(get: Get) -> None:
    page, script = get("/flow", **BROWSER).text, get("/pages/flow/picture.mjs").text
    moved = set(re.findall(r"'([a-z]+-[a-z]+)'", script))
    drawn = set(re.findall(r'id="edge-([a-z-]+)"', page))
    assert moved <= drawn
    parts = set(re.findall(r'id="part-([a-z]+)"', page))
    assert {end for edge in drawn for end in edge.split("-")} == parts
