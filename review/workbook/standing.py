"""What is decided now on a sheet that a workbook speaks of, as far as it concerns one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.workbook.layout import PartBefore
from review.workbook.reading import Problem
from storage.models import Account, Card, Portal, Review, Sheet, Task
from storage.repository.sheets import DECIDED
from survey.indicator import Questionnaire
from survey.questionnaire import load


@dataclass(frozen=True, slots=True)
class Desk:
    """What is decided now on one portal's sheet, as far as it concerns the person."""

    questionnaire: Questionnaire
    cards: Mapping[str, Card]
    tasks: Mapping[int, Task]
    last: Mapping[int, Review]
    comments: Mapping[int, str]


def sheet_of(session: Session, part: PartBefore) -> Sheet | None:
    """The sheet that a part was made for, or whose run it was made from; None if it was not opened yet."""
    portal = _portal(session, part)
    if portal is None:
        return None
    return session.scalar(
        select(Sheet).where(Sheet.portal_id == portal.id, Sheet.edition == part.edition, Sheet.round == part.round)
    )


def _portal(session: Session, part: PartBefore) -> Portal | None:
    """A portal is named by address and kind, and every edition is of one kind."""
    kind = load(part.edition).kind
    return session.scalar(select(Portal).where(Portal.url == part.url, Portal.kind == kind))


def desk_of(session: Session, part: PartBefore, account: Account) -> Desk | Problem:
    """What is decided now on the sheet of a part, or why that cannot be told."""
    questionnaire = load(part.edition)
    if _portal(session, part) is None:
        return Problem("", f"there is no portal {part.url} in this database", "choose the database with --data or --db")
    sheet = sheet_of(session, part)
    if sheet is None:
        return Problem("", f"{part.url} is not under review", "an admin opens its sheet in losi review")
    cards = {card.code: card for card in session.scalars(select(Card).where(Card.sheet_id == sheet.id))}
    own = select(Task).where(Task.sheet_id == sheet.id, Task.account_id == account.id)
    tasks = {task.card_id: task for task in session.scalars(own)}
    last = _last(session, sheet.id, account if tasks else None)
    mine = {card: review for card, review in last.items() if review.account_id == account.id}
    comments = {card: review.comment or "" for card, review in mine.items() if review.act != "undo"}
    return Desk(questionnaire, cards, tasks, last, comments)


def _last(session: Session, sheet_id: int, account: Account | None) -> dict[int, Review]:
    """The newest review of each card of a sheet; only one person's, if given."""
    newest = select(func.max(Review.id)).join(Card, Card.id == Review.card_id).where(Card.sheet_id == sheet_id)
    if account is not None:
        newest = newest.where(Review.account_id == account.id)
    query = select(Review).where(Review.id.in_(newest.group_by(Review.card_id)))
    return {review.card_id: review for review in session.scalars(query) if review.card_id is not None}


def verdict_now(task: Task | None, card: Card) -> str:
    """What is decided now: by the person or, for a supervisor, in the end."""
    if task is not None:
        return (task.verdict or "") if task.stage == DECIDED else ""
    return card.verdict or ""
