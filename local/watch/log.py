"""What the stage's functions log, entry by entry."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from local import STAGE
from local.engine import program_name
from ops.traceback import raised

TROUBLE = ("WARNING", "ERROR", "CRITICAL")
# A line of the embedded metric format, which is CloudWatch's to read.
METRICS = '{"_aws":'
# What Powertools writes with each entry, and no reader asks for.
ROUTINE = frozenset(
    {
        *("level", "location", "message", "timestamp", "service", "cold_start", "xray_trace_id"),
        *("function_name", "function_memory_size", "function_arn", "function_request_id"),
        *("exception", "exception_name", "stack_trace"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a function's log.

    Args:
        at: when it was logged; of what was not logged so, when the call ended.
        function: as its folder in functions/, such as `take_payment`.
        level: as Python's logging names it.
        message: what happened; of what was raised and not logged, the exception.
        cause: the exception that the function logged, and the place in functions/ that raised it;
            empty without one.
        keys: what else the entry has, such as `orderId`.
    """

    at: datetime
    function: str
    level: str
    message: str
    cause: str
    keys: dict[str, Any]

    @property
    def trouble(self) -> bool:
        return self.level in TROUBLE

    @property
    def error(self) -> bool:
        return self.trouble and self.level != "WARNING"

    def is_about(self, order_id: str) -> bool:
        return any(str(value).lower() == order_id.lower() for value in self.keys.values())

    def __str__(self) -> str:
        keys = "".join(f" {key}={value}" for key, value in self.keys.items())
        cause = f" ({self.cause})" if self.cause else ""
        moment = self.at.astimezone().strftime("%H:%M:%S")
        return f"{moment} {self.function} {self.level} {self.message}{cause}{keys}"


class LogFile:
    """The file that local/cloud/function_log.py writes, read as it grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def skip(self) -> None:
        """Leave out what is there already."""
        with self._path.open("rb") as file:
            self._read = file.seek(0, 2)

    def new(self) -> list[Entry]:
        """The entries that have come since the file was read last.

        Raises:
            FileNotFoundError: the cloud is gone, and its folder with it.
        """
        return [entry for call in self.calls() for entry in entries(call)]

    def calls(self) -> list[dict[str, Any]]:
        """The calls that have come since the file was read last, as they are written there.

        Raises:
            FileNotFoundError: the cloud is gone, and its folder with it.
        """
        with self._path.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        return [json.loads(line) for line in whole.splitlines()]


def entries(call: dict[str, Any]) -> Iterator[Entry]:
    """The entries of one call, as local/cloud/function_log.py writes it.

    What a failed call raised is an entry of its own, unless the call has logged a warning or an
    error of it: that says what happened, and how bad it is.
    """
    named = program_name(STAGE, call["function"])
    function = named.replace("-", "_") if named else call["function"]
    ended, plain, told = datetime.fromisoformat(call["at"]), list[str](), False

    def entry(
        level: str, message: str, cause: str = "", at: datetime = ended, /, **keys: Any
    ) -> Entry:
        return Entry(at=at, function=function, level=level, message=message, cause=cause, keys=keys)

    for line in call["lines"]:
        if line.startswith(METRICS):
            continue
        logged = _logged(line)
        if logged is None:
            plain.append(line)
            continue
        keys = {key: value for key, value in logged.items() if key not in ROUTINE}
        cause = raised(str(logged.get("exception", "")).splitlines())
        at = _moment(logged.get("timestamp")) or ended
        logged_entry = entry(logged["level"], str(logged.get("message", "")), cause, at, **keys)
        told = told or logged_entry.trouble
        yield logged_entry
    if call["failed"]:
        if not told:
            yield entry("ERROR", raised(plain) or "failed, and says nothing of why")
    elif plain:
        yield entry("INFO", "\n".join(plain))


def _logged(line: str) -> dict[str, Any] | None:
    """A line of a Powertools logger."""
    if not line.startswith("{"):
        return None
    try:
        logged = json.loads(line)
    except ValueError:
        return None
    return logged if "level" in logged else None


def _moment(timestamp: object) -> datetime | None:
    """As Powertools writes it: `2026-11-24 12:00:00,000+0000`."""
    try:
        return datetime.fromisoformat(str(timestamp))
    except ValueError:
        return None
