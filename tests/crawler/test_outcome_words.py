"""What a run says of its end: once, of the portal, with what can be done; and which run stands after it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crawler.check import check
from crawler.outcome import judge
from crawler.result import PortalTarget
from crawler.robots import RobotsPolicy, policy, unanswered
from crawler.runlog import RunLog
from crawler.settings import CrawlOptions
from crawler.visit import Visit
from crawler.wire import FetchError
from detectors.inspector import Inspector
from storage.archive import ArchiveWriter
from storage.database import Database
from storage.recorder import RunRecorder
from storage.records import PortalRecord
from storage.repository import get_run, import_portals, latest_run, start_run
from tests.crawler.loopback import Crawl, Serve, Site, page

PLAIN = {"Content-Type": "text/plain"}
PATIENT = CrawlOptions(allow_private=True, delay=0.05, concurrency=1, sitemaps=False, soft404=False, timeout=900)


def town(serve: Serve, pages: int = 3) -> Site:
    """A front page with links to so many others."""
    paths = [f"/part{n}" for n in range(pages)]
    return serve({"/": page("Town", *paths), **{path: page(f"Part {path}") for path in paths}})


def test_a_portal_read_to_its_end(serve: Serve, crawl: Crawl) -> None:
    site = town(serve)
    assert crawl(f"{site.url}/").message == "no link was left to follow"
    site.routes["/robots.txt"] = (200, PLAIN, b"User-agent: *\nDisallow: /part2\n")
    assert crawl(f"{site.url}/").message == "no link was left to follow, but 1 page that robots.txt closes"
    site.routes["/robots.txt"] = (200, PLAIN, b"User-agent: *\nDisallow: /part\n")
    assert crawl(f"{site.url}/").message == "robots.txt keeps 3 other pages from being read"


def test_a_robots_txt_that_nobody_gave_closes_nothing(serve: Serve, crawl: Crawl) -> None:
    address = town(serve).url.removeprefix("http://")
    result = crawl(address)
    assert (result.outcome, result.message) == ("ok", "no link was left to follow")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            unanswered(FetchError("timeout", "no answer")),
            "9 other pages were not asked for: robots.txt could not be had",
        ),
        (policy(503, b"", "LOSI-Scout/1"), "robots.txt keeps 9 other pages from being read"),
    ],
)
def test_a_robots_txt_that_cannot_be_had_keeps_absence_from_being_said(
    answer: RobotsPolicy, told: str, inspector: Inspector, database: Database, tmp_path: Path
) -> None:
    with database.session() as session:
        import_portals(session, [PortalRecord("https://town.example/", "Town", "city")])
        run = start_run(session, 1, "losi-2024")
    with RunRecorder(database, run.id, ArchiveWriter(tmp_path / "made", "run")) as recorder:
        seeds = ["https://town.example/"]
        visit = Visit(PortalTarget(seeds[0]), seeds, CrawlOptions(), inspector, RunLog(recorder))
        visit.tally.add("en", ())
        visit.story.opened = True
        visit.robots["https://services.town.example"] = answer
        for number in range(9):
            visit.frontier.add(f"https://services.town.example/{number}", (), depth=1, zone="nav")
        assert visit.next_entry() is None
        judged = judge(visit)
        visit.readers.close()
    assert (judged.outcome, judged.cause) == ("partial", "robots")
    assert told in judged.message


def test_what_could_not_be_read_is_told(serve: Serve, crawl: Crawl) -> None:
    site = town(serve)
    site.routes["/part1"] = (500, {}, b"<title>Error</title>")
    assert crawl(f"{site.url}/").message == "no link was left to follow, but 1 page that could not be read"
    site.routes["/robots.txt"] = (200, PLAIN, b"User-agent: *\nDisallow: /part2\n")
    told = "no link was left to follow, but 1 page that robots.txt closes and 1 page that could not be read"
    assert crawl(f"{site.url}/", soft404=True).message == told


def test_limits(serve: Serve, crawl: Crawl) -> None:
    result = crawl(f"{town(serve).url}/", max_pages=2)
    assert (result.outcome, result.cause) == ("ok", "budget")
    assert result.message == "the limit of 2 pages was reached with 2 links left"


def test_an_interrupted_check_after_a_full_one(
    serve: Serve, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    site = town(serve, 30)
    full = crawl(f"{site.url}/")
    asked = len(site.requests)

    async def main() -> None:
        site.gate.only(5)
        stop = asyncio.Event()
        portal = PortalTarget(f"{site.url}/")
        running = asyncio.ensure_future(
            check(portal, PATIENT, inspector=inspector, database=database, data_dir=tmp_path, stop=stop)
        )
        async with asyncio.timeout(120):
            while len(site.requests) < asked + 6:
                await asyncio.sleep(0.01)
        stop.set()
        result = await running
        assert (result.outcome, result.cause) == ("partial", "interrupted")
        assert result.message.startswith("stopped by hand with ")
        assert result.message.endswith(" links left; what was read is kept, a new check starts from the beginning")
        with database.reader() as session:
            portal_id = get_run(session, result.run_id or 0).portal_id
            stands = latest_run(session, portal_id)
            assert stands is not None
            assert stands.id == full.run_id

    asyncio.run(main())
