"""Writes a workbook: instructions, a sheet for each criterion, and the hidden sheet that the import compares with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
import xlsxwriter.exceptions

from review.errors import Refused
from review.marks import safe_link
from review.wording import N_
from review.workbook.formats import formats_of
from review.workbook.instructions import write_instructions
from review.workbook.language import Wording
from review.workbook.layout import (
    ANSWER,
    ARCHIVED,
    CODE,
    COLUMNS,
    COMMENT,
    CONFIDENCE,
    EDITION,
    EXCERPT,
    GLOSS,
    INSTRUCTIONS,
    MEANING,
    MEMORY,
    PICTURE,
    PLAIN,
    PORTAL,
    PROOF,
    QUESTION,
    SAID,
    SCHEMA,
    STATE,
    WHY,
    WORDS,
    About,
    Line,
    Part,
    cell_text,
    lines_of,
)
from review.workbook.pictures import SIZE, thumbnail
from storage.drafts import whole_file
from survey.questionnaire import load

MAX_LINK = 2_000
"""Characters of a link that Excel takes (2,079), with room for escapes."""
MAX_LINKS = 65_000
"""Links that Excel takes in a sheet (65,530); beyond, addresses are plain text."""
_ALLOWED = {"format_columns": True, "format_rows": True, "insert_columns": True, "sort": True, "autofilter": True}
_PICTURE_ROW = SIZE[1] + 8
_LINE, _MOST_LINES = 20, 12
"""Pixels of a line of text, and the lines up to which a row grows: not every program fits rows by itself."""


class ProtectedBook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook whose sheets cannot be renamed, moved or removed (ECMA-376, 18.2.29) until it is unprotected."""

    def _write_book_views(self) -> None:
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


@dataclass(slots=True)
class Place:
    """A sheet that is being written, and its next free row and its number of links."""

    sheet: Any
    row: int = 1
    links: int = 0


def write_book(
    path: Path,
    about: About,
    parts: Iterable[Part],
    *,
    editions: Sequence[str],
    several: bool,
    pictures: bool = True,
    words: Wording | None = None,
) -> int:
    """Writes the parts to a file, as they come, whole or not at all; the number of questions written.

    `editions` are those that occur, `several` says that there is more than one portal, `words` is what it says in its
    language, which is English if none is given. Raises `Refused` when the file cannot be written.
    """
    try:
        with whole_file(path) as stream:
            writer = _Writer(Path(stream.name), editions, several, pictures, words or Wording())
            for part in parts:
                writer.add(part)
            written = writer.close(about)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise Refused(f"cannot write {path}: {error}", "close the file in other programs, or choose another") from error
    return written


class _Writer:
    def __init__(self, path: Path, editions: Sequence[str], several: bool, pictures: bool, words: Wording) -> None:
        # By its path: what breaks off closes its ZIP file late, when a stream would be closed already.
        self._book = ProtectedBook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        self._words = words
        self._formats = formats_of(self._book, turned=words.turned)
        self._pictures = pictures
        self._columns = _columns(several)
        self._at = {title: place for place, (title, _) in enumerate(self._columns)}
        self._front = self._sheet(words.said(INSTRUCTIONS))
        self._places = {key: self._criterion(name) for key, name in sheet_names(editions, words).items()}
        self._memory = Place(self._book.add_worksheet(MEMORY), 0)
        self._parts: list[Part] = []
        self._written = 0

    def add(self, part: Part) -> None:
        """Writes a part's questions to the sheets of their criteria."""
        self._remember("part", part.url, part.edition, str(part.round), str(part.run))
        for line in part.lines:
            self._line(self._places[part.edition, line.criterion], part, line)
            self._remember(
                "row", part.url, part.edition, line.code, line.state, line.answer, line.comment, str(line.run),
                line.detectors,
            )  # fmt: skip
            self._written += 1
        self._parts.append(part)

    def close(self, about: About) -> int:
        """Finishes the sheets and writes the file; the number of questions."""
        write_instructions(self._front, self._formats, about, self._parts, self._words)
        for place in self._places.values():
            self._finish(place)
        for tag, value in (
            ("schema", str(SCHEMA)), ("made", about.made.isoformat()), ("software", about.software),
            ("for", about.account), ("number", str(about.number)), ("hash", about.hash),
            ("language", self._words.language),
        ):  # fmt: skip
            self._remember(tag, value)
        self._memory.sheet.protect()
        self._memory.sheet.very_hidden()
        self._book.close()
        return self._written

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name)
        if self._words.turned:
            sheet.right_to_left()
        return sheet

    def _criterion(self, name: str) -> Place:
        sheet = self._sheet(name)
        sheet.freeze_panes(1, self._at[QUESTION] + 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, (title, width) in enumerate(self._columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, self._words.said(title), self._formats.head)
        if (tall := max(self._lines(title, self._words.said(title)) for title in self._at)) > 1:
            sheet.set_row_pixels(0, tall * _LINE + 2)
        return Place(sheet)

    def _finish(self, place: Place) -> None:
        last = max(1, place.row - 1)
        column = self._at[ANSWER]
        answers = [self._words.answer(verdict) for verdict in WORDS]
        told = self._words.said(N_("Choose from the list."))
        rule = {"validate": "list", "source": answers, "error_message": told}
        place.sheet.data_validation(1, column, last, column, rule)
        place.sheet.autofilter(0, 0, last, len(self._columns) - 1)
        place.sheet.protect("", _ALLOWED)

    def _line(self, place: Place, part: Part, line: Line) -> None:
        row, sheet, texts = place.row, place.sheet, self._texts(part, line)
        for title, (text, form) in texts.items():
            if text:
                sheet.write_string(row, self._at[title], cell_text(text), form)
            else:
                sheet.write_blank(row, self._at[title], None, form)
        if line.confidence is not None:
            sheet.write_number(row, self._at[CONFIDENCE], line.confidence, self._formats.share)
        self._link(place, self._at[PROOF], line.url)
        self._link(place, self._at[ARCHIVED], line.archived)
        pictured = self._pictures and line.picture is not None and self._picture(sheet, row, line)
        tall = max(self._lines(title, text) for title, (text, _) in texts.items()) * _LINE + 2
        sheet.set_row_pixels(row, max(tall, _PICTURE_ROW) if pictured else tall)
        place.row += 1

    def _texts(self, part: Part, line: Line) -> dict[str, tuple[str, Any]]:
        """The texts of a row by the titles of their columns, each with its format."""
        formats, words = self._formats, self._words
        title, meaning = words.asked(line.title, part.edition), words.asked(line.counts_as_yes, part.edition)
        state = words.word("state", line.state).replace("_", " ")
        return {
            CODE: (line.code, formats.data),
            QUESTION: (title, formats.data if title == line.title else formats.text),
            MEANING: (meaning, formats.soft if meaning == line.counts_as_yes else formats.quiet),
            STATE: (state, formats.states.get(line.state, formats.text)),
            ANSWER: (words.answer(line.answer), formats.answer),
            COMMENT: (line.comment, formats.comment),
            EXCERPT: (line.excerpt, formats.data),
            GLOSS: (line.gloss, formats.data),
            WHY: (line.why, formats.soft),
            SAID: (line.said, formats.soft),
            PORTAL: (part.url, formats.soft),
            EDITION: (part.edition, formats.soft),
        }

    def _lines(self, title: str, text: str) -> int:
        """About how many lines a text takes in its column."""
        return min(_MOST_LINES, lines_of(text, self._columns[self._at[title]][1]))

    def _link(self, place: Place, column: int, url: str) -> None:
        row, sheet = place.row, place.sheet
        target = safe_link(cell_text(url))
        made = -1
        if target and len(target) <= MAX_LINK and place.links < MAX_LINKS:
            made = sheet.write_url(row, column, target, self._formats.link, string=target[:255])
        if made == 0:
            place.links += 1
        else:
            sheet.write_string(row, column, cell_text(url), self._formats.data)

    def _picture(self, sheet: Any, row: int, line: Line) -> bool:
        """Puts the picture into its cell, so that it moves along when rows are sorted; whether there is one."""
        made = thumbnail(line.picture) if line.picture else None
        if made is None:
            return False
        options = {
            "image_data": made, "object_position": 1, "x_offset": 3, "y_offset": 3,
            "description": self._words.said(N_("Screenshot of the proof for question %(code)s"), code=line.code),
        }  # fmt: skip
        sheet.insert_image(row, self._at[PICTURE], f"{line.run}-{line.code}.jpg", options)
        return True

    def _remember(self, *values: str) -> None:
        for column, value in enumerate(values):
            self._memory.sheet.write_string(self._memory.row, column, cell_text(value))
        self._memory.row += 1


_NAME = 28
"""Characters of the name of a sheet, of the 31 that Excel takes."""
_TAKEN = (MEMORY.lower(), "history")
"""The last is Excel's own."""


def sheet_names(editions: Sequence[str], words: Wording) -> dict[tuple[str, str], str]:
    """Sheet names by edition and criterion: at most 31 characters, none that Excel forbids, all different."""
    used = Counter([*_TAKEN, words.said(INSTRUCTIONS).lower()])
    names: dict[tuple[str, str], str] = {}
    for edition in editions:
        for criterion in load(edition).criteria:
            said = words.word("criterion", criterion)
            text = said[:1].upper() + said[1:] if len(editions) == 1 else f"{edition} {said}"
            name = _short("".join("-" if c in "[]:*?/\\'" else c for c in text), words)
            used[name.lower()] += 1
            names[edition, criterion] = name if used[name.lower()] == 1 else f"{name} {used[name.lower()]}"
    return names


def _short(text: str, words: Wording) -> str:
    """A name that leaves room for a number behind it. One that is cut ends with an ellipsis, but not in English."""
    cut = text[:_NAME].rstrip()
    return cut if len(text) <= _NAME or words.language == PLAIN else f"{text[: _NAME - 1].rstrip()}…"


def _columns(several: bool) -> tuple[tuple[str, int], ...]:
    """With several portals the portal stands before the question."""
    if not several:
        return COLUMNS
    (first,) = (column for column in COLUMNS if column[0] == PORTAL)
    return (COLUMNS[0], first, *(column for column in COLUMNS[1:] if column[0] != PORTAL))
