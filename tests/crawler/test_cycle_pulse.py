"""A cycle says that it is being crawled for as long as it is, and no longer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from crawler.cycle.conductor import CycleOptions, CycleResult, Pulse
from crawler.cycle.crawl import crawl_cycle
from crawler.cycle.status import CycleStatus, cycle_status
from detectors.inspector import Inspector
from storage.database import Database
from storage.models import Cycle, CyclePortal
from storage.repository import get_cycle, pause_cycle, take_pulse
from storage.repository.schedules import drop_worker_pulse, take_worker_pulse
from tests.crawler.cycles import begin
from tests.crawler.loopback import Serve, page


@pytest.fixture
def planned(database: Database, serve: Serve) -> int:
    """A cycle over one portal; its number."""
    site = serve({"/": page("Town"), "/robots.txt": (404, {}, b"")})
    return begin(database, "one", [site])


def status(database: Database) -> CycleStatus:
    with database.reader() as session:
        return cycle_status(session, get_cycle(session, "one"))


def pulse(database: Database) -> dict[str, Any]:
    with database.reader() as session:
        return get_cycle(session, "one").pulse


@pytest.mark.parametrize("stopped", [False, True])
def test_a_crawl_that_ended_in_order_is_over_at_once(
    database: Database, planned: int, inspector: Inspector, tmp_path: Path, stopped: bool
) -> None:
    told: list[Pulse] = []

    async def main() -> str:
        stop = asyncio.Event()
        if stopped:
            stop.set()
        options = CycleOptions(concurrency=2, processes=0)
        done = await crawl_cycle(
            database, "one", options, data_dir=tmp_path, inspector=inspector, stop=stop, tell=told.append
        )
        return done.ending

    with database.session() as session:
        now = datetime.now(UTC).isoformat()
        take_pulse(session, planned, {"at": now, "rate": 2.0, "measured": 1}, {})
    before = status(database)
    assert (before.crawling, before.rate, before.measured) == (True, 2.0, 1)
    assert asyncio.run(main()) == ("stopped" if stopped else "done")
    assert (told[-1].active, told[-1].measured) == (0, 0)
    assert pulse(database) == {}
    after = status(database)
    assert (after.crawling, after.rate, after.measured) == (False, 0.0, 0)
    assert after.states == ({"pending": 1} if stopped else {"done": 1})


def test_a_crawl_hears_that_it_is_to_pause_and_goes_on_once_it_may(
    database: Database, serve: Serve, inspector: Inspector, tmp_path: Path
) -> None:
    sites = [serve({"/": page("Town", "/a"), "/a": page("A"), "/robots.txt": (404, {}, b"")}) for _ in range(3)]
    begin(database, "one", sites)
    for site in sites[1:]:
        site.gate.only(2)

    async def crawl(tell: Callable[[Pulse], None]) -> CycleResult:
        options = CycleOptions(concurrency=3, processes=0)
        return await crawl_cycle(database, "one", options, data_dir=tmp_path, inspector=inspector, tell=tell)

    def pause(told: Pulse) -> None:
        if (told.active, told.ended) == (2, 1) and (said := pulse(database)).get("ended") == 1:
            assert (said["active"], said["process"]) == (2, os.getpid())
            with database.session() as session:
                pause_cycle(session, "one", True)

    result = asyncio.run(crawl(pause))
    assert (result.ending, result.ended, status(database).states) == ("paused", 1, {"done": 1, "running": 2})
    assert (pulse(database), status(database).paused) == ({}, True)
    with database.session() as session:
        pause_cycle(session, "one", False)
    for site in sites:
        site.gate.open()
    assert asyncio.run(crawl(lambda _: None)).ending == "done"
    assert all(site.requests.count("/") == 1 for site in sites)


@pytest.mark.parametrize(("later", "crawling"), [(19, True), (21, False), (-19, True), (-21, False)])
def test_a_killed_crawl_is_over_after_a_while(database: Database, planned: int, later: int, crawling: bool) -> None:
    """Another machine's clock may be ahead of this one; one that was set back keeps no crawl alive."""
    now = datetime.now(UTC)
    with database.session() as session:
        take_pulse(session, planned, {"at": now.isoformat()}, {})
    with database.reader() as session:
        cycle = get_cycle(session, "one")
        assert cycle_status(session, cycle, now=now + timedelta(seconds=later)).crawling == crawling


def test_a_worker_that_spoke_before_the_clock_was_set_back_counts_no_more(database: Database, planned: int) -> None:
    with database.session() as session:
        take_worker_pulse(session, planned, "killed", {"active": 1, "pages": 9})
        cycle = session.get_one(Cycle, planned)
        ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        cycle.pulse = {**cycle.pulse, "workers": {"killed": {**cycle.pulse["workers"]["killed"], "at": ahead}}}
    with database.session() as session:
        take_worker_pulse(session, planned, "alive", {"active": 2, "pages": 4})
    assert (list(pulse(database)["workers"]), pulse(database)["pages"]) == (["alive"], 4)


def test_workers_crawl_a_cycle_while_it_has_something_open(database: Database, planned: int) -> None:
    with database.session() as session:
        for worker, active in (("a", 1), ("b", 0)):
            take_worker_pulse(session, planned, worker, {"active": active, "measured": active, "pages": 4})
    assert (status(database).crawling, status(database).measured) == (True, 1)
    with database.session() as session:
        drop_worker_pulse(session, planned, "a")
    assert (pulse(database)["active"], list(pulse(database)["workers"])) == (0, ["b"])
    assert status(database).crawling
    with database.session() as session:
        session.execute(update(CyclePortal).values(state="done"))
    assert not status(database).crawling
    with database.session() as session:
        drop_worker_pulse(session, planned, "b")
        drop_worker_pulse(session, planned, "b")
    assert pulse(database) == {}
