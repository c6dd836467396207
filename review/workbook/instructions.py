"""The first sheet of a workbook: what it is, for whom, and how it is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from review.marks import safe_link
from review.workbook.formats import Formats
from review.workbook.layout import About, Part, cell_text
from survey.questionnaire import load

HOW = (
    "Each sheet holds the questions of one criterion. State and Confidence are what the program found: a pre-fill, "
    "not a score.",
    "Open the proof, read the excerpt, and choose Yes, No or Unsure in the column Answer. Write why in Comment when "
    "you disagree.",
    "present: proof was found.   absent: it was searched well enough and not found.",
    "unknown: it could not be searched well enough; the column Why says what was missing.   manual: only a person can "
    "tell.",
    "An empty answer is a question not yet decided, whatever the state. Emptying an answer of yours takes it back.",
    "Only Answer and Comment can be written to. Rows may be sorted and filtered, columns moved and added; formulas are "
    "not taken. There is no password: lift the protection of a sheet to sort it.",
    "Hand the file back as .xlsx. losi import tells every row that it changes, and changes nothing if a code or a word "
    "is unknown, or if you decided a question anew elsewhere in the meantime.",
)
_WIDTH = 90


def write_instructions(sheet: Any, formats: Formats, about: About, parts: Sequence[Part]) -> None:
    """Writes the sheet."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _WIDTH)
    sheet.set_column(2, 4, 20)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, cell_text(about.title), formats.title)
    row = 2
    for name, value in _facts(about, parts):
        sheet.write_string(row, 0, name, formats.quiet)
        sheet.write_string(row, 1, cell_text(value), formats.text)
        row += 1
    row += 1
    sheet.write_string(row, 1, "How to fill this workbook", formats.head)
    for text in HOW:
        row += 1
        sheet.set_row_pixels(row, 20 * (1 + len(text) // _WIDTH) + 2)
        sheet.write_string(row, 1, text, formats.text)
    _portals(sheet, formats, row + 2, parts)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _facts(about: About, parts: Sequence[Part]) -> list[tuple[str, str]]:
    editions = dict.fromkeys(part.edition for part in parts)
    return [
        ("Made for", about.account or "nobody in particular: losi import asks whose answers they are"),
        ("Made", f"{about.made:%Y-%m-%d %H:%M} UTC"),
        ("Questionnaire", "; ".join(f"{load(edition).title} ({edition})" for edition in editions)),
        ("Questions", str(sum(len(part.lines) for part in parts))),
    ]


def _portals(sheet: Any, formats: Formats, row: int, parts: Sequence[Part]) -> None:
    for column, title in enumerate(("Portal", "Address", "Outcome of the visit", "Pages read", "Found present")):
        sheet.write_string(row, column, title, formats.head)
    for part in parts:
        row += 1
        present = sum(line.state == "present" for line in part.lines)
        sheet.write_string(row, 0, cell_text(part.name), formats.text)
        if safe_link(part.url):
            sheet.write_url(row, 1, part.url, formats.link, string=part.url[:255])
        else:
            sheet.write_string(row, 1, cell_text(part.url), formats.text)
        sheet.write_string(row, 2, part.outcome, formats.text)
        sheet.write_string(row, 3, str(part.pages), formats.text)
        sheet.write_string(row, 4, f"{present} of {len(part.lines)}", formats.text)
