"""Retry-After, robots policies, budgets, settings and the Scrapy project, each by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from crawler.backoff import retry_after
from crawler.budget import Budget
from crawler.result import Cause
from crawler.robots import MAX_SIZE, policy, unanswered
from crawler.settings import CrawlOptions
from crawler.wire import FetchError
from tests.crawler.loopback import Serve, page

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120.0),
        (b" 7 ", 7.0),
        (b"Sun, 01 Mar 2026 12:01:30 GMT", 90.0),
        (b"Sun, 01 Mar 2020 12:00:00 GMT", 0.0),
        (b"Sun, 01 Mar 2026 14:01:30 +0200", 90.0),
        (b"Sun, 01 Mar 2026 12:01:30 -0000", 90.0),
        (b"soon", None),
        (b"-5", None),
        (b"\xb2", None),
        (b"Mon, 01 Jan 2024 00:00:00 +9999999999999", None),
        (None, None),
    ],
)
def test_retry_after(value: bytes | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_robots_policies() -> None:
    text = b"User-agent: losi-scout\nDisallow: /private\nCrawl-delay: 4\nUser-agent: *\nDisallow: /\nSitemap: https://t.example/s.xml\n"
    found = policy(200, text, "LOSI-Scout/1.0 (+https://x.example)")
    assert found.allows("https://t.example/open")
    assert not found.allows("https://t.example/private/x")
    assert (found.delay, found.sitemaps) == (4.0, ("https://t.example/s.xml",))
    assert policy(404, text, "x").state == "none"
    assert policy(500, b"", "x").state == "unavailable"
    assert not policy(429, b"", "x").allows("https://t.example/")


def test_groups_of_robots_txt_are_told_by_the_product_token() -> None:
    """RFC 9309, 2.2.1: the rest of the header, with the address of whoever asks, names nobody."""
    agent = "LOSI-Scout/1.0 (+https://losi-scout.example/about-this-crawler)"
    for other in (b"crawler", b"https", b"about"):
        assert policy(200, b"User-agent: " + other + b"\nDisallow: /\n", agent).allows("https://t.example/")
        text = b"User-agent: " + other + b"\nAllow: /\nUser-agent: *\nDisallow: /\n"
        assert not policy(200, text, agent).allows("https://t.example/")
    assert not policy(200, b"User-agent: LOSI-SCOUT\nDisallow: /\n", agent).allows("https://t.example/")


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (b"\xef\xbb\xbf \n<!DOCTYPE HTML><title>Not found</title>\nUser-agent: *\nDisallow: /\n", "none"),
        (b"<BODY>\nUser-agent: *\nDisallow: /\n", "none"),
        (b"<robots>\nUser-agent: *\nDisallow: /\n", "read"),
        (b"# our <html> pages\nUser-agent: *\nDisallow: /\n", "read"),
    ],
)
def test_a_page_in_the_place_of_robots_txt_closes_nothing(body: bytes, state: str) -> None:
    found = policy(200, body, "x")
    assert (found.state, found.allows("https://t.example/")) == (state, state == "none")


def test_the_last_line_of_robots_txt_counts_though_no_line_end_follows_unless_it_broke_off() -> None:
    body = b"User-agent: *\nDisallow: /tmp\nDisallow: /a"
    assert not policy(200, body, "x").allows("https://t.example/a")
    broken = policy(200, body, "x", cut=True)
    assert (broken.allows("https://t.example/a"), broken.allows("https://t.example/tmp")) == (True, False)


def test_a_group_that_names_our_version_is_ours() -> None:
    body = b"User-Agent: *\nDisallow:\n\nUSER-AGENT: LOSI-Scout/2.0 (all of them)\nDisallow: /x\n"
    assert not policy(200, body, "LOSI-Scout/1.0").allows("https://t.example/x")


@pytest.mark.parametrize(
    ("asked", "delay"),
    [(b"", None), (b"Crawl-delay: 2", 2), (b"Request-rate: 1/5", 5), (b"Crawl-delay: 2\nRequest-rate: 1/5", 5),
     (b"Crawl-delay: 9\nRequest-rate: 2/10", 9)],
)  # fmt: skip
def test_of_crawl_delay_and_request_rate_the_longer_is_kept(asked: bytes, delay: float | None) -> None:
    assert policy(200, b"User-agent: *\nDisallow: /x\n" + asked, "x").delay == delay


@pytest.mark.parametrize(
    ("cause", "state"),
    [("not_in_archive", "none"), ("redirect_loop", "none"), ("http_status", "none"), ("timeout", "unavailable"),
     ("tls", "unavailable")],
)  # fmt: skip
def test_a_robots_txt_that_no_answer_came_for_keeps_out_and_says_why(cause: Cause, state: str) -> None:
    found = unanswered(FetchError(cause, "what happened"))
    assert (found.state, found.allows("https://t.example/")) == (state, state == "none")
    if state == "unavailable":
        assert (found.cause, found.why) == (cause, "what happened")


def test_a_robots_txt_that_is_too_long_is_cut_between_lines() -> None:
    rules = b"User-agent: *\nDisallow: /closed\n"
    text = rules + b"#" * (MAX_SIZE - len(rules) - len("\nDisallow: /")) + b"\nDisallow: /private\n"
    found = policy(200, text, "LOSI-Scout/1.0")
    assert found.allows("https://t.example/open")
    assert not found.allows("https://t.example/closed")


@pytest.mark.parametrize(
    ("used", "most", "told"),
    [
        ("pages", 5, "5 pages"),
        ("requests", 9, "9 requests"),
        ("bytes", 2_000_000, "2 MB"),
        ("seconds", 60, "60 seconds"),
    ],
)
def test_a_limit_ends_a_crawl_when_it_is_reached_and_not_before(used: str, most: int, told: str) -> None:
    clock = [1000.0]
    budget = Budget(CrawlOptions.model_validate({f"max_{used}": most}), lambda: clock[0])
    for amount, spent in ((most - 1, ""), (most, told)):
        if used == "seconds":
            clock[0] = 1000.0 + amount
        else:
            setattr(budget, used, amount)
        assert (budget.spent, budget.has_room) == (spent, not spent)


def test_pages_on_their_way_have_their_place_in_the_budget() -> None:
    budget = Budget(CrawlOptions(max_pages=5))
    budget.pages, budget.reserved = 3, 1
    assert budget.has_room
    budget.reserved = 2
    assert (budget.has_room, budget.spent) == (False, "")


def test_the_smallest_budget_has_room_for_one_page() -> None:
    budget = Budget(CrawlOptions.model_validate({"max_pages": 1, "max_requests": 1, "max_bytes": 1}))
    assert (budget.has_room, budget.spent, budget.documents, budget.external) == (True, "", 0, 0)


def test_options_are_checked() -> None:
    assert CrawlOptions(max_pages=10).request_limit == 80
    for wrong in ({"max_pages": 0}, {"delay": -1}, {"no_such": 1}):
        with pytest.raises(ValidationError):
            CrawlOptions.model_validate(wrong)


def _scrapy(*arguments: str, folder: Path) -> str:
    environment = {**os.environ, "LOSI_DATA": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return done.stdout


def test_scrapy_list(tmp_path: Path) -> None:
    assert _scrapy("list", folder=tmp_path).split() == ["city", "national"]


def test_scrapy_crawl(serve: Serve, tmp_path: Path) -> None:
    site = serve({"/": page("Town", "/a"), "/a": page("A")})
    out = _scrapy("crawl", "city", "-a", f"url={site.url}/", "-a", "allow_private=1", "-a", "delay=0", folder=tmp_path)
    assert "ok, 2 pages; " in out
    assert (tmp_path / "losi.db").exists()
