"""Begins and ends the crawl of a cycle in this process: alone, with its readers and browser, and with signals heard."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cycle.conductor import Conductor, CycleOptions, CycleResult, Pulse
from crawler.cycle.exclusive import exclusive
from crawler.cycle.hosts import HostLocks
from crawler.cycle.plan import settings_of
from crawler.cycle.strangers import refuse_strangers
from crawler.cycle.visits import Shared
from crawler.garbage import settle
from crawler.readers import ReaderPool
from crawler.turns import SharedPacer
from detectors.inspector import Inspector
from storage.errors import StorageError
from storage.repository import get_cycle

if TYPE_CHECKING:
    from storage.database import Database

_THREADS = 64


async def crawl_cycle(
    database: Database,
    name: str,
    options: CycleOptions,
    *,
    data_dir: str | Path,
    inspector: Inspector | None = None,
    stop: asyncio.Event | None = None,
    tell: Callable[[Pulse], None] | None = None,
) -> CycleResult:
    """Crawls what is due of a cycle, from where it was. When `stop` is set, visits are broken off so that they can be
    gone on with.

    Raises `StorageError` for an unknown or paused cycle, for one that another process crawls or whose questionnaire is
    not known here, and when nothing can be stored.
    """
    with database.reader() as session:
        cycle = get_cycle(session, name)
        settings, cycle_id, paused = settings_of(cycle), cycle.id, cycle.paused
        if paused:
            raise StorageError(f"the cycle {name!r} is paused", f"run: losi cycle resume {name}")
        refuse_strangers(session, cycle_id, name, options.chosen.query())
    place = Path(data_dir)
    inspector = inspector or Inspector.default()
    place.mkdir(parents=True, exist_ok=True)
    with (
        HostLocks.open(place) as locks,
        exclusive(database, cycle_id, name) as hold,
        SharedPacer.open(database, place) as pacer,
    ):
        database.outage.allow(options.db_wait)
        shared = Shared(database, place, cycle_id, settings, inspector, stop or asyncio.Event())
        shared.pacer = pacer
        shared.batch_seconds = max(shared.batch_seconds, options.concurrency / 20)
        names = tuple(detector.name for detector in inspector.detectors.all)
        shared.pool = ReaderPool(names, options.processes) if options.processes else None
        try:
            return await _with_browser(shared, options, locks, tell, hold)
        finally:
            if shared.pool is not None:
                shared.pool.close()


async def _with_browser(
    shared: Shared,
    options: CycleOptions,
    locks: HostLocks,
    tell: Callable[[Pulse], None] | None,
    hold: Callable[[], None],
) -> CycleResult:
    crawl = shared.settings.crawl
    if not crawl.browser:
        return await Conductor(shared, options, locks, tell, hold).run()
    from crawler.browser.engine import Engine

    shared.engine = Engine(pages=crawl.browser_pages, recycle=crawl.browser_recycle)
    try:
        return await Conductor(shared, options, locks, tell, hold).run()
    finally:
        await shared.engine.close()


def run_cycle(
    database: Database,
    name: str,
    options: CycleOptions,
    *,
    data_dir: str | Path,
    tell: Callable[[Pulse], None] | None = None,
) -> CycleResult:
    """`crawl_cycle` for callers without an event loop. Ctrl-C or SIGTERM breaks all visits off; a second one kills."""

    async def main() -> CycleResult:
        stop = asyncio.Event()
        with _signals(stop), _threads(options):
            return await crawl_cycle(database, name, options, data_dir=data_dir, stop=stop, tell=tell)

    return asyncio.run(main())


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []

    def interrupt() -> None:
        stop.set()
        while caught:
            loop.remove_signal_handler(caught.pop())

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(number, interrupt)
            caught.append(number)
    try:
        yield
    finally:
        while caught:
            loop.remove_signal_handler(caught.pop())


@contextmanager
def _threads(options: CycleOptions) -> Iterator[None]:
    """Threads enough that host names which nobody answers for do not hold up the rest; what was loaded is not
    searched for garbage again and again."""
    with ThreadPoolExecutor(min(_THREADS, options.concurrency + 8), "cycle") as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        settle()
        yield
