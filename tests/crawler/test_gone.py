"""A menu that leads to a page which does not exist promises, and proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.gate import Refusal
from crawler.gone import Gone
from crawler.rerun import rerun
from crawler.result import RunResult
from detectors.finding import Finding
from detectors.inspector import Inspector
from detectors.observation import Kind, Observation
from storage.database import Database
from tests.crawler.loopback import TEXT, Answer, Crawl, Route, Serve

FEATURE = "procurement.announcements"
HOME = "https://www.villa.example/"
NOT_THERE = "<title>Sorry</title><p>We looked for this page everywhere in the town, and it is not to be found."


def _portal(target: Route, menu: str = '<a href="/tenders">Tenders</a>') -> dict[str, Route]:
    streets = "".join(f'<a href="/street/{number}">Street {number}</a>' for number in range(4))
    home = f'<html lang="en"><title>Town of Villa</title><nav>{menu}</nav><main>{streets}<p>{TEXT}</main>'
    routes: dict[str, Route] = {"/": home, "/tenders": target, "/robots.txt": (404, {}, b"")}
    for number in range(4):
        routes[f"/street/{number}"] = f'<html lang="en"><title>Street {number}</title><h1>Street {number}</h1><p>{TEXT}'
    return routes


def _found(result: RunResult) -> Finding:
    return next(one for one in result.findings if one.feature == FEATURE)


@pytest.mark.parametrize("status", [404, 410])
def test_a_link_to_a_page_that_is_gone_is_a_hint_and_says_so(
    status: int, serve: Serve, crawl: Crawl, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    result = crawl(f"{serve(_portal((status, {}, b'<title>No</title>none'))).url}/")
    found = _found(result)
    assert found.state != "present"
    assert "menu link “Tenders” to /tenders, which does not exist" in found.explanation
    again = rerun(database, result.run_id or 0, inspector, data_dir=tmp_path)
    assert again.changes == ()
    assert next(one for one in again.findings if one.feature == FEATURE).explanation == found.explanation


def test_the_pages_that_a_site_gives_for_what_it_lacks_are_none(serve: Serve, crawl: Crawl) -> None:
    menu = '<a href="/tenders">Tenders</a> <a href="/calls">Calls for tenders</a>'
    site = serve({**_portal(NOT_THERE, menu), "*": NOT_THERE})
    found = _found(crawl(f"{site.url}/", soft404=True, concurrency=1))
    assert (found.state, found.reason) == ("unknown", "budget")
    assert "The links that promise it lead to pages that do not exist" in found.explanation
    assert "to /tenders, which does not exist" in found.explanation
    assert "to /calls, which does not exist" in found.explanation


@pytest.mark.parametrize("answer", [(500, {}, b"<title>Error</title>"), (403, {}, b"<title>Forbidden</title>"), None])
def test_a_failure_is_no_absence(answer: Answer | None, serve: Serve, crawl: Crawl) -> None:
    found = _found(crawl(f"{serve(_portal(lambda _: answer)).url}/"))
    assert found.state == "present"
    assert "does not exist" not in found.explanation


def test_what_leads_somewhere_comes_first(serve: Serve, crawl: Crawl) -> None:
    menu = '<a href="/tenders">Calls for tenders</a> <a href="/street/1">Tenders</a>'
    found = _found(crawl(f"{serve(_portal((404, {}, b'none'), menu)).url}/"))
    assert found.state == "present"
    assert [one.href for one in found.evidence[:2]] == ["/street/1", "/tenders"]


@pytest.mark.parametrize(
    ("refusal", "status", "gone"),
    [
        (Refusal("http_status", "404"), 404, True),
        (Refusal("soft_404", "none"), 200, True),
        (Refusal("http_status", "500"), 500, False),
        (Refusal("interstitial", "the firewall refuses access"), 404, False),
    ],
)
def test_a_block_page_says_nothing_of_the_page_whatever_its_status(refusal: Refusal, status: int, gone: bool) -> None:
    asked = Gone()
    asked.learn(f"{HOME}tenders", status, refusal)
    assert asked.is_target_of(Observation(FEATURE, "link", 0.9, "Tenders", "", href="/tenders", url=HOME)) == gone


@pytest.mark.parametrize(("kind", "href"), [("content", "/tenders"), ("link", "/other"), ("link", "")])
def test_what_is_no_link_to_a_page_that_is_gone_stays_what_it_is(kind: Kind, href: str) -> None:
    """A script that the page runs, say, is seen by its address."""
    observation = Observation(FEATURE, kind, 0.9, "Tenders", "", href=href, url=HOME)
    assert not Gone([HOME, f"{HOME}tenders"]).is_target_of(observation)
