"""Headers that resolvers add to the response.

https://docs.aws.amazon.com/appsync/latest/devguide/http-helpers-in-utils-http-js.html
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_RESTRICTED = {
    "transfer-encoding", "connection", "host", "expect", "keep-alive", "upgrade",
    "proxy-authenticate", "proxy-authorization", "te", "content-length",
    "access-control-allow-credentials", "access-control-allow-origin",
    "access-control-expose-headers", "access-control-max-age", "access-control-allow-methods",
    "access-control-allow-headers", "vary", "content-type",
}  # fmt: skip
_RESTRICTED_PREFIXES = ("x-amzn-", "x-amz-")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MOST_BYTES = 4096


class ResponseHeaders(dict[str, str]):
    """The headers by their names; of one that was added twice, the later value."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = 0

    def add(self, headers: Iterable[tuple[str | None, Any]]) -> Iterator[str]:
        """Add them; what is refused is left out, and its reason given."""
        for name, value in headers:
            if reason := self._refusal(name, value):
                yield reason
            else:
                self[str(name)] = _text(value)

    def _refusal(self, name: str | None, value: Any) -> str | None:
        if not name or not _NAME.fullmatch(name):
            return "A response header has no valid name."
        if name.lower() in _RESTRICTED or name.lower().startswith(_RESTRICTED_PREFIXES):
            return f"The response header {name} is restricted."
        if value is None:
            return f"The response header {name} has no value."
        # All of them count, those too that a later one takes the place of.
        self._bytes += len(name.encode()) + len(_text(value).encode())
        if self._bytes > _MOST_BYTES:
            return f"The response header {name} exceeds the {_MOST_BYTES} bytes of all headers."
        return None


def _text(value: Any) -> str:
    """A header's value: text as it is, on one line, and anything else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return re.sub(r"[\r\n]+", " ", text)
