"""The portal's own search is asked late, a handful of times, and its results are links like others."""

from __future__ import annotations

from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.reading import Reading
from crawler.scope import Scope
from crawler.site_search import SiteSearch
from detectors.conclude import Tally
from detectors.inspector import Inspector
from detectors.lexicon import parse
from detectors.lexicon_set import LexiconSet
from detectors.observation import Observation
from detectors.registry import Registry
from detectors.search_form import SearchForm, search_form
from survey.features import features
from tests.crawler.loopback import TEXT, Answer, Crawl, Handler, Route, Serve, page
from tests.detectors.concluding import SPANISH

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


HOME = "https://www.villa.example/"


def _reading(action: str) -> Reading:
    return Reading(HOME, 200, "html", None, None, search=SearchForm(action, "q"))


def _search(inspector: Inspector, limit: int = 5) -> SiteSearch:
    search = SiteSearch(inspector, limit)
    search.learn(_reading(f"{HOME}find"), Scope(HOME))
    return search


def _tally(language: str, *seen: Observation) -> Tally:
    tally = Tally(features())
    tally.add(language, seen)
    return tally


@pytest.mark.parametrize(("share", "left", "due"), [(0.69, 3, False), (0.7, 3, True), (0.1, 1, False), (0.1, 0, True)])
def test_the_search_is_asked_late_or_when_no_link_is_left(
    share: float, left: int, due: bool, inspector: Inspector
) -> None:
    assert _search(inspector).is_due(share, left) is due
    assert not SiteSearch(inspector, 5).is_due(share, left), "no search is known"


def test_the_first_search_that_leads_to_the_portal_is_asked(inspector: Inspector) -> None:
    search = SiteSearch(inspector, 5)
    for action in ("https://www.other.example/find", f"{HOME}find", f"{HOME}shop/find"):
        search.learn(_reading(action), Scope(HOME))
    entry = search.next(_tally("en"), lambda _: True)
    assert entry is not None
    assert entry.url.startswith(f"{HOME}find?q=")


def test_each_term_is_asked_once_and_what_may_not_be_fetched_is_not_told(inspector: Inspector) -> None:
    search, tally = _search(inspector, limit=4), _tally("en")
    answers = [False, True, True, True]
    entries = [search.next(tally, lambda _: answers.pop(0)) for _ in range(4)]
    urls = [entry.url for entry in entries if entry is not None]
    assert len({*urls}) == len(urls) == len(search.asked) == 3
    assert not answers
    assert not search.is_due(1.0, 0)


@pytest.mark.parametrize(
    ("strength", "asked"),
    [(0.3, "budget.publication"), (0.62, "procurement.announcements"), (0.98, "procurement.announcements")],
)
def test_what_is_proven_is_not_asked_for(strength: float, asked: str, inspector: Inspector) -> None:
    seen = Observation("budget.publication", "link", strength, "Budget", "", zone="nav", url=HOME)
    entry = _search(inspector).next(_tally("en", seen), lambda _: True)
    assert entry is not None
    assert [feature for feature, _ in entry.features] == [asked]


@pytest.mark.parametrize(
    ("languages", "term"),
    [
        (["es", "es", "en"], "presupuesto municipal"),
        (["en", "fr", "fr"], "budget municipal"),
        (["", "", "es"], "presupuesto municipal"),
        ([""], "municipal budget"),
    ],
)
def test_the_search_is_asked_in_the_language_of_most_pages(
    languages: list[str], term: str, inspector: Inspector
) -> None:
    """Pages whose language nobody knows do not count; where there are no others, English is asked."""
    search, tally = _search(inspector), Tally(features())
    for language in languages:
        tally.add(language, ())
    search.next(tally, lambda _: True)
    assert search.asked == (term,)


def test_a_language_without_words_for_a_feature_asks_nothing_of_it() -> None:
    words = f'{SPANISH}[features."open_data.provision".strong]\n"datos abiertos" = "open data"\n'
    for lexicons, asked in (({"es": parse(words, "es.toml")}, ("datos abiertos",)), ({}, ())):
        search = _search(Inspector(Registry((), ()), LexiconSet(lexicons)))
        for _ in range(3):
            search.next(_tally("es"), lambda _: True)
        assert search.asked == asked


def test_a_search_for_which_no_question_is_left_is_not_due(inspector: Inspector) -> None:
    """Else a crawl would wait for it without end."""
    search, tally = _search(inspector, limit=1000), _tally("en")
    while search.next(tally, lambda _: True) is not None:
        assert search.is_due(1.0, 0)
    assert 5 < len(search.asked) < 1000
    assert not search.is_due(1.0, 0)


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
