"""Fills the named places of definitions that are kept as data: `${Name}`."""

import re
from collections.abc import Mapping

PLACE = re.compile(r"\$\{([A-Z][A-Za-z]*)\}")


def substitute(definition: str, values: Mapping[str, str]) -> str:
    """Fill each `${Name}`.

    A name begins with a capital, so a JavaScript template's `${expression}` is left alone.

    Raises:
        KeyError: the definition has a place that no value fills.
    """
    return PLACE.sub(lambda place: values[place[1]], definition)
