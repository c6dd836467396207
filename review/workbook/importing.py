"""Takes a workbook over: every changed row becomes a decision in the chain, or nothing is changed at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from sqlalchemy.orm import Session

from review.errors import Refused, ReviewError
from review.service.adjudication import adjudicate
from review.service.decisions import Decision, decide, undo
from review.workbook.comparing import Change, Plan, compare
from review.workbook.gathering import person
from review.workbook.layout import Memory
from review.workbook.reading import Problem, read_book
from review.workbook.standing import sheet_of
from storage.models import Account
from storage.repository.chain import lock_chain
from storage.repository.sheets import open_sheets

SOURCE = "workbook"
"""How the keys of these decisions begin, which tells where they came from."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a workbook came to, and for whom. With problems or conflicts nothing was changed."""

    account: str
    plan: Plan

    @property
    def refused(self) -> bool:
        """Whether the workbook cannot be taken over."""
        return bool(self.plan.problems or self.plan.conflicts)


def import_book(
    session: Session, path: Path, now: datetime, *, name: str | None = None, assessors: int = 2, dry_run: bool = False
) -> Imported:
    """Reads, compares and, unless `dry_run`, decides; a sheet that nobody opened yet is opened for it.

    The caller's transaction is rolled back when the result is `refused` or the run is dry. `name` says whose answers
    these are; without it the workbook itself does. Raises `ReviewError` for a file that is no such workbook.
    """
    reading = read_book(path)
    account = person(session, _whose(reading.memory, name))
    lock_chain(session)
    if any(sheet_of(session, part) is None for part in reading.memory.parts.values()):
        open_sheets(session, now, assessors=assessors)
    plan = compare(session, reading, account)
    made = Imported(account.name, plan)
    if not made.refused:
        _decide(session, plan, account, now, f"{SOURCE}:{_digest(path)}")
    if made.refused or dry_run:
        session.rollback()
    return made


def _whose(memory: Memory, name: str | None) -> str:
    if name or memory.account:
        return name or memory.account
    raise Refused("this workbook was made for nobody in particular", "say whose answers these are: --as NAME")


def _decide(session: Session, plan: Plan, account: Account, now: datetime, source: str) -> None:
    for change in plan.changes:
        try:
            _one(session, change, account, now, f"{source}:{change.card}")
        except ReviewError as error:
            plan.problems.append(Problem(change.place, f"{change.code}: {error.message}", error.mend))


def _one(session: Session, change: Change, account: Account, now: datetime, key: str) -> None:
    if change.task is None:
        adjudicate(session, account.id, change.card, change.after, change.comment or None, now, source=SOURCE)
    elif not change.after:
        undo(session, account.id, now, change.task, key=key)
    else:
        said = Decision(change.after, comment=change.comment or None, source=SOURCE)
        decide(session, account.id, change.task, said, now, key=key)


def _digest(path: Path) -> str:
    """The file's name in the chain: 32 hexadecimal digits of its content."""
    with path.open("rb") as file:
        made = blake2b(digest_size=16)
        while block := file.read(1 << 20):
            made.update(block)
    return made.hexdigest()
