"""A .env file for Vite, which puts its variables into a front end when that is built."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from outputs.public import OutputsError

# What Vite shows to a front end.
PREFIX = "VITE_"
PLAIN = re.compile(r"[\w./:@-]*", re.ASCII)
# In double quotes, `\n` would become a line break.
QUOTES = "'`"


def dotenv(config: Mapping[str, Any]) -> str:
    """A variable for each value of config.json: `VITE_GRAPHQL_URL=…`, `VITE_LOCAL_MAILBOX_URL=…`.

    Raises:
        OutputsError: a value has both kinds of quotes, which the format cannot hold.
    """
    return "".join(f"{name}={_quoted(name, value)}\n" for name, value in _variables("", config))


def _variables(path: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{path}_{key}" if path else key
        if isinstance(value, Mapping):
            yield from _variables(name, cast(Mapping[str, Any], value))
        else:
            text = value if isinstance(value, str) else str(value).lower()
            yield PREFIX + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper(), text


def _quoted(name: str, value: str) -> str:
    """A value as Vite's parser takes it, which then replaces `$NAME` whatever the quotes are."""
    text = value.replace("$", r"\$")
    if PLAIN.fullmatch(text):
        return text
    for quote in QUOTES:
        if quote not in text:
            return f"{quote}{text}{quote}"
    raise OutputsError(f"{name} is {value!r}: with all these quotes, no .env file can hold it.")
