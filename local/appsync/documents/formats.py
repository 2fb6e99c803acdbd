"""Which texts AppSync's scalars take: dates, addresses, numbers to call.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html, and the descriptions that AppSync
gives its scalars in answer to introspection, which say more (negative years, fractions of seconds).
"""

import calendar
import ipaddress
import re

import phonenumbers

# Java's offsets end at 18 hours.
_OFFSET = r"(?:Z|[+-](?:(?:0[0-9]|1[0-7]):[0-5][0-9](?::[0-5][0-9])?|18:00(?::00)?))"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_DAY = r"(-?[0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(rf"{_DAY}{_OFFSET}?")
_TIME = re.compile(rf"{_CLOCK}{_OFFSET}?")
_DATE_TIME = re.compile(rf"{_DAY}T{_CLOCK}{_OFFSET}")

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = rf"(?:{_LABEL}\.)*(?![0-9]){_LABEL}"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"

# RFC 822: words with dots between them, each an atom or a quoted string.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_WORD = rf'(?:{_ATOM}|"(?:[ !#-\[\]-~]|\\[ -~])*")'
_EMAIL = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_NAME}")

# RFC 1738, and a fragment behind it. What is no such character has to be percent-encoded.
_CHARACTERS = r"(?:[A-Za-z0-9$_.+!*'(),;:@&=~-]++|%[0-9A-Fa-f]{2})++"
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<authority>//[^/?#]*)?"
    rf"(?P<path>(?:{_CHARACTERS})?(?:/{_CHARACTERS})*+/?)"
    rf"(?:\?(?:{_CHARACTERS}|[/?])*+)?(?:\#(?:{_CHARACTERS}|[/?])*+)?"
)
_AUTHORITY = re.compile(
    r"//(?:[A-Za-z0-9$_.+!*'(),;:&=~%-]*@)?"
    rf"(?:{_NAME}|{_OCTET}(?:\.{_OCTET}){{3}})(?::(?P<port>[0-9]{{1,5}}))?"
)
_MOST_AUTHORITY = 1_000
_MOST_PORT = 65_535
_OF_HOSTS = ("http", "https", "ftp", "ws", "wss")

_PHONE = re.compile(r"\+?[0-9]+(?:[ -][0-9]+)*")
_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")


def is_date(text: str) -> bool:
    """`YYYY-MM-DD` of a day that there is; with or without an offset."""
    return _is_day(_DATE.fullmatch(text))


def is_time(text: str) -> bool:
    """`hh:mm`, with or without seconds, their fraction and an offset."""
    return bool(_TIME.fullmatch(text))


def is_date_time(text: str) -> bool:
    """A date, `T` and a time, with an offset."""
    return _is_day(_DATE_TIME.fullmatch(text))


def _is_day(match: re.Match[str] | None) -> bool:
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    return day <= calendar.monthrange(year, month)[1]


def is_email(text: str) -> bool:
    """`local-part@domain-part`."""
    return bool(_EMAIL.fullmatch(text))


def is_url(text: str) -> bool:
    """Of any scheme, local ones too; without double slashes in its path."""
    match = _URL.fullmatch(text)
    if match is None:
        return False
    scheme, authority = match["scheme"].lower(), match["authority"]
    if authority is None:
        return bool(match["path"]) and scheme not in _OF_HOSTS
    if authority == "//":
        return scheme == "file"
    host = len(authority) <= _MOST_AUTHORITY and _AUTHORITY.fullmatch(authority)
    return bool(host) and int(host["port"] or 0) <= _MOST_PORT


def is_phone(text: str) -> bool:
    """A number that there can be, North American where it has no country code.

    AppSync asks libphonenumber: https://github.com/aws-amplify/amplify-js/issues/2825 and 9065.
    """
    if not _PHONE.fullmatch(text):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "US"))
    except phonenumbers.NumberParseException:
        return False


def is_ip_address(text: str) -> bool:
    """IPv4 or IPv6, with or without the length of a prefix.

    Python alone would take a zone (`fe80::1%eth0`) and a mask (`10.0.0.0/255.0.0.0`) too.
    """
    address, slash, prefix = text.partition("/")
    if "%" in address:
        return False
    try:
        most = ipaddress.ip_address(address).max_prefixlen
    except ValueError:
        return False
    return not slash or (bool(_PREFIX.fullmatch(prefix)) and int(prefix) <= most)
