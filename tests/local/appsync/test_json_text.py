"""JSON as RFC 8259 has it, and what Python would take besides."""

import pytest

from local.appsync.json_text import parse_json


def test_reads_json() -> None:
    assert parse_json('{"a": [1, -2.5e3, null, true, "\\ud83c\\udf55"]}') == {
        "a": [1, -2500.0, None, True, "🍕"]
    }
    assert parse_json('"ä"'.encode()) == "ä"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{a: 1}",
        "{'a': 1}",
        "Unquoted string",
        "[1,]",
        "NaN",
        "Infinity",
        "[-Infinity]",
        "1e400",
        "-1e400",
        '"\\ud83c"',
        '{"\\udf55": 1}',
        "[" * 100_000,
        "1" * 5_000,
        b'"\xff"',
        '"a"'.encode("utf-16"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_refuses(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="no JSON"):
        parse_json(text)
