"""Runs and what they saw: starting, finishing, finding runs; captures and observations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from storage.errors import ArchiveError, StorageError
from storage.models import Capture, Observation, Run
from storage.repository.counted import ended, standing
from storage.repository.streaming import stream
from storage.rows import url_key
from storage.words import Outcome, RunKind


def start_run(
    session: Session,
    portal_id: int,
    edition: str,
    *,
    kind: RunKind = "live",
    cycle_id: int | None = None,
    settings: dict[str, Any] | None = None,
    software: str | None = None,
    started: datetime | None = None,
    taken: Callable[[int], bool] = lambda _: False,
) -> Run:
    """A new run, with its number and without an outcome.

    Numbers that are `taken` are passed over: there is an archive of that number, of another database or of a run that
    this one forgot when it was restored from a backup.
    """
    values = {
        "portal_id": portal_id,
        "cycle_id": cycle_id,
        "edition": edition,
        "kind": kind,
        "started": started or datetime.now(UTC),
        "settings": settings or {},
        "software": software,
    }
    run = _added(session, values)
    while taken(run.id):
        before, run = run, _added(session, values)
        session.delete(before)
        session.flush()
    return run


def _added(session: Session, values: dict[str, Any]) -> Run:
    run = Run(**values)
    session.add(run)
    session.flush()
    return run


def finish_run(
    session: Session, run_id: int, outcome: Outcome, *, finished: datetime | None = None, **values: Any
) -> Run:
    """Writes the outcome of a run and further columns (`cause`, `reason`, `pages`, `certificate` ...)."""
    run = get_run(session, run_id)
    run.outcome = outcome
    run.finished = finished or datetime.now(UTC)
    for name, value in values.items():
        if name not in Run.__table__.columns:
            raise TypeError(f"a run has no {name!r}")
        setattr(run, name, value)
    session.flush()
    return run


def get_run(session: Session, run_id: int) -> Run:
    """The run with this number. Raises `StorageError` if there is none."""
    run = session.get(Run, run_id)
    if run is None:
        raise StorageError(f"there is no run {run_id}", "losi portals list shows the portals and their last runs")
    return run


def refuse_pruned(run: Run, folder: Path) -> None:
    """Raises `ArchiveError` where a run's archive is gone since `losi cycle prune` deleted it."""
    when = run.certificate.get("pruned")
    if when is not None and not folder.is_dir():
        mend = "losi archives pull URL --cycle NAME brings it back, if there is a copy elsewhere"
        raise ArchiveError(f"the archive of run {run.id} was deleted on {str(when)[:10]} (losi cycle prune)", mend)


def latest_run(
    session: Session,
    portal_id: int,
    *,
    cycle_id: int | None = None,
    before: int | None = None,
    edition: str | None = None,
    finished: bool = True,
) -> Run | None:
    """The run that stands for a portal (in a cycle, before run `before`, of an edition, if given): the newest that read
    it, by the rule of `repository.counted`.

    Without `finished` the newest that was begun, whether it ended or not. Runs that only fetched a page for a person
    (kind `proof`) do not count.
    """
    among = [Run.portal_id == portal_id, Run.kind != "proof"]
    among += [] if cycle_id is None else [Run.cycle_id == cycle_id]
    among += [] if before is None else [Run.id < before]
    among += [] if edition is None else [Run.edition == edition]
    if finished:
        stands = standing(*among).subquery()
        return session.scalar(select(Run).join(stands, stands.c.run_id == Run.id))
    return session.scalar(select(Run).where(*among).order_by(Run.started.desc(), Run.id.desc()).limit(1))


def passed_over(session: Session, run: Run) -> Run | None:
    """The newest run of the portal that ended after `run`, which stands for it; None if nothing came after it."""
    query = select(Run).where(Run.portal_id == run.portal_id, Run.id > run.id, ended())
    return session.scalar(query.order_by(Run.id.desc()).limit(1))


def runs(session: Session, *, portal_id: int | None = None, cycle_id: int | None = None) -> Iterator[Run]:
    """The runs of a portal or a cycle, oldest first; those without an outcome go on, or were killed.

    Runs that only fetched a page for a person (kind `proof`) are left out.
    """
    query = select(Run).where(Run.kind != "proof").order_by(Run.started, Run.id)
    if portal_id is not None:
        query = query.where(Run.portal_id == portal_id)
    if cycle_id is not None:
        query = query.where(Run.cycle_id == cycle_id)
    return stream(session, query)


def cut_captures(session: Session, run_id: int, among: Collection[int] | None = None) -> dict[int, str]:
    """The captures of a run (or those among them) of which only a part came or could be read, and why; not those that
    were broken off because nobody reads their kind."""
    cut = Capture.truncated.is_not(None) & (Capture.truncated != "unspecified")
    query = select(Capture.seq, Capture.truncated).where(Capture.run_id == run_id, cut)
    if among is not None:
        query = query.where(Capture.seq.in_(among))
    return {seq: str(why) for seq, why in session.execute(query)}


def captures(session: Session, run_id: int) -> Iterator[Capture]:
    """The captures of a run in the order of the crawl."""
    return stream(session, select(Capture).where(Capture.run_id == run_id).order_by(Capture.seq))


def capture_of_url(session: Session, run_id: int, url: str) -> Capture | None:
    """The capture of `url` in a run: the last with status 200, for what is asked for again had come in part, else the
    first. Fragments do not count."""
    query = select(Capture).where(Capture.run_id == run_id, Capture.url_key == url_key(url))
    good = case((Capture.status == 200, Capture.seq), else_=0)
    return session.scalar(query.order_by(good.desc(), Capture.seq).limit(1))


def observations(session: Session, run_id: int, *, feature: str | None = None) -> Iterator[Observation]:
    """The observations of a run (on one feature, if given), in the order they were made."""
    query = select(Observation).where(Observation.run_id == run_id).order_by(Observation.id)
    return stream(session, query if feature is None else query.where(Observation.feature == feature))
