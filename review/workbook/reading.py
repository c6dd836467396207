"""Reads what came back: the answers as they stand in the cells, and what the hidden sheet remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from review.errors import Refused
from review.i18n import LANGUAGES
from review.workbook.language import Wording
from review.workbook.layout import (
    ANSWER,
    CODE,
    COMMENT,
    EDITION,
    MEMORY,
    PLAIN,
    PORTAL,
    READ,
    SCHEMA,
    Before,
    Memory,
    PartBefore,
)
from review.workbook.opening import opened
from survey.questionnaire import UnknownEditionError, load

_HEAD_ROWS = 20
"""The titles stand in one of the first rows: somebody may have put a line above."""
_ROWS, _WIDTH = 1_048_576, 400
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the workbook cannot be taken over: a cell such as `'Content provision'!F7`, what is wrong, how to mend it."""

    place: str
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that came back: its cells as text, and where they are, by title."""

    places: dict[str, str]
    code: str
    answer: str
    comment: str
    portal: str
    edition: str


@dataclass(slots=True)
class Reading:
    """A workbook that was read."""

    memory: Memory
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_book(path: Path) -> Reading:
    """The workbook, and what is wrong with single cells; raises `Refused` for a file that is not one of ours."""
    with opened(path) as book:
        reading = Reading(_memory(path, book))
        words = Wording(reading.memory.language)
        shown = {title: words.said(title) for title in READ}
        found = [_Sheet(name, book[name], reading, shown).read() for name in book.sheetnames if name != MEMORY]
    if not any(found):
        missed = f"no sheet has the columns {shown[CODE]} and {shown[ANSWER]}"
        reading.problems.append(Problem(path.name, missed, "hand back the workbook as it was"))
    return reading


class _Sheet:
    """One sheet: looks for the titles, as `shown` in the workbook's language, then reads the rows below them."""

    def __init__(self, name: str, sheet: Any, reading: Reading, shown: Mapping[str, str]) -> None:
        self._quoted = "'" + name.replace("'", "''") + "'"
        self._sheet = sheet
        self._into = reading
        self._shown = shown

    def read(self) -> bool:
        """Whether it was a sheet of questions."""
        if not hasattr(self._sheet, "iter_rows"):
            return False
        columns: dict[str, int] | None = None
        for number, row in _rows(self._sheet):
            if columns is not None:
                self._row(number, row, columns)
            elif _titles(row) >= {self._shown[CODE], self._shown[ANSWER]}:
                columns = self._columns(number, row)
                if columns is None:
                    return True
            elif number >= _HEAD_ROWS:
                break
        return columns is not None

    def _columns(self, number: int, row: Sequence[Any]) -> dict[str, int] | None:
        """Where the columns are that are read; None, and a problem, if one is missing or there twice."""
        texts = [_text(cell) for cell in row]
        wrong = [title for title in self._shown.values() if texts.count(title) != 1]
        for title in wrong:
            often = "is missing" if title not in texts else "is there more than once"
            mend = "restore it from the workbook as it was" if title not in texts else "rename the one that you added"
            self._trouble(f"{self._quoted}!{number}:{number}", f"the column {title} {often}", mend)
        return None if wrong else {title: texts.index(shown) for title, shown in self._shown.items()}

    def _row(self, number: int, row: Sequence[Any], columns: dict[str, int]) -> None:
        cells = {title: row[at] if at < len(row) else None for title, at in columns.items()}
        if not any(_text(cells[title]) for title in (CODE, ANSWER, COMMENT)):
            return
        places = {title: f"{self._quoted}!{get_column_letter(at + 1)}{number}" for title, at in columns.items()}
        if self._unusable(cells, places):
            return
        texts = {title: _text(cell) for title, cell in cells.items()}
        if len(self._into.entries) >= _MOST:
            raise Refused(f"the workbook holds more than {_MOST} rows: this is no workbook of ours")
        self._into.entries.append(
            Entry(places, texts[CODE], texts[ANSWER], texts[COMMENT], texts[PORTAL], texts[EDITION])
        )

    def _unusable(self, cells: dict[str, Any], places: dict[str, str]) -> bool:
        bad = [title for title, cell in cells.items() if getattr(cell, "data_type", "n") in ("f", "e")]
        for title in bad:
            kind = "a formula" if cells[title].data_type == "f" else "an error value"
            self._trouble(places[title], f"{self._shown[title]} is {kind}", "type the text itself")
        if not bad and not _text(cells[CODE]):
            self._trouble(places[CODE], "an answer or a comment without a code", "empty the row, or restore its code")
        return bool(bad) or not _text(cells[CODE])

    def _trouble(self, place: str, message: str, mend: str) -> None:
        self._into.problems.append(Problem(place, message, mend))


def _rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows by number; what a file claims about its own size does not count."""
    sheet.reset_dimensions()
    yield from enumerate(sheet.iter_rows(min_row=1, max_row=_ROWS, max_col=None), 1)


def _titles(row: Sequence[Any]) -> set[str]:
    return {_text(cell) for cell in row[:_WIDTH]}


def _text(cell: Any) -> str:
    """The text of a cell; whole numbers as digits, line ends as \\n."""
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()


class LostEditionError(Refused):
    """A workbook of ours, of an edition that is not known here: `lost` says which."""

    def __init__(self, path: Path, lost: str) -> None:
        self.lost = lost
        super().__init__(f"{path}: {lost}", "bring back its questionnaire")


def _edition(path: Path, name: str) -> str:
    try:
        return load(name).edition
    except UnknownEditionError as error:
        raise LostEditionError(path, str(error)) from error


def _memory(path: Path, book: Workbook) -> Memory:
    """What the hidden sheet says; raises `Refused` if there is none, or of a kind that this version does not know."""
    if MEMORY not in book.sheetnames:
        raise Refused(
            f"{path} is no workbook of losi export, or lost its hidden sheet {MEMORY}", "work in the file as handed out"
        )
    parts: dict[tuple[str, str], PartBefore] = {}
    rows: dict[tuple[str, str, str], Before] = {}
    facts: dict[str, str] = {}
    for _, cells in _rows(book[MEMORY]):
        tag, *values = [_text(cell) for cell in [*cells, *[None] * 9][:10]]
        if tag == "part":
            edition = _edition(path, values[1])
            parts[values[0], edition] = PartBefore(values[0], edition, int(values[2]), int(values[3]))
        elif tag == "row":
            rows[values[0], values[1], values[2]] = Before(values[3], values[4], values[5], int(values[6]))
        elif tag:
            facts[tag] = values[0]
    language = facts.get("language", PLAIN)
    if facts.get("schema") != str(SCHEMA) or language not in LANGUAGES:
        raise Refused(f"{path} was made by another version of this program", "export it anew")
    return Memory(facts.get("for", ""), int(facts["number"]), facts["hash"], language, parts, rows)
