"""Tables that people keep in spreadsheets, CSV or XLSX, however their columns are named."""

from __future__ import annotations

import csv
import io
import re
import sys
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from losi.cells import uncelled
from losi.errors import Failure
from losi.text_files import tell_guess, text_of

_HEAD_ROWS = 20
"""A table may begin with so many lines of title before the names of its columns."""
_DELIMITERS = ",;\t|"
_PLACES = re.compile(r"0\.(0+)")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_Row = tuple[int, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of a table that cannot be used, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a kind of table: `names` as they are written into one, the one that it must have, and what each is
    called, by `plain` spelling."""

    names: Sequence[str]
    needed: str
    spellings: Mapping[str, str]

    def named(self, cells: Iterable[Any]) -> dict[str, int]:
        """Which of the columns is where in a row that names them; the first of the same name."""
        found: dict[str, int] = {}
        for number, value in enumerate(cells):
            column = self.spellings.get(plain(_text(value)))
            if column is not None:
                found.setdefault(column, number)
        return found

    def head(self, rows: Sequence[_Row]) -> dict[str, int]:
        """The same of the first row that names the needed column; empty if none does."""
        return next((named for _, cells in rows if self.needed in (named := self.named(cells))), {})


def read_table(path: Path, columns: Columns, tell_rest: bool = False) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV or XLSX file (`-`: CSV on stdin) that hold anything, by line from 1 and by column; with
    `tell_rest` columns that are none of these are named on stderr.

    Raises Failure for a file that cannot be read, and one without the needed column.
    """
    rows, guessed = _rows(path, columns)
    first: list[_Row] = []
    for row in rows:
        first.append(row)
        if columns.head([row]) or len(first) == _HEAD_ROWS:
            break
    place = columns.head(first)
    if not place:
        name = str(path) if str(path) != "-" else "stdin"
        mend = f"one line must name the columns: {','.join(columns.names)}"
        raise Failure(f"{name} has no column '{columns.needed}'", mend)
    tell_guess(path, guessed)
    if tell_rest:
        _tell_rest(path, first[-1][1], place.values())
    for line, cells in rows:
        values = {column: _text(cells[number]) for column, number in place.items() if number < len(cells)}
        if any(values.values()):
            yield line, values


def _tell_rest(path: Path, head: Sequence[Any], read: Collection[int]) -> None:
    rest = [one_line(_text(value)) for number, value in enumerate(head) if number not in read]
    if named := ", ".join(name for name in rest if name):
        click.echo(f"losi: {path}: nothing is taken from the columns {named}", err=True)


def _rows(path: Path, columns: Columns) -> tuple[Iterator[_Row], str]:
    """The rows with their line numbers, from 1, and the encoding if it was guessed."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}", "check the path") from error
    if data.startswith(b"PK"):
        return _sheet(data, path, columns), ""
    if data.startswith(_OLD_WORKBOOK):
        raise Failure(f"{path} is a workbook in the old form (XLS)", "save it as XLSX or CSV anew")
    text, guessed = text_of(data, path)
    return _lines(text, path, columns), guessed


def _lines(text: str, path: Path, columns: Columns) -> Iterator[_Row]:
    """The rows of a CSV text; Failure where a quotation mark that is not closed takes in all the rest of it."""
    lines = list(io.StringIO(text, newline=""))
    reader, behind = csv.reader(lines, delimiter=_delimiter(text, columns)), 0
    try:
        for row in reader:
            if reader.line_num == len(lines) > behind + 1 and "".join(lines[behind:]).count('"') % 2:
                raise Failure(f"{path}, line {behind + 1}: a quotation mark is not closed", "close it, or take it out")
            behind = reader.line_num
            yield behind, row
    except csv.Error as error:
        raise Failure(f"{path}, line {reader.line_num}: {error}", "save it as CSV anew") from error


def _sheet(data: bytes, path: Path, columns: Columns) -> Iterator[_Row]:
    """The first sheet of a workbook that names the needed column.

    How far a sheet goes is not taken from what it says of itself: some programs write that wrong.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
        sheets = {sheet.title: list(enumerate(_cells(sheet), 1)) for sheet in book.worksheets}
    except Exception as error:  # a parser of damaged files may fail in any way
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise Failure(f"{path} is no workbook that can be read: {why}", "save it as XLSX or CSV anew") from error
    fitting = [title for title, rows in sheets.items() if columns.head(rows[:_HEAD_ROWS])]
    if fitting[1:]:
        rest = ", ".join(fitting[1:])
        click.echo(
            f"losi: {path}: only the sheet {fitting[0]} is read, not {rest}; put all rows into one sheet", err=True
        )
    yield from sheets[next(iter(fitting or sheets))] if sheets else ()


def _cells(sheet: Any) -> Iterator[Sequence[Any]]:
    return ([_shown(cell) for cell in row] for row in sheet.iter_rows())


def _shown(cell: Any) -> Any:
    """The value of a cell; a number as the sheet shows it, with its places if it is that number: 1.10, not 1.1."""
    if not isinstance(cell.value, float):
        return cell.value
    value, places = float(f"{cell.value:.15g}"), _PLACES.fullmatch(cell.number_format)
    shown = f"{value:.{len(places[1])}f}" if places else ""
    return shown if shown and float(shown) == value else value


def _delimiter(text: str, columns: Columns) -> str:
    """The delimiter that splits one of the first lines into the most columns that are known."""
    lines = text.splitlines()[:_HEAD_ROWS]
    return max(_DELIMITERS, key=lambda mark: max((len(columns.named(line.split(mark))) for line in lines), default=0))


@cache
def spellings(name: str) -> Mapping[str, Mapping[str, str]]:
    """What `losi/data/<name>.toml` calls what, by part of the file: plain spelling to word."""
    with (files("losi") / "data" / f"{name}.toml").open("rb") as file:
        found = tomllib.load(file)
    return {part: {plain(said): word for word, all_said in found[part].items() for said in all_said} for part in found}


def one_line(text: str) -> str:
    """The text without its breaks of lines, which many a cell has."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """The letters and digits alone, without accents and capitals."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return uncelled(str(value).strip()) if value is not None else ""
