"""What a portal asks of crawlers: robots.txt, and links that are not to be followed."""

from __future__ import annotations

import pytest

from tests.crawler.loopback import Answer, Crawl, Handler, Serve, page

PLAIN = {"Content-Type": "text/plain"}


def test_robots_txt_is_obeyed(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": page("Town", "/open", "/closed/a"),
            "/open": page("Open"),
            "/closed/a": page("Closed"),
            "/robots.txt": (200, PLAIN, b"User-agent: *\nDisallow: /closed/\n"),
        }
    )
    assert crawl(f"{site.url}/").pages == 2
    assert "/closed/a" not in site.requests
    assert crawl(f"{site.url}/", obey_robots=False).pages == 3


def test_robots_txt_that_closes_the_portal(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town"), "/robots.txt": (200, PLAIN, b"User-agent: LOSI-Scout\nDisallow: /\n")})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause, result.pages) == ("blocked", "robots", 0)
    assert site.requests == ["/robots.txt"]


def test_a_robots_txt_that_names_the_crawler_with_its_version(serve: Serve, crawl: Crawl) -> None:
    rules = b"User-agent: LOSI-Scout/1.0 (+https://example.org)\nDisallow: /\n\nUser-agent: *\nDisallow:\n"
    site = serve({"/": page("Town"), "/robots.txt": (200, PLAIN, rules)})
    assert crawl(f"{site.url}/").cause == "robots"


def test_a_robots_txt_that_breaks_off_says_what_its_whole_lines_say(serve: Serve, crawl: Crawl) -> None:
    """The last line of it would have been `Disallow: /private`."""

    def broken(handler: Handler) -> Answer:
        handler.close_connection = True
        return 200, {**PLAIN, "Content-Length": "80"}, b"User-agent: *\nDisallow: /closed\nDisallow: /"

    site = serve({"/": page("Town", "/closed", "/open"), "/open": page("Open"), "/robots.txt": broken})
    assert crawl(f"{site.url}/").pages == 2
    assert "/closed" not in site.requests


def test_failing_robots_txt_means_keep_out(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town"), "/robots.txt": (503, {}, b"")})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause) == ("blocked", "robots")
    assert "503" in result.message
    assert site.requests == ["/robots.txt"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        (403, {}, b"no"),
        (302, {"Location": "http://[nowhere"}, b""),
        (200, {}, b"<!doctype html><html><body>Disallow: /</body></html>"),
        (200, PLAIN, b"\xff\xfe\x00 nonsense"),
        (200, PLAIN, b"#" * 600_000 + b"\nDisallow: /"),
    ],
)
def test_no_usable_robots_txt_allows_all(answer: Answer, serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town"), "/robots.txt": answer})
    assert crawl(f"{site.url}/").pages == 1


ASKED = "<html><title>Town</title>" + '<a href="/next">Next page</a> of the town, with words enough. ' * 9


@pytest.mark.parametrize(
    ("header", "followed"),
    [
        ("", True),
        ("noindex", True),
        ("nofollow", False),
        ("NoIndex, NoFollow", False),
        ("none", False),
        ("unavailable_after: 25 Jun 2010 15:00:00 PST, nofollow", False),
        ("unavailable_after: Wednesday, 01-Jan-25 00:00:00 UTC, nofollow", False),
        ("otherbot: nofollow", True),
        ("otherbot: noindex, nofollow", True),
        ("losi-scout: nofollow", False),
        ("otherbot: noindex, LOSI-Scout: none", False),
        ("*: nofollow", False),
        ("otherbot: noindex\r\nX-Robots-Tag: nofollow", False),
    ],
)
def test_a_header_that_asks_not_to_follow_links_is_obeyed(
    header: str, followed: bool, serve: Serve, crawl: Crawl
) -> None:
    headers = {"X-Robots-Tag": header} if header else {}
    site = serve({"/": (200, headers, ASKED.encode()), "/next": page("Next"), "/robots.txt": (404, {}, b"")})
    crawl(f"{site.url}/")
    assert ("/next" in site.requests) == followed


@pytest.mark.parametrize(
    ("meta", "followed"),
    [
        ("name=robots content=nofollow", False),
        ("name=robots content=none", False),
        ("name=robots content='NoIndex, NoFollow'", False),
        ("name=robots content=noindex", True),
        ("name=LOSI-Scout content=nofollow", False),
        ("name=otherbot content=nofollow", True),
        ("name=robots content='index, follow'><meta name=robots content='noindex, nofollow'", False),
    ],
)
def test_a_page_that_asks_not_to_follow_links_is_obeyed(meta: str, followed: bool, serve: Serve, crawl: Crawl) -> None:
    text = f"<meta {meta}>{ASKED}"
    site = serve({"/": (200, {}, text.encode()), "/next": page("Next"), "/robots.txt": (404, {}, b"")})
    crawl(f"{site.url}/")
    assert ("/next" in site.requests) == followed
