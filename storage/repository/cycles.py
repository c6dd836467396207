"""Survey cycles: which portals are planned, which are due, where each stands, which visit counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.errors import StorageError
from storage.models import Answer, Cycle, CyclePortal, Finding, Observation, Portal, Run
from storage.repository.counted import best
from storage.repository.streaming import CHUNK, stream
from storage.rows import table
from storage.words import CycleState, Outcome, PortalKind


@dataclass(frozen=True, slots=True)
class Due:
    """A portal that may be visited now. `run_id` is the visit to go on with, if one was broken off; `tries` how many
    visits came to an end in this cycle."""

    portal_id: int
    url: str
    name: str
    country: str
    kind: PortalKind
    language: str
    edition: str
    state: CycleState
    tries: int
    run_id: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """How a visit leaves a portal: its new state, and why. `counted_id` is set once a visit counts."""

    state: CycleState
    due: datetime | None = None
    counted_id: int | None = None
    cause: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CycleCount:
    """Portals of a cycle that agree in all of this; `outcome` and `cause` are those of the visit that counts."""

    state: CycleState
    country: str | None
    region: str | None
    kind: PortalKind
    outcome: Outcome | None
    cause: str | None
    portals: int
    pages: int
    requests: int


@dataclass(frozen=True, slots=True)
class FailedPortal:
    """A portal whose every visit ended in an error of this program, and the last one in words."""

    url: str
    note: str


def get_cycle(session: Session, name: str) -> Cycle:
    """The cycle of this name. Raises `StorageError` if there is none."""
    cycle = session.scalar(select(Cycle).where(Cycle.name == name))
    if cycle is None:
        known = session.scalars(select(Cycle.name).order_by(Cycle.id.desc()).limit(5)).all()
        mend = f"there are {', '.join(known)}" if known else f"begin one: losi cycle new {name}"
        raise StorageError(f"there is no cycle {name!r}", mend)
    return cycle


def plan_portals(session: Session, cycle_id: int, chosen: Iterable[tuple[int, str]]) -> int:
    """Adds (portal, edition) pairs to the plan; portals that are in it stay as they are. The number added."""
    added = 0
    source = iter(chosen)
    while chunk := dict(islice(source, CHUNK)):
        known = select(CyclePortal.portal_id).where(CyclePortal.cycle_id == cycle_id, CyclePortal.portal_id.in_(chunk))
        planned = set(session.scalars(known))
        rows = [
            {"cycle_id": cycle_id, "portal_id": portal, "edition": edition, "state": "pending"}
            | {"tries": 0, "pages": 0, "requests": 0}
            for portal, edition in chunk.items()
            if portal not in planned
        ]
        if rows:
            session.connection().execute(insert(table(CyclePortal)), rows)
        added += len(rows)
    return added


def due_portals(
    session: Session,
    cycle_id: int,
    now: datetime,
    *,
    limit: int = CHUNK,
    chosen: Select[Any] | None = None,
    without: Sequence[int] = (),
) -> list[Due]:
    """At most `limit` portals that may be visited now: broken visits first, then new ones, then those to be seen again.

    `chosen` is a query of portal numbers; `without` are left out. A visit that runs elsewhere looks like a broken one:
    the caller sees to it that only one process crawls a cycle.
    """
    waits = CyclePortal.state.in_(("waiting", "confirming"))
    ready = or_(CyclePortal.state.in_(("running", "pending")), and_(waits, CyclePortal.due <= now))
    query = (
        select(CyclePortal, Portal)
        .join(Portal, Portal.id == CyclePortal.portal_id)
        .where(CyclePortal.cycle_id == cycle_id, ready)
    )
    if chosen is not None:
        query = query.where(CyclePortal.portal_id.in_(chosen))
    if without:
        query = query.where(CyclePortal.portal_id.not_in(without))
    order = (CyclePortal.state != "running", waits, CyclePortal.due, CyclePortal.portal_id)
    return [_due(row, portal) for row, portal in session.execute(query.order_by(*order).limit(limit))]


def _due(row: CyclePortal, portal: Portal) -> Due:
    return Due(
        portal.id,
        portal.url,
        portal.name,
        portal.country or "",
        portal.kind,
        portal.language or "",
        row.edition,
        row.state,
        row.tries,
        row.run_id if row.state == "running" else None,
    )


def open_editions(session: Session, cycle_id: int, *, chosen: Select[Any] | None = None) -> dict[str, int]:
    """The editions of a cycle's portals that are still to be visited, and how many portals answer each."""
    query = (
        select(CyclePortal.edition, func.count())
        .where(CyclePortal.cycle_id == cycle_id, CyclePortal.state.not_in(("done", "failed")))
        .group_by(CyclePortal.edition)
        .order_by(CyclePortal.edition)
    )
    if chosen is not None:
        query = query.where(CyclePortal.portal_id.in_(chosen))
    return dict(session.execute(query).all())


def next_due(session: Session, cycle_id: int, *, chosen: Select[Any] | None = None) -> datetime | None:
    """When the next portal that waits may be visited; None if none waits. `chosen` is a query of portal numbers."""
    waits = CyclePortal.state.in_(("waiting", "confirming"))
    query = select(func.min(CyclePortal.due)).where(CyclePortal.cycle_id == cycle_id, waits)
    return session.scalar(query if chosen is None else query.where(CyclePortal.portal_id.in_(chosen)))


def cycle_portal(session: Session, cycle_id: int, portal_id: int) -> CyclePortal:
    """Where a portal stands in a cycle. Raises `StorageError` if it is not planned."""
    row = session.get(CyclePortal, (cycle_id, portal_id))
    if row is None:
        raise StorageError(f"portal {portal_id} is not in the cycle", "losi cycle new plans portals")
    return row


def cycle_portals(session: Session, cycle_id: int, *, state: CycleState | None = None) -> Iterator[CyclePortal]:
    """The plan of a cycle, by portal."""
    query = select(CyclePortal).where(CyclePortal.cycle_id == cycle_id).order_by(CyclePortal.portal_id)
    return stream(session, query if state is None else query.where(CyclePortal.state == state))


def forget_conclusions(session: Session, run_id: int) -> None:
    """Takes away what an unfinished run observed and concluded; its captures stay."""
    for model in (Observation, Finding, Answer):
        session.connection().execute(delete(model).where(model.run_id == run_id))


def begin_visit(session: Session, cycle_id: int, portal_id: int, run_id: int) -> None:
    """Notes that a visit is under way; one that is gone on with keeps what it had read."""
    row = cycle_portal(session, cycle_id, portal_id)
    if row.run_id != run_id:
        row.run_id, row.pages, row.requests = run_id, 0, 0
    row.state = "running"


def end_visit(session: Session, cycle_id: int, portal_id: int, step: Step) -> None:
    """Notes how a visit ended."""
    row = cycle_portal(session, cycle_id, portal_id)
    row.state, row.due, row.tries = step.state, step.due, row.tries + 1
    row.cause, row.note = step.cause or None, step.note or None
    row.counted_id = step.counted_id if step.counted_id is not None else row.counted_id
    run = session.get(Run, row.run_id) if row.run_id is not None else None
    if run is not None and run.outcome is not None:
        row.pages, row.requests = run.pages, run.requests


def take_pulse(
    session: Session, cycle_id: int, pulse: Mapping[str, Any], progress: Mapping[int, tuple[int, int]]
) -> bool:
    """Writes down how the crawl of a cycle goes (`progress`: pages and requests by run); True if it is to pause."""
    cycle = session.get_one(Cycle, cycle_id)
    cycle.pulse = dict(pulse)
    take_progress(session, cycle_id, progress)
    return cycle.paused


def take_progress(session: Session, cycle_id: int, progress: Mapping[int, tuple[int, int]]) -> None:
    """Writes down how far visits under way are (pages and requests by run); those that are gone on with read again what
    they had, which is not less meanwhile."""
    if not progress:
        return
    row = table(CyclePortal)
    values = [{"of_run": run, "new_pages": pages, "new_requests": asked} for run, (pages, asked) in progress.items()]
    filled = (
        update(row)
        .where(row.c.cycle_id == cycle_id, row.c.run_id == bindparam("of_run"), row.c.state == "running")
        .where(row.c.pages <= bindparam("new_pages"))
        .values(pages=bindparam("new_pages"), requests=bindparam("new_requests"))
    )
    session.connection().execute(filled, values)


def clear_pulse(session: Session, cycle_id: int) -> None:
    """Writes down that nobody crawls the cycle any more."""
    session.get_one(Cycle, cycle_id).pulse = {}


def pause_cycle(session: Session, name: str, paused: bool) -> bool:
    """Asks whoever crawls the cycle to stop, or allows it again; False if nothing changes."""
    cycle = get_cycle(session, name)
    changed = cycle.paused != paused
    cycle.paused = paused
    return changed


def tally_cycle(session: Session, cycle_id: int) -> list[CycleCount]:
    """The portals of a cycle, counted by all that its status tells."""
    where_from = (CyclePortal.state, Portal.country, Portal.region, Portal.kind, Run.outcome)
    cause = func.coalesce(CyclePortal.cause, Run.cause)
    query = (
        select(*where_from, cause, func.count(), func.sum(CyclePortal.pages), func.sum(CyclePortal.requests))
        .join(Portal, Portal.id == CyclePortal.portal_id)
        .outerjoin(Run, Run.id == CyclePortal.counted_id)
        .where(CyclePortal.cycle_id == cycle_id)
        .group_by(*where_from, cause)
    )
    return [CycleCount(*row) for row in session.execute(query).all()]


def failed_portals(session: Session, cycle_id: int, limit: int) -> list[FailedPortal]:
    """The first portals of a cycle that failed for good, with what went wrong at the last try."""
    query = select(Portal.url, CyclePortal.note).join(Portal, Portal.id == CyclePortal.portal_id)
    failed = query.where(CyclePortal.cycle_id == cycle_id, CyclePortal.state == "failed")
    rows = session.execute(failed.order_by(CyclePortal.portal_id).limit(limit))
    return [FailedPortal(url, note or "") for url, note in rows]


def cycle_runs(session: Session, cycle_id: int, portal_id: int) -> list[Run]:
    """The finished visits to a portal in a cycle, oldest first."""
    query = select(Run).where(Run.cycle_id == cycle_id, Run.portal_id == portal_id, Run.outcome.is_not(None))
    return list(session.scalars(query.where(Run.kind == "live").order_by(Run.id)))


def begun_last(session: Session, cycle_id: int, portal_id: int, count: int) -> frozenset[int]:
    """The last `count` visits to a portal in a cycle, by number, whether they came to an end or not."""
    visits = select(Run.id).where(Run.cycle_id == cycle_id, Run.portal_id == portal_id, Run.kind == "live")
    return frozenset(session.scalars(visits.order_by(Run.id.desc()).limit(count)))


def earlier_run(
    session: Session, portal_id: int, *, before: int | None = None, edition: str = "", cycle_id: int | None = None
) -> Run | None:
    """The live visit with pages that stood for a portal before run `before`, by the rule of `repository.counted`; of
    another cycle than `cycle_id` (its visit that counts, or one outside cycles), and of one edition, if given."""
    among = [Run.portal_id == portal_id, Run.kind == "live", Run.outcome.in_(("ok", "partial")), Run.pages > 0]
    if before is not None:
        among.append(Run.id < before)
    if edition:
        among.append(Run.edition == edition)
    if cycle_id is not None:
        counts = select(CyclePortal.counted_id).where(CyclePortal.counted_id.is_not(None))
        among.append(or_(Run.cycle_id.is_(None), and_(Run.cycle_id != cycle_id, Run.id.in_(counts))))
    stood = best(*among).subquery()
    return session.scalar(select(Run).join(stood, stood.c.run_id == Run.id))
