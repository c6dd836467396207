"""Schedules of cycles, portals that may have killed a worker, and what workers say of their progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.errors import StorageError
from storage.models import Capture, Cycle, CyclePortal, Portal, Run, Schedule, Suspect
from storage.repository.cycles import take_progress
from storage.rows import table

_SILENT = timedelta(seconds=30)
_SUMS = ("active", "ended", "pages", "rate", "measured")


def schedules(session: Session, cycle_id: int | None = None) -> Sequence[Schedule]:
    """The schedules (of a cycle, if given), in the order in which they were made."""
    query = select(Schedule).order_by(Schedule.id)
    return session.scalars(query if cycle_id is None else query.where(Schedule.cycle_id == cycle_id)).all()


def get_schedule(session: Session, number: int) -> Schedule:
    """The schedule with this number. Raises `StorageError` if there is none."""
    found = session.get(Schedule, number)
    if found is None:
        raise StorageError(f"there is no schedule {number}", "losi schedule list shows them")
    return found


def reopen_portals(session: Session, cycle_id: int, chosen: Select[Any], *, unread: bool = False) -> int:
    """Has the chosen portals that are done or failed visited again, with `unread` those of them alone that no visit
    read; until then the visit that counts stays. Their number. Deaths of workers are forgotten for those alone.

    What is retired is left as it is.
    """
    done = CyclePortal.state.in_(("done", "failed"))
    rows = table(CyclePortal)
    retired = select(Portal.id).where(Portal.retired.is_not(None))
    where = [rows.c.cycle_id == cycle_id, done, rows.c.portal_id.in_(chosen), rows.c.portal_id.not_in(retired)]
    if unread:
        read = select(Run.id).where(Run.cycle_id == cycle_id, Run.outcome.in_(("ok", "partial")))
        where.append(or_(rows.c.state == "failed", rows.c.counted_id.is_(None), rows.c.counted_id.not_in(read)))
    statement = (
        update(rows).where(*where).values(state="pending", tries=0, due=None, run_id=None, cause=None, note=None)
    )
    suspects = table(Suspect)
    acquitted = suspects.c.portal_id.in_(select(rows.c.portal_id).where(*where))
    session.connection().execute(delete(suspects).where(suspects.c.cycle_id == cycle_id, acquitted))
    return session.connection().execute(statement).rowcount


def note_death(session: Session, cycle_id: int, portal_id: int, at: datetime) -> int:
    """Counts that a process died while it visited a portal; how often that has happened in this cycle."""
    found = session.get(Suspect, (cycle_id, portal_id))
    if found is None:
        found = Suspect(cycle_id=cycle_id, portal_id=portal_id, deaths=0, at=at)
        session.add(found)
    found.deaths, found.at = found.deaths + 1, at
    return found.deaths


def deaths(session: Session, cycle_id: int, portal_id: int) -> int:
    """How often a process died while it visited a portal in this cycle."""
    return session.scalar(select(Suspect.deaths).where(_of(cycle_id, portal_id))) or 0


def acquit(session: Session, cycle_id: int, portal_id: int) -> None:
    """Forgets the deaths: the portal was visited to an end."""
    session.execute(delete(Suspect).where(_of(cycle_id, portal_id)))


def _of(cycle_id: int, portal_id: int) -> Any:
    return (Suspect.cycle_id == cycle_id) & (Suspect.portal_id == portal_id)


def archived_ends(session: Session, run_id: int) -> dict[str, int]:
    """Up to which byte the rows of a run need each file of its archive."""
    end = func.max(Capture.offset + Capture.record_length)
    query = select(Capture.file, end).where(Capture.run_id == run_id).group_by(Capture.file)
    return dict(session.execute(query).all())


def drop_visit(session: Session, cycle_id: int, portal_id: int, run_id: int) -> None:
    """Takes away a broken visit whose archive is lost; the portal is to be visited anew."""
    row = session.get_one(CyclePortal, (cycle_id, portal_id))
    row.state, row.run_id = "pending", None
    session.execute(delete(Run).where(Run.id == run_id, Run.outcome.is_(None)))


def take_worker_pulse(
    session: Session,
    cycle_id: int,
    worker: str,
    values: Mapping[str, Any],
    progress: Iterable[tuple[int, int, int]] = (),
) -> bool:
    """Writes down how one of several workers does (`progress`: run, pages, requests); True if the cycle is to pause.

    The pulse of the cycle is the sum over the workers that spoke within the last half minute.
    """
    cycle = session.get_one(Cycle, cycle_id, with_for_update=True)
    now = datetime.now(UTC)
    before: dict[str, dict[str, Any]] = cycle.pulse.get("workers", {})
    heard = {name: said for name, said in before.items() if abs(now - _moment(said)) < _SILENT}
    heard[worker] = {**values, "at": now.isoformat()}
    cycle.pulse = _together(heard, now.isoformat())
    take_progress(session, cycle_id, {run: (pages, asked) for run, pages, asked in progress})
    return cycle.paused


def drop_worker_pulse(session: Session, cycle_id: int, worker: str) -> None:
    """Takes away what a worker that stops said last; where no other speaks, nobody crawls the cycle any more."""
    cycle = session.get_one(Cycle, cycle_id, with_for_update=True)
    heard = {name: said for name, said in cycle.pulse.get("workers", {}).items() if name != worker}
    if "workers" in cycle.pulse:
        cycle.pulse = _together(heard, max(said["at"] for said in heard.values())) if heard else {}


def _moment(said: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(said["at"])


def _together(heard: Mapping[str, Mapping[str, Any]], at: str) -> dict[str, Any]:
    """The pulse of a cycle: the sum over its workers."""
    sums = {key: round(sum(said.get(key, 0) for said in heard.values()), 3) for key in _SUMS}
    return {"at": at, **sums, "workers": dict(heard)}
