"""Processes take turns at a host that several of them ask, whichever database the survey lies in."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, text

from crawler.check import check
from crawler.result import PortalTarget
from crawler.turns import SharedPacer
from tests.crawler.cycles import begin, slowly
from tests.crawler.fleet import ROOT, Fleet, fleet_on
from tests.crawler.loopback import Serve, Site, page
from tests.crawler.test_pacer import gaps, logged, portals
from tests.storage.conftest import postgresql, template

__all__ = ["postgresql", "template"]
PAUSE = 0.6
ENDS = 120


@pytest.fixture(params=["sqlite", "postgresql"])
def survey(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fleet]:
    """A migrated database of either kind, and a data folder."""
    if request.param == "sqlite":
        location: Path | URL = tmp_path / "data" / "losi.db"
    else:
        server, name = request.getfixturevalue("postgresql"), f"turns_{uuid4().hex}"
        engine = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with closing(engine.connect()) as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('template')}"))
        engine.dispose()
        location = server.set(database=name)
    with fleet_on(location, tmp_path / "data") as made:
        yield made


def moved(serve: Serve, platform: Site, number: int) -> Site:
    """A portal on a host of its own that leads on to its folder on the platform."""
    site = serve({}, host=f"127.0.2.{number + 1}")
    site.routes["*"] = lambda _: (301, {"Location": f"{platform.url}/town-{number}/"}, b"")
    return site


def asked_of(platform: Site, log: list[tuple[float, str, str]]) -> list[float]:
    return [when for when, site, path in log if site == platform.url and path != "/robots.txt"]


def crawls(fleet: Fleet, names: list[str]) -> None:
    """Crawls cycles beside each other, each in a process of its own."""
    started = [
        subprocess.Popen([sys.executable, *fleet.command("cycle", "crawl", name)[1:]], cwd=ROOT) for name in names
    ]
    assert [process.wait(ENDS) for process in started] == [0] * len(names)


def test_crawls_of_two_processes_ask_a_host_at_one_pace(survey: Fleet, serve: Serve) -> None:
    log: list[tuple[float, str, str]] = []
    platform = serve({}, host="127.0.0.2")
    logged(platform, log)
    begin(survey.database, "one", portals(serve, 2, platform, log), slowly(PAUSE))
    begin(survey.database, "two", [moved(serve, platform, 0), moved(serve, platform, 1)], slowly(PAUSE))
    crawls(survey, ["one", "two"])
    asked = asked_of(platform, log)
    assert len(asked) >= 6
    assert min(gaps(asked)) > PAUSE / 2


@pytest.mark.parametrize("survey", ["postgresql"], indirect=True)
def test_two_workers_ask_a_host_at_one_pace(survey: Fleet, serve: Serve) -> None:
    """Portals of other hosts that lead to folders of one: each is held by one worker, what they lead to by none."""
    log: list[tuple[float, str, str]] = []
    platform = serve({}, host="127.0.0.2")
    logged(platform, log)
    survey.plan("one", [moved(serve, platform, number) for number in range(4)], slowly(PAUSE))
    survey.losi("schedule", "start", "one")
    for _ in range(2):
        survey.worker("--once", "--concurrency", "2")
    assert [process.wait(ENDS) for process in survey.running] == [0, 0]
    asked = asked_of(platform, log)
    assert len(asked) >= 4
    assert min(gaps(asked)) > PAUSE / 2


def test_a_table_that_is_slow_now_and_then_brings_no_two_requests_together(
    survey: Fleet, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[tuple[float, str, str]] = []
    take = SharedPacer._take

    def late(pacer: SharedPacer, *asked: Any) -> float | None:
        sleep(PAUSE / 2 if len(log) % 2 else 0)
        return take(pacer, *asked)

    monkeypatch.setattr(SharedPacer, "_take", late)
    site = serve({})
    logged(site, log)
    site.routes["/"] = page("Town", *(f"/own-{number}" for number in range(5)))
    asyncio.run(check(PortalTarget(site.url), slowly(PAUSE), data_dir=survey.data, database=survey.database))
    assert len(log) >= 6
    assert min(gaps([when for when, _, path in log if path != "/robots.txt"])) > PAUSE * 0.75


def test_turns_are_given_in_order_and_the_longest_pause_counts(survey: Fleet) -> None:
    """As within one process, `tests/crawler/test_pacer.py`."""

    async def take() -> None:
        with (
            SharedPacer.open(survey.database, survey.data) as mine,
            SharedPacer.open(survey.database, survey.data) as yours,
        ):
            assert await mine.wait("a.example", "first", 30.0, 99.0) == 0.0
            second = await yours.wait("a.example", "second", 10.0, 99.0)
            assert second is not None
            assert 20.0 < second <= 30.0
            assert await yours.wait("a.example", "third", 60.0, 80.0) is None
            third = await mine.wait("a.example", "third", 60.0, 99.0)
            assert third is not None
            assert 80.0 < third <= 90.0
            assert await yours.wait("b.example", "third", 10.0, 0.0) == 0.0
            assert await yours.wait("b.example", "third", 10.0, 0.0) == 0.0
            assert await mine.wait("b.example", "without a pause", 0.0, 0.0) == 0.0
            fourth = await mine.wait("b.example", "fourth", 10.0, 99.0)
            assert fourth is not None
            assert fourth <= 10.0, "it took no turn"

    asyncio.run(take())


def test_a_turn_of_a_clock_that_was_set_back_is_not_waited_for(survey: Fleet) -> None:
    async def take() -> None:
        with SharedPacer.open(survey.database, survey.data) as pacer:
            assert await pacer.wait("a.example", "first", 1.0, 9.0) == 0.0
            with pacer._table.session() as session:
                session.execute(text("UPDATE host_turns SET asked = asked + 3600, at = at + 3600"))
            assert await pacer.wait("a.example", "second", 1.0, 9.0) == 0.0

    asyncio.run(take())


def test_turns_that_are_over_are_forgotten_when_another_process_begins(survey: Fleet) -> None:
    async def take() -> None:
        with (
            SharedPacer.open(survey.database, survey.data) as mine,
            SharedPacer.open(survey.database, survey.data) as yours,
        ):
            await mine.wait("over.example", "first", 0.001, 9.0)
            await mine.wait("held.example", "first", 600.0, 9.0)
            await asyncio.sleep(0.1)
            await yours.wait("new.example", "second", 600.0, 9.0)
            with mine._table.session() as session:
                hosts = session.scalars(text("SELECT host FROM host_turns ORDER BY host"))
                assert list(hosts) == ["held.example", "new.example"]

    asyncio.run(take())


def test_without_the_table_turns_are_those_of_the_process(survey: Fleet, caplog: pytest.LogCaptureFixture) -> None:
    async def take() -> None:
        with SharedPacer.open(survey.database, survey.data) as pacer:
            assert await pacer.wait("a.example", "first", 30.0, 99.0) == 0.0
            with pacer._table.session() as session:
                session.execute(text("DROP TABLE host_turns"))
            waits = [await pacer.wait("b.example", crawl, 30.0, 99.0) for crawl in ("first", "second")]
            assert waits[0] == 0.0
            assert waits[1] is not None
            assert waits[1] > 20.0

    asyncio.run(take())
    assert len([record for record in caplog.records if "for now" in record.message]) == 1
