"""Portals whose owner agreed that what robots.txt closes is read too: there, nowhere else, and the run says so."""

from __future__ import annotations

import pytest

from crawler.settings import CrawlOptions
from storage.database import Database
from storage.repository import get_run
from tests.crawler.loopback import Crawl, Serve, page

PLAIN = {"Content-Type": "text/plain"}
CLOSED = (200, PLAIN, b"User-agent: *\nDisallow: /\n")


@pytest.mark.parametrize(
    ("url", "binds"),
    [
        ("https://town.example/a", False),
        ("https://www.town.example:8443/", False),
        ("http://a.b.town.example./", False),
        ("https://notown.example/", True),
        ("https://town.example.org/", True),
        ("https://example/", True),
        ("not an address", True),
    ],
)
def test_consent_covers_a_host_and_those_below_it(url: str, binds: bool) -> None:
    options = CrawlOptions(robots_agreed=("town.example", "other.example"))
    assert options.binds(url) is binds
    assert CrawlOptions().binds(url)
    assert not CrawlOptions(obey_robots=False).binds(url)


def test_a_portal_is_read_as_its_owner_agreed(serve: Serve, crawl: Crawl, database: Database) -> None:
    site = serve({"/": page("Town", "/a"), "/a": page("A"), "/robots.txt": CLOSED})
    kept_out = crawl(f"{site.url}/")
    assert (kept_out.outcome, kept_out.cause) == ("blocked", "robots")
    assert f"if they agree: losi check {site.url}/ --ignore-robots" in kept_out.message
    result = crawl(f"{site.url}/", robots_agreed=("127.0.0.1",))
    assert (result.outcome, result.pages) == ("ok", 2)
    assert "robots.txt of 127.0.0.1 was ignored as the owner agreed, for " in result.message
    with database.reader() as session:
        run = get_run(session, result.run_id or 0)
        said = run.certificate["robots_ignored"]
        assert said["hosts"] == ["127.0.0.1"]
        assert said["requests"] >= 2
        assert run.settings["robots_agreed"] == ["127.0.0.1"]
        assert get_run(session, kept_out.run_id or 0).certificate["robots_ignored"] == {"hosts": [], "requests": 0}


def test_other_hosts_are_obeyed_all_the_same(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town", "/a"), "/a": page("A"), "/robots.txt": CLOSED})
    result = crawl(f"{site.url}/", robots_agreed=("town.example",))
    assert (result.outcome, result.cause, result.pages) == ("blocked", "robots", 0)
    assert site.requests == ["/robots.txt"]


def test_a_pause_that_robots_txt_asks_for_is_kept(serve: Serve, crawl: Crawl) -> None:
    rules = (200, PLAIN, b"User-agent: *\nDisallow: /\nCrawl-delay: 30\n")
    site = serve({"/": page("Town", "/a", "/b"), "/a": page("A"), "/b": page("B"), "/robots.txt": rules})
    result = crawl(f"{site.url}/", robots_agreed=("127.0.0.1",), max_crawl_delay=0.3)
    assert result.pages == 3
    assert result.seconds > 0.8
