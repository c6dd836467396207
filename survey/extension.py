"""What a survey adds of its own to what ships with the product: a folder, the same for all of a process.

    questionnaires/<edition>.toml    editions of its own
    features.csv                     features that no bundled questionnaire asks for
    effort.csv, sdgs.csv             what improvement plans say of these
    lexicons/<language>.toml         words, read by `detectors.lexicon`

docs/extensions.md tells what stands in them. It adds, and never replaces: what ships keeps its meaning everywhere.
"""

from __future__ import annotations

import csv
import io
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from survey.packaged import SurveyDataError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

VARIABLE = "LOSI_EXTENSION"
"""The environment variable that names the folder, so that processes which are begun have the same."""

QUESTIONNAIRES = "questionnaires"


def folder() -> Path | None:
    """The folder of the extension, None if there is none. Raise SurveyDataError where the variable names no folder."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    path = Path(named)
    if not path.is_dir():
        raise SurveyDataError(f"{VARIABLE} names {named}, which is no folder")
    return path


def own_editions(place: Path | None) -> Mapping[str, Path]:
    """The questionnaire files of an extension, by the name of their edition, sorted."""
    found = sorted((place / QUESTIONNAIRES).glob("*.toml")) if place is not None else []
    return {path.stem: path for path in found}


def own_text(path: Path) -> str:
    """The text of a file of the extension; raise SurveyDataError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SurveyDataError(f"{path}: cannot be read: {error}; save it as UTF-8") from error


def delimiter(text: str) -> str:
    """What separates the cells of a table: the comma, or the semicolon of many spreadsheets."""
    head = text.partition("\n")[0]
    return ";" if ";" in head and "," not in head else ","


@contextmanager
def noted(faults: list[str] | None) -> Iterator[None]:
    """Takes down what is wrong in a row, and leaves it out, so that the others can be looked at; without a list the
    first fault is raised."""
    try:
        yield
    except SurveyDataError as error:
        if faults is None:
            raise
        faults.append(str(error))


def own_rows(
    place: Path | None,
    name: str,
    needed: Collection[str],
    further: Collection[str] = (),
    faults: list[str] | None = None,
) -> list[Row]:
    """The rows of a CSV file of the extension, none where it has no such file; separated by commas or semicolons.

    Raise SurveyDataError, which names file and line, where a needed column or its value is missing, or a column is
    neither needed nor among the further ones. With `faults` these are taken down there instead.
    """
    rows: list[Row] = []
    with noted(faults):
        for line, given in _given(place, name, needed, further):
            with noted(faults):
                rows.append(_row(given, line, needed))
    return rows


def _given(
    place: Path | None, name: str, needed: Collection[str], further: Collection[str]
) -> Iterator[tuple[str, Mapping[str | None, str | list[str] | None]]]:
    """The rows that are not empty as they are written, each with its file and line."""
    if place is None or not (place / name).is_file():
        return
    text = own_text(place / name)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter(text))
    columns = reader.fieldnames or ()
    wrong = [column for column in columns if column and column not in (*needed, *further)]
    missing = [column for column in needed if column not in columns]
    if missing or wrong:
        known = ", ".join((*needed, *further))
        raise SurveyDataError(f"{place / name}: the columns are {known}; missing {missing}, not known {wrong}")
    try:
        yield from ((f"{place / name}, line {reader.line_num}", given) for given in reader if any(_cells(given)))
    except csv.Error as error:
        raise SurveyDataError(f"{place / name}, line {reader.line_num}: {error}") from error


Row = dict[str, str]
_PLACE = ""
"""What a row names its file and line by: no column is called so."""


def place_of(row: Mapping[str, str], table: str) -> str:
    """The file and line of a row of the extension, the table of one that ships."""
    return row.get(_PLACE, table)


def _cells(given: Mapping[str | None, str | list[str] | None]) -> Iterator[str]:
    """What the cells of a row hold; spreadsheets save empty rows and columns beside those that are used."""
    for value in given.values():
        yield from (cell.strip() for cell in ([value] if isinstance(value, str) else value or ()))


def _row(given: Mapping[str | None, str | list[str] | None], line: str, needed: Collection[str]) -> Row:
    if any(_cells({column: value for column, value in given.items() if not column})):
        raise SurveyDataError(f"{line}: more cells than columns; put a text with commas into quotation marks")
    row = {column: str(value or "").strip() for column, value in given.items() if column}
    empty = [column for column in needed if not row[column]]
    if empty:
        raise SurveyDataError(f"{line}: {', '.join(empty)} is empty")
    return {**row, _PLACE: line}
