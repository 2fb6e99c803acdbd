"""Functions of the emulator that exclude each other."""

import functools
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any


def hold(lock: AbstractContextManager[object], module: ModuleType, *functions: str) -> None:
    """Have these functions of a module run with the lock held, for whoever calls them there."""
    for name in functions:
        setattr(module, name, _holding(lock, getattr(module, name)))


def _holding(lock: AbstractContextManager[object], function: Any) -> Any:
    @functools.wraps(function)
    def holding(*arguments: Any, **named: Any) -> Any:
        with lock:
            return function(*arguments, **named)

    return holding
