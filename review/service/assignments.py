"""Assignments: which sheets lie on whose desk, until when, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, case, func, insert, select
from sqlalchemy.orm import Session

from review.errors import Conflict, NotFound, Refused
from review.service.accounts import RANK, account
from review.settings import ReviewSettings
from review.wording import N_
from storage.models import Account, Assignment, Card, Portal, Sheet, Task
from storage.repository.chain import lock_chain
from storage.repository.sheets import DECIDED
from storage.rows import table


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one assessor is with one sheet: `decided` of its `total` cards are no longer asked, `answered` of them by
    the assessor, the others by a supervisor."""

    assignment: int
    sheet: int
    portal: str
    country: str | None
    account: str
    due: datetime | None
    total: int
    decided: int
    answered: int
    skipped: int
    overdue: bool


def assign(
    session: Session,
    account_id: int,
    sheet_ids: Sequence[int],
    due: datetime | None,
    now: datetime,
    settings: ReviewSettings,
) -> int:
    """Lays sheets on an assessor's desk, or moves the due date of those there, where one is given; the number newly
    laid.

    Raises `NotFound`, `Refused` for an account that may not decide, `Conflict` if a sheet has its assessors already.
    """
    who = account(session, account_id)
    if RANK[who.role] < RANK["assessor"] or not who.active:
        raise Refused(
            N_("%(name)s does not decide cards"), N_("choose an active account of the role assessor"), name=who.name
        )
    new = sum(_lay(session, sheet_id, account_id, due, now) for sheet_id in dict.fromkeys(sheet_ids))
    deal(session, settings)
    return new


def move_due(session: Session, assignment_id: int, due: datetime | None) -> None:
    """Gives an assignment another due date, or none; raises `NotFound`."""
    _assignment(session, assignment_id).due = due


def unassign(session: Session, assignment_id: int) -> None:
    """Takes a sheet from a desk: its open cards, for somebody else. What was decided there stays, and stands from then
    on. Raises `NotFound`, `Conflict` where every card was decided there."""
    lock_chain(session)
    found = _assignment(session, assignment_id)
    theirs = select(Task).where(Task.sheet_id == found.sheet_id, Task.account_id == found.account_id)
    tasks = session.scalars(theirs).all()
    answered = [task for task in tasks if task.stage == DECIDED and task.verdict]
    if answered and all(task.stage == DECIDED for task in tasks):
        raise Conflict(N_("no card of this sheet is open on that desk"))
    for row in (*set(tasks).difference(answered), found):
        session.delete(row)


_ORDER = (Assignment.due.is_(None), Assignment.due, Assignment.sheet_id, Assignment.account_id)


def progress(
    session: Session, now: datetime, account_id: int | None = None, *, start: int = 0, limit: int | None = None
) -> list[Progress]:
    """How far everybody (or one assessor) is, by due date; with a `limit` so many desks, from place `start`."""
    shown = _of(account_id).order_by(*_ORDER).offset(start).limit(limit).subquery()
    stages = (
        select(
            Task.account_id,
            Task.sheet_id,
            func.count().label("total"),
            func.sum(case((Task.stage == DECIDED, 1), else_=0)).label("decided"),
            func.count(case((Task.stage == DECIDED, Task.verdict))).label("answered"),
            func.sum(case((Task.stage == 1, 1), else_=0)).label("skipped"),
        )
        .join(shown, (shown.c.account_id == Task.account_id) & (shown.c.sheet_id == Task.sheet_id))
        .group_by(Task.account_id, Task.sheet_id)
        .subquery()
    )
    query = (
        select(
            *(Assignment.id, Assignment.sheet_id, Portal.name, Portal.country, Account.name, Assignment.due),
            *(func.coalesce(stages.c[name], 0) for name in ("total", "decided", "answered", "skipped")),
        )
        .join(shown, shown.c.id == Assignment.id)
        .join(Sheet, Sheet.id == Assignment.sheet_id)
        .join(Portal, Portal.id == Sheet.portal_id)
        .join(Account, Account.id == Assignment.account_id)
        .outerjoin(stages, (stages.c.account_id == Assignment.account_id) & (stages.c.sheet_id == Assignment.sheet_id))
        .order_by(*_ORDER)
    )
    return [_progress(now, tuple(row)) for row in session.execute(query)]


def count(session: Session, account_id: int | None = None) -> int:
    """How many sheets lie on desks (or on one assessor's)."""
    return session.scalar(select(func.count()).select_from(_of(account_id).subquery())) or 0


def _of(account_id: int | None) -> Select[int, int, int]:
    query = select(Assignment.id, Assignment.account_id, Assignment.sheet_id)
    return query if account_id is None else query.where(Assignment.account_id == account_id)


def hides(portal_id: int, edition: str, code: str, account_id: int, share: float) -> bool:
    """Whether this assessor sees this card without the suggestion: the same always, and `share` of cards in all."""
    drawn = sha256(f"{portal_id}|{edition}:{code}|{account_id}".encode()).digest()[:8]
    return int.from_bytes(drawn, "big") < share * 2**64


def deal(session: Session, settings: ReviewSettings) -> int:
    """Makes the tasks that assignments lack, those of adjudicated cards as no longer asked; the number made. A card
    that as many have as its sheet has assessors, be they of an earlier desk, is dealt to nobody else."""
    there = select(Task.id).where(Task.card_id == Card.id, Task.account_id == Assignment.account_id)
    dealt = select(func.count()).where(Task.card_id == Card.id).scalar_subquery()
    query = (
        select(
            Card.id,
            Card.sheet_id,
            Card.position,
            Card.code,
            Card.status,
            Sheet.portal_id,
            Sheet.edition,
            Assignment.account_id,
        )
        .join(Sheet, Sheet.id == Card.sheet_id)
        .join(Assignment, Assignment.sheet_id == Sheet.id)
        .where(~there.exists(), dealt < Sheet.assessors)
    )
    rows = [
        {
            "card_id": card,
            "sheet_id": sheet,
            "account_id": who,
            "position": position,
            "stage": DECIDED if status == "adjudicated" else 0,
            "hidden": hides(portal, edition, code, who, settings.hidden_share),
        }
        for card, sheet, position, code, status, portal, edition, who in session.execute(query)
    ]
    if rows:
        session.connection().execute(insert(table(Task)), rows)
    return len(rows)


def _assignment(session: Session, assignment_id: int) -> Assignment:
    found = session.get(Assignment, assignment_id)
    if found is None:
        raise NotFound(N_("there is no such assignment"))
    return found


def _lay(session: Session, sheet_id: int, account_id: int, due: datetime | None, now: datetime) -> int:
    sheet = session.scalar(select(Sheet).where(Sheet.id == sheet_id).with_for_update())
    if sheet is None:
        raise NotFound(N_("there is no sheet %(sheet)s"), sheet=sheet_id)
    there = session.scalars(select(Assignment).where(Assignment.sheet_id == sheet_id)).all()
    for mine in there:
        if mine.account_id == account_id:
            mine.due = due or mine.due
            return 0
    if len(there) >= sheet.assessors:
        raise Conflict(
            N_("sheet %(sheet)s has its %(assessors)s assessors already"),
            N_("take it from one of them first"),
            sheet=sheet_id,
            assessors=sheet.assessors,
        )
    session.add(Assignment(sheet_id=sheet_id, account_id=account_id, due=due, made=now))
    session.flush()
    return 1


def _progress(now: datetime, row: tuple[Any, ...]) -> Progress:
    due, total, decided = row[5:8]
    told = (*row, due is not None and due < now and decided < total)
    return Progress(*told)
