"""Functions that exclude each other."""

import functools
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any


def hold(lock: AbstractContextManager[object], of: ModuleType | type, *functions: str) -> None:
    """Have these functions of a module or a class run with the lock held, whoever calls them."""
    for name in functions:
        setattr(of, name, _holding(lock, getattr(of, name)))


def _holding(lock: AbstractContextManager[object], function: Any) -> Any:
    @functools.wraps(function)
    def holding(*arguments: Any, **named: Any) -> Any:
        with lock:
            return function(*arguments, **named)

    return holding
