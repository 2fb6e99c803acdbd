"""AWS's prices, quotas and ways of counting: prices.yaml, which names the source of each."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("prices.yaml")


@cache
def data() -> dict[str, Any]:
    return yaml.load(FILE.read_text(), yaml.CSafeLoader)


def price(of: str) -> float:
    """US dollars for one."""
    entry = data()["prices"][of]
    return entry["usd"] / entry["per"]


def a_million(of: str) -> str:
    """The price of a million, for people: `$4.00`."""
    return f"${price(of) * 1_000_000:,.3f}".removesuffix("0")


def rule(name: str) -> float:
    return data()["rules"][name]["value"]


def assumption(name: str) -> float:
    return data()["assumptions"][name]


def quota(of: str, *, new: bool = False) -> float | None:
    """Of an account's; None where AWS gives none to all.

    Args:
        new: of a new account, which has less of some.
    """
    entry = data()["quotas"][of]
    return entry.get("new", entry.get("default")) if new else entry.get("default")
