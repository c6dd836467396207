"""A page that could not be had is no page without the feature: what was not read keeps absence from being said."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crawler.check import check, run_check
from crawler.cycle.turn import Turn
from crawler.frontier import Frontier
from crawler.likely import likely_places
from crawler.logins import Logins
from crawler.result import PortalTarget, RunResult
from crawler.settings import CrawlOptions
from detectors.base import PageDetector
from detectors.conclude import Tally
from detectors.inspector import Inspector
from detectors.observation import Observation
from detectors.page import Page
from detectors.registry import Registry
from storage.database import Database
from tests.crawler.loopback import TEXT, Answer, ArchiveOf, Crawl, Handler, Route, Serve, page

FEATURE = "budget_data.health"
"""Not shown by any page here, and spoken of by no link."""
OTHERS = {f"/p{number}": page(f"Street {number}", body=TEXT.replace("reports", f"map {number}")) for number in range(6)}


def _portal(**routes: Route) -> dict[str, Route]:
    more = {f"/{name}": route for name, route in routes.items()}
    return {"/robots.txt": (404, {}, b""), "/": page("Town", *OTHERS, *more), **OTHERS, **more}


def _searched(result: RunResult) -> tuple[str, bool, int]:
    (found,) = (one for one in result.findings if one.feature == FEATURE)
    return found.state, found.certificate.exhausted, found.certificate.left


def test_a_portal_that_was_read_whole_lacks_what_was_not_found(serve: Serve, crawl: Crawl) -> None:
    assert _searched(crawl(f"{serve(_portal()).url}/")) == ("absent", True, 0)


@pytest.mark.parametrize("status", [404, 410, 401])
def test_a_page_that_is_not_there_leaves_nothing_unread(status: int, serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(x=(status, {}, b"<title>No</title>none")))
    assert _searched(crawl(f"{site.url}/")) == ("absent", True, 0)


CHALLENGE = (
    b'<title>Just a moment...</title><script src="/cdn-cgi/challenge-platform/h/b/x.js"></script><p>Checking</p>'
)


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b"<title>Error</title>"),
        (403, {}, b"<title>Forbidden</title>"),
        (406, {}, b"<title>Not Acceptable</title>"),
        (418, {}, b""),
        (400, {}, b""),
        (304, {}, b""),
        (200, {"Content-Type": "text/html"}, CHALLENGE),
        None,
    ],
)
def test_a_page_that_fails_is_left_unread(answer: Answer | None, serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(x=lambda _: answer))
    result = crawl(f"{site.url}/")
    assert _searched(result) == ("unknown", False, 1)
    (found,) = (one for one in result.findings if one.feature == FEATURE)
    assert "Allow more pages" not in found.explanation, "there are no more"
    assert "if they still fail, look at the problems of the run" in found.explanation


def test_a_page_that_shows_nothing_without_scripts_is_left_unread(serve: Serve, crawl: Crawl) -> None:
    app = '<!doctype html><title>App</title><body><div id="root"></div><script src="/app.js"></script>'
    result = crawl(f"{serve(_portal(x=app)).url}/")
    assert _searched(result) == ("unknown", False, 1)
    assert sum("unless its scripts run" in problem for problem in result.problems) == 1


def test_a_page_that_robots_txt_closes_is_left_unread(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(x=page("Budget")))
    site.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /x\n")
    assert _searched(crawl(f"{site.url}/")) == ("unknown", False, 1)


def test_documents_beyond_the_limit_are_left_unread(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal())
    site.routes["/"] = page("Town", *OTHERS, "/municipal-budget.pdf")
    assert _searched(crawl(f"{site.url}/", max_documents=0)) == ("unknown", False, 1)


def test_a_redirect_to_a_page_that_is_known_leaves_nothing_unread(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(x=(302, {"Location": "/p1"}, b"")))
    assert _searched(crawl(f"{site.url}/", concurrency=1)) == ("absent", True, 0)


def test_a_page_whose_address_is_put_right_is_read(serve: Serve, crawl: Crawl) -> None:
    """What campaigns and sessions add to an address is taken away by redirects, to the same page."""
    site = serve(_portal())
    site.routes["/"] = page("Town", *OTHERS, "/plan?utm_source=home", "/log")
    site.routes["/plan?utm_source=home"] = (302, {"Location": "/plan"}, b"")
    site.routes["/log"] = (302, {"Location": "/log;jsessionid=0A1B2C3D"}, b"")
    site.routes["/plan"] = site.routes["/log;jsessionid=0A1B2C3D"] = lambda h: (200, {}, page(h.path).encode())
    result = crawl(f"{site.url}/")
    assert {"/plan", "/log;jsessionid=0A1B2C3D"} <= set(site.requests)
    assert (result.pages, result.message) == (9, "no link was left to follow")


def test_a_link_that_leads_back_by_another_host_is_a_page_of_the_portal(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal())
    back = (302, {"Location": f"{site.url}/budget"}, b"")
    short = serve({"/to-budget": back, "/robots.txt": (404, {}, b"")}, host="127.0.0.2")
    link = f'<p><a href="{short.url}/to-budget">Municipal budget</a></p></main>'
    site.routes["/"] = page("Town", *OTHERS).replace("</main>", link)
    site.routes["/budget"] = page("Budget", "/deeper")
    site.routes["/deeper"] = page("Deeper")
    result = crawl(f"{site.url}/")
    assert site.requests.count("/budget") == 1
    assert "/deeper" in site.requests
    assert result.pages == 9


def test_a_redirect_out_of_the_portal_is_followed_like_a_link(serve: Serve, crawl: Crawl) -> None:
    other = serve({"*": page("Budget", "/deeper"), "/robots.txt": (404, {}, b"")}, host="127.0.0.2")
    links = '<p><a href="/go?n=1">Municipal budget</a> <a href="/go?n=2">Street map</a></p></main>'
    site = serve(_portal())
    site.routes["/"] = page("Town", *OTHERS).replace("</main>", links)
    site.routes["/go?n=1"] = (302, {"Location": f"{other.url}/budget"}, b"")
    site.routes["/go?n=2"] = (302, {"Location": f"{other.url}/map"}, b"")
    result = crawl(f"{site.url}/")
    assert {"/go?n=1", "/go?n=2"} <= set(site.requests)
    assert other.requests == ["/robots.txt", "/budget"]
    assert (result.pages, _searched(result)) == (7, ("absent", True, 0))


def test_a_front_page_that_sends_on_to_a_page_that_fails_is_not_read_whole(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal())
    site.routes["/"] = page("Town", *OTHERS, head='<meta http-equiv="refresh" content="0; url=/home">')
    site.routes["/home"] = (500, {}, b"<title>Error</title>")
    assert _searched(crawl(f"{site.url}/", retries=0)) == ("unknown", False, 1)


def test_pages_of_an_earlier_visit_are_not_the_portal(
    serve: Serve, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    site = serve(_portal())
    site.routes["/"] = (503, {}, b"<title>Down</title>")
    options = CrawlOptions(allow_private=True, delay=0.0, sitemaps=False, soft404=False, retries=0)
    turn = Turn(leads=tuple((f"{site.url}{path}", (FEATURE,)) for path in OTHERS))
    visit = check(
        PortalTarget(f"{site.url}/"), options, inspector=inspector, database=database, data_dir=tmp_path, turn=turn
    )
    result = asyncio.run(visit)
    assert (result.outcome, result.cause, result.pages) == ("partial", "http_status", 6)
    assert "6 pages could be read all the same" in result.message
    assert _searched(result) == ("unknown", False, 0)


class Unordered(float):
    """A number that cannot be put into order."""

    def __neg__(self) -> float:
        raise ArithmeticError("no order")


class Wordy(PageDetector):
    """A plug-in that gives the strength of what it sees as a number of its own kind."""

    name = "wordy"
    features = ("test.wordy",)

    def observe(self, page: Page) -> list[Observation]:
        return [Observation("test.wordy", "content", Unordered(0.5), "", "")] if page.url.endswith("/x") else []


def test_a_page_that_cannot_be_read_is_left_unread(
    serve: Serve, database: Database, inspector: Inspector, tmp_path: Path
) -> None:
    site = serve(_portal(x=page("Budget")))
    options = CrawlOptions(allow_private=True, delay=0.0, sitemaps=False, soft404=False)
    extended = Inspector(Registry((*inspector.detectors.page, Wordy()), inspector.detectors.portal), inspector.lexicons)
    result = run_check(PortalTarget(f"{site.url}/"), options, inspector=extended, database=database, data_dir=tmp_path)
    assert _searched(result) == ("unknown", False, 1)


def _likely(result: RunResult, feature: str) -> tuple[int, int]:
    (found,) = (one for one in result.findings if one.feature == feature)
    return found.certificate.likely_places(feature)


def _to_login(handler: Handler) -> Answer:
    return 302, {"Location": f"/login?lang=en&returnUrl={handler.path}"}, b""


def test_a_login_page_is_read_once_and_what_links_promise_behind_it_is_left(serve: Serve, crawl: Crawl) -> None:
    """Each protected page sends there with its own way back."""
    site = serve(_portal(**dict.fromkeys(("taxes", "water", "waste", "roads"), _to_login)))
    site.routes["/own/health"] = _to_login
    site.routes["/"] = str(site.routes["/"]).replace("</main>", '<p><a href="/own/health">Health budget</a></p></main>')
    site.routes["*"] = lambda h: (200, {}, page("Sign in", body=f"{TEXT} You come from {h.path}").encode())
    result = crawl(f"{site.url}/", concurrency=1)
    assert sum(path.startswith("/login") for path in site.requests) == 1
    assert result.pages == len(OTHERS) + 2
    assert result.message == "no link was left to follow, but 5 pages behind a login"
    assert _likely(result, "info.health") == (0, 1)
    assert _searched(result)[1:] == (True, 0), "as where a page answers with 401"


def test_a_login_page_that_the_portal_links_is_not_read_again_where_protected_pages_lead_there() -> None:
    logins, front = Logins(), "https://www.villa.example"
    logins.learn(f"{front}/login?lang=en")
    assert logins.knows(f"{front}/login?lang=en&returnUrl=/taxes")
    assert not logins.knows(f"{front}/login?lang=fr&returnUrl=/taxes"), "its words are others"
    assert not logins.knows(f"{front}/contact")


def test_a_page_through_which_every_other_is_reached_is_no_login(serve: Serve, crawl: Crawl) -> None:
    doors: set[str] = set()

    def door(handler: Handler) -> Answer:
        if handler.path in doors:
            return 200, {}, page(handler.path).encode()
        doors.add(handler.path)
        return 302, {"Location": f"/session?return={handler.path}"}, b""

    site = serve(_portal(**dict.fromkeys(("taxes", "water", "waste"), door)))
    site.routes["*"] = lambda h: (302, {"Location": h.path.partition("=")[2]}, b"")
    assert crawl(f"{site.url}/").pages == len(OTHERS) + 4


def test_what_a_link_promises_is_left_where_it_is_refused_for_want_of_a_login(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal())
    site.routes["/"] = str(site.routes["/"]).replace("</main>", '<p><a href="/own/health">Health budget</a></p></main>')
    site.routes["/own/health"] = (401, {}, b"<title>No</title>")
    assert _likely(crawl(f"{site.url}/"), "info.health") == (0, 1)


def test_what_a_link_promises_is_left_where_the_archive_lacks_its_page(crawl: Crawl, archive_of: ArchiveOf) -> None:
    url = "https://www.villa.example"
    home = page("Town", "/a").replace("</main>", '<p><a href="/own/health">Health budget</a></p></main>')
    result = crawl(f"{url}/", replay=archive_of({f"{url}/": home, f"{url}/a": page("A")}))
    assert result.message == "no link was left to follow, but 1 page that the archive lacks"
    assert _likely(result, "info.health") == (0, 1)
    assert _searched(result)[1:] == (False, 1)


@pytest.mark.parametrize(("elsewhere", "likely"), [(False, (0, 1)), (True, (1, 0))])
def test_what_links_promise_that_are_not_to_be_followed_is_left(
    elsewhere: bool, likely: tuple[int, int], serve: Serve, crawl: Crawl
) -> None:
    site = serve(_portal(x=page("Plans", head='<meta name="robots" content="nofollow">')))
    link = '<p><a href="/own/health">Health budget</a></p></main>'
    for path in ("/x", "/p1") if elsewhere else ("/x",):
        site.routes[path] = str(site.routes[path]).replace("</main>", link)
    site.routes["/own/health"] = page("Health")
    assert _likely(crawl(f"{site.url}/"), "info.health") == likely
    assert ("/own/health" in site.requests) == elsewhere


def test_where_a_redirect_leads_in_vain_what_was_promised_there_is_left(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(x=(302, {"Location": "/own/health"}, b"")))
    deeper = str(site.routes["/p0"]).replace("</main>", '<p><a href="/own/health">Health budget</a></p></main>')
    site.routes["/p0"] = deeper
    site.routes["/own/health"] = (500, {}, b"<title>Error</title>")
    assert _likely(crawl(f"{site.url}/", retries=0), "info.health") == (0, 1)


def test_a_promise_that_was_followed_in_vain_is_left() -> None:
    links = Frontier(Tally(["a.b", "c.d"]))
    links.add("https://www.villa.example/one", (("a.b", 0.9), ("c.d", 0.2)))
    entry = links.pop()
    assert entry is not None
    assert likely_places(links) == (("a.b", 1, 0), ("c.d", 1, 0))
    links.lose(entry)
    assert likely_places(links) == (("a.b", 0, 1), ("c.d", 0, 0))
