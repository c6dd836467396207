"""Sheets under review: which there are, how far they are, and what is on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.wording import N_
from storage.models import Assignment, Card, Membership, Portal, Run, Sheet
from survey.questionnaire import load


@dataclass(frozen=True, slots=True)
class SheetFilter:
    """Which sheets: those that match all that is given. `unassigned`: those that lack an assessor; `owner`: those of
    the portals that this account speaks for; `language`: one of those that the portal is in (`es, qu`); `text`: part of
    the portal's name or address."""

    country: str | None = None
    language: str | None = None
    kind: str | None = None
    cycle: int | None = None
    unassigned: bool = False
    sheet: int | None = None
    owner: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One sheet in a list; `settled` cards have a verdict, `assigned` of `assessors` desks hold it."""

    sheet: int
    portal: int
    name: str
    url: str
    country: str | None
    kind: str
    edition: str
    cycle: int | None
    run: int
    outcome: str | None
    cause: str | None
    opened: datetime
    assessors: int
    assigned: int
    cards: int
    settled: int
    disputed: int


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card of a sheet in the questionnaire's order, for lists, workbooks and exports."""

    card: int
    answer: int
    code: str
    criterion: str
    title: str
    position: int
    state: str
    confidence: float | None
    evidence_url: str | None
    change: str
    status: str
    verdict: str | None
    settled: datetime | None


_ORDER = (Portal.country, Portal.name, Sheet.id)


_SHOWN = (
    *(Sheet.id, Portal.id, Portal.name, Portal.url, Portal.country, Portal.kind, Sheet.edition, Sheet.cycle_id),
    *(Run.id, Run.outcome, Run.cause, Sheet.opened, Sheet.assessors),
)
"""The columns of a row as far as they are counted nowhere; a run's certificate alone is longer than all of it."""


def sheets(
    session: Session, wanted: SheetFilter | None = None, *, start: int = 0, limit: int | None = None
) -> list[SheetRow]:
    """The sheets that match, by country and portal; with a `limit` so many of them, from place `start`: the cards of
    these alone are counted."""
    chosen = _chosen(wanted or SheetFilter())
    if limit is not None:
        shown = session.scalars(chosen.order_by(*_ORDER).offset(start).limit(limit)).all()
        chosen = select(Sheet.id).where(Sheet.id.in_(shown))
    counted = (
        select(
            Card.sheet_id,
            func.count().label("cards"),
            func.count(Card.verdict).label("settled"),
            func.count().filter(Card.status == "disputed").label("disputed"),
        )
        .where(Card.sheet_id.in_(chosen))
        .group_by(Card.sheet_id)
        .subquery()
    )
    query = (
        select(*_SHOWN, _assigned(), *(func.coalesce(counted.c[name], 0) for name in ("cards", "settled", "disputed")))
        .join(Portal, Portal.id == Sheet.portal_id)
        .join(Run, Run.id == Sheet.run_id)
        .outerjoin(counted, counted.c.sheet_id == Sheet.id)
        .where(Sheet.id.in_(chosen))
        .order_by(*_ORDER)
    )
    return [SheetRow(*tuple(row)) for row in session.execute(query)]


def sheet_row(session: Session, sheet_id: int) -> SheetRow:
    """One sheet as it stands in the list; raises `NotFound`."""
    found = sheets(session, SheetFilter(sheet=sheet_id))
    if not found:
        raise NotFound(N_("there is no such sheet"))
    return found[0]


def count(session: Session, wanted: SheetFilter) -> int:
    """How many sheets match."""
    return session.scalar(select(func.count()).select_from(_chosen(wanted).subquery())) or 0


def matching(session: Session, wanted: SheetFilter) -> list[int]:
    """The numbers of the sheets that match."""
    return list(session.scalars(_chosen(wanted).order_by(Sheet.id)))


def sheet(session: Session, sheet_id: int) -> Sheet:
    """The sheet with this number; raises `NotFound`."""
    found = session.get(Sheet, sheet_id)
    if found is None:
        raise NotFound(N_("there is no such sheet"))
    return found


def sheet_cards(session: Session, sheet_id: int) -> list[CardRow]:
    """The cards of a sheet; raises `NotFound`."""
    titles = {i.code: i.title for i in load(sheet(session, sheet_id).edition).indicators}
    query = select(Card).where(Card.sheet_id == sheet_id).order_by(Card.position)
    return [
        CardRow(
            card.id,
            card.answer_id,
            card.code,
            card.criterion,
            titles.get(card.code, card.code),
            card.position,
            card.state,
            card.confidence,
            card.evidence_url,
            card.change,
            card.status,
            card.verdict,
            card.settled,
        )
        for card in session.scalars(query)
    ]


def _assigned() -> Any:
    return select(func.count()).where(Assignment.sheet_id == Sheet.id).scalar_subquery()


def _chosen(wanted: SheetFilter) -> Select[Any]:
    """The numbers of the sheets that match."""
    query = select(Sheet.id).join(Portal, Portal.id == Sheet.portal_id)
    given: Mapping[Any, Any] = {
        Sheet.id: wanted.sheet,
        Portal.country: wanted.country.upper() if wanted.country else None,
        Portal.kind: wanted.kind or None,
        Sheet.cycle_id: wanted.cycle,
    }
    for column, value in given.items():
        query = query if value is None else query.where(column == value)
    if wanted.owner is not None:
        spoken_for = select(Membership.portal_id).where(Membership.account_id == wanted.owner)
        query = query.where(Portal.id.in_(spoken_for))
    if wanted.text:
        columns = (Portal.name, Portal.url)
        query = query.where(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    if wanted.language:
        named = literal(", ") + func.lower(Portal.language) + ","
        query = query.where(named.contains(f", {wanted.language.lower()},", autoescape=True))
    return query.where(_assigned() < Sheet.assessors) if wanted.unassigned else query
