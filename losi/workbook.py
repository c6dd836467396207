"""Workbooks that `losi export xlsx` makes: of whom, of which portals, under which name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from losi.choices import review_settings
from losi.chosen import chosen_numbers
from losi.errors import Failure
from review.errors import ReviewError
from review.security.signing import signer
from review.workbook.gathering import Links, Sources, about, desk, parts, person, runs_of_cycle
from review.workbook.keeping import keep_answers
from review.workbook.language import Wording
from review.workbook.layout import PLAIN
from review.workbook.writing import write_book
from storage.models import Run, Sheet
from storage.repository import find_cycle, get_portal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from storage.database import Database
    from storage.models import Account, Cycle

GOOD_FOR = timedelta(days=180)
"""How long the links to archived copies work."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask for; `name` is the account that the workbook is for, `review_url` where the app runs,
    `language` one of `review.i18n.LANGUAGES`."""

    portal: str | None = None
    run: int | None = None
    cycle: str | None = None
    name: str | None = None
    pictures: bool | None = None
    review_url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """One workbook to be written: runs, or sheets of a person."""

    file: str
    title: str
    numbers: tuple[int, ...]
    editions: tuple[str, ...]


def export_books(database: Database, data: Path, wanted: Wanted, place: Path) -> Iterator[Path]:
    """Writes the workbooks, each in the moment it is asked for; raises Failure.

    A workbook that is there already is written anew unless it holds answers that were not taken back.
    """
    try:
        with database.reader() as session:
            account = person(session, wanted.name) if wanted.name else None
            books = _books(database, session, wanted, account)
        single = place.suffix.lower() == ".xlsx"
        if single and len(books) > 1:
            raise Failure(f"there are {len(books)} questionnaires of this portal", "give a folder, or --cycle")
        for book in books:
            path = place if single else place / book.file
            with database.session() as session:
                keep_answers(session, path, datetime.now(UTC), assessors=review_settings().assessors)
            with database.reader() as session:
                _write(session, data, wanted, account, book, path)
            yield path
    except ReviewError as error:
        raise Failure(error.message, error.mend) from error


def _write(session: Session, data: Path, wanted: Wanted, account: Account | None, book: Book, path: Path) -> None:
    now = datetime.now(UTC)
    several = wanted.cycle is not None
    words = Wording(wanted.language or (account.language if account else PLAIN))
    write_book(
        path,
        about(session, book.title, f"losi-scout {version('losi-scout')}", now, account),
        parts(session, list(book.numbers), account, Sources(data, _links(data, wanted, now), words)),
        editions=book.editions,
        several=several,
        pictures=not several if wanted.pictures is None else wanted.pictures,
        words=words,
    )


def _links(data: Path, wanted: Wanted, now: datetime) -> Links | None:
    if wanted.review_url is None:
        return None
    secret = review_settings().secret.get_secret_value()
    return Links(wanted.review_url, signer(secret, data), now + GOOD_FOR)


def _books(database: Database, session: Session, wanted: Wanted, account: Account | None) -> list[Book]:
    cycle = _cycle(session, wanted.cycle)
    if account is not None:
        return _of_person(session, account, wanted, cycle)
    numbers = runs_of_cycle(session, cycle.id) if cycle else chosen_numbers(database, wanted.portal, wanted.run)
    if not numbers:
        raise Failure("no portal of this cycle has been visited yet", "run losi cycle crawl first")
    return _bound(session, [session.get_one(Run, number) for number in numbers], cycle)


def _of_person(session: Session, account: Account, wanted: Wanted, cycle: Cycle | None) -> list[Book]:
    portal = get_portal(session, wanted.portal) if wanted.portal else None
    numbers = desk(session, account, portal_id=portal.id if portal else None, cycle_id=cycle.id if cycle else None)
    if not numbers:
        raise Failure(f"there is nothing of this on the desk of {account.name}", "an admin assigns it in losi review")
    return _bound(session, [session.get_one(Sheet, number) for number in numbers], cycle)


def _bound(session: Session, found: list[Run] | list[Sheet], cycle: Cycle | None) -> list[Book]:
    """All in one workbook for a cycle, else one workbook each."""
    if cycle is not None:
        editions = tuple(sorted({each.edition for each in found}))
        return [Book(f"{_plain(cycle.name)}.xlsx", cycle.name, tuple(each.id for each in found), editions)]
    return [_single(session, each) for each in found]


def _single(session: Session, found: Run | Sheet) -> Book:
    run = found if isinstance(found, Run) else session.get_one(Run, found.run_id)
    return Book(workbook_name(run.portal.url, run.id), run.portal.name, (found.id,), (found.edition,))


def _cycle(session: Session, name: str | None) -> Cycle | None:
    if name is None:
        return None
    found = find_cycle(session, name)
    if found is None:
        raise Failure(f"there is no cycle {name!r}", "losi cycle status shows the cycles")
    return found


def workbook_name(url: str, run: int) -> str:
    """A file name that tells portal and run."""
    return f"{_plain(urlsplit(url).netloc)[:80] or 'portal'}-run-{run}.xlsx"


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in text).strip("-.")
