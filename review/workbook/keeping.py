"""Keeps answers that lie in a workbook alone from being written over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from review.errors import Conflict, Refused, ReviewError
from review.workbook.importing import import_book
from review.workbook.reading import LostEditionError, read_book


def keep_answers(session: Session, path: Path, now: datetime, *, assessors: int = 2) -> None:
    """Refuses a file that is there already, unless it is a workbook of ours whose answers are all taken back.

    The caller's transaction is rolled back. Raises `Refused`, and `Conflict` for answers that would be lost.
    """
    if not path.exists():
        return
    try:
        reading = read_book(path)
    except LostEditionError as error:
        mend = "bring back its questionnaire, or give another name"
        raise Refused(f"{path} is there already and may hold answers to an {error.lost}", mend) from error
    except ReviewError as error:
        raise Refused(f"{path} is there already and no workbook of losi export", "give another name") from error
    if not any(entry.answer or entry.comment for entry in reading.entries):
        return
    if not reading.memory.account:
        raise Conflict(f"{path} holds answers and was made for nobody in particular", "give another name")
    if any(entry.comment and not entry.answer for entry in reading.entries) or _untaken(session, path, now, assessors):
        raise Conflict(f"{path} holds answers that were not taken back", f"losi import {path} first, or another name")


def _untaken(session: Session, path: Path, now: datetime, assessors: int) -> bool:
    """Whether a person's workbook says what the database does not, or is another database's."""
    try:
        plan = import_book(session, path, now, assessors=assessors, dry_run=True).plan
    except ReviewError:
        return True
    return bool(plan.changes or plan.conflicts or plan.problems)
