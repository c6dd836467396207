"""What the tests of workbooks share: people with a sheet, export, editing as assessors do, import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from review.i18n import LANGUAGES
from review.service.decisions import Decision, decide
from review.settings import ReviewSettings
from review.workbook.gathering import Sources, about, desk, parts, person
from review.workbook.importing import Imported, import_book
from review.workbook.language import Wording
from review.workbook.layout import ANSWER, CODE, COMMENT, INSTRUCTIONS, MEMORY
from review.workbook.writing import write_book
from storage.models import Card, Review, Sheet, Task
from survey.questionnaire import load
from tests.review.conftest import EDITION, World

SINGLE = [i for i in load(EDITION).indicators if len(i.features) == 1]
"""Questions that one feature answers."""


class Office:
    """Ana and Ben, who have the sheet of one portal, and Sue, a supervisor."""

    def __init__(self, world: World, folder: Path, *, hidden: float = 0, assessors: int = 2) -> None:
        world.settings = ReviewSettings(hidden_share=hidden, assessors=assessors, jobs=False)
        self.world, self.folder = world, folder
        self.run = world.run(said=dict.fromkeys([i.features[0] for i in SINGLE[:6]], "present"))
        self.sheets = world.open()
        self.ana, self.ben = world.person("Ana"), world.person("Ben")
        self.sue = world.person("Sue", "supervisor")
        for who in (self.ana, self.ben)[:assessors]:
            world.assign(who, *self.sheets)

    def export(self, name: str | None = "Ana", language: str = "en", **options: Any) -> Path:
        """The workbook of a person's desk; of the run, for nobody."""
        path, words = self.folder / f"{name}.xlsx", Wording(language)
        with self.world.database.reader() as session:
            account = person(session, name) if name else None
            numbers = desk(session, account) if account else [self.run]
            made = parts(session, numbers, account, Sources(self.world.data, words=words))
            write_book(
                path,
                about(session, "The portal", "test", self.world.clock(), account),
                made,
                editions=[EDITION],
                words=words,
                **{"several": False, **options},
            )
        return path

    def take(self, path: Path, **options: Any) -> Imported:
        """Imports a workbook."""
        self.world.clock.pass_(minutes=1)
        with self.world.database.session() as session:
            return import_book(session, path, self.world.clock(), **options)

    def says(self, who: int, verdict: str, code: str) -> None:
        """A decision in the app."""
        self.world.clock.pass_(minutes=1)
        with self.world.database.session() as session:
            task = session.scalars(
                select(Task.id).join(Card, Card.id == Task.card_id).where(Task.account_id == who, Card.code == code)
            ).one()
            decide(session, who, task, Decision(verdict), self.world.clock())

    def verdicts(self, who: int) -> dict[str, str | None]:
        """What a person decided, by code."""
        with self.world.database.reader() as session:
            query = select(Card.code, Task.verdict).join(Task, Task.card_id == Card.id)
            return dict(session.execute(query.where(Task.account_id == who, Task.stage == 2)).all())

    def reviews(self) -> list[Review]:
        with self.world.database.reader() as session:
            return list(session.scalars(select(Review).order_by(Review.id)))

    def card(self, code: str) -> Card:
        with self.world.database.reader() as session:
            query = select(Card).join(Sheet, Sheet.id == Card.sheet_id).where(Card.code == code)
            return session.scalars(query.order_by(Card.id)).first() or _missing(code)


def _missing(code: str) -> Card:
    raise AssertionError(f"no card {code}")


@contextmanager
def edited(path: Path) -> Iterator[Workbook]:
    """The workbook, to be changed and saved in place."""
    book = openpyxl.load_workbook(path)
    yield book
    book.save(path)


def questions(book: Workbook) -> list[Worksheet]:
    """The sheets of questions."""
    others = {MEMORY, *(Wording(language).said(INSTRUCTIONS) for language in LANGUAGES)}
    return [book[name] for name in book.sheetnames if name not in others]


def cell(book: Workbook, code: str, title: str, language: str = "en") -> Any:
    """The cell of a question under a title (in English here), wherever row and column are now."""
    said = Wording(language).said
    codes, title = said(CODE), said(title)
    for sheet in questions(book):
        for head in range(1, 5):
            titles = [each.value for each in sheet[head]]
            if codes not in titles or title not in titles:
                continue
            for row in sheet.iter_rows(min_row=head + 1):
                if str(row[titles.index(codes)].value) == code:
                    return row[titles.index(title)]
    raise AssertionError(f"no {title} of {code}")


def answer(path: Path, **said: Any) -> None:
    """Writes answers into a file: `c219="Yes"`, or with a comment `c219=("No", "closed")`."""
    answer_in(path, "en", {name.removeprefix("c"): value for name, value in said.items()})


def answer_in(path: Path, language: str, said: Mapping[str, Any]) -> None:
    """Writes answers by code into a file of a language, as `answer` does."""
    with edited(path) as book:
        for code, value in said.items():
            word, comment = value if isinstance(value, tuple) else (value, None)
            cell(book, code, ANSWER, language).value = word
            if comment is not None:
                cell(book, code, COMMENT, language).value = comment
