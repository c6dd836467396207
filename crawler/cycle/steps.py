"""What follows from a visit in a cycle: it counts, it is tried again later, or it needs a second visit to confirm."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.models import Finding
from storage.repository import Step, begun_last, cycle_portal, cycle_runs, earlier_run

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.cycle.plan import CycleSettings
    from storage.models import Run

_LASTING = frozenset({"private_address", "redirect_loop", "parked", "not_html", "too_large"})
_PASSING = {
    "partial": frozenset({"dns", "tcp", "tls", "timeout", "http_status", "block_page"}),
    "no_portal": frozenset({"default_page", "empty", "http_status", "error"}),
}
_RANK = {"ok": 4, "partial": 3, "blocked": 2, "unreachable": 1, "no_portal": 0}
_READ = ("ok", "partial")


def may_pass(outcome: str, cause: str) -> bool:
    """Whether a visit that ended so may end better at another time of day."""
    if outcome in ("blocked", "unreachable"):
        return cause not in _LASTING
    return cause in _PASSING.get(outcome, ())


def lost(session: Session, before: Run, now: Run) -> frozenset[str]:
    """The features that were present at an earlier visit and are absent now."""
    states = {"before": (before.id, "present"), "now": (now.id, "absent")}
    found = {
        name: set(session.scalars(select(Finding.feature).where(Finding.run_id == run, Finding.state == state)))
        for name, (run, state) in states.items()
    }
    return frozenset(found["before"] & found["now"])


def leads(session: Session, before: Run, now: Run) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Where the features that were lost had been proven: addresses, each with its features."""
    places: dict[str, dict[str, None]] = {}
    missing = lost(session, before, now)
    query = select(Finding).where(Finding.run_id == before.id, Finding.feature.in_(missing)).order_by(Finding.feature)
    for finding in session.scalars(query):
        for proof in finding.evidence[:3]:
            for url in {proof.get("href") or "", proof.get("url") or ""} - {""}:
                places.setdefault(str(url), {})[finding.feature] = None
    return tuple((url, tuple(features)) for url, features in sorted(places.items()))


def next_step(session: Session, settings: CycleSettings, cycle_id: int, run: Run, tries: int, now: datetime) -> Step:
    """Where the portal of `run`, a visit that has ended, stands now; `tries` counts earlier visits in this cycle."""
    if may_pass(run.outcome or "", run.cause or "") and tries + 1 < settings.tries:
        due = now + timedelta(hours=settings.retry_hours)
        return Step("waiting", due, cause=run.cause or "", note=run.reason or "")
    visits = cycle_runs(session, cycle_id, run.portal_id)
    before = earlier_run(session, run.portal_id, edition=run.edition, cycle_id=cycle_id)
    fresh = begun_last(session, cycle_id, run.portal_id, tries + 1)
    read = [visit for visit in visits if visit.outcome in _READ and visit.id in fresh]
    if before is not None and run.outcome in _READ and len(read) < 2 and lost(session, before, run):
        return Step("confirming", now + timedelta(hours=settings.confirm_hours))
    stood = cycle_portal(session, cycle_id, run.portal_id).counted_id
    return Step("done", counted_id=_counted(session, before, visits, fresh, stood).id)


def _counted(session: Session, before: Run | None, visits: list[Run], fresh: Collection[int], stood: int | None) -> Run:
    """Of several visits the one that read the portal best; of those that did, a `fresh` one, made since the portal was
    last opened, else the one that `stood` until then, and of two fresh ones the one that lost less."""

    def worth(run: Run) -> tuple[int, int, int, int]:
        missing = len(lost(session, before, run)) if before is not None and run.outcome in _READ else 0
        turn = 2 if run.id in fresh else int(run.id == stood)
        return _RANK[run.outcome or "no_portal"], turn, -missing, run.id

    return max(visits, key=worth)
