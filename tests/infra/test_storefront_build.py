"""Which files are served, as what, and for how long."""

from pathlib import Path

import pytest

from infra.storefront_build import StorefrontBuildError, built_files
from preview.recording import BUILD


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<!doctype html>")
    return tmp_path


def add(dist: Path, path: str) -> None:
    (dist / path).parent.mkdir(exist_ok=True)
    (dist / path).write_bytes(b"")


def test_each_file_is_served_as_what_it_is(dist: Path) -> None:
    for path in ("assets/a-1.js", "assets/a-1.css", "assets/font-1.woff2", "favicon.svg"):
        add(dist, path)
    assert {each.path: each.content_type for each in built_files(dist)} == {
        "assets/a-1.css": "text/css; charset=utf-8",
        "assets/a-1.js": "text/javascript; charset=utf-8",
        "assets/font-1.woff2": "font/woff2",
        "favicon.svg": "image/svg+xml",
        "index.html": "text/html; charset=utf-8",
    }


def test_only_what_is_named_after_its_contents_is_kept(dist: Path) -> None:
    add(dist, "assets/a-1.js")
    add(dist, "assets.txt")
    assert {each.path: each.cache_control for each in built_files(dist)} == {
        "assets/a-1.js": "public, max-age=31536000, immutable",
        "assets.txt": "no-cache",
        "index.html": "no-cache",
    }


def test_a_configuration_that_a_build_brings_is_left_out(dist: Path) -> None:
    add(dist, "config.json")
    add(dist, "assets/config.json")
    assert [each.path for each in built_files(dist)] == ["assets/config.json", "index.html"]


def test_what_is_hidden_is_not_served(dist: Path) -> None:
    add(dist, ".vite/manifest.json")
    add(dist, ".DS_Store")
    assert [each.path for each in built_files(dist)] == ["index.html"]


@pytest.mark.parametrize("made", [False, True])
def test_where_nothing_is_built_it_says_how(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "dist"
    if made:
        folder.mkdir()
    with pytest.raises(StorefrontBuildError) as refused:
        built_files(folder)
    assert str(refused.value) == (
        f"The storefront is not built: {folder} has no index.html. Build it with"
        " `make storefront`, or set storefront to false."
    )


def test_what_nobody_knows_the_type_of_is_refused(dist: Path) -> None:
    add(dist, "assets/film.mp4")
    with pytest.raises(StorefrontBuildError, match=r"assets/film\.mp4 has no content type"):
        built_files(dist)


def test_the_build_of_the_recordings_is_one() -> None:
    assert [each.path for each in built_files(BUILD)] == ["assets/index-B1a2C3d4.js", "index.html"]
