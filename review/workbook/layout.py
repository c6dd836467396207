"""What is in a workbook and where: columns, answers, and the hidden sheet that tells what was handed out.

Titles and answers stand here in English, marked for the catalogues; `review.workbook.language` says them in the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from unicodedata import east_asian_width

from review.wording import N_
from review.wording import WORDS as TABLES

SCHEMA = 1
MEMORY = "_losi"
"""The hidden sheet: who the workbook is for, at which point of the chain, and every answer as it was handed out."""
INSTRUCTIONS = N_("Instructions")
PLAIN = "en"
"""The language of a workbook that says none."""
WORDS: Mapping[str, str] = MappingProxyType({key: TABLES["verdict"][key] for key in ("yes", "no", "unsure")})
"""What the drop-down offers for each verdict; an empty cell is a question not yet decided."""

CODE, QUESTION, MEANING, STATE = N_("Code"), N_("Question"), N_("Counts as yes"), N_("State")
CONFIDENCE, ANSWER, COMMENT, PROOF = N_("Confidence"), N_("Answer"), N_("Comment"), N_("Proof")
ARCHIVED, PICTURE, EXCERPT, GLOSS = N_("Archived copy"), N_("Picture"), N_("Excerpt"), N_("In English")
WHY, SAID, PORTAL, EDITION = N_("Why, or what was searched"), N_("Answers so far"), N_("Portal"), N_("Questionnaire")
COLUMNS: tuple[tuple[str, int], ...] = (
    (CODE, 8), (QUESTION, 34), (MEANING, 40), (STATE, 12), (CONFIDENCE, 11), (ANSWER, 11), (COMMENT, 34), (PROOF, 40),
    (ARCHIVED, 22), (PICTURE, 46), (EXCERPT, 48), (GLOSS, 22), (WHY, 52), (SAID, 30), (PORTAL, 36), (EDITION, 14),
)  # fmt: skip
"""Titles and widths in characters. A workbook is read by titles: columns may be moved and added."""
READ = (CODE, ANSWER, COMMENT, PORTAL, EDITION)
"""The columns that are read back."""
OPEN = (ANSWER, COMMENT)
"""The columns whose cells are not protected."""

MAX_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Key = tuple[str, str, str]
"""What names a row: portal (its URL), edition, code."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question of one portal as it is handed out; `withheld` lines carry nothing of the suggestion.

    `answer` is a verdict or empty. `run` is the run whose suggestion is shown, `detectors` who made it, with versions.
    """

    code: str
    criterion: str
    title: str
    counts_as_yes: str
    state: str = ""
    confidence: float | None = None
    answer: str = ""
    comment: str = ""
    url: str = ""
    archived: str = ""
    picture: Path | None = None
    excerpt: str = ""
    gloss: str = ""
    why: str = ""
    said: str = ""
    run: int = 0
    detectors: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The questionnaire of one portal: one part of a workbook. `round` is the number of its cycle, or 0."""

    url: str
    name: str
    edition: str
    round: int
    run: int
    outcome: str
    pages: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class About:
    """Whom a workbook is made for (nobody: empty), when, by what, and the end of the chain of decisions then."""

    title: str
    made: datetime
    software: str
    account: str
    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Before:
    """A row as it was handed out."""

    state: str
    answer: str
    comment: str
    run: int


@dataclass(frozen=True, slots=True)
class PartBefore:
    """A part as it was handed out."""

    url: str
    edition: str
    round: int
    run: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What the hidden sheet tells; workbooks were English before they told their language."""

    account: str
    number: int
    hash: str
    language: str = PLAIN
    parts: Mapping[tuple[str, str], PartBefore] = field(default_factory=dict)
    rows: Mapping[Key, Before] = field(default_factory=dict)


def cell_text(text: str) -> str:
    """Text without control characters and lone surrogates, cut to what a cell holds."""
    clean = _CONTROL.sub(" ", text.replace("\r\n", "\n")).encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= MAX_CELL else clean[: MAX_CELL - 1] + "…"


def lines_of(text: str, width: int) -> int:
    """About how many lines a text takes in a column of so many characters; Chinese ones are as wide as two."""
    return sum(1 + _places(line) // width for line in text.split("\n"))


def _places(line: str) -> int:
    if not line or max(line) < "\u1100":
        return len(line)
    return len(line) + sum(east_asian_width(each) in "WF" for each in line)
