"""The portal's own search is asked late, a handful of times, and its results are links like others."""

from __future__ import annotations

from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest

from detectors.inspector import Inspector
from detectors.search_form import search_form
from tests.crawler.loopback import TEXT, Answer, Crawl, Handler, Route, Serve, page

FORM = (
    "<form action=/find method=get role=search><input type=hidden name=lang value=en><input type=search name=q></form>"
)


def found(handler: Handler) -> Answer:
    """Results: the budget page for whoever asks for the budget, else nothing."""
    asked = parse_qs(urlsplit(handler.path).query)
    if "q" not in asked:
        return 404, {}, b"<html><title>Not found</title>none"
    hit = "budget" in asked["q"][0].lower() and asked["lang"] == ["en"]
    text = page("Results", *(["/hidden"] if hit else []), body=f"You asked for: {asked['q'][0]}")
    return 200, {}, text.encode()


def routes(home: str) -> dict[str, Route]:
    return {
        "/": home,
        "/about": page("About the town", "/"),
        "/hidden": page("Municipal budget 2026", "/", body="Budget documents of the year. " + TEXT),
    }


def test_a_page_that_only_the_search_knows_is_found(serve: Serve, crawl: Crawl) -> None:
    site = serve({**routes(page("Town", "/about", body=FORM + TEXT)), "*": found})
    result = crawl(site.url, soft404=False, sitemaps=False)
    asked = [path for path in site.requests if path.startswith("/find?")]
    budget = next(finding for finding in result.findings if finding.feature == "budget.publication")
    assert "/hidden" in site.requests
    assert budget.state == "present"
    assert 0 < len(asked) <= 5
    assert len(budget.certificate.site_search) == len(asked)
    assert all("/find" not in proof.url for finding in result.findings for proof in finding.evidence)


def test_the_search_is_not_asked_while_pages_are_under_way(serve: Serve, crawl: Crawl) -> None:
    """A front page of few links leaves none waiting, yet the pages behind them may settle everything."""
    asked = Event()

    def section(handler: Handler) -> Answer:
        path = handler.path
        if path.startswith("/find"):
            asked.set()
            return found(handler)
        asked.wait(0.5 if path in ("/a", "/b") else 0)
        links = [f"{path}/{n}" for n in range(3)] if path in ("/a", "/b") else []
        return 200, {}, page(path, *links, body=path + TEXT).encode()

    home = page("Town", "/a", "/b", body=FORM + TEXT)
    site = serve({"/": home, "*": section, "/robots.txt": (404, {}, b"")})
    crawl(site.url, soft404=False, sitemaps=False)
    first = next(place for place, path in enumerate(site.requests) if path.startswith("/find"))
    assert {f"/{part}/{n}" for part in "ab" for n in range(3)} <= set(site.requests[:first])


def test_the_search_is_not_asked_where_robots_txt_forbids_it(serve: Serve, crawl: Crawl) -> None:
    robots = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /find")
    site = serve({**routes(page("Town", "/about", body=FORM + TEXT)), "/robots.txt": robots, "*": found})
    result = crawl(site.url, soft404=False, sitemaps=False)
    assert not [path for path in site.requests if path.startswith("/find")]
    assert result.findings[0].certificate.site_search == ()


def test_the_search_is_asked_in_the_encoding_of_its_page(inspector: Inspector) -> None:
    form = "<p>Bürgerbüro</p><form action=/suche role=search{}><input type=search name=q></form>"
    for more, asked in (("", "M%FCll+%26%231080%3B"), (" accept-charset=UTF-8", "M%C3%BCll+%D0%B8")):
        found = search_form(inspector.page("https://stadt.example/", form.format(more).encode("latin-1")))
        assert found is not None
        assert found.url("Müll \u0438") == f"https://stadt.example/suche?q={asked}"


@pytest.mark.parametrize("status", [404, 500])
def test_a_search_that_does_not_answer_was_not_asked(status: int, serve: Serve, crawl: Crawl) -> None:
    site = serve({**routes(page("Town", "/about", body=FORM + TEXT)), "/robots.txt": (404, {}, b"")})
    site.routes["*"] = (status, {}, b"<title>Error</title>no")
    result = crawl(site.url, soft404=False, sitemaps=False, retries=0)
    assert [path for path in site.requests if path.startswith("/find?")]
    assert result.findings[0].certificate.site_search == ()


def test_the_search_is_not_asked_when_switched_off(serve: Serve, crawl: Crawl) -> None:
    site = serve({**routes(page("Town", "/about", body=FORM + TEXT)), "*": found})
    crawl(site.url, soft404=False, sitemaps=False, site_search=0)
    assert not [path for path in site.requests if path.startswith("/find")]
