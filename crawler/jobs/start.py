"""Starts a worker: the queue, the locks, readers, metrics and signals around it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.garbage import settle
from crawler.jobs.desk import Desk
from crawler.jobs.locks import PortalLocks
from crawler.jobs.queue import install_queue, make_app
from crawler.jobs.watch import watchdog
from crawler.jobs.worker import Worker, WorkerOptions
from crawler.metrics import CycleCollector, WorkerMetrics
from crawler.readers import ReaderPool
from crawler.turns import SharedPacer
from detectors.inspector import Inspector
from storage.archive.luggage import run_number
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crawler.pacer import Pacer
    from storage.archive.place import ArchivePlace
    from storage.database import Database

logger = logging.getLogger(__name__)


def run_worker(database: Database, data_dir: Path, options: WorkerOptions) -> None:
    """Works until SIGTERM or Ctrl-C, or with `once` until no job is left; a second signal kills.

    A database that is away at the start is waited for as one that goes away later. Raises `StorageError` where it is no
    PostgreSQL, or is lost.
    """
    database.outage.allow(options.db_wait)
    database.outage.bridge(database.migrate)
    database.outage.bridge(lambda: install_queue(database))
    asyncio.run(_main(database, data_dir, options))


async def _main(database: Database, data_dir: Path, options: WorkerOptions) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(watchdog(options.patience))
        stack.enter_context(_threads(options))
        metrics = WorkerMetrics()
        if options.metrics is not None:
            metrics.registry.register(CycleCollector(database))
            port, end = metrics.serve(*options.metrics)
            stack.callback(end)
            logger.info("metrics on port %s", port)
        pacer = stack.enter_context(SharedPacer.open(database, data_dir))
        async with _desk(database, data_dir, options, metrics, pacer) as desk:
            app = make_app(database.url, patience=options.db_wait)
            await database.outage.bridged(app.open_async)
            async with app.open_async():
                worker = Worker(app, desk, options)
                with _signals(worker):
                    logger.info("worker %s begins", worker.name)
                    await worker.run()
                    logger.info("worker %s ends", worker.name)


@asynccontextmanager
async def _desk(
    database: Database, data_dir: Path, options: WorkerOptions, metrics: WorkerMetrics, pacer: Pacer
) -> AsyncIterator[Desk]:
    inspector = Inspector.default()
    for problem in inspector.problems:
        logger.warning("%s", problem)
    names = tuple(detector.name for detector in inspector.detectors.all)
    pool = ReaderPool(names, options.processes) if options.processes else None
    locks = await database.outage.bridged(lambda: PortalLocks.open(database.url))
    desk = Desk(database, data_dir, locks, inspector, metrics, pool, options.place, options.form)
    desk.pacer = pacer
    desk.db_wait = options.db_wait
    desk.elsewhere = await asyncio.to_thread(_numbers, options.place) if options.place is not None else ()
    desk.batch_seconds = max(desk.batch_seconds, options.concurrency / 20)
    settle()
    try:
        yield desk
        await desk.send_rest()
    finally:
        if desk.engine is not None:
            await desk.engine.close()
        if pool is not None:
            pool.close()
        await locks.close()


def _numbers(place: ArchivePlace) -> frozenset[int]:
    """The numbers of the runs whose archives a place holds. One that cannot be asked now is asked when an archive is to
    be brought there."""
    try:
        return frozenset(run_number(name) for name in place.names())
    except StorageError as error:
        logger.warning("%s", error)
        return frozenset()


@contextmanager
def _threads(options: WorkerOptions) -> Iterator[None]:
    with ThreadPoolExecutor(min(64, options.concurrency + 8), "worker") as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        yield


@contextmanager
def _signals(worker: Worker) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def release() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)

    def interrupt() -> None:
        logger.info("the worker is to stop: visits may end, then they are broken off")
        worker.leave()
        release()

    for number in numbers:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        release()
