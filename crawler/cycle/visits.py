"""One visit to one portal of a cycle: what it goes on from, the visit, and what follows from it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.check import check
from crawler.cycle.resume import earlier_pages
from crawler.cycle.steps import leads, next_step
from crawler.cycle.turn import SuspendedError, Turn
from crawler.logs import bind
from crawler.pacer import Pacer
from crawler.result import PortalTarget
from crawler.settings import user_agent
from storage.archive.luggage import is_taken
from storage.errors import AwayError, TakenOverError, UnwritableError
from storage.models import CyclePortal
from storage.repository import Step, begin_visit, cycle_portal, cycle_runs, earlier_run, end_visit, get_run, start_run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from pathlib import Path

    from sqlalchemy.orm import Session

    from crawler.browser.engine import Engine
    from crawler.cycle.plan import CycleSettings
    from crawler.progress import Progress
    from crawler.readers import ReaderPool
    from crawler.result import RunResult
    from detectors.inspector import Inspector
    from storage.database import Database
    from storage.models import Run
    from storage.outage import Outage
    from storage.repository import Due

logger = logging.getLogger(__name__)
_GRACE = 120.0
"""Seconds beyond its time that a visit has to conclude."""


@dataclass(slots=True)
class Shared:
    """What all visits of one process share. `progress` holds pages and requests by run, for the pulse, and at the end
    those of the visits that are broken off; `pages` counts what was read here for the first time; `measured` the runs
    whose pages are read, and are now measured and pictured. `keep` brings a run's archive to where it is to be kept
    before the visit counts: until then, a machine that is lost takes a visit along, not its proof alone. `elsewhere`
    are the numbers of runs whose archives are there already. Without `counts`, visits that have concluded are left for
    another process to count."""

    database: Database
    data_dir: Path
    cycle_id: int
    settings: CycleSettings
    inspector: Inspector
    stop: asyncio.Event
    pool: ReaderPool | None = None
    engine: Engine | None = None
    batch_seconds: float = 5.0
    keep: Callable[[int], Awaitable[None]] | None = None
    elsewhere: Collection[int] = ()
    counts: bool = True
    pacer: Pacer = field(default_factory=Pacer)
    progress: dict[int, tuple[int, int]] = field(default_factory=dict)
    measured: set[int] = field(default_factory=set)
    pages: int = 0


async def visit(due: Due, shared: Shared) -> bool:
    """Visits a portal and notes what follows; False if the visit was stopped and is to be gone on with.

    What goes wrong inside stays inside: the portal is tried again later, or set down as failed. Raises `StorageError`
    when nothing can be stored, whichever disk it is, or another process goes on with the visit: that is no fault of the
    portal, whose visit stays open.
    """
    if due.run_id is not None and await asyncio.to_thread(_ended, due.run_id, shared):
        await _count(due, due.run_id, "", shared)
        return True
    turn = await asyncio.to_thread(_turn, due, shared)
    if turn is None:
        logger.info("%s was taken off the plan", due.url)
        return True
    assert turn.resume is not None
    bind(run=turn.resume)
    try:
        await _bounded(due, turn, shared)
        failure = ""
    except SuspendedError:
        if shared.stop.is_set():
            return False
        failure = "the visit did not end in its time"
    except (AwayError, TakenOverError, UnwritableError):
        raise
    except Exception as error:
        logger.warning("the visit to %s failed", due.url, exc_info=True)
        failure = f"{type(error).__name__}: {error}"
    finally:
        if not shared.stop.is_set():
            shared.progress.pop(turn.resume, None)
        shared.measured.discard(turn.resume)
    await _count(due, turn.resume, failure, shared)
    return True


async def _count(due: Due, run_id: int, failure: str, shared: Shared) -> None:
    if not shared.counts and not failure:
        return
    if shared.keep is not None:
        await shared.keep(run_id)
    await asyncio.to_thread(_settle, due, run_id, failure, shared)


async def _bounded(due: Due, turn: Turn, shared: Shared) -> None:
    """The visit itself, cut off when it hangs."""
    options = shared.settings.crawl
    if due.language and not options.languages:
        options = options.model_copy(update={"languages": tuple(due.language.replace(",", " ").split())})
    limit = options.max_seconds + (options.browser_seconds if options.browser else 0.0) + _GRACE
    run_id = turn.resume or 0
    counted = turn.told

    def report(progress: Progress) -> None:
        nonlocal counted
        shared.progress[run_id] = (progress.pages, progress.requests)
        shared.pages += max(0, progress.pages - counted)
        counted = max(counted, progress.pages)
        if progress.step.stage not in ("reading", "rendering"):
            shared.measured.add(run_id)

    task = asyncio.ensure_future(
        check(
            PortalTarget(due.url, due.name, due.country, due.kind),
            options,
            inspector=shared.inspector,
            database=shared.database,
            data_dir=shared.data_dir,
            edition=due.edition,
            turn=turn,
            progress=report,
            stop=shared.stop,
            engine=shared.engine,
        )
    )
    if not await _done(task, limit, shared.database.outage):
        task.cancel()
        await asyncio.wait([task], timeout=_GRACE)
    if not task.done() or task.cancelled():
        raise TimeoutError(f"the visit was still under way after {limit:.0f} seconds")
    task.result()


async def _done(task: asyncio.Task[RunResult], limit: float, outage: Outage) -> bool:
    """Whether the task ends within `limit` seconds, those apart in which the database was away."""
    left, away = limit, outage.seconds
    while left > 0 and not task.done():
        await asyncio.wait([task], timeout=left)
        left, away = outage.seconds - away, outage.seconds
    return task.done()


def _ended(run_id: int, shared: Shared) -> bool:
    """Whether a visit had come to its end, and only what follows from it was not written down."""
    return shared.database.read(lambda session: get_run(session, run_id).outcome is not None)


def _turn(due: Due, shared: Shared) -> Turn | None:
    """What the visit goes on from; None if the portal was taken off the plan since it was found to be due."""

    def find(session: Session) -> tuple[int, int, Run | None, tuple[tuple[str, tuple[str, ...]], ...]] | None:
        row = session.get(CyclePortal, (shared.cycle_id, due.portal_id), with_for_update=True)
        if row is None:
            return None
        told = row.pages if due.run_id is not None else 0
        run_id = due.run_id or _new_run(session, due, shared)
        before = earlier_run(session, due.portal_id, before=run_id)
        counted = earlier_run(session, due.portal_id, edition=due.edition, cycle_id=shared.cycle_id)
        last = next((one for one in reversed(cycle_runs(session, shared.cycle_id, due.portal_id))), None)
        return run_id, told, before, leads(session, counted, last) if counted is not None and last is not None else ()

    found = shared.database.write(find)
    if found is None:
        return None
    run_id, told, before, again = found
    return Turn(
        shared.cycle_id,
        due.portal_id,
        run_id,
        earlier_pages(shared.database, before, shared.data_dir) if before is not None else None,
        shared.pool,
        again,
        shared.batch_seconds,
        shared.pacer,
        told,
    )


def _new_run(session: Session, due: Due, shared: Shared) -> int:
    """A new visit's row, made in the same moment as its place in the plan; the one that is there, if it was made and
    only the answer to that was lost."""
    row = cycle_portal(session, shared.cycle_id, due.portal_id)
    if row.state == "running" and row.run_id is not None:
        return row.run_id
    run = start_run(
        session,
        due.portal_id,
        due.edition,
        cycle_id=shared.cycle_id,
        settings=shared.settings.crawl.model_dump(mode="json"),
        software=user_agent(),
        taken=lambda number: number in shared.elsewhere or is_taken(shared.data_dir, number),
    )
    begin_visit(session, shared.cycle_id, due.portal_id, run.id)
    return run.id


def _settle(due: Due, run_id: int, failure: str, shared: Shared) -> None:
    now = datetime.now(UTC)

    def end(session: Session) -> None:
        if cycle_portal(session, shared.cycle_id, due.portal_id).state != "running":
            return
        run = get_run(session, run_id)
        if run.outcome is not None:
            step = next_step(session, shared.settings, shared.cycle_id, run, due.tries, now)
        elif due.tries + 1 < shared.settings.tries:
            step = Step("waiting", now + timedelta(hours=shared.settings.retry_hours), cause="error", note=failure)
        else:
            step = Step("failed", cause="error", note=failure)
        end_visit(session, shared.cycle_id, due.portal_id, step)

    shared.database.write(end)
