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
from review.workbook.formats import formats_of
from review.workbook.instructions import write_instructions
from review.workbook.layout import (
    ANSWER,
    COLUMNS,
    INSTRUCTIONS,
    MEMORY,
    PORTAL,
    SCHEMA,
    WORDS,
    About,
    Line,
    Part,
    cell_text,
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
    path: Path, about: About, parts: Iterable[Part], *, editions: Sequence[str], several: bool, pictures: bool = True
) -> int:
    """Writes the parts to a file, as they come, whole or not at all; the number of questions written.

    `editions` are those that occur, `several` says that there is more than one portal. Raises `Refused` when the file
    cannot be written.
    """
    try:
        with whole_file(path) as stream:
            writer = _Writer(Path(stream.name), editions, several, pictures)
            for part in parts:
                writer.add(part)
            written = writer.close(about)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise Refused(f"cannot write {path}: {error}", "close the file in other programs, or choose another") from error
    return written


class _Writer:
    def __init__(self, path: Path, editions: Sequence[str], several: bool, pictures: bool) -> None:
        # By its path: what breaks off closes its ZIP file late, when a stream would be closed already.
        self._book = ProtectedBook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        self._formats = formats_of(self._book)
        self._pictures = pictures
        self._columns = _columns(several)
        self._at = {title: place for place, (title, _) in enumerate(self._columns)}
        self._front = self._book.add_worksheet(INSTRUCTIONS)
        self._places = {
            (edition, criterion): self._criterion(name) for (edition, criterion), name in sheet_names(editions).items()
        }
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
        write_instructions(self._front, self._formats, about, self._parts)
        for place in self._places.values():
            self._finish(place)
        for tag, value in (
            ("schema", str(SCHEMA)), ("made", about.made.isoformat()), ("software", about.software),
            ("for", about.account), ("number", str(about.number)), ("hash", about.hash),
        ):  # fmt: skip
            self._remember(tag, value)
        self._memory.sheet.protect()
        self._memory.sheet.very_hidden()
        self._book.close()
        return self._written

    def _criterion(self, name: str) -> Place:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, self._at["Question"] + 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, (title, width) in enumerate(self._columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, self._formats.head)
        return Place(sheet)

    def _finish(self, place: Place) -> None:
        last = max(1, place.row - 1)
        column = self._at[ANSWER]
        rule = {"validate": "list", "source": list(WORDS.values()), "error_message": "Choose from the list."}
        place.sheet.data_validation(1, column, last, column, rule)
        place.sheet.autofilter(0, 0, last, len(self._columns) - 1)
        place.sheet.protect("", _ALLOWED)

    def _line(self, place: Place, part: Part, line: Line) -> None:
        formats, row, sheet = self._formats, place.row, place.sheet
        texts = {
            "Code": (line.code, formats.text),
            "Question": (line.title, formats.text),
            "Counts as yes": (line.counts_as_yes, formats.quiet),
            "State": (line.state.replace("_", " "), formats.states.get(line.state, formats.text)),
            "Answer": (WORDS.get(line.answer, ""), formats.input),
            "Comment": (line.comment, formats.input),
            "Excerpt": (line.excerpt, formats.text),
            "In English": (line.gloss, formats.text),
            "Why, or what was searched": (line.why, formats.quiet),
            "Answers so far": (line.said, formats.quiet),
            PORTAL: (part.url, formats.quiet),
            "Questionnaire": (part.edition, formats.quiet),
        }
        for title, (text, form) in texts.items():
            if text:
                sheet.write_string(row, self._at[title], cell_text(text), form)
            else:
                sheet.write_blank(row, self._at[title], None, form)
        if line.confidence is not None:
            sheet.write_number(row, self._at["Confidence"], line.confidence, formats.share)
        self._link(place, self._at["Proof"], line.url)
        self._link(place, self._at["Archived copy"], line.archived)
        pictured = self._pictures and line.picture is not None and self._picture(sheet, row, line)
        tall = max(self._lines(title, text) for title, (text, _) in texts.items()) * _LINE + 2
        sheet.set_row_pixels(row, max(tall, _PICTURE_ROW) if pictured else tall)
        place.row += 1

    def _lines(self, title: str, text: str) -> int:
        """About how many lines a text takes in its column."""
        width = self._columns[self._at[title]][1]
        return min(_MOST_LINES, sum(1 + len(each) // width for each in text.split("\n")))

    def _link(self, place: Place, column: int, url: str) -> None:
        row, sheet = place.row, place.sheet
        target = safe_link(cell_text(url))
        made = -1
        if target and len(target) <= MAX_LINK and place.links < MAX_LINKS:
            made = sheet.write_url(row, column, target, self._formats.link, string=target[:255])
        if made == 0:
            place.links += 1
        else:
            sheet.write_string(row, column, cell_text(url), self._formats.text)

    def _picture(self, sheet: Any, row: int, line: Line) -> bool:
        """Puts the picture into its cell, so that it moves along when rows are sorted; whether there is one."""
        made = thumbnail(line.picture) if line.picture else None
        if made is None:
            return False
        options = {
            "image_data": made, "object_position": 1, "x_offset": 3, "y_offset": 3,
            "description": f"Screenshot of the proof for question {line.code}",
        }  # fmt: skip
        sheet.insert_image(row, self._at["Picture"], f"{line.run}-{line.code}.jpg", options)
        return True

    def _remember(self, *values: str) -> None:
        for column, value in enumerate(values):
            self._memory.sheet.write_string(self._memory.row, column, cell_text(value))
        self._memory.row += 1


_TAKEN = (INSTRUCTIONS.lower(), MEMORY.lower(), "history")
"""The last is Excel's own."""


def sheet_names(editions: Sequence[str]) -> dict[tuple[str, str], str]:
    """Sheet names by edition and criterion: at most 31 characters, none that Excel forbids, all different."""
    used = Counter(_TAKEN)
    names: dict[tuple[str, str], str] = {}
    for edition in editions:
        for criterion in load(edition).criteria:
            text = criterion[:1].upper() + criterion[1:] if len(editions) == 1 else f"{edition} {criterion}"
            name = "".join("-" if c in "[]:*?/\\'" else c for c in text)[:28]
            used[name.lower()] += 1
            names[edition, criterion] = name if used[name.lower()] == 1 else f"{name} {used[name.lower()]}"
    return names


def _columns(several: bool) -> tuple[tuple[str, int], ...]:
    """With several portals the portal stands before the question."""
    if not several:
        return COLUMNS
    (first,) = (column for column in COLUMNS if column[0] == PORTAL)
    return (COLUMNS[0], first, *(column for column in COLUMNS[1:] if column[0] != PORTAL))
