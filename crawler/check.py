"""Checks one portal: crawl or replay, detect, conclude, store."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scrapy import signals

from crawler.cycle.turn import SuspendedError, Turn
from crawler.progress import Progress, reporter
from crawler.result import PortalTarget, RunResult
from crawler.run import Run
from crawler.runner import runner
from crawler.settings import CrawlOptions
from crawler.transport import beside
from crawler.turns import SharedPacer
from detectors.facts import TransportFacts
from detectors.inspector import Inspector
from storage.archive import ReplayIndex
from storage.database import Database

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.browser.engine import Engine
    from crawler.visit import Visit

T = TypeVar("T")
Archive = str | Path | Sequence[str | Path] | ReplayIndex


async def check(
    target: PortalTarget,
    options: CrawlOptions,
    *,
    inspector: Inspector | None = None,
    database: Database | None = None,
    data_dir: str | Path,
    replay: Archive | None = None,
    edition: str = "",
    turn: Turn | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    engine: Engine | None = None,
) -> RunResult:
    """Visits a portal and gives what was found; everything is stored under `data_dir` and in `database`.

    `replay` serves the crawl from an archive (WARC, ARC or WACZ), never from the network. `database` defaults to
    `losi.db` in `data_dir`. When `stop` is set, the crawl ends and what was read is concluded (cause `interrupted`);
    so it is when the task is cancelled. Where the options want a browser, `engine` is it (several crawls may share
    one), else one is started for this crawl and ended with it. `turn` is the portal's turn in a survey cycle: when that
    is stopped, `SuspendedError` is raised, and the run can be gone on with.

    Raises `UrlError` for what is no URL, `ArchiveError` for an archive that cannot be read, `StorageError` when nothing
    can be stored.
    """
    with ExitStack() as stack:
        index = _index(replay, stack)
        place = Path(data_dir)
        if database is None:
            database = stack.enter_context(Database(place / "losi.db"))
            database.migrate()
        pacer = stack.enter_context(SharedPacer.open(database, place)) if turn is None and index is None else None
        run = await _begun(
            Run,
            target,
            options,
            inspector=inspector or Inspector.default(),
            database=database,
            data_dir=place,
            replay=index,
            edition=edition,
            turn=turn or Turn(batch_seconds=0.5, pacer=pacer),
            progress=reporter(progress) if progress is not None else None,
        )
        try:
            async with _browser(run, engine):
                cancelled = await _crawl(run, stop)
                if turn is not None and run.visit.stop_cause == "interrupted":
                    raise SuspendedError
                cancelled = cancelled or await _examine(run, stop)
                if turn is not None and stop is not None and stop.is_set():
                    raise SuspendedError
            result, late = await _to_the_end(asyncio.to_thread(run.finish))
        except BaseException:
            await asyncio.to_thread(run.suspend)
            raise
        if cancelled or late:
            raise asyncio.CancelledError
        return result


async def _begun(make: Callable[..., Run], *what: Any, **how: Any) -> Run:
    """The run, begun in a thread, since that may have to wait for the database or to read an archive."""
    making = asyncio.ensure_future(asyncio.to_thread(make, *what, **how))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        await asyncio.to_thread((await making).suspend)
        raise


async def _to_the_end(work: Awaitable[T]) -> tuple[T, bool]:
    """What came of the work, which is waited for whatever happens; True if this task was cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task), False
    except asyncio.CancelledError:
        return await task, True


def _index(replay: Archive | None, stack: ExitStack) -> ReplayIndex | None:
    if replay is None or isinstance(replay, ReplayIndex):
        return replay
    paths = [replay] if isinstance(replay, str | Path) else replay
    return stack.enter_context(ReplayIndex(paths))


async def _crawl(run: Run, stop: asyncio.Event | None) -> bool:
    """Runs the crawl to its end; True if this task was cancelled meanwhile."""
    visit = run.visit
    alarm = asyncio.ensure_future(_time_out(visit))
    watch = asyncio.ensure_future(_watch(visit, stop)) if stop is not None else None
    crawl = asyncio.ensure_future(_scrapy(run))
    try:
        await asyncio.shield(crawl)
    except asyncio.CancelledError:
        visit.stop("interrupted")
        await crawl
        return True
    finally:
        alarm.cancel()
        if watch is not None:
            watch.cancel()
    return False


async def _time_out(visit: Visit) -> None:
    """Ends the crawl when its time is over, by its own clock."""
    while (left := visit.options.max_seconds - visit.budget.seconds) > 0:
        await asyncio.sleep(left)
    visit.stop("budget")


async def _watch(visit: Visit, stop: asyncio.Event) -> None:
    await stop.wait()
    visit.stop("interrupted")


@asynccontextmanager
async def _browser(run: Run, shared: Engine | None) -> AsyncIterator[None]:
    """Gives the run its browser, if it is to have one; nothing of it is left behind."""
    options = run.visit.options
    if not options.browser:
        yield
        return
    from crawler.browser.engine import Engine

    engine = shared or Engine(pages=options.browser_pages, recycle=options.browser_recycle)
    run.use_browser(engine)
    try:
        yield
    finally:
        if run.visit.browsing is not None:
            await run.visit.browsing.close()
        if shared is None:
            await engine.close()


async def _examine(run: Run, stop: asyncio.Event | None) -> bool:
    """Measures and pictures after the crawl; True if this task was cancelled meanwhile."""
    work = asyncio.ensure_future(run.examine())
    watch = asyncio.ensure_future(_interrupt(run, stop)) if stop is not None else None
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        run.hurry()
        await work
        return True
    finally:
        if watch is not None:
            watch.cancel()
    return False


async def _interrupt(run: Run, stop: asyncio.Event) -> None:
    await stop.wait()
    run.hurry()


async def _scrapy(run: Run) -> None:
    visit = run.visit
    scrapy = runner(visit.options, replay=visit.replay is not None)
    crawled = asyncio.Event()
    probe = asyncio.ensure_future(_probe(run, crawled))
    visit.on_stop(probe.cancel)
    try:
        await scrapy.crawl(run.target.kind, visit=visit)
    finally:
        crawled.set()
        if visit.stopped:
            probe.cancel()
        elif not probe.done():
            visit.tell("probing")
        with suppress(asyncio.CancelledError):
            await probe


async def _probe(run: Run, crawled: asyncio.Event) -> None:
    """Looks at the transport, live crawls only."""
    if run.visit.replay is not None or run.transport != TransportFacts():
        return
    probe = await beside.start(run.visit, crawled)
    try:
        await probe.run(beside.limit(run.visit.options))
        await asyncio.to_thread(run.measured, probe.facts)
    except asyncio.CancelledError:
        run.transport = probe.facts
        raise


def run_check(target: PortalTarget, options: CrawlOptions, **arguments: Any) -> RunResult:
    """`check` for callers without an event loop. Ctrl-C or SIGTERM ends the crawl and keeps what was read; a second one
    kills. Takes the arguments of `check`."""
    return asyncio.run(_with_signals(target, options, arguments))


async def _with_signals(target: PortalTarget, options: CrawlOptions, arguments: dict[str, Any]) -> RunResult:
    stop: asyncio.Event = arguments.setdefault("stop", None) or asyncio.Event()
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []

    def interrupt() -> None:
        stop.set()
        _release(loop, caught)

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(number, interrupt)
            caught.append(number)
    try:
        return await check(target, options, **{**arguments, "stop": stop})
    finally:
        _release(loop, caught)


def _release(loop: asyncio.AbstractEventLoop, caught: list[signal.Signals]) -> None:
    while caught:
        loop.remove_signal_handler(caught.pop())


def visit_of_command(
    crawler: Crawler, kind: str, *, url: str, name: str = "", country: str = "", **options: Any
) -> Visit:
    """The visit behind `scrapy crawl city -a url=...`: options are `CrawlOptions`' names, state lies in LOSI_DATA."""
    options.setdefault("max_pages", getattr(crawler.spidercls, "max_pages", 200))
    data = Path(os.environ.get("LOSI_DATA", "losi-data"))
    database = Database(data / "losi.db")
    database.migrate()
    target = PortalTarget(url, name, country, kind)  # type: ignore[arg-type]
    run = Run(target, CrawlOptions(**options), inspector=Inspector.default(), database=database, data_dir=data)

    def finish() -> None:
        result = run.finish()
        print(f"run {result.run_id}: {result.outcome}, {result.pages} pages; {result.message}")

    crawler.signals.connect(finish, signals.spider_closed, weak=False)
    return run.visit
