"""Reads lists of portals, CSV or XLSX, however their columns are named; every row that cannot be used is told."""

from __future__ import annotations

import csv
import io
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from losi.cells import uncelled
from losi.errors import Failure
from losi.text_files import told
from storage.records import PortalRecord
from storage.words import PortalKind

COLUMNS = ("kind", "country", "name", "url", "language", "region", "edition", "trust", "source", "verified")
_HEAD_ROWS = 20
"""A list may begin with so many lines of title before the names of its columns."""
_DELIMITERS = ",;\t|"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_Row = tuple[int, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of a list that cannot be used, and why."""

    line: int
    message: str


def read_portals(path: Path) -> Iterator[PortalRecord | Fault]:
    """The portals of a CSV or XLSX file (`-`: CSV on stdin), in order, with a Fault for each row that cannot be used.

    Raises Failure for a file that cannot be read, and one without a column of addresses.
    """
    yield from _records(_rows(path), str(path) if str(path) != "-" else "stdin")


def _rows(path: Path) -> Iterator[_Row]:
    """The rows with their line numbers, from 1."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}", "check the path") from error
    if data.startswith(b"PK"):
        yield from _sheet(data, path)
        return
    if data.startswith(_OLD_WORKBOOK):
        raise Failure(f"{path} is a workbook in the old form (XLS)", "save it as XLSX or CSV anew")
    yield from _lines(told(data, path), path)


def _lines(text: str, path: Path) -> Iterator[_Row]:
    """The rows of a CSV text; Failure where a quotation mark that is not closed takes in all the rest of it."""
    lines = list(io.StringIO(text, newline=""))
    reader, behind = csv.reader(lines, delimiter=_delimiter(text)), 0
    try:
        for row in reader:
            if reader.line_num == len(lines) > behind + 1 and "".join(lines[behind:]).count('"') % 2:
                raise Failure(f"{path}, line {behind + 1}: a quotation mark is not closed", "close it, or take it out")
            behind = reader.line_num
            yield behind, row
    except csv.Error as error:
        raise Failure(f"{path}, line {reader.line_num}: {error}", "save it as CSV anew") from error


def _sheet(data: bytes, path: Path) -> Iterator[_Row]:
    """The first sheet of a workbook that names an address column.

    How far a sheet goes is not taken from what it says of itself: some programs write that wrong.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
        sheets = [list(enumerate(sheet.iter_rows(values_only=True), 1)) for sheet in book.worksheets]
    except Exception as error:  # a parser of damaged files may fail in any way
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise Failure(f"{path} is no workbook that can be read: {why}", "save it as XLSX or CSV anew") from error
    found = next((rows for rows in sheets if _head(rows[:_HEAD_ROWS])), sheets[0] if sheets else [])
    yield from found


def _delimiter(text: str) -> str:
    """The delimiter that splits one of the first lines into the most columns that are known."""
    lines = text.splitlines()[:_HEAD_ROWS]
    return max(_DELIMITERS, key=lambda mark: max((len(_named(line.split(mark))) for line in lines), default=0))


def _records(rows: Iterator[_Row], name: str) -> Iterator[PortalRecord | Fault]:
    first: list[_Row] = []
    for row in rows:
        first.append(row)
        if _head([row]) or len(first) == _HEAD_ROWS:
            break
    place = _head(first)
    if not place:
        raise Failure(f"{name} has no column 'url'", f"one line must name the columns: {','.join(COLUMNS)}")
    seen: dict[tuple[str, str], int] = {}
    for line, cells in rows:
        values = {column: _text(cells[number]) for column, number in place.items() if number < len(cells)}
        if not any(values.values()):
            continue
        record = _record(line, values)
        if isinstance(record, PortalRecord):
            key = (record.url, record.kind)
            if key in seen:
                yield Fault(line, f"{record.url} is on line {seen[key]} already")
                continue
            seen[key] = line
        yield record


def _head(rows: Sequence[_Row]) -> dict[str, int]:
    """Which column is where, by the first row that names a column of addresses; empty if none does."""
    for _, cells in rows:
        named = _named(cells)
        if "url" in named:
            return named
    return {}


def _named(cells: Iterable[Any]) -> dict[str, int]:
    named: dict[str, int] = {}
    for number, value in enumerate(cells):
        column = _words()["columns"].get(_plain(_text(value)))
        if column is not None:
            named.setdefault(column, number)
    return named


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Spelling to word, for columns and for kinds."""
    with (files("losi") / "data" / "portal_columns.toml").open("rb") as file:
        found = tomllib.load(file)
    return {part: {_plain(said): word for word, all_said in found[part].items() for said in all_said} for part in found}


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return uncelled(str(value).strip()) if value is not None else ""


def _record(line: int, row: Mapping[str, str]) -> PortalRecord | Fault:
    from crawler.urls import typed_url
    from losi.languages import language_codes
    from survey.countries import UnknownCountryError, country
    from survey.questionnaire import UnknownEditionError, load

    try:
        kind = _kind(row)
        url = typed_url(row.get("url", ""))[0]
        code = country(row["country"]).iso3 if row.get("country") else None
        if row.get("edition") and load(row["edition"]).kind != kind:
            raise ValueError(f"edition {row['edition']} is not for {kind} portals")
        return PortalRecord(
            url=url,
            name=row.get("name") or url,
            kind=kind,
            country=code,
            language=language_codes(row.get("language", "")) or None,
            region=row.get("region") or None,
            edition=row.get("edition") or None,
            trust=row.get("trust") or None,
            source=row.get("source") or None,
            verified=_moment(row.get("verified", "")),
        )
    except (UnknownCountryError, UnknownEditionError, ValueError) as error:
        return Fault(line, str(error))


def _kind(row: Mapping[str, str]) -> PortalKind:
    said = row.get("kind") or "city"
    kind = _words()["kinds"].get(_plain(said))
    if kind is None:
        raise ValueError(f"kind is {said!r}; it must be city or national")
    return cast(PortalKind, kind)


def _moment(text: str) -> datetime | None:
    """The day a person checked the address; yes and no, which name no day, count as unknown."""
    if text.lower() in ("", "no", "yes", "true", "false"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"verified is {text!r}; it must be a date such as 2026-03-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
