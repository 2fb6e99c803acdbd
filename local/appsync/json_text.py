"""Reads JSON as strictly as AppSync does, and no more than can be stored and answered again.

https://www.rfc-editor.org/rfc/rfc8259
"""

import json
import math
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is no JSON (Python would take `NaN` and `Infinity`), no UTF-8, is nested too
            deep, or holds a number beyond a double's range or half of a surrogate pair.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        value: Any = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        # Half a character, which JSON can spell, is none that anyone could store or answer.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError("The text is no JSON.") from error
    return value


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)
