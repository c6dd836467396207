"""A worker: visits portals from the queue until it is told to stop, and takes over those of workers that died."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from crawler.jobs.desk import AgainError, Desk
from crawler.jobs.handout import QUEUE, hand_out
from crawler.jobs.queue import VISIT
from crawler.jobs.recovery import recover
from storage.errors import StorageError
from storage.repository.schedules import take_worker_pulse

if TYPE_CHECKING:
    from crawler.cycle.visits import Shared
    from storage.archive.place import ArchivePlace

logger = logging.getLogger(__name__)
_PULSE = 2.0
_RATE_OVER = 60.0
_MAX_WAIT = 300


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
        app.task(name=VISIT, queue=QUEUE, retry=Patience())(desk.visit)
        tick = app.task(name="losi.tick", queue=QUEUE, queueing_lock="losi.tick", retry=False)(self._tick)
        app.periodic(cron="* * * * *")(tick)

    def leave(self) -> None:
        """Takes no more jobs, and ends when the visits under way have ended or been broken off."""
        self._leaving.set()

    async def run(self) -> None:
        """Works. Raises `StorageError` when the database is lost."""
        await hand_out(self._app, self._desk.database, datetime.now(UTC))
        work = asyncio.ensure_future(self._work())
        watch = asyncio.ensure_future(self._watch())
        leave = asyncio.ensure_future(self._leaving.wait())
        try:
            await asyncio.wait([work, watch, leave], return_when=asyncio.FIRST_COMPLETED)
            await self._drain(work, watch)
        finally:
            for task in (watch, leave):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        if not work.cancelled():
            work.result()

    async def _work(self) -> None:
        options = self._options
        await self._app.run_worker_async(
            queues=[QUEUE],
            name=self.name,
            concurrency=options.concurrency,
            wait=not options.once,
            install_signal_handlers=False,
            delete_jobs="always",
            update_heartbeat_interval=options.heartbeat,
            stalled_worker_timeout=options.silent,
            fetch_job_polling_interval=min(5.0, options.heartbeat),
        )

    async def _drain(self, work: asyncio.Future[None], watch: asyncio.Future[None]) -> None:
        """Waits for visits to end, then breaks the rest off so that others can go on with them."""
        if work.done():
            return
        work.cancel()
        if not watch.done():
            await asyncio.wait([work, watch], timeout=self._options.drain, return_when=asyncio.FIRST_COMPLETED)
        self._desk.stop.set()
        for shared in self._desk.cycles.values():
            shared.stop.set()
        with suppress(asyncio.CancelledError):
            await work

    async def _tick(self, timestamp: int) -> None:
        queued = await hand_out(self._app, self._desk.database, datetime.now(UTC))
        if queued:
            logger.info("queued %s portals", queued)

    async def _watch(self) -> None:
        looked = sent = monotonic()
        while True:
            await asyncio.sleep(_PULSE)
            if not await self._desk.locks.alive():
                raise StorageError("the connection to the database was lost", "the worker is to be started anew")
            for cycle_id, shared in list(self._desk.cycles.items()):
                if self._desk.active[cycle_id] or cycle_id in self._busy:
                    await self._pulse(cycle_id, shared)
            if monotonic() - looked >= self._options.heartbeat:
                looked = monotonic()
                await recover(self._app, self._desk, self._options.silent)
            if monotonic() - sent >= _RATE_OVER:
                sent = monotonic()
                await self._desk.send_rest()

    async def _pulse(self, cycle_id: int, shared: Shared) -> None:
        desk = self._desk
        told = self._told.get(cycle_id, 0)
        desk.metrics.pages.inc(shared.pages - told if shared.pages >= told else shared.pages)
        self._told[cycle_id] = shared.pages
        (self._busy.add if desk.active[cycle_id] else self._busy.discard)(cycle_id)
        rate = self._rates.setdefault(cycle_id, Rate()).over(shared.pages)
        values = {"active": desk.active[cycle_id], "ended": desk.ended[cycle_id], "pages": shared.pages, "rate": rate}
        progress = [(run, *counts) for run, counts in list(shared.progress.items())]
        if await asyncio.to_thread(self._write, cycle_id, values, progress):
            shared.stop.set()

    def _write(self, cycle_id: int, values: dict[str, Any], progress: list[tuple[int, int, int]]) -> bool:
        with self._desk.database.session() as session:
            return take_worker_pulse(session, cycle_id, self.name, values, progress)


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
