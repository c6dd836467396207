"""The workbook of one portal: questions by criterion with a drop-down for the person's decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import xlsxwriter
import xlsxwriter.exceptions

from crawler.prefill import prefill, summarise
from losi.cells import plain
from losi.errors import Failure
from losi.marks import safe_link
from losi.searched import reason_words, searched_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crawler.prefill import Answer
    from crawler.result import RunResult
    from survey.indicator import Questionnaire

DECISIONS = ("yes", "no", "cannot tell")
COLUMNS: tuple[tuple[str, int], ...] = (
    ("Code", 8), ("Question", 34), ("Counts as yes", 40), ("State", 12), ("Confidence", 11), ("Decision", 13),
    ("Comment", 34), ("Proof", 40), ("Excerpt", 48), ("In English", 22), ("Why, or what was searched", 52),
    ("Capture", 9),
)  # fmt: skip
MAX_LINK = 2_000
"""Characters of a link that Excel takes (2,079), with room for escapes."""

INSTRUCTIONS = (
    "How to fill this workbook",
    "Each sheet holds the questions of one criterion. State and Confidence are what the program found: "
    "a pre-fill, not a score.",
    "Open the proof, read the excerpt, and choose yes, no or cannot tell in the column Decision. "
    "Write why in Comment when you disagree.",
    "present: proof was found.   absent: it was searched well enough and not found.",
    "unknown: it could not be searched well enough; the last column but one says why.   "
    "manual: only a person can tell.",
    "A decision that is left empty counts as not yet decided, whatever the state. "
    "Do not change the columns Code and Question.",
)


@dataclass(frozen=True, slots=True)
class Formats:
    """The cell formats of one workbook."""

    head: Any
    title: Any
    text: Any
    quiet: Any
    link: Any
    share: Any
    input: Any
    states: dict[str, Any]


def write_workbook(path: Path, result: RunResult, questionnaire: Questionnaire) -> None:
    """Write the workbook of a run; raise Failure when the file cannot be written."""
    answers = prefill(questionnaire, result.findings)
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    formats = _formats(book)
    _instructions(book, formats, result, questionnaire, answers)
    names = _sheet_names(questionnaire)
    for criterion in questionnaire.criteria:
        rows = [answer for answer in answers if answer.indicator.criterion == criterion]
        if rows:
            _criterion(book, formats, names[criterion], rows)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise Failure(f"cannot write {path}: {error}", "close the file in other programs, or choose another") from error


def _formats(book: Any) -> Formats:
    wrap = {"text_wrap": True, "valign": "top"}
    colours = {"present": "#1d7a4a", "absent": "#b3362b", "unknown": "#976400", "manual": "#2f5f9e"}
    return Formats(
        head=book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#eef1f4"}),
        title=book.add_format({"bold": True, "font_size": 16}),
        text=book.add_format(wrap),
        quiet=book.add_format({**wrap, "font_color": "#5a6472"}),
        link=book.add_format({**wrap, "font_color": "#1b5faa", "underline": 1}),
        share=book.add_format({**wrap, "num_format": "0 %"}),
        input=book.add_format({**wrap, "bg_color": "#fff8e1", "border": 1, "border_color": "#dfe3e8"}),
        states={
            state: book.add_format({**wrap, "bold": True, "font_color": colour}) for state, colour in colours.items()
        },
    )


def _instructions(
    book: Any, formats: Formats, result: RunResult, questionnaire: Questionnaire, answers: Sequence[Answer]
) -> None:
    sheet = book.add_worksheet("Instructions")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, plain(result.portal.name or result.portal.url), formats.title)
    summary = summarise(questionnaire, answers)
    facts = (
        ("Portal", result.portal.url),
        ("Questionnaire", f"{questionnaire.title} ({questionnaire.edition})"),
        ("Outcome of the visit", f"{result.outcome}{f' ({result.cause})' if result.cause else ''}"),
        ("Pages read", str(result.pages)),
        ("Run", str(result.run_id or "")),
        ("Found present so far", f"{summary.present} of {summary.denominator}: a pre-fill, not a score"),
    )
    for row, (name, value) in enumerate(facts, 2):
        sheet.write_string(row, 0, name, formats.quiet)
        sheet.write_string(row, 1, plain(value), formats.text)
    for row, line in enumerate(INSTRUCTIONS, len(facts) + 3):
        sheet.write_string(row, 1, line, formats.head if row == len(facts) + 3 else formats.text)


def _sheet_names(questionnaire: Questionnaire) -> dict[str, str]:
    """Sheet names: at most 31 characters, without the signs that Excel forbids, all different."""
    used: Counter[str] = Counter()
    names: dict[str, str] = {}
    for criterion in questionnaire.criteria:
        name = "".join("-" if c in "[]:*?/\\'" else c for c in criterion.capitalize())[:28]
        used[name] += 1
        names[criterion] = name if used[name] == 1 else f"{name} {used[name]}"
    return names


def _criterion(book: Any, formats: Formats, name: str, rows: Sequence[Answer]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for column, (title, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, formats.head)
    for row, answer in enumerate(rows, 1):
        _row(sheet, formats, row, answer)
    sheet.data_validation(
        1, 5, len(rows), 5, {"validate": "list", "source": list(DECISIONS), "error_message": "Choose from the list."}
    )
    sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)


def _row(sheet: Any, formats: Formats, row: int, answer: Answer) -> None:
    best = answer.best
    sheet.write_string(row, 0, answer.indicator.code, formats.text)
    sheet.write_string(row, 1, answer.indicator.title, formats.text)
    sheet.write_string(row, 2, answer.indicator.counts_as_yes, formats.quiet)
    sheet.write_string(row, 3, answer.state.replace("_", " "), formats.states.get(answer.state, formats.text))
    if answer.state in ("present", "absent"):
        sheet.write_number(row, 4, answer.confidence, formats.share)
    sheet.write_blank(row, 5, None, formats.input)
    sheet.write_blank(row, 6, None, formats.input)
    _link(sheet, formats, row, 7, best.url if best else "")
    sheet.write_string(row, 8, plain(best.quote) if best else "", formats.text)
    sheet.write_string(row, 9, plain(best.gloss) if best else "", formats.text)
    sheet.write_string(row, 10, plain(_reason(answer)), formats.quiet)
    if best is not None and best.capture is not None:
        sheet.write_number(row, 11, best.capture, formats.quiet)


def _link(sheet: Any, formats: Formats, row: int, column: int, url: str) -> None:
    target = safe_link(plain(url))
    if target and len(target) <= MAX_LINK:
        sheet.write_url(row, column, target, formats.link, string=target[:255])
    else:
        sheet.write_string(row, column, plain(url), formats.text)


def _reason(answer: Answer) -> str:
    if answer.state == "present" and answer.best is not None:
        return answer.best.why
    if answer.state in ("absent", "unknown"):
        return " ".join([reason_words(answer.finding), *searched_words(answer.finding.certificate)]).strip()
    return answer.finding.note


def workbook_name(result: RunResult) -> str:
    """A file name that tells portal and run."""
    host = "".join(c if c.isalnum() or c in ".-" else "-" for c in urlsplit(result.portal.url).netloc)[:80]
    return f"{host or 'portal'}-run-{result.run_id or 0}.xlsx"
