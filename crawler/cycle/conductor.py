"""Crawls a cycle: many portals at once in one event loop, until all are done, the cycle is paused, or it is stopped."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Literal

from crawler.cycle.plan import Choice
from crawler.cycle.queue import DueQueue
from crawler.cycle.visits import Shared, visit
from storage.errors import AwayError, StorageError
from storage.models import Portal
from storage.repository import clear_pulse, next_due, take_progress, take_pulse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.cycle.hosts import HostLocks
    from storage.repository import Due

logger = logging.getLogger(__name__)
Ending = Literal["done", "waiting", "paused", "stopped"]
_PULSE = 2.0
_WINDOW = 60.0


@dataclass(frozen=True, slots=True)
class CycleOptions:
    """How this process crawls: portals at a time, processes that read pages, which portals, and whether it stays until
    those that wait for another time of day are due. `db_wait` is how many seconds a database that went away is waited
    for."""

    concurrency: int = 100
    processes: int = 1
    chosen: Choice = field(default_factory=Choice)
    wait: bool = False
    db_wait: float = 300.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """A moment of the crawl: portals under way, visits that ended, pages read and pages a second of late; `measured`
    are the portals under way whose pages are read and that are measured and pictured now."""

    active: int
    ended: int
    pages: int
    rate: float
    measured: int = 0


@dataclass(frozen=True, slots=True)
class CycleResult:
    """How the crawl ended: `due` is when the next portal that waits may be visited."""

    ending: Ending
    ended: int
    pages: int
    seconds: float
    due: datetime | None = None


class Conductor:
    """Keeps as many visits going as it may. One portal's failure stays with that portal; where nothing can be stored
    any more, all visits are stopped and `StorageError` is raised. `locks` keep other crawls from the hosts that are
    visited. `hold` makes sure, now and then, that the cycle is still this process's own; it raises `StorageError` if
    not."""

    def __init__(
        self,
        shared: Shared,
        options: CycleOptions,
        locks: HostLocks,
        tell: Callable[[Pulse], None] | None = None,
        hold: Callable[[], None] = lambda: None,
    ) -> None:
        self._shared = shared
        self._hold = hold
        self._options = options
        self._tell = tell
        self._queue = DueQueue(shared.database, shared.cycle_id, options.chosen, locks)
        self._tasks: dict[asyncio.Task[bool], Due] = {}
        self._ended = self._lost = 0
        self._paused = False
        self._error: StorageError | None = None
        self._began = monotonic()
        self._seen: deque[tuple[float, int]] = deque([(self._began, 0)])

    async def run(self) -> CycleResult:
        """Crawls to the end, whatever that is."""
        over = asyncio.Event()
        beat = asyncio.ensure_future(self._beat(over))
        try:
            ending = await self._all()
        finally:
            over.set()
            await beat
        if self._error is not None:
            await self._last_word(self._error)
            raise self._error
        await self._last_pulse()
        seconds = round(monotonic() - self._began, 3)
        return CycleResult(ending, self._ended, self._shared.pages, seconds, await self._next_due())

    async def _all(self) -> Ending:
        stop = self._shared.stop
        stopping = asyncio.ensure_future(self._stopping())
        try:
            while not stop.is_set():
                await self._fill()
                if not self._tasks and not stop.is_set() and not await self._patience():
                    return "stopped" if self._lost else "waiting" if await self._next_due() else "done"
                await asyncio.wait([*self._tasks, stopping], return_when=asyncio.FIRST_COMPLETED, timeout=_PULSE)
                self._collect()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._collect()
        finally:
            stopping.cancel()
        return "paused" if self._paused else "stopped"

    async def _stopping(self) -> None:
        """Waits for the end; from then on nobody waits for a database that is away."""
        await self._shared.stop.wait()
        self._shared.database.outage.give_up()

    async def _fill(self) -> None:
        while len(self._tasks) < self._options.concurrency and not self._shared.stop.is_set():
            try:
                due = await asyncio.to_thread(self._queue.take)
            except StorageError as error:
                self._fail(error)
                return
            if due is None:
                return
            self._tasks[asyncio.ensure_future(visit(due, self._shared))] = due

    def _collect(self) -> None:
        for task in [task for task in self._tasks if task.done()]:
            due = self._tasks.pop(task)
            error = task.exception()
            self._queue.give_back(due, again=error is None)
            if isinstance(error, StorageError):
                self._fail(error)
            elif error is not None:
                self._lost += 1
                logger.error("the visit to %s could not be begun or ended", due.url, exc_info=error)
            self._ended += error is None and task.result()

    async def _patience(self) -> bool:
        """With nothing under way: whether to go on, since more will be due, or another crawl visits what is."""
        return self._queue.held_up or (self._options.wait and await self._next_due() is not None)

    async def _next_due(self) -> datetime | None:
        database, cycle_id = self._shared.database, self._shared.cycle_id
        chosen = self._options.chosen.query().where(Portal.id.not_in(self._queue.spent))
        return await asyncio.to_thread(database.read, lambda session: next_due(session, cycle_id, chosen=chosen))

    async def _beat(self, over: asyncio.Event) -> None:
        """Pulses until it is over; the last one is written by then, and none comes after it."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), _PULSE)
            if over.is_set():
                return
            try:
                await self._pulse()
            except StorageError as error:
                self._fail(error)
                return

    def _fail(self, error: StorageError) -> None:
        """Stops all visits: nothing can be stored any more."""
        self._error = self._error or error
        self._shared.stop.set()

    async def _pulse(self) -> None:
        pulse = self._told()
        if await asyncio.to_thread(self._written, pulse, dict(self._shared.progress)):
            self._paused = True
            self._shared.stop.set()

    async def _last_pulse(self) -> None:
        """Tells how it ended, and that nobody crawls the cycle any more."""
        self._told()
        await asyncio.to_thread(self._cleared)

    async def _last_word(self, error: StorageError) -> None:
        """Takes back, if the database can still be written, that somebody crawls the cycle."""
        if not isinstance(error, AwayError):
            with suppress(StorageError):
                await asyncio.to_thread(self._cleared)

    def _told(self) -> Pulse:
        shared = self._shared
        pulse = Pulse(len(self._tasks), self._ended, shared.pages, self._rate(), len(shared.measured))
        if self._tell is not None:
            self._tell(pulse)
        return pulse

    def _cleared(self) -> None:
        """Takes the pulse away, and keeps how far the visits were that were broken off."""
        shared = self._shared
        progress = dict(shared.progress)

        def clear(session: Session) -> None:
            take_progress(session, shared.cycle_id, progress)
            clear_pulse(session, shared.cycle_id)

        self._hold()
        shared.database.write(clear)

    def _written(self, pulse: Pulse, progress: dict[int, tuple[int, int]]) -> bool:
        values = {
            "at": datetime.now(UTC).isoformat(),
            "process": os.getpid(),
            "active": pulse.active,
            "measured": pulse.measured,
            "ended": pulse.ended,
            "pages": pulse.pages,
            "rate": round(pulse.rate, 3),
            "seconds": round(monotonic() - self._began, 1),
        }
        self._hold()
        return self._shared.database.write(lambda session: take_pulse(session, self._shared.cycle_id, values, progress))

    def _rate(self) -> float:
        now = monotonic()
        self._seen.append((now, self._shared.pages))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        then, pages = self._seen[0]
        return (self._shared.pages - pages) / (now - then) if now > then else 0.0
