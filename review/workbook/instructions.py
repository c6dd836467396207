"""The first sheet of a workbook: what it is, for whom, and how it is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from review.marks import safe_link
from review.wording import N_
from review.workbook.formats import Formats
from review.workbook.language import Wording
from review.workbook.layout import (
    ANSWER,
    COMMENT,
    CONFIDENCE,
    EDITION,
    PORTAL,
    STATE,
    WORDS,
    About,
    Part,
    cell_text,
    lines_of,
)
from survey.questionnaire import load

HOW = (
    N_(
        "Each sheet holds the questions of one criterion. %(state)s and %(confidence)s are what the program found: "
        "a pre-fill, not a score."
    ),
    N_(
        "Open the proof, read the excerpt, and choose %(yes)s, %(no)s or %(unsure)s in the column %(answer)s. "
        "Write why in %(comment)s when you disagree."
    ),
    N_("%(present)s: proof was found.   %(absent)s: it was searched well enough and not found."),
    N_(
        "%(unknown)s: it could not be searched well enough; the column Why says what was missing.   "
        "%(manual)s: only a person can tell."
    ),
    N_("An empty answer is a question not yet decided, whatever the state. Emptying an answer of yours takes it back."),
    N_(
        "Only %(answer)s and %(comment)s can be written to. Rows may be sorted and filtered, columns moved and added; "
        "formulas are not taken. There is no password: lift the protection of a sheet to sort it."
    ),
    N_(
        "Hand the file back as .xlsx. losi import tells every row that it changes, and changes nothing if a code or a "
        "word is unknown, or if you decided a question anew elsewhere in the meantime."
    ),
)
"""Each with the titles, answers and states that it names as placeholders, so that they read as in the cells."""
_NAMED = {"state": STATE, "confidence": CONFIDENCE, "answer": ANSWER, "comment": COMMENT}
_WIDTH = 90


def write_instructions(sheet: Any, formats: Formats, about: About, parts: Sequence[Part], words: Wording) -> None:
    """Writes the sheet."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _WIDTH)
    sheet.set_column(2, 4, 20)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, cell_text(about.title), formats.title)
    row = 2
    for name, value in _facts(about, parts, words):
        sheet.write_string(row, 0, words.said(name), formats.quiet)
        sheet.write_string(row, 1, cell_text(value), formats.data)
        row += 1
    row += 1
    sheet.write_string(row, 1, words.said(N_("How to fill this workbook")), formats.head)
    for text in how_to(words):
        row += 1
        sheet.set_row_pixels(row, 20 * lines_of(text, _WIDTH) + 2)
        sheet.write_string(row, 1, text, formats.text)
    _portals(sheet, formats, row + 2, parts, words)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def how_to(words: Wording) -> list[str]:
    """How the workbook is filled in, a paragraph each."""
    named = {name: words.said(title) for name, title in _NAMED.items()}
    answers = {verdict: words.answer(verdict) for verdict in WORDS}
    states = {state: words.word("state", state) for state in ("present", "absent", "unknown", "manual")}
    return [words.said(text, **named, **answers, **states) for text in HOW]


def _facts(about: About, parts: Sequence[Part], words: Wording) -> list[tuple[str, str]]:
    nobody = N_("nobody in particular: losi import asks whose answers they are")
    editions = dict.fromkeys(part.edition for part in parts)
    return [
        (N_("Made for"), about.account or words.said(nobody)),
        (N_("Made"), f"{about.made:%Y-%m-%d %H:%M} UTC"),
        (EDITION, "; ".join(f"{load(edition).title} ({edition})" for edition in editions)),
        (N_("Questions"), str(sum(len(part.lines) for part in parts))),
    ]


def _portals(sheet: Any, formats: Formats, row: int, parts: Sequence[Part], words: Wording) -> None:
    titles = (PORTAL, N_("Address"), N_("Outcome of the visit"), N_("Pages read"), N_("Found present"))
    for column, title in enumerate(titles):
        sheet.write_string(row, column, words.said(title), formats.head)
    for part in parts:
        row += 1
        present = sum(line.state == "present" for line in part.lines)
        sheet.write_string(row, 0, cell_text(part.name), formats.data)
        if safe_link(part.url):
            sheet.write_url(row, 1, part.url, formats.link, string=part.url[:255])
        else:
            sheet.write_string(row, 1, cell_text(part.url), formats.data)
        sheet.write_string(row, 2, part.outcome, formats.text)
        sheet.write_string(row, 3, str(part.pages), formats.text)
        share = words.said("%(done)s of %(total)s", done=present, total=len(part.lines))
        sheet.write_string(row, 4, share, formats.text)
