"""What is published: one cycle or the visits that stand for the portals, and which visit that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Bundle, Session

from storage.models import CyclePortal, Portal, Run
from storage.repository import get_cycle
from storage.repository.counted import standing
from storage.repository.streaming import CHUNK
from survey.countries import countries
from survey.groups import groups, groups_of

Kind = Literal["city", "national"]
_PORTAL = Bundle[Any](
    "portal", Portal.id, Portal.url, Portal.name, Portal.country, Portal.region, Portal.kind, Portal.language
)
_RUN = Bundle[Any]("run", Run.id, Run.edition, Run.cycle_id, Run.outcome, Run.cause, Run.started)
"""What a visit is made of; a run's certificate alone is longer than all of it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A cycle (or, without one, the visit that stands for every portal), and the kinds and countries wanted of it.

    Which visit stands is told in `storage.repository.counted`. `today` dates the lists of country groups. `portal`
    narrows to one portal.
    """

    cycle_id: int | None
    name: str
    edition: str | None
    today: date
    kind: Kind | None = None
    country: str | None = None
    portal: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a country lies: M49 `region` and `subregion`, World Bank `income` group, `groups` (LDC, LLDC, SIDS)."""

    name: str
    region: str
    subregion: str
    income: str
    member: bool
    groups: tuple[str, ...]


NOWHERE = Place("", "", "", "", False, ())


@dataclass(frozen=True, slots=True)
class Visit:
    """A portal with the visit that counts; `run` and `outcome` are None while there is none.

    `district` is the part of the country that the portal's list names; `round` is the cycle's number, 0 without one.
    """

    portal: int
    url: str
    name: str
    country: str
    place: Place
    district: str
    kind: Kind
    language: str
    edition: str
    round: int
    run: int | None
    outcome: str | None
    cause: str
    visited: datetime | None


def scope_of(session: Session, cycle: str | None, today: date, **wanted: Any) -> Scope:
    """The scope of a cycle by its name, or of the newest visits; raises StorageError if there is no such cycle."""
    if cycle is None:
        return Scope(None, "", None, today, **wanted)
    found = get_cycle(session, cycle)
    return Scope(found.id, found.name, found.edition, today, **wanted)


def snapshot(session: Session) -> None:
    """Makes all queries of a session that has asked nothing yet see one moment (PostgreSQL; SQLite always does)."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def visits(session: Session, scope: Scope) -> Iterator[Visit]:
    """The portals of a scope with the visits that count, by country, name and number; never all in memory."""
    rows = session.execute(_query(scope).execution_options(yield_per=CHUNK))
    return (_visit(scope, portal, run if run.id is not None else None, edition) for portal, run, edition in rows)


def place_of(iso3: str, today: date) -> Place:
    """Where a country lies on a day; a day before the lists of groups is taken for the day of the newest."""
    return _place(iso3, max(today, max(group.listed for group in groups().values())))


@cache
def _place(iso3: str, day: date) -> Place:
    found = countries().get(iso3)
    if found is None:
        return NOWHERE
    return Place(found.name, found.region, found.subregion, found.income, found.member, groups_of(iso3, day))


def _query(scope: Scope) -> Select[Any]:
    among = [] if scope.cycle_id is None else [Run.cycle_id == scope.cycle_id]
    among += [] if scope.portal is None else [Run.portal_id == scope.portal]
    last = standing(*among).subquery()
    planned = and_(CyclePortal.portal_id == Portal.id, CyclePortal.cycle_id == scope.cycle_id)
    query = (
        select(_PORTAL, _RUN, CyclePortal.edition)
        .select_from(Portal)
        .outerjoin(CyclePortal, planned)
        .outerjoin(last, last.c.portal_id == Portal.id)
        .outerjoin(Run, Run.id == func.coalesce(CyclePortal.counted_id, last.c.run_id))
        .where(or_(CyclePortal.portal_id.is_not(None), last.c.run_id.is_not(None)))
        .order_by(Portal.country, Portal.name, Portal.id)
    )
    for column, value in ((Portal.kind, scope.kind), (Portal.country, scope.country), (Portal.id, scope.portal)):
        query = query if value is None else query.where(column == value)
    return query


def _visit(scope: Scope, portal: Any, run: Any, planned: str | None) -> Visit:
    country = portal.country or ""
    return Visit(
        portal.id,
        portal.url,
        portal.name,
        country,
        place_of(country, scope.today),
        portal.region or "",
        portal.kind,
        portal.language or "",
        (run.edition if run else planned) or scope.edition or "",
        scope.cycle_id or (run.cycle_id if run else None) or 0,
        run.id if run else None,
        run.outcome if run else None,
        (run.cause if run else None) or "",
        run.started if run else None,
    )
