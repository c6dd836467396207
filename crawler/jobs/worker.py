"""A worker: visits portals from the queue until it is told to stop, and takes over those of workers that died."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any

from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from crawler.jobs.connector import PatientConnector
from crawler.jobs.desk import AgainError, Desk
from crawler.jobs.handout import QUEUE, hand_out, own_queues
from crawler.jobs.locks import LocksLostError
from crawler.jobs.queue import VISIT
from crawler.jobs.recovery import forsaken, recover
from crawler.jobs.strangers import tell_of_strangers
from storage.errors import AwayError, StorageError, known_fault
from storage.repository.schedules import drop_worker_pulse, take_worker_pulse

if TYPE_CHECKING:
    from crawler.cycle.visits import Shared
    from storage.archive.place import ArchivePlace

logger = logging.getLogger(__name__)
_PULSE = 2.0
_RATE_OVER = 60.0
_MAX_WAIT = 300
_SOON = 60.0
"""A job that is put off for so many seconds at most is waited for by a worker that ends when nothing is left."""
_FORGOTTEN = 86_400.0
"""Seconds without a sign of life after which a worker that begins deletes the row of another: one that only stood still
would need it to go on. Its portals are taken over long before."""
_COME_BACK = 10.0
"""Seconds in which workers come back to a database that was away; until then none is taken to be dead."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works: portals at a time, processes that read pages, seconds between signs of life (a worker that
    gave none four times is taken to be dead), seconds that visits under way may take to end when it is to stop, where
    metrics are served, the place for archives, and how processes beside it log. With `once` it ends when no job is
    left. `patience` is after how many seconds a hanging event loop ends the process."""

    concurrency: int = 50
    processes: int = 1
    heartbeat: float = 5.0
    drain: float = 30.0
    metrics: tuple[str, int] | None = None
    place: ArchivePlace | None = None
    form: str = "plain"
    once: bool = False
    patience: float = 120.0
    db_wait: float = 300.0

    @property
    def silent(self) -> float:
        """Seconds without a sign of life after which a worker is taken to be dead."""
        return 4 * self.heartbeat


class Patience(BaseRetryStrategy):
    """When a job is done again: when it says so itself; after a failure later and later, ten times at most."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """The decision; None gives the job up, and its portal is handed out again a minute later."""
        if isinstance(exception, AgainError):
            return RetryDecision(retry_at=_after(exception.seconds))
        if job.attempts >= 10:
            return None
        return RetryDecision(retry_at=_after(min(_MAX_WAIT, 5 * 2**job.attempts)))


def _after(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


class Worker:
    """One process's worker; `run` returns when it was stopped, or with `once` when nothing is left."""

    def __init__(self, app: App, desk: Desk, options: WorkerOptions) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self._app = app
        self._desk = desk
        self._options = options
        self._leaving = asyncio.Event()
        self._busy: set[int] = set()
        self._told: dict[int, int] = {}
        self._rates: dict[int, Rate] = {}
        self._connected = -inf
        self._strangers: set[str] = set()
        self._queues = own_queues()
        app.task(name=VISIT, queue=QUEUE, retry=Patience())(desk.visit)
        tick = app.task(name="losi.tick", queue=QUEUE, queueing_lock="losi.tick", retry=False)(self._tick)
        app.periodic(cron="* * * * *")(tick)

    def leave(self) -> None:
        """Takes no more jobs, and ends when the visits under way have ended or been broken off."""
        self._leaving.set()

    async def run(self) -> None:
        """Works. Raises `StorageError` when the database is lost for too long, the portals are another's by then, or a
        disk is full or may not be written."""
        await hand_out(self._app, self._desk.database, datetime.now(UTC))
        await asyncio.to_thread(tell_of_strangers, self._desk.database, self._strangers)
        work = asyncio.ensure_future(self._work())
        tasks = (self._watch(), self._keep_locks(), self._send(), self._fault())
        others = [asyncio.ensure_future(other) for other in tasks]
        leave = asyncio.ensure_future(self._leaving.wait())
        try:
            await asyncio.wait([work, leave, *others], return_when=asyncio.FIRST_COMPLETED)
            await self._drain(work, others)
        finally:
            for task in (leave, *others):
                task.cancel()
            for task in others:
                with suppress(asyncio.CancelledError), queue_errors(self._desk.database.where):
                    await task
        if not work.cancelled():
            with queue_errors(self._desk.database.where):
                work.result()
        await self._hush()

    async def _work(self) -> None:
        """Does the jobs; with `once` until none is left, also of those that come up meanwhile: of workers that died, or
        put off for some seconds."""
        await self._round()
        while self._options.once and await self._has_more():
            await asyncio.sleep(_PULSE / 2)
            await self._round()

    async def _has_more(self) -> bool:
        """Whether a job may be done now or soon, or is in the hand of another worker, which may be dead."""
        with suppress(StorageError):
            await hand_out(self._app, self._desk.database, datetime.now(UTC))
        jobs, soon = self._app.job_manager.list_jobs_async, _after(_SOON)
        waiting = [job for job in await jobs(task=VISIT, status=Status.TODO.value) if job.queue in self._queues]
        if any(job.scheduled_at is None or job.scheduled_at <= soon for job in waiting):
            return True
        return any(job.queue in self._queues for job in await jobs(task=VISIT, status=Status.DOING.value))

    async def _round(self) -> None:
        options = self._options
        await self._app.run_worker_async(
            queues=self._queues,
            name=self.name,
            concurrency=options.concurrency,
            wait=not options.once,
            install_signal_handlers=False,
            delete_jobs="always",
            update_heartbeat_interval=options.heartbeat,
            stalled_worker_timeout=_FORGOTTEN,
            fetch_job_polling_interval=min(5.0, options.heartbeat),
        )

    async def _drain(self, work: asyncio.Future[None], others: Sequence[asyncio.Future[None]]) -> None:
        """Waits for visits to end, then breaks the rest off so that others can go on with them."""
        if work.done():
            return
        work.cancel()
        if not any(task.done() for task in others):
            await asyncio.wait([work, *others], timeout=self._options.drain, return_when=asyncio.FIRST_COMPLETED)
        self._desk.break_off()
        self._desk.database.outage.give_up()
        connector = self._app.connector
        if isinstance(connector, PatientConnector):
            connector.give_up()
        with suppress(asyncio.CancelledError, ConnectorException):
            await work

    async def _fault(self) -> None:
        """Raises what keeps this worker from storing anything, once that is so."""
        raise await asyncio.shield(self._desk.failure)

    async def _tick(self, timestamp: int) -> None:
        queued = await hand_out(self._app, self._desk.database, datetime.now(UTC))
        if queued:
            logger.info("queued %s portals", queued)

    async def _watch(self) -> None:
        """Tells how the work goes, and looks for workers that died. Locks that are lost are `_keep_locks`' matter, and
        a database that goes away meanwhile is waited for there: what was not looked at then is looked at later."""
        looked = searched = monotonic()
        forgotten: set[int] = set()
        while True:
            await asyncio.sleep(_PULSE)
            for cycle_id, shared in list(self._desk.cycles.items()):
                if self._desk.active[cycle_id] or cycle_id in self._busy:
                    await self._pulse(cycle_id, shared)
            if monotonic() - looked >= self._options.heartbeat:
                looked = monotonic()
                with suppress(LocksLostError, AwayError):
                    if await self._all_are_back():
                        await recover(self._app, self._desk, self._options.silent)
            if monotonic() - searched >= _RATE_OVER:
                searched = monotonic()
                with suppress(LocksLostError, AwayError):
                    await asyncio.to_thread(tell_of_strangers, self._desk.database, self._strangers)
                    if await self._all_are_back():
                        forgotten = await forsaken(self._app, self._desk, forgotten)

    async def _all_are_back(self) -> bool:
        """Whether all that lived when connections broke had the time to come back. A worker that finds its lock tried
        by another just then would take its portal for lost."""
        return monotonic() - self._connected > _COME_BACK and await self._desk.locks.up_for() > _COME_BACK

    async def _send(self) -> None:
        """Tries again, now and then, what could not be brought to its place; nothing else waits for a place that
        answers late."""
        while True:
            await asyncio.sleep(_RATE_OVER)
            await self._desk.send_rest()

    async def _keep_locks(self) -> None:
        """Sees to it that this worker holds the locks of its portals, also after the database was away."""
        while True:
            await asyncio.sleep(_PULSE / 2)
            if not await self._desk.locks.alive():
                self._connected = inf
                await self._regain()
                self._connected = monotonic()

    async def _regain(self) -> None:
        began = monotonic()
        limit = self._options.db_wait
        logger.warning("the connection to the database was lost; waiting for it, %.0f seconds at most", limit)
        while True:
            with suppress(StorageError):
                kept = await self._desk.locks.regain()
                break
            if monotonic() - began + _PULSE / 2 > limit:
                mend = "the worker is to be started anew when the database is back; its portals are gone on with"
                raise StorageError(f"the connection to the database was lost for {limit:.0f} seconds", mend)
            await asyncio.sleep(_PULSE / 2)
        if not kept:
            raise StorageError("another worker went on with the portals of this one", "it is to be started anew")
        logger.warning("the database answers again after %.0f seconds", monotonic() - began)

    async def _pulse(self, cycle_id: int, shared: Shared) -> None:
        desk = self._desk
        told = self._told.get(cycle_id, 0)
        desk.metrics.pages.inc(shared.pages - told if shared.pages >= told else shared.pages)
        self._told[cycle_id] = shared.pages
        (self._busy.add if desk.active[cycle_id] else self._busy.discard)(cycle_id)
        rate = self._rates.setdefault(cycle_id, Rate()).over(shared.pages)
        values = {
            "active": desk.active[cycle_id],
            "measured": len(shared.measured),
            "ended": desk.ended[cycle_id],
            "pages": shared.pages,
            "rate": rate,
        }
        progress = [(run, *counts) for run, counts in list(shared.progress.items())]
        if await asyncio.to_thread(self._write, cycle_id, values, progress):
            shared.stop.set()

    async def _hush(self) -> None:
        """Takes away what was said of the cycles, now that the work has ended in order."""
        for cycle_id in self._told:
            with suppress(StorageError):
                await asyncio.to_thread(self._drop, cycle_id)

    def _drop(self, cycle_id: int) -> None:
        self._desk.database.write(lambda session: drop_worker_pulse(session, cycle_id, self.name))

    def _write(self, cycle_id: int, values: dict[str, Any], progress: list[tuple[int, int, int]]) -> bool:
        return self._desk.database.write(
            lambda session: take_worker_pulse(session, cycle_id, self.name, values, progress)
        )


@contextmanager
def queue_errors(where: str) -> Iterator[None]:
    """Turns the queue's errors inside the block into `StorageError`, in the words of the database's own."""
    try:
        yield
    except ConnectorException as error:
        text = str(error.__cause__ or error)
        known = known_fault(text, where)
        raise known or StorageError(f"the queue cannot be reached: {text}", "check --db") from error


class Rate:
    """How fast a number grows, over the last minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def over(self, count: int) -> float:
        """What it grew a second, now that it is `count`."""
        now = monotonic()
        self._seen.append((now, count))
        while len(self._seen) > 2 and now - self._seen[0][0] > _RATE_OVER:
            self._seen.popleft()
        then, before = self._seen[0]
        return round((count - before) / (now - then), 3) if now > then else 0.0
