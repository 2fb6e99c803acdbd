"""Headers that resolvers add: what becomes of their names and values."""

import pytest

from local.appsync.resolvers.response_headers import ResponseHeaders


def test_a_value_stays_on_its_line() -> None:
    headers = ResponseHeaders()
    assert list(headers.add([("a", "1\r\nset-cookie: b")])) == []
    assert headers == {"a": "1 set-cookie: b"}


@pytest.mark.parametrize("name", ["", None, "a b", "a:", "ä", "a\n", "VARY", "X-Amz-Thing"])
def test_a_name_that_is_none_or_not_one_s_own_is_refused(name: str | None) -> None:
    headers = ResponseHeaders()
    assert len(list(headers.add([(name, "1"), ("good", True)]))) == 1
    assert headers == {"good": "true"}


def test_all_count_that_one_name_was_given() -> None:
    headers = ResponseHeaders()
    assert list(headers.add([("a", "x" * 2000), ("a", "y" * 2000)])) == []
    (refusal,) = headers.add([("b", "z" * 200)])
    assert "4096" in refusal
    assert headers == {"a": "y" * 2000}
