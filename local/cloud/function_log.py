"""Writes what Lambda functions say to a file as well: one line for each call that said anything.

CloudWatch Logs has it too, but a stream for each call of them: to follow that is to ask for ever
more. A line is `{"at", "function", "failed", "lines"}`: when the call ended (ISO 8601), whose it
was, whether it failed, and what was printed, which of a Powertools logger is JSON.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc  # pyright: ignore[reportMissingTypeStubs]

_functions: Any = lambda_svc


def write_function_log(file: Path) -> None:
    """Have the emulator that this process runs append to the file."""
    emit = _functions._emit_lambda_logs
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def emit_and_write(
        function: dict[str, Any], request_id: str, text: str, failed: bool, *rest: Any, **named: Any
    ) -> None:
        emit(function, request_id, text, failed, *rest, **named)
        if text or failed:
            call = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "function": (function.get("config") or function).get("FunctionName", ""),
                "failed": failed,
                "lines": text.splitlines(),
            }
            # One write, so that no reader sees calls mixed.
            os.write(descriptor, json.dumps(call).encode() + b"\n")

    _functions._emit_lambda_logs = emit_and_write
