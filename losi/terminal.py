"""What people read on a terminal: tables on stdout, progress and notes on stderr."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

NO_LIMIT = 10_000
LEAST = 60
"""Columns that tables need; a terminal that has fewer breaks their lines itself, and nothing is cut off."""
STATE_STYLE = {"present": "green", "absent": "red", "unknown": "yellow", "manual": "cyan", "not_applicable": "dim"}
STATE_MARK = {"present": "✔", "absent": "✘", "unknown": "?", "manual": "☞", "not_applicable": "–"}


def printable(text: str) -> str:
    """Text from a page without characters that could steer a terminal."""
    return _CONTROL.sub("\ufffd", text.replace("\n", " ").replace("\t", " "))


def stdout() -> Console:
    """The console for results: as wide as the terminal; in a pipe or file lines are never broken.

    Text is shown as it is: a name such as "Bolzano [bozen]" holds no styles.
    """
    width = max(LEAST, Console().width) if sys.stdout.isatty() else NO_LIMIT
    return Console(width=width, highlight=False, markup=False, emoji=False)


def show(console: Console, made: Table) -> None:
    """Print a table and an empty line, without the blanks that fill its lines to the right."""
    with console.capture() as captured:
        console.print(made)
    for line in captured.get().splitlines():
        console.file.write(line.rstrip() + "\n")
    console.file.write("\n")


def stderr() -> Console:
    """The console for progress and notes."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def table(title: str, columns: Iterable[str], *, right: Iterable[str] = ()) -> Table:
    """An empty table in the one style of this program; columns named in `right` are aligned right."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    numeric = set(right)
    for column in columns:
        made.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    return made


def state_text(state: str, reason: str = "") -> Text:
    """A state as mark and word, coloured where colours are shown."""
    words = state.replace("_", " ") + (f" ({reason})" if reason else "")
    return Text(f"{STATE_MARK[state]} {words}", STATE_STYLE[state])
