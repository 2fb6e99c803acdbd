"""Why a message rests, as far as it says so itself."""

import json
import re
from collections.abc import Mapping
from typing import Any

TOO_OFTEN = "received too often"
# What differs between messages that rest for one cause: executions, ids, requests, times.
PARTICULAR = re.compile(
    r"(?<=^execution )\S+"
    r"|\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26}|[A-Z0-9]{52})\b"
    r"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+\d\d:\d\d)?",
    re.IGNORECASE,
)


def cause_of(message: Mapping[str, Any]) -> str:
    """Of a message of SQS, received with its attribute `cause`, for people."""
    attributes: Mapping[str, Any] = message.get("MessageAttributes", {})
    if "cause" in attributes:
        return cause_in(attributes["cause"]["StringValue"])
    body = _object(message["Body"])
    match body:
        # An execution that was cut off, as EventBridge tells of it.
        case {"name": name, "status": status, "cause": cause, "error": error}:
            return f"execution {name} {status}" + (f": {cause or error}" if cause or error else "")
        # Changes that were not published, as Lambda tells of them.
        case {"DDBStreamBatchInfo": _, "requestContext": {"condition": condition}}:
            return f"not published: {condition}"
        case _:
            return TOO_OFTEN


def group_of(cause: str) -> str:
    """The same for all messages that rest for one cause."""
    return PARTICULAR.sub("…", cause)


def cause_in(fault: str) -> str:
    """Of a Step Functions error, whose cause can be the answer of a function as JSON."""
    found = _object(fault)
    if "Error" not in found:
        # It was cut, or is none.
        named = re.search(r'"Error":"([^"]+)"', fault)
        return named[1] if named else fault
    cause = str(found.get("Cause", ""))
    cause = str(_object(cause).get("errorMessage", cause))
    return ": ".join(filter(None, [str(found["Error"]), cause]))


def _object(text: str) -> dict[str, Any]:
    """The JSON object in a text; an empty one where it is none."""
    try:
        read: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
