"""A host that many portals link to is asked at one pace, and none of them waits for it with its own pages."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select

from crawler.cycle.conductor import CycleOptions
from crawler.cycle.crawl import crawl_cycle
from crawler.pacer import PacedDownloader, Pacer
from detectors.inspector import Inspector
from storage.database import Database
from storage.models import Run
from tests.crawler.cycles import begin, slowly
from tests.crawler.loopback import Handler, Serve, Site, page

PAUSE = 0.4
PLAIN = {"Content-Type": "text/plain"}
LINKS = (
    '<p><a href="{0}/pay-{1}">Pay your taxes online</a> <a href="{0}/permit-{1}">Apply for a building permit</a></p>'
)


def logged(site: Site, log: list[tuple[float, str, str]], robots: bytes = b"User-agent: *\nDisallow:\n") -> None:
    """Has the site answer every path with a page, and note when it was asked for what by whom."""

    def answer(handler: Handler) -> tuple[int, dict[str, str], bytes]:
        log.append((monotonic(), site.url, handler.path))
        if handler.path == "/robots.txt":
            return 200, PLAIN, robots
        return 200, {}, page(f"Page {handler.path}").encode()

    site.routes["*"] = answer


def portals(
    serve: Serve, count: int, platform: Site, log: list[tuple[float, str, str]], links: str = LINKS
) -> list[Site]:
    """Portals on hosts of their own that link the platform and a few pages of their own."""
    made = []
    for number in range(count):
        site = serve({}, host=f"127.0.1.{number + 1}")
        logged(site, log)
        leads = links.format(platform.url, number)
        site.routes["/"] = page(f"Town {number}", *(f"/own-{n}" for n in range(4)), body=leads + "Town. " * 60)
        made.append(site)
    return made


def crawled(database: Database, folder: Path, inspector: Inspector) -> None:
    options = CycleOptions(concurrency=10, processes=0)
    asyncio.run(crawl_cycle(database, "one", options, data_dir=folder, inspector=inspector))


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(sorted(moments))]


def test_a_host_that_several_portals_link_is_asked_at_one_pace(
    serve: Serve, database: Database, tmp_path: Path, inspector: Inspector
) -> None:
    log: list[tuple[float, str, str]] = []
    platform = serve({}, host="127.0.0.2")
    logged(platform, log)
    begin(database, "one", portals(serve, 3, platform, log), slowly(PAUSE))
    crawled(database, tmp_path, inspector)
    asked = [(when, path) for when, site, path in log if site == platform.url]
    assert len({path for _, path in asked}) == 7
    assert min(gaps([when for when, _ in asked])) > PAUSE / 2


def test_a_crawl_delay_holds_for_all(serve: Serve, database: Database, tmp_path: Path, inspector: Inspector) -> None:
    log: list[tuple[float, str, str]] = []
    platform = serve({}, host="127.0.0.2")
    logged(platform, log, b"User-agent: *\nCrawl-delay: 1\n")
    begin(database, "one", portals(serve, 2, platform, log), slowly(0.05))
    crawled(database, tmp_path, inspector)
    asked = [when for when, site, path in log if site == platform.url and path != "/robots.txt"]
    assert len(asked) == 4
    assert min(gaps(asked)) > 0.5


def test_a_portal_goes_on_with_its_own_pages_meanwhile(
    serve: Serve, database: Database, tmp_path: Path, inspector: Inspector
) -> None:
    """The host asks for a pause in which all portals can read all pages of their own."""
    log: list[tuple[float, str, str]] = []
    platform = serve({}, host="127.0.0.2")
    logged(platform, log, b"User-agent: *\nCrawl-delay: 2\n")
    begin(database, "one", portals(serve, 3, platform, log), slowly(0.02))
    crawled(database, tmp_path, inspector)
    own = max(when for when, _, path in log if path.startswith("/own-"))
    foreign = sorted(when for when, site, path in log if site == platform.url and path != "/robots.txt")
    assert len(foreign) == 6
    assert own < foreign[1]


def test_a_portal_that_others_link_takes_no_more_links_than_it_may_fetch(
    serve: Serve, database: Database, tmp_path: Path, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits for its turn at its own host, its frontier goes on choosing the best of them."""
    log: list[tuple[float, str, str]] = []
    capital = serve({}, host="127.0.0.2")
    logged(capital, log)
    capital.routes["/"] = page("Capital", *(f"/own-{n}" for n in range(8)), body="Capital. " * 60)
    under_way: list[int] = []

    class Watched(PacedDownloader):
        def needs_backout(self) -> bool:
            if self._visit.target.url.startswith(capital.url):
                under_way.append(len(self.active))
            return super().needs_backout()

    monkeypatch.setattr("crawler.pacer.PacedDownloader", Watched)
    begin(database, "one", [capital, *portals(serve, 4, capital, log)], slowly(0.2))
    crawled(database, tmp_path, inspector)
    assert {path for _, site, path in log if site == capital.url} >= {"/own-7", "/pay-3"}
    assert max(under_way) <= slowly(0.2).concurrency + 1


def test_a_turn_that_comes_too_late_is_not_waited_for(
    serve: Serve, database: Database, tmp_path: Path, inspector: Inspector
) -> None:
    """The last of three turns would come after the time of its portal: that ends as one that read all of its own."""
    log: list[tuple[float, str, str]] = []
    platform = serve({}, host="127.0.0.2")
    logged(platform, log, b"User-agent: *\nCrawl-delay: 5\n")
    towns = portals(serve, 3, platform, log, "<p><a href='{0}/pay-{1}'>Pay your taxes online</a></p>")
    begin(database, "one", towns, slowly(0.02).model_copy(update={"max_seconds": 14.0}))
    crawled(database, tmp_path, inspector)
    assert any(path.startswith("/pay-") for _, _, path in log)
    with database.reader() as session:
        assert [run.seconds for run in session.scalars(select(Run)) if run.seconds >= 14.0] == []


def test_a_crawl_alone_waits_for_nobody() -> None:
    pacer, crawl = Pacer(), "one"
    assert [pacer.turn("a.example", crawl, 1.0, now) for now in (0.0, 0.4, 5.0)] == [0.0, 0.4, 5.0]


def test_turns_are_given_in_order_and_the_longest_pause_counts() -> None:
    pacer, first, second, third = Pacer(), "first", "second", "third"
    assert pacer.turn("a.example", first, 1.0, 0.0) == 0.0
    assert pacer.turn("a.example", second, 1.0, 0.1) == 1.0
    assert pacer.turn("a.example", second, 1.0, 0.2) == 2.0
    assert pacer.turn("a.example", first, 5.0, 0.3) == 7.0
    assert pacer.turn("a.example", third, 1.0, 0.4) == 12.0
    assert pacer.turn("b.example", third, 1.0, 0.4) == 0.4
    assert pacer.turn("a.example", second, 1.0, 0.5, 16.9) is None
    assert pacer.turn("a.example", second, 1.0, 0.5, 17.0) == 17.0
    assert pacer.turn("a.example", second, 1.0, 99.0) == 99.0


def test_hosts_are_forgotten() -> None:
    pacer = Pacer()
    for number in range(5000):
        pacer.turn(f"h{number}.example", f"crawl {number}", 1.0, float(number))
    assert len(pacer._turns) <= 1001
