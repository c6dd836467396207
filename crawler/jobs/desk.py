"""What a worker does with a job: takes the portal's lock, visits it, brings its archive to its place."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from crawler.cycle.plan import settings_of
from crawler.cycle.visits import Shared, visit
from crawler.jobs.alone import ENDED, UNWRITABLE, Errand, visit_alone
from crawler.jobs.due import archive_name, due_portal, with_archive
from crawler.logs import bind
from crawler.pacer import Pacer
from storage.errors import StorageError, UnwritableError
from storage.models import Cycle
from storage.repository import Step, cycle_portal, end_visit
from storage.repository.schedules import acquit, deaths, note_death
from survey.questionnaire import editions

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy.orm import Session

    from crawler.browser.engine import Engine
    from crawler.jobs.locks import PortalLocks
    from crawler.metrics import WorkerMetrics
    from crawler.readers import ReaderPool
    from detectors.inspector import Inspector
    from storage.archive.place import ArchivePlace
    from storage.database import Database
    from storage.repository import Due

logger = logging.getLogger(__name__)
ALONE_FROM = 2
"""So many processes must have died while a portal was visited among others, and it is visited alone: at one death
nearly all that was under way is innocent, at two the same portal is there by no accident."""
MAX_DEATHS = 4
_HELD_ELSEWHERE = 10.0
_AFTER_DEATH = 5.0
_BESIDES = 600.0
"""Seconds beyond the portal's time after which a process of its own is taken to hang."""


class AgainError(Exception):
    """The job is to be done again after `seconds`, by whichever worker is free."""

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        self.seconds = seconds
        super().__init__(message)


@dataclass(slots=True)
class Desk:
    """What the visits of one worker share. `stop` breaks all of them off; `form` is how processes beside it log;
    `failure` is why nothing more can be kept, once that is so: the worker is to end. `elsewhere` are the numbers of the
    runs whose archives the place held when the worker began."""

    database: Database
    data_dir: Path
    locks: PortalLocks
    inspector: Inspector
    metrics: WorkerMetrics
    pool: ReaderPool | None = None
    place: ArchivePlace | None = None
    form: str = "plain"
    batch_seconds: float = 5.0
    db_wait: float = 0.0
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    cycles: dict[int, Shared] = field(default_factory=dict)
    active: Counter[int] = field(default_factory=Counter)
    ended: Counter[int] = field(default_factory=Counter)
    unsent: set[str] = field(default_factory=set)
    elsewhere: Collection[int] = ()
    engine: Engine | None = None
    pacer: Pacer = field(default_factory=Pacer)
    failure: asyncio.Future[UnwritableError] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _alone: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def visit(self, cycle_id: int, portal_id: int) -> None:
        """Visits a portal if it is due; `AgainError` if it was broken off, another worker holds it, or a disk is
        full."""
        if self.stop.is_set():
            raise AgainError("the worker stops")
        if not await self.locks.take(portal_id):
            raise AgainError("another worker holds the portal", _HELD_ELSEWHERE)
        try:
            if not await self.locks.share(cycle_id):
                raise AgainError("one process crawls the whole cycle", _HELD_ELSEWHERE)
            bind(cycle=cycle_id, portal=portal_id)
            await self._counted(cycle_id, portal_id)
        finally:
            await self.locks.give_back(portal_id)

    async def _counted(self, cycle_id: int, portal_id: int) -> None:
        """The visit, counted among those under way."""
        self.active[cycle_id] += 1
        self.metrics.active.inc()
        try:
            await self._visit(cycle_id, portal_id)
        except UnwritableError as error:
            self._fail(error)
            raise AgainError("nothing can be stored here") from error
        finally:
            self.active[cycle_id] -= 1
            self.metrics.active.dec()

    def _fail(self, error: UnwritableError) -> None:
        """Breaks all visits off and takes no more: that a disk is full is no fault of a portal."""
        if not self.failure.done():
            self.failure.set_result(error)
        self.break_off()

    def break_off(self) -> None:
        """Stops all visits; what they have is kept, and they are gone on with."""
        self.stop.set()
        for shared in self.cycles.values():
            shared.stop.set()

    async def _visit(self, cycle_id: int, portal_id: int) -> None:
        shared = await self._shared(cycle_id)
        due = await asyncio.to_thread(self._due, cycle_id, portal_id) if shared is not None else None
        if shared is None or due is None:
            if self.stop.is_set():
                raise AgainError("the worker stops")
            return
        began = monotonic()
        alone = await asyncio.to_thread(self._deaths, cycle_id, portal_id) >= ALONE_FROM
        ended = await (self._by_itself(due, shared) if alone else visit(due, shared))
        state, run_id = await asyncio.to_thread(self._after, cycle_id, portal_id, ended)
        if run_id is not None and (alone or not ended):
            await self.keep(run_id)
        if not ended:
            if self.stop.is_set():
                raise AgainError("the visit was broken off and is gone on with")
            return
        self.ended[cycle_id] += 1
        self.metrics.visits.labels(state).inc()
        self.metrics.seconds.observe(monotonic() - began)
        logger.info("visited %s: %s", due.url, state, extra={"url": due.url, "state": state, "run": run_id})

    async def _by_itself(self, due: Due, shared: Shared) -> bool:
        """A portal during whose visits processes died: in one of its own, so that it is clear which portal it is."""
        url = self.database.url.render_as_string(hide_password=False)
        told = (url, str(self.data_dir), shared.cycle_id, due.portal_id, self.form, self.db_wait)
        errand = Errand(*told, tuple(self.elsewhere))
        crawl = shared.settings.crawl
        limit = crawl.max_seconds + (crawl.browser_seconds if crawl.browser else 0.0) + _BESIDES
        if self._alone.locked():
            raise AgainError("as many portals as may be are visited in processes of their own", _AFTER_DEATH)
        async with self._alone:
            code = await visit_alone(errand, shared.stop, limit)
        if code == UNWRITABLE:
            mend = "its process said above what is to be mended"
            raise UnwritableError(f"the visit to {due.url} cannot be stored", mend)
        if code == ENDED:
            await self._counted_here(shared, due.portal_id)
        if code is not None:
            return code == ENDED
        if await asyncio.to_thread(self.blame, shared.cycle_id, due.portal_id):
            return True
        raise AgainError("the process of the visit died", _AFTER_DEATH)

    async def _counted_here(self, shared: Shared, portal_id: int) -> None:
        """Counts a visit that has concluded in a process of its own, once its archive is in its place."""
        due = await asyncio.to_thread(self._due, shared.cycle_id, portal_id)
        if due is not None and due.run_id is not None:
            await visit(due, shared)

    def blame(self, cycle_id: int, portal_id: int) -> bool:
        """Counts that a process died while it visited the portal; True if that sets the portal aside."""
        with self.database.session() as session:
            count = note_death(session, cycle_id, portal_id, datetime.now(UTC))
            if count < MAX_DEATHS:
                return False
            note = f"its visit killed the process {count} times; look at its archive, then reopen it"
            end_visit(session, cycle_id, portal_id, Step("failed", cause="worker_died", note=note))
        self.metrics.set_aside.inc()
        logger.error("portal %s is set aside: %s", portal_id, note, extra={"deaths": count})
        return True

    async def keep(self, run_id: int) -> None:
        """Brings what a run has to its place."""
        await self.send(archive_name(run_id))

    async def send(self, name: str) -> None:
        """Brings a run's archive to its place; what fails is tried again by `send_rest`."""
        if self.place is None:
            return
        try:
            copied = await asyncio.to_thread(self.place.upload, self.data_dir, name)
        except StorageError as error:
            logger.warning("%s stays here for now: %s", name, error)
            self.unsent.add(name)
            return
        self.unsent.discard(name)
        self.metrics.uploaded.inc(copied)

    async def send_rest(self) -> None:
        """Tries again what could not be brought to its place."""
        for name in sorted(self.unsent):
            await self.send(name)

    async def _shared(self, cycle_id: int) -> Shared | None:
        """What visits of a cycle share; None while the cycle is paused."""
        found = self.cycles.get(cycle_id)
        if found is not None and not found.stop.is_set():
            return found
        opened = await asyncio.to_thread(self._open, cycle_id)
        if opened is None or self.stop.is_set():
            return None
        if self.cycles.get(cycle_id) is found:
            self.cycles[cycle_id] = opened
        return self.cycles[cycle_id]

    def _open(self, cycle_id: int) -> Shared | None:
        cycle = self.database.read(lambda session: session.get(Cycle, cycle_id))
        if cycle is None or cycle.paused:
            return None
        settings = settings_of(cycle)
        shared = Shared(self.database, self.data_dir, cycle_id, settings, self.inspector, asyncio.Event(), self.pool)
        shared.batch_seconds, shared.keep, shared.elsewhere = self.batch_seconds, self.keep, self.elsewhere
        shared.engine, shared.pacer = self._browser(shared), self.pacer
        return shared

    def _browser(self, shared: Shared) -> Engine | None:
        crawl = shared.settings.crawl
        if crawl.browser and self.engine is None:
            from crawler.browser.engine import Engine

            self.engine = Engine(pages=crawl.browser_pages, recycle=crawl.browser_recycle)
        return self.engine if crawl.browser else None

    def _due(self, cycle_id: int, portal_id: int) -> Due | None:
        due = self.database.read(lambda session: due_portal(session, cycle_id, portal_id))
        if due is None or due.edition not in editions():
            return None
        return with_archive(due, self.database, cycle_id, self.data_dir, self.place)

    def _deaths(self, cycle_id: int, portal_id: int) -> int:
        return self.database.read(lambda session: deaths(session, cycle_id, portal_id))

    def _after(self, cycle_id: int, portal_id: int, ended: bool) -> tuple[str, int | None]:
        """Where the portal stands now, and the run of the visit."""

        def after(session: Session) -> tuple[str, int | None]:
            row = cycle_portal(session, cycle_id, portal_id)
            if ended and row.cause != "worker_died":
                acquit(session, cycle_id, portal_id)
            return row.state, row.run_id

        return self.database.write(after)
