"""Notes: what changed on the program's side after people decided, for a supervisor to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.wording import N_
from storage.models import Card, Note, Portal, Sheet
from survey.questionnaire import load


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note; `details` hold what stood before and what stands after."""

    id: int
    card: int
    sheet: int
    portal: str
    edition: str
    code: str
    title: str
    kind: str
    at: datetime
    details: Mapping[str, Any]
    verdict: str | None
    closed: datetime | None
    closed_by: str | None


def notes(session: Session, *, open_only: bool = True, limit: int = 200, after: int | None = None) -> list[NoteRow]:
    """The newest notes first; those that follow the note `after`."""
    query = (
        select(Note, Card, Sheet, Portal)
        .join(Card, Card.id == Note.card_id)
        .join(Sheet, Sheet.id == Card.sheet_id)
        .join(Portal, Portal.id == Sheet.portal_id)
        .order_by(Note.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(Note.id < after)
    if open_only:
        query = query.where(Note.closed.is_(None))
    return [_row(note, card, sheet, portal) for note, card, sheet, portal in session.execute(query)]


def close(session: Session, note_id: int, who: str, now: datetime) -> None:
    """Marks a note as seen to; raises `NotFound`."""
    note = session.get(Note, note_id)
    if note is None:
        raise NotFound(N_("there is no such note"))
    if note.closed is None:
        note.closed, note.closed_by = now, who


def _row(note: Note, card: Card, sheet: Sheet, portal: Portal) -> NoteRow:
    return NoteRow(
        note.id,
        card.id,
        sheet.id,
        portal.name,
        sheet.edition,
        card.code,
        load(sheet.edition).indicator(card.code).title,
        note.kind,
        note.at,
        note.details,
        card.verdict,
        note.closed,
        note.closed_by,
    )
