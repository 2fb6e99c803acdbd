"""What an operator is shown, and asked."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from ops.stage import OpsError

# What the tables fit into, where there is no terminal to ask.
COLUMNS = 140


class Terminal:
    """Tables for people on standard output, or JSON for scripts; what goes on meanwhile on stderr.

    Args:
        json: documents alone are printed.
        yes: what would be asked is taken as agreed to.
    """

    def __init__(self, *, json: bool, yes: bool) -> None:
        self.json = json
        self._yes = yes
        self._out = _console()
        self._aside = _console(stderr=True)

    def say(self, text: str) -> None:
        """A sentence for people; scripts find the same in the document."""
        if not self.json:
            self._out.print(text, markup=False, highlight=False, soft_wrap=True)

    def table(self, columns: Sequence[Column | str], rows: Iterable[Sequence[Any]]) -> None:
        """Times as this machine has them, nothing for None."""
        if self.json:
            return
        table = Table(*columns, box=SIMPLE)
        for row in rows:
            table.add_row(*map(_cell, row))
        self._out.print(table)

    def document(self, document: Any) -> None:
        """One line of JSON, where that was asked for."""
        if self.json:
            print(json.dumps(document, default=plain_json), flush=True)  # noqa: T201 (for scripts)

    def confirm(self, what: str) -> None:
        """Go on only where the operator agrees.

        Args:
            what: would be done, as a sentence.

        Raises:
            OpsError: the operator does not, or there is nobody to ask.
        """
        self._aside.print(what, markup=False, highlight=False, soft_wrap=True)
        if self._yes:
            return
        if not sys.stdin.isatty():
            raise OpsError("Nothing was changed: there is nobody to ask. Agree to it by --yes.")
        self._aside.print("Go on? [y/N] ", end="", markup=False)
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise OpsError("Nothing was changed.")

    @property
    def asks(self) -> bool:
        """Whether the operator has not agreed to everything yet."""
        return not self._yes

    def progress(self) -> Progress:
        """Bars of long work, which leave standard output alone."""
        columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn())
        return Progress(
            *columns,
            TimeElapsedColumn(),
            console=self._aside,
            transient=True,
            disable=not self._aside.is_terminal,
        )


def number(name: str) -> Column:
    """A column of numbers."""
    return Column(name, justify="right")


def whole(name: str) -> Column:
    """A column of what is copied, such as ids: never cut."""
    return Column(name, no_wrap=True, min_width=26, overflow="fold")


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=COLUMNS)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return escape(str(value))


def plain_json(value: Any) -> str:
    """What JSON has no kind for: times, as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a document")
