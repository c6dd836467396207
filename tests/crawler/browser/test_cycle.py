"""A cycle with one browser for all portals: what kills it costs nothing, and nothing of it is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
from sqlalchemy import func, select

from crawler.cycle.conductor import CycleOptions
from crawler.cycle.crawl import crawl_cycle
from detectors.inspector import Inspector
from storage.database import Database
from storage.models import CyclePortal, Finding, Run
from tests.crawler.browser.conftest import Started, is_browser, kill, until
from tests.crawler.cycles import PICTURED, begin
from tests.crawler.loopback import Route, Serve, page


def town(number: int) -> dict[str, Route]:
    """A site with something to picture."""
    budget = page("Municipal budget 2026", "/", body="The municipal budget of the city. " * 20)
    return {"/": page(f"Town {number}", "/budget", "/news"), "/budget": budget, "/news": page("News", "/")}


async def _kill_now_and_then(times: int, work: asyncio.Task[object], started: Started) -> int:
    """Kills all processes of the browser whenever it has just begun to show pages."""

    def shown() -> list[psutil.Process]:
        return [process for process in started() if is_browser(process)]

    killed = 0
    while killed < times and not work.done():
        if len(await asyncio.to_thread(shown)) >= 3:
            await asyncio.sleep(1.0)
            kill(await asyncio.to_thread(shown))
            killed += 1
            await asyncio.sleep(2.0)
        await asyncio.sleep(0.1)
    return killed


def test_a_browser_that_is_killed_again_and_again(
    serve: Serve, database: Database, tmp_path: Path, inspector: Inspector, started: Started
) -> None:
    sites = [serve(town(number)) for number in range(4)]
    sites[-1].gate.only(0)
    begin(database, "one", sites, PICTURED)

    async def main() -> int:
        options = CycleOptions(concurrency=4, processes=0)
        work = asyncio.ensure_future(crawl_cycle(database, "one", options, data_dir=tmp_path, inspector=inspector))
        killed = await _kill_now_and_then(2, work, started)
        sites[-1].gate.open()
        assert (await work).ending == "done"
        return killed

    assert asyncio.run(main()) == 2
    assert until(lambda: not any(map(is_browser, started())), 30)
    with database.reader() as session:
        assert list(session.scalars(select(CyclePortal.state))) == ["done"] * 4
        runs = list(session.scalars(select(Run)))
        assert [run.outcome for run in runs] == ["ok"] * 4
        tool = select(func.count()).select_from(Finding).where(Finding.reason == "tool")
        absent = select(Finding.state).where(Finding.feature.in_(("technology.mobile", "technology.accessibility")))
        unknown = session.scalar(tool) or 0
        measured = list(session.scalars(absent))
    assert unknown <= 4 * 4, "at most what one page measures, where the browser died over it twice"
    assert len(measured) == 8
    assert sum(run.certificate["browser"]["pages"] for run in runs) >= 8
