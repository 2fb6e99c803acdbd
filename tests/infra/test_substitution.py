"""Names in definitions."""

import pytest

from infra.substitution import substitute


def test_each_place_is_filled() -> None:
    assert substitute("a ${Queue} b ${Queue} ${Topic}", {"Queue": "q", "Topic": "t"}) == "a q b q t"


def test_a_template_of_javascript_is_left_alone() -> None:
    assert substitute("`${most} ${Queue}`", {"Queue": "q"}) == "`${most} q`"


def test_a_place_that_nothing_fills_is_an_error() -> None:
    with pytest.raises(KeyError, match="Topic"):
        substitute("${Topic}", {"Queue": "q"})
