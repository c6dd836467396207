"""Many portals in one loop: done, tried again, confirmed, stopped, gone on with."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import pytest
from sqlalchemy import select, update

from crawler.cycle.conductor import CycleOptions, CycleResult
from crawler.cycle.crawl import crawl_cycle
from crawler.cycle.plan import Choice, CycleSettings, begin_cycle, choice
from detectors.base import PageDetector
from detectors.inspector import Inspector
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.page import Page
from detectors.registry import Registry
from storage.archive import ArchiveReader, ReplayIndex
from storage.database import Database
from storage.errors import StorageError
from storage.models import Capture, CyclePortal, Finding, Run
from storage.records import PortalRecord
from storage.repository import begin_visit, import_portals, pause_cycle, take_progress
from storage.repository.schedules import reopen_portals
from tests.crawler.cycles import QUICK
from tests.crawler.cycles import begin as begun
from tests.crawler.loopback import Handler, Route, Serve, answers_in, page

ENDS = 60
"""Seconds in which a process must end that is to end: any machine needs less."""
BUDGET = ("/budget", page("Municipal budget 2026", "/", body="The municipal budget of the city. " * 20))
ROOT = Path(__file__).parents[2]


def town(*pages: tuple[str, str], name: str = "Town") -> dict[str, Route]:
    """A site whose front page links to the pages."""
    return {"/": page(name, *(path for path, _ in pages)), **dict(pages), "/robots.txt": (404, {}, b"")}


Begin = Callable[..., int]
Go = Callable[..., CycleResult]


@pytest.fixture
def begin(database: Database) -> Begin:
    """Begins a cycle over sites."""
    return lambda name, *sites, **settings: begun(database, name, sites, **settings)


@pytest.fixture
def go(database: Database, inspector: Inspector, tmp_path: Path) -> Go:
    """Crawls what is due."""

    def crawl(name: str = "one", *, stop_when: Callable[[], object] | None = None, **options: Any) -> CycleResult:
        async def main() -> CycleResult:
            stop = asyncio.Event()
            task = asyncio.ensure_future(
                crawl_cycle(
                    database,
                    name,
                    CycleOptions(**{"concurrency": 10, "processes": 0, **options}),
                    data_dir=tmp_path,
                    inspector=inspector,
                    stop=stop,
                )
            )
            while stop_when is not None and not task.done() and not stop_when():
                await asyncio.sleep(0.005)
            if stop_when is not None:
                stop.set()
            return await task

        return asyncio.run(main())

    return crawl


def plan(database: Database) -> list[CyclePortal]:
    with database.reader() as session:
        return list(session.scalars(select(CyclePortal).order_by(CyclePortal.cycle_id, CyclePortal.portal_id)))


def states(database: Database, run_id: int) -> dict[str, tuple[str, float | None]]:
    """What was concluded."""
    with database.reader() as session:
        rows = session.scalars(select(Finding).where(Finding.run_id == run_id))
        return {row.feature: (row.state, row.confidence) for row in rows}


def due_now(database: Database) -> None:
    with database.session() as session:
        session.execute(
            update(CyclePortal).where(CyclePortal.due.is_not(None)).values(due=datetime.now(UTC) - timedelta(seconds=1))
        )


def test_all_portals_are_visited_once(serve: Serve, begin: Begin, go: Go, database: Database) -> None:
    sites = [serve(town(BUDGET, name=f"Town {n}")) for n in range(4)]
    begin("one", *sites)
    result = go()
    assert (result.ending, result.ended, result.pages) == ("done", 4, 8)
    assert {row.state for row in plan(database)} == {"done"}
    assert all(row.counted_id == row.run_id for row in plan(database))
    asked = [len(site.requests) for site in sites]
    assert go().ended == 0
    assert [len(site.requests) for site in sites] == asked


def test_what_fails_in_one_portal_stays_there(serve: Serve, begin: Begin, go: Go, database: Database) -> None:
    good, gone = serve(town(BUDGET)), serve({"*": (503, {}, b"down"), "/robots.txt": (404, {}, b"")})
    begin("one", good, gone, tries=2, retry_hours=7)
    result = go()
    assert (result.ending, result.ended) == ("waiting", 2)
    done, waiting = plan(database)
    assert (done.state, waiting.state, waiting.tries) == ("done", "waiting", 1)
    assert waiting.due is not None
    assert timedelta(hours=6.9) < waiting.due - datetime.now(UTC) < timedelta(hours=7)
    assert waiting.counted_id is None
    due_now(database)
    assert go().ending == "done"
    last = plan(database)[1]
    assert (last.state, last.tries, last.counted_id is not None) == ("done", 2, True)


def test_a_portal_that_recovers_counts_as_read(serve: Serve, begin: Begin, go: Go, database: Database) -> None:
    routes: dict[str, Route] = {"*": (503, {}, b"down"), "/robots.txt": (404, {}, b"")}
    site = serve(routes)
    begin("one", site)
    go()
    routes.update(town(BUDGET))
    due_now(database)
    assert go().ending == "done"
    with database.reader() as session:
        assert session.get_one(Run, plan(database)[0].counted_id).outcome == "ok"


class Touchy(PageDetector):
    """Fails on the pages of one town."""

    name = "touchy"
    features = ("info.news",)

    def observe(self, page: Page) -> Iterator[Observation]:
        if "Badtown" in page.title:
            raise ValueError("boom")
        return iter(())


def test_a_detector_that_fails_on_one_portal_counts_there_alone(
    serve: Serve, begin: Begin, database: Database, tmp_path: Path
) -> None:
    begin("one", serve(town(name="Badtown")), serve(town(name="Goodtown")))
    inspector = Inspector(Registry((Touchy(),), ()), LexiconSet({}))
    options = CycleOptions(concurrency=10, processes=0)
    asyncio.run(crawl_cycle(database, "one", options, data_dir=tmp_path, inspector=inspector))
    bad, good = plan(database)
    assert states(database, bad.run_id or 0)["info.news"][0] == "unknown"
    with database.reader() as session:
        assert "boom" in session.get_one(Run, bad.run_id).certificate["problems"][0]
        assert session.get_one(Run, good.run_id).certificate["problems"] == []
    assert inspector.problems == []


def many(number: int = 0) -> dict[str, Route]:
    """A site of forty pages, some of which prove something, one of which fails at first."""
    pages = [(f"/p{n}", page(f"Page {n} of town {number}", f"/p{n + 7}", f"/p{n + 8}")) for n in range(40)]
    extra = [BUDGET, ("/news", page("News and press releases", "/p1")), ("/contact", page("Contact us", "/p2"))]
    return {**town(*pages[:8], *extra), **dict(pages), "*": (404, {}, page("Nothing here").encode())}


def test_two_data_folders_of_one_database_do_not_crawl_a_cycle_at_once(
    serve: Serve, begin: Begin, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    site = serve(town(BUDGET))
    site.gate.only(1)
    begin("one", site)

    def crawling(folder: str) -> Coroutine[Any, Any, CycleResult]:
        return crawl_cycle(database, "one", CycleOptions(processes=0), data_dir=tmp_path / folder, inspector=inspector)

    async def main() -> CycleResult:
        first = asyncio.ensure_future(crawling("here"))
        while not site.gate.waiting:
            await asyncio.sleep(0.005)
        with pytest.raises(StorageError, match="another process crawls"):
            await crawling("there")
        site.gate.open()
        return await first

    assert asyncio.run(main()).ending == "done"
    assert not list(tmp_path.glob("there/archive/*"))


def test_a_stopped_cycle_goes_on_and_ends_as_if_it_had_not_been_stopped(
    serve: Serve, begin: Begin, go: Go, database: Database
) -> None:
    whole, broken = serve(many()), serve(many())
    begin("whole", whole)
    go("whole")
    expected = states(database, plan(database)[0].run_id or 0)
    begin("broken", broken)
    rounds = pages = 0
    while True:
        broken.gate.only(9)
        result = go("broken", stop_when=lambda: broken.gate.waiting)
        rounds, pages = rounds + 1, pages + result.pages
        if result.ending == "done":
            break
        assert result.ending == "stopped"
    assert rounds >= 4
    assert pages == sum(row.pages for row in plan(database)[1:]), (
        "what is read again from the archive is not told as new"
    )
    assert states(database, plan(database)[-1].run_id or 0) == expected
    repeated = len(broken.requests) - len(set(broken.requests))
    assert repeated <= rounds - 1
    assert set(broken.requests) == set(whole.requests)


def test_after_kill_9_nothing_is_lost_and_little_repeated(
    serve: Serve, begin: Begin, go: Go, database: Database, tmp_path: Path
) -> None:
    sites = [serve(many(n)) for n in range(3)]
    begin("whole", *sites)
    go("whole")
    expected = [states(database, row.run_id or 0) for row in plan(database)]
    with database.session() as session:
        begin_cycle(session, "killed", CycleSettings(crawl=QUICK), Choice())
    asked = [set(site.requests) for site in sites]
    for site in sites:
        site.requests.clear()
    archives = [tmp_path / "archive" / f"run-{number:06d}" for number in (4, 5, 6)]
    for more, answered in ((5, 5), (12, 17)):
        for site in sites:
            site.gate.only(more)
        command = _command(tmp_path)
        _until(lambda: all(site.gate.waiting for site in sites))
        _until(partial(_hold, archives, answered))
        command.kill()
        command.wait(ENDS)
    for site in sites:
        site.gate.open()
    assert [row.state for row in plan(database)[3:]] == ["running"] * 3
    assert go("killed").ending == "done"
    rows = plan(database)[3:]
    assert [states(database, row.run_id or 0) for row in rows] == expected
    for site, before in zip(sites, asked, strict=True):
        assert set(site.requests) == before
        assert len(site.requests) - len(before) <= 2
    for row in rows:
        folder = tmp_path / "archive" / f"run-{row.run_id:06d}"
        with ArchiveReader(folder) as reader, database.reader() as session:
            captures = list(session.scalars(select(Capture).where(Capture.run_id == row.run_id)))
            assert len({(c.file, c.offset) for c in captures}) == len(captures)
            assert all(reader.response(c.file, c.offset).status for c in captures if c.status)
            assert len(captures) == sum(item.record.kind in ("response", "revisit") for item in reader.records(keep=0))


def test_readers_end_with_a_killed_crawl(serve: Serve, begin: Begin, tmp_path: Path) -> None:
    site = serve(many())
    site.gate.only(4)
    begin("killed", site)
    command = _command(tmp_path, processes=1)
    _until(lambda: site.gate.waiting)
    family = psutil.Process(command.pid).children(recursive=True)
    assert family
    command.kill()
    command.wait(ENDS)
    assert psutil.wait_procs(family, timeout=ENDS)[1] == []


def _command(folder: Path, *, processes: int = 0) -> subprocess.Popen[bytes]:
    arguments = ["cycle", "crawl", "killed", "--data", str(folder), "--processes", str(processes)]
    return subprocess.Popen(
        [sys.executable, "-m", "losi", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )


def _hold(archives: list[Path], answers: int) -> bool:
    return all(answers_in(archive) == answers for archive in archives)


def _until(met: Callable[[], object]) -> None:
    """Waits for a condition."""
    end = monotonic() + 120
    while not met():
        assert monotonic() < end, "not met in two minutes"
        sleep(0.01)


def test_sigterm_ends_the_command_so_that_it_can_go_on(
    serve: Serve, begin: Begin, go: Go, database: Database, tmp_path: Path
) -> None:
    site = serve(many())
    site.gate.only(8)
    begin("killed", site)
    command = _command(tmp_path)
    _until(lambda: site.gate.waiting)
    command.send_signal(signal.SIGTERM)
    assert command.wait(ENDS) == 1
    site.gate.open()
    with database.reader() as session:
        assert session.scalars(select(Run)).one().outcome is None
    assert go("killed").ending == "done"
    assert len(site.requests) - len(set(site.requests)) <= 1


def test_a_paused_cycle_stops_and_is_not_crawled_until_resumed(
    serve: Serve, begin: Begin, go: Go, database: Database
) -> None:
    begin("one", serve(town(BUDGET)))
    with database.session() as session:
        assert pause_cycle(session, "one", True)
        assert not pause_cycle(session, "one", True)
    with pytest.raises(StorageError, match="paused"):
        go()
    with database.session() as session:
        pause_cycle(session, "one", False)
    assert go().ending == "done"


def test_how_far_visits_were_is_told_after_a_stop_and_is_not_less_when_they_go_on(
    serve: Serve, begin: Begin, go: Go, database: Database
) -> None:
    pages = [f"/p{number}" for number in range(12)]
    site = serve({"/": page("Town", *pages), **{path: page(path) for path in pages}})
    number = begin("one", site)
    stopped = go(stop_when=lambda: len(site.requests) >= 6)
    assert stopped.ending == "stopped"
    (row,) = plan(database)
    assert (row.state, row.pages) == ("running", stopped.pages)
    assert row.pages > 0
    assert row.run_id is not None
    with database.session() as session:
        begin_visit(session, number, row.portal_id, row.run_id)
        take_progress(session, number, {row.run_id: (1, 1)})
    assert plan(database)[0].pages == stopped.pages
    assert (go().ending, plan(database)[0].pages) == ("done", 13)


def tagged(handler: Handler) -> tuple[int, dict[str, str], bytes]:
    """A page with a validator."""
    tag = '"v1"'
    if handler.headers.get("If-None-Match") == tag:
        return 304, {"ETag": tag, "Content-Length": "0"}, b""
    return 200, {"ETag": tag}, page("Tagged page", "/").encode()


def test_unchanged_pages_become_revisits_that_replay_resolves(
    serve: Serve, begin: Begin, go: Go, database: Database, tmp_path: Path
) -> None:
    routes: dict[str, Route] = {**town(BUDGET, ("/same", page("Same", "/"))), "/tagged": tagged}
    routes["/"] = page("Town", "/budget", "/same", "/tagged")
    site = serve(routes)
    begin("one", site)
    go()
    first = plan(database)[0].run_id or 0
    begin("two", site)
    routes["/same"] = page("Changed", "/")
    go("two")
    begin("three", site)
    go("three")
    third = plan(database)[2].run_id or 0
    assert states(database, third) == states(database, first)
    for run, changed in ((2, {"/same"}), (3, set())):
        with ArchiveReader(tmp_path / "archive" / f"run-{run:06d}") as reader:
            kinds = {item.record.url.removeprefix(site.url): item.record for item in reader.records()}
        assert {url for url, record in kinds.items() if record.kind == "response"} - {"/robots.txt", ""} == changed
        assert "server-not-modified" in kinds["/tagged"].headers["warc-profile"]
        assert "identical-payload-digest" in kinds["/budget"].headers["warc-profile"]
        if run == 3:
            assert kinds["/budget"].headers["warc-refers-to-filename"] == "run-000001-00000.warc.gz"
    with ReplayIndex([tmp_path / "archive" / f"run-{third:06d}"]) as index:
        found = index.lookup(f"{site.url}/tagged")
        assert found is not None
        assert (found.status, b"Tagged page" in found.body) == (200, True)
        changed_page = index.lookup(f"{site.url}/same")
        assert changed_page is not None
        assert b"Changed" in changed_page.body
        assert index.problems == []


def test_a_lost_positive_is_confirmed_by_a_second_visit(serve: Serve, begin: Begin, go: Go, database: Database) -> None:
    pages = [(f"/p{n}", page(f"Page {n}", "/")) for n in range(30)]
    routes = town(BUDGET, *pages)
    site = serve(routes)
    begin("one", site)
    go()
    assert states(database, 1)["budget.publication"][0] == "present"
    routes["/"] = page("Town", *(path for path, _ in pages))
    routes["/budget"] = (404, {}, b"gone")
    begin("two", site)
    assert go("two").ending == "waiting"
    row = plan(database)[1]
    assert states(database, row.run_id or 0)["budget.publication"][0] == "absent"
    assert (row.state, row.counted_id) == ("confirming", None)
    due_now(database)
    assert go("two").ending == "done"
    assert "/budget" in site.requests[-40:]
    row = plan(database)[1]
    assert (row.state, row.tries, row.counted_id) == ("done", 2, row.run_id)


def test_a_crawl_of_chosen_portals_waits_for_no_others(serve: Serve, begin: Begin, go: Go, database: Database) -> None:
    begin("one", serve(town()), serve({"*": (503, {}, b"busy")}))
    assert go().ending == "waiting"
    assert go(chosen=choice("Town 0"), wait=True).ending == "done", "the other one waits"


def test_a_visit_to_an_opened_portal_takes_the_place_of_the_one_before(
    serve: Serve, begin: Begin, go: Go, database: Database
) -> None:
    pages = [(f"/p{n}", page(f"Page {n}", "/")) for n in range(30)]
    routes = town(BUDGET, *pages)
    begin("one", site := serve(routes))
    go()
    begin("two", site)
    go("two")
    assert plan(database)[1].counted_id == 2
    routes |= {"/": page("Town", *(path for path, _ in pages)), "/budget": (404, {}, b"gone")}
    _open_all(database)
    assert go("two").ending == "waiting", "what was lost is looked for once more"
    due_now(database)
    assert go("two").ending == "done"
    assert (plan(database)[1].counted_id, states(database, 4)["budget.publication"][0]) == (4, "absent")
    routes["/"] = (503, {}, b"busy")
    _open_all(database)
    for _ in range(3):
        go("two")
        due_now(database)
    assert (plan(database)[1].state, plan(database)[1].counted_id) == ("done", 4), "a failure is no absence"


def _open_all(database: Database) -> None:
    with database.session() as session:
        reopen_portals(session, 2, Choice().query())


def test_portals_of_one_host_are_visited_in_turn(serve: Serve, go: Go, database: Database) -> None:
    under_way: list[int] = []
    most = [0]

    def slow(handler: Handler) -> tuple[int, dict[str, str], bytes]:
        under_way.append(1)
        most[0] = max(most[0], len(under_way))
        under_way.pop()
        return 200, {}, page("Town").encode()

    site = serve({"*": slow, "/robots.txt": (404, {}, b"")})
    with database.session() as session:
        records = [PortalRecord(f"{site.url}/", "Town", "city"), PortalRecord(f"{site.url}/", "State", "national")]
        import_portals(session, records)
        begin_cycle(session, "one", CycleSettings(crawl=QUICK), Choice())
    assert go().ended == 2
    with database.reader() as session:
        first, second = session.scalars(select(Run).order_by(Run.started))
    assert first.finished is not None
    assert second.started >= first.finished


def test_what_was_damaged_at_an_earlier_visit_is_asked_for_whole(
    serve: Serve, go: Go, database: Database, tmp_path: Path
) -> None:
    """Its server says that it is as it was, which tells nothing of what came."""
    packed = gzip.compress(page("Tagged page", "/").encode())
    sent = [packed[:120], packed[:120]]

    def answer(handler: Handler) -> tuple[int, dict[str, str], bytes]:
        if handler.headers.get("If-None-Match") == '"v1"':
            return 304, {"ETag": '"v1"', "Content-Length": "0"}, b""
        return 200, {"ETag": '"v1"', "Content-Encoding": "gzip"}, sent.pop() if sent else packed

    site = serve({**town(BUDGET), "/": page("Town", "/budget", "/tagged"), "/tagged": answer})
    patient = QUICK.model_copy(update={"retries": 1})
    for name in ("one", "two"):
        begun(database, name, [site], patient)
        go(name)
    with ReplayIndex([tmp_path / "archive" / "run-000002"]) as index:
        found = index.lookup(f"{site.url}/tagged")
        assert found is not None
        assert found.body == packed
