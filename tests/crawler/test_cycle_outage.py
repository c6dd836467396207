"""A database that goes away in the middle of a cycle: the crawl waits, goes on, and asks for nothing twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import func, select, text

from crawler.cycle.conductor import CycleOptions, CycleResult
from crawler.cycle.crawl import crawl_cycle
from detectors.inspector import Inspector
from storage.archive import ArchiveReader
from storage.database import Database
from storage.errors import AwayError
from storage.models import Capture, CyclePortal, Run
from tests.crawler.cycles import begin, slowly
from tests.crawler.loopback import Route, Serve, Site, page
from tests.storage.cluster import Cluster, cluster

__all__ = ["cluster"]

_PAGES = 14
_ASKED = 5
"""Answers that each site gives before the database goes away; it holds the next request back until then."""


def town(number: int) -> dict[str, Route]:
    """A site of pages that lead to one another."""
    pages: dict[str, Route] = {
        f"/p{n}": page(f"Page {n} of town {number}", f"/p{n + 1}", f"/p{n + 2}") for n in range(1, _PAGES - 2)
    }
    return {"/": page(f"Town {number}", "/p1", "/p2"), **pages, "*": (404, {}, b"<title>None</title>nothing")}


def plan(database: Database, sites: list[Site]) -> None:
    """Begins a cycle over the sites."""
    database.migrate()
    begin(database, "one", sites, slowly(0.02))


def crawl(
    database: Database,
    folder: Path,
    inspector: Inspector,
    sites: list[Site],
    strike: Callable[[], object] | None = None,
    *,
    db_wait: float = 300.0,
) -> CycleResult:
    """Crawls the cycle; in the middle of every site `strike` is called in a thread, and the sites answer after it."""

    async def main() -> CycleResult:
        options = CycleOptions(concurrency=10, processes=0, db_wait=db_wait)
        for site in sites if strike is not None else ():
            site.gate.only(_ASKED)
        work = asyncio.ensure_future(crawl_cycle(database, "one", options, data_dir=folder, inspector=inspector))
        if strike is not None:
            while not all(site.gate.waiting for site in sites):
                assert not work.done()
                await asyncio.sleep(0.005)
            await asyncio.to_thread(strike)
            go_on(sites)
        return await work

    return asyncio.run(main())


def go_on(sites: list[Site]) -> None:
    """Has the sites answer again."""
    for site in sites:
        site.gate.open()


def until_away(database: Database) -> None:
    """Waits until the crawl has noticed that the database is away."""
    end = monotonic() + 120
    while not database.outage.now:
        assert monotonic() < end, "nobody noticed"
        sleep(0.01)


def whole(database: Database, folder: Path, sites: list[Site]) -> None:
    """Every portal is done once, no page was asked for twice, every row has its record and every record its row."""
    with database.reader() as session:
        assert set(session.scalars(select(CyclePortal.state))) == {"done"}
        assert set(session.scalars(select(CyclePortal.tries))) == {1}
        assert list(session.scalars(select(Run.outcome))) == ["ok"] * len(sites)
        twice = select(Capture.url).group_by(Capture.run_id, Capture.url).having(func.count() > 1)
        assert list(session.scalars(twice)) == []
        for run in session.scalars(select(Run.id)):
            captures = list(session.scalars(select(Capture).where(Capture.run_id == run)))
            with ArchiveReader(folder / "archive" / f"run-{run:06d}") as reader:
                assert all(reader.response(row.file, row.offset).status for row in captures if row.status)
                kept = sum(item.record.kind == "response" for item in reader.records(keep=0))
            assert kept == sum(row.status is not None for row in captures)
    for site in sites:
        assert len(site.requests) == len(set(site.requests))


def test_a_server_that_restarts_is_waited_for(
    cluster: Cluster, serve: Serve, tmp_path: Path, inspector: Inspector, caplog: pytest.LogCaptureFixture
) -> None:
    sites = [serve(town(number)) for number in range(4)]

    def restart() -> None:
        cluster.stop()
        until_away(database)
        sleep(1.5)
        cluster.start()

    with Database(cluster.url) as database, caplog.at_level(logging.WARNING):
        plan(database, sites)
        result = crawl(database, tmp_path, inspector, sites, restart)
        assert (result.ending, result.ended) == ("done", 4)
        assert 1 < database.outage.seconds < 120
        whole(database, tmp_path, sites)
    said = [record.getMessage() for record in caplog.records if record.name == "storage.outage"]
    assert len(said) == 2
    assert "cannot be reached; waiting for it, 300 seconds at most" in said[0]
    assert "answers again after" in said[1]


def test_while_the_server_is_away_hardly_anything_is_fetched(
    cluster: Cluster, serve: Serve, tmp_path: Path, inspector: Inspector
) -> None:
    sites = [serve(town(number)) for number in range(4)]
    asked = [0, 0]

    def restart() -> None:
        cluster.stop()
        until_away(database)
        asked[0] = sum(len(site.requests) for site in sites)
        go_on(sites)
        sleep(2)
        asked[1] = sum(len(site.requests) for site in sites)
        cluster.start()

    with Database(cluster.url) as database:
        plan(database, sites)
        crawl(database, tmp_path, inspector, sites, restart)
        whole(database, tmp_path, sites)
    assert asked[1] - asked[0] <= len(sites), "the fetching went on at about sixty requests a second"


def test_a_server_that_stays_away_ends_the_crawl_which_goes_on_later(
    cluster: Cluster, serve: Serve, tmp_path: Path, inspector: Inspector
) -> None:
    sites = [serve(town(number)) for number in range(3)]

    def lose() -> None:
        cluster.stop()
        until_away(database)

    with Database(cluster.url) as database:
        plan(database, sites)
        with pytest.raises(AwayError, match=r"cannot be reached for \d+ seconds now; check that it runs"):
            crawl(database, tmp_path, inspector, sites, lose, db_wait=2.0)
        go_on(sites)
        cluster.start()
        with database.reader() as session:
            assert set(session.scalars(select(CyclePortal.state))) <= {"running", "pending", "done"}
            assert set(session.scalars(select(CyclePortal.tries).where(CyclePortal.state == "running"))) <= {0}
        assert crawl(database, tmp_path, inspector, sites).ending == "done"
        with database.reader() as session:
            assert list(session.scalars(select(Run.outcome))) == ["ok"] * 3
    for site in sites:
        assert len(site.requests) - len(set(site.requests)) <= 1, "only what was under way"


def test_a_locked_file_is_waited_for(serve: Serve, tmp_path: Path, inspector: Inspector) -> None:
    sites = [serve(town(number)) for number in range(3)]

    def lock() -> None:
        with database.engine.connect() as other:
            other.execute(text("SELECT 1"))
            until_away(database)
            sleep(1.5)

    with Database(tmp_path / "losi.db", busy_seconds=0.05) as database:
        plan(database, sites)
        result = crawl(database, tmp_path, inspector, sites, lock)
        assert result.ending == "done"
        assert 1 < database.outage.seconds < 120
        whole(database, tmp_path, sites)


def test_a_stop_during_an_outage_does_not_wait(
    cluster: Cluster, serve: Serve, tmp_path: Path, inspector: Inspector
) -> None:
    sites = [serve(town(number)) for number in range(2)]
    with Database(cluster.url) as database:
        plan(database, sites)

        async def main() -> float:
            stop = asyncio.Event()
            options = CycleOptions(concurrency=10, processes=0, db_wait=300)
            given: dict[str, Any] = {"data_dir": tmp_path, "inspector": inspector, "stop": stop}
            for site in sites:
                site.gate.only(_ASKED)
            work = asyncio.ensure_future(crawl_cycle(database, "one", options, **given))
            while not all(site.gate.waiting for site in sites):
                await asyncio.sleep(0.005)
            await asyncio.to_thread(cluster.stop)
            while not database.outage.now:
                await asyncio.sleep(0.01)
            stop.set()
            began = asyncio.get_running_loop().time()
            with pytest.raises(AwayError):
                await work
            return asyncio.get_running_loop().time() - began

        assert asyncio.run(main()) < 60
        go_on(sites)
        cluster.start()
        assert crawl(database, tmp_path, inspector, sites).ending == "done"
