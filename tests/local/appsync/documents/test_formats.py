"""The texts that AppSync's scalars take, and those that they refuse, each with where it is said."""

from collections.abc import Callable

import pytest

from local.appsync.documents.formats import (
    is_date,
    is_date_time,
    is_email,
    is_ip_address,
    is_phone,
    is_time,
    is_url,
)

# https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html, with the descriptions that
# AppSync gives in answer to introspection.
GOOD: dict[Callable[[str], bool], list[str]] = {
    is_date: [
        "2024-02-29",
        "2000-02-29",
        "1970-01-01Z",
        "1970-01-01-07:00",
        "1970-01-01+05:30",
        "1970-01-01+05:30:15",
        "-2017-05-01",
        "-9999-01-01",
        "0000-02-29",
        "1970-01-01+18:00",
    ],
    is_time: [
        "12:30",
        "12:30Z",
        "12:30:24",
        "12:30:24-07:00",
        "12:30:24.5",
        "12:00:00.123456789",
        "12:30:24.500+05:30",
        "12:30:24+05:30:00",
        "23:59:59",
    ],
    is_date_time: [
        "1970-01-01T12:30Z",
        "2024-02-29T12:30:24Z",
        "2024-02-29T12:30:24.500+05:30",
        "1970-01-01T12:00:00.123456789Z",
        "-2017-01-01T00:00Z",
    ],
    is_email: [
        "username@example.com",
        "a.b+c@sub.example.org",
        "o'neill@example.com",
        '"a b"@example.com',
        "ann@localhost",
    ],
    is_url: [
        "https://www.amazon.com/dp/B000NZW3KC/",
        "mailto:example@example.com",
        "http://localhost/",
        "http://localhost:65535/a?b=/c//d#e//f",
        "https://user:pa%20ss@host.example:8080",
        "ftp://127.0.0.1/a;type=i",
        "file:///a/b",
        "urn:isbn:123",
    ],
    is_phone: [
        "+1 202 555 0123",
        "202-555-0123",
        "2025550123",
        "508 918-0293",
        "+44 20 7946 0958",
        "+61 483 111 111",
    ],
    is_ip_address: [
        "123.12.34.56",
        "123.45.67.89/16",
        "1a2b:3c4b::1234:4567",
        "::1",
        "::/0",
        "1a2b::/128",
        "10.0.0.1/32",
    ],
}
BAD: dict[Callable[[str], bool], list[str]] = {
    is_date: [
        "2023-02-29",
        "1900-02-29",
        "2024-04-31",
        "2024-13-01",
        "2024-00-01",
        "2024-1-1",
        "20240101",
        "2024-01-01 ",
        "today",
        "２０２４-01-01",
        "1970-01-01+5:30",
        "1970-01-01+0530",
        "1970-01-01+18:01",
        "1970-01-01+19:00",
        "2024-01-01T00:00Z",
    ],
    is_time: [
        "25:00",
        "24:00",
        "12",
        "12:60",
        "12:30:60",
        "12:30.5",
        "12:30:24.",
        "9:30",
        "１２:30",
    ],
    is_date_time: [
        "2024-02-29",
        "2024-02-29T12:30:24",
        "2023-02-29T12:30:24Z",
        "2020-05-19T11:5:29.000Z",
        "2019-12-19 16:59:09.966Z",
        "2024-02-29t12:30:24z",
        "2024-02-29T12:30:24.1234567890Z",
        "2024-02-29T12:30:24Z\n",
    ],
    is_email: [
        "ann",
        "ann@",
        "@example.com",
        "a b@example.com",
        ".ann@example.com",
        "ann.@example.com",
        "an..n@example.com",
        "ann@example..com",
        "ann@-example.com",
        "ann@example.com-",
        "ann@@example.com",
        "ann@example.com\n",
        "änn@example.com",
        "Ann <ann@example.com>",
    ],
    is_url: [
        "amazon.com",
        "www.amazon.com",
        "https://",
        "https:",
        "http:amazon.com",
        "https:///path",
        "https://a b",
        "https://amazon.com/a//b",
        "https://amazon.com//a",
        "https://amazon.com/<a>",
        "https://amazon.com/%zz",
        "https://amazon.com/ä",
        "https://-amazon.com",
        "https://amazon..com",
        "https://amazon.com:65536",
        "https://256.1.1.1",
        "https://[::1",
        "1http://amazon.com",
        "https://amazon.com\n",
    ],
    is_phone: [
        "phone",
        "",
        "1",
        "911",
        "555-0100",
        "1110004444",
        "575-111-1111",
        "6781982162",
        "(202) 555-0123",
        "+1 202 555 0123 ext 5",
        "1-800-FLOWERS",
        "202--555-0123",
        "２０２-555-0123",
        "+0 202 555 0123",
        "+1 202 555 012",
        "+1 202 555 01234",
    ],
    is_ip_address: [
        "256.0.0.1",
        "10.0.0",
        "010.0.0.1",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/",
        "10.0.0.0/255.0.0.0",
        "[::1]",
        "fe80::1%eth0",
        "::/129",
        "localhost",
        "167772161",
    ],
}


@pytest.mark.parametrize(
    ("accepts", "text"), [(accepts, text) for accepts in GOOD for text in GOOD[accepts]]
)
def test_takes(accepts: Callable[[str], bool], text: str) -> None:
    assert accepts(text)


@pytest.mark.parametrize(
    ("accepts", "text"), [(accepts, text) for accepts in BAD for text in BAD[accepts]]
)
def test_refuses(accepts: Callable[[str], bool], text: str) -> None:
    assert not accepts(text)
