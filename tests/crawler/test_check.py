"""Whole crawls of healthy sites: order, limits, manners, documents, what is stored."""

from __future__ import annotations

import gzip
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import monotonic

from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from crawler.prefill import prefill
from crawler.progress import Progress
from storage.archive.reader import ArchiveReader
from storage.database import Database
from storage.models import Answer, Capture, Finding, Run
from survey.questionnaire import load
from tests.crawler.loopback import TEXT, Crawl, Handler, Route, Serve, page


def _site(*names: str) -> dict[str, Route]:
    links = [f"/{name}" for name in names]
    return {"/": page("Town of Example", *links), **{f"/{name}": page(name.title(), "/") for name in names}}


def test_reads_every_page_once_and_exhausts_the_site(serve: Serve, crawl: Crawl) -> None:
    site = serve(_site("budget", "contact", "news", "council"))
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause, result.pages) == ("ok", "", 5)
    assert sorted(site.requests) == ["/", "/budget", "/contact", "/council", "/news", "/robots.txt"]
    assert all(finding.certificate.exhausted for finding in result.findings)
    assert result.languages == ("en",)


def test_pages_that_only_a_menu_of_choices_leads_to_are_read(serve: Serve, crawl: Crawl) -> None:
    menu = "<select><option>Departments</option><option value=/roads>Roads</option></select>"
    site = serve({"/": page("Town", body=menu + TEXT), "/roads": page("Roads")})
    assert crawl(f"{site.url}/").pages == 2


def test_everything_is_stored(serve: Serve, crawl: Crawl, database: Database, tmp_path: Path) -> None:
    site = serve({**_site("contact"), "/old": (301, {"Location": "/contact2"}, b""), "/contact2": page("Contact two")})
    site.routes["/"] = page("Town", "/contact", "/old")
    result = crawl(f"{site.url}/")
    assert result.run_id is not None
    assert result.archive is not None
    with database.reader() as session:
        run = session.get_one(Run, result.run_id)
        captures = {row.url.removeprefix(site.url): row for row in session.scalars(select(Capture))}
        findings = {row.feature: row.state for row in session.scalars(select(Finding))}
        answers = list(session.scalars(select(Answer)))
    assert (run.outcome, run.pages, run.kind) == ("ok", 3, "live")
    assert findings == {finding.feature: finding.state for finding in result.findings}
    assert {answer.edition for answer in answers} == {"losi-2024"}
    said = {each.indicator.code: each for each in prefill(load("losi-2024"), result.findings)}
    assert [(a.code, a.state, a.confidence, a.evidence_url) for a in answers] == [
        (code, each.state, each.confidence, each.evidence_url or None) for code, each in said.items()
    ]
    assert len({answer.evidence_url for answer in answers}) > 1
    assert captures["/robots.txt"].kind == "robots"
    assert (captures["/old"].kind, captures["/old"].target) == ("redirect", "/contact2")
    assert captures["/"].title == "Town"
    with ArchiveReader(tmp_path / str(run.archive)) as archive:
        home = archive.response(captures["/"].file, captures["/"].offset)
    assert home.body.decode() == site.routes["/"]


def test_bodies_are_archived_as_received_and_read_decoded(serve: Serve, crawl: Crawl, database: Database) -> None:
    packed = gzip.compress(page("Packed town", "/next").encode())
    site = serve({"/": (200, {"Content-Encoding": "gzip"}, packed), "/next": page("Next")})
    result = crawl(f"{site.url}/")
    assert result.pages == 2
    with database.reader() as session:
        home = session.scalars(select(Capture).where(Capture.url == f"{site.url}/")).one()
    assert home.length == len(packed)
    assert home.title == "Packed town"


def _in_one_go(body: str) -> Route:
    """A page that comes together with its head."""

    def answer(handler: Handler) -> None:
        text = body.encode()
        handler.connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(text) + text
        )

    return answer


def test_the_archive_names_the_address_of_every_answer(serve: Serve, crawl: Crawl) -> None:
    names = "abcdefgh"
    site = serve(
        {f"/{name}": _in_one_go(page(name, "/")) for name in names} | {"/": page("Town", *(f"/{n}" for n in names))}
    )
    result = crawl(f"{site.url}/")
    assert result.archive is not None
    with ExitStack() as stack:
        files = (stack.enter_context(path.open("rb")) for path in sorted(Path(result.archive).glob("*.warc.gz")))
        records = [record.rec_headers for file in files for record in ArchiveIterator(file)]
    told = [each.get_header("WARC-IP-Address") for each in records if each.get_header("WARC-Type") == "response"]
    assert told == ["127.0.0.1"] * len(site.requests)


def test_the_page_budget_is_kept_exactly(serve: Serve, crawl: Crawl) -> None:
    site = serve(_site(*(f"part{letter}" for letter in "abcdefghijkl")))
    result = crawl(f"{site.url}/", max_pages=5)
    assert (result.outcome, result.cause, result.pages) == ("ok", "budget", 5)
    assert len(site.requests) == 6
    assert result.findings[0].certificate.left == 8
    assert not result.findings[0].certificate.exhausted


def test_failed_pages_do_not_use_up_the_budget(serve: Serve, crawl: Crawl) -> None:
    site = serve(_site("one", "two", "three"))
    site.routes["/one"] = (404, {}, b"<html>gone</html>")
    assert crawl(f"{site.url}/", max_pages=3).pages == 3


def test_the_time_budget_ends_the_crawl(serve: Serve, crawl: Crawl) -> None:
    site = serve(_site(*(f"part{letter}" for letter in "abcdefgh")))
    site.gate.only(4)
    began = monotonic()
    result = crawl(f"{site.url}/", max_seconds=6)
    assert 6 <= monotonic() - began < 60
    assert (result.outcome, result.cause, result.pages) == ("partial", "budget", 3)


def test_links_that_promise_what_is_not_proved_yet_are_read_first(serve: Serve, crawl: Crawl) -> None:
    labels = '<a href="/y">Yearly budget</a> <a href="/z">Waste paper</a>'
    plain = "".join(f'<a href="/{letter}">Page {letter}</a> ' for letter in "abcdefgh")
    site = serve(
        {
            "/": page("Town", body=f"{TEXT}{plain}{labels}"),
            **{f"/{letter}": page(f"Page {letter}") for letter in "abcdefghyz"},
        }
    )
    crawl(f"{site.url}/", max_pages=3, concurrency=1)
    assert set(site.requests[2:]) == {"/y", "/z"}


def test_the_pause_between_requests_is_kept(serve: Serve, crawl: Crawl) -> None:
    times: list[float] = []
    routes = _site("one", "two", "three", "four", "five", "six")

    def timed(handler: Handler) -> tuple[int, dict[str, str], bytes]:
        times.append(monotonic())
        return 200, {}, str(routes[handler.path]).encode()

    site = serve(dict.fromkeys(routes, timed))
    crawl(f"{site.url}/", delay=0.2)
    assert len(times) == 7
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert median(pauses) > 0.15, "a request or two may have been noted late"


def test_requests_name_us_and_ask_for_the_languages(serve: Serve, crawl: Crawl) -> None:
    site = serve(_site("one"))
    crawl(f"{site.url}/", contact="https://survey.example/crawler", languages=("fr", "en"))
    assert all(h["user-agent"].startswith("LOSI-Scout/") for h in site.headers)
    assert all("+https://survey.example/crawler" in h["user-agent"] for h in site.headers)
    assert site.headers[0]["accept-language"] == "fr, en;q=0.9"
    assert "referer" not in site.headers[-1]


def test_documents_have_their_own_budget(serve: Serve, crawl: Crawl) -> None:
    documents: dict[str, Route] = {
        f"/budget-{year}.pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 x") for year in range(2015, 2024)
    }
    links = "".join(f'<p><a href="{path}">Budget of the municipality (PDF)</a></p>' for path in documents)
    site = serve({"/": page("Budget", body=TEXT + links), **documents})
    crawl(f"{site.url}/", max_documents=2)
    asked = [path for path in site.requests if path.endswith(".pdf")]
    assert len(asked) == 2


def test_cookies_are_kept(serve: Serve, crawl: Crawl) -> None:
    def door(handler: Handler) -> tuple[int, dict[str, str], bytes]:
        if "visited=1" in (handler.headers.get("Cookie") or ""):
            return 200, {}, page("Inside").encode()
        return 302, {"Location": "/", "Set-Cookie": "visited=1; Path=/"}, b""

    site = serve({"/": door})
    assert crawl(f"{site.url}/").outcome == "ok"


def test_pictures_are_not_downloaded(serve: Serve, crawl: Crawl, database: Database) -> None:
    site = serve(
        {
            "/": page("Town", "/download?id=1"),
            "/download?id=1": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + b"\0" * 3_000_000),
        }
    )
    result = crawl(f"{site.url}/")
    assert result.pages == 1
    assert result.bytes < 100_000


def test_a_linked_platform_outside_is_read_one_step_deep(serve: Serve, crawl: Crawl) -> None:
    platform = serve({"/procurement/": page("Tenders", "/deeper"), "/deeper": page("Deeper")})
    other = serve({"/": page("Somewhere", "/x")})
    tenders = f'<a href="{platform.url}/procurement/">Public procurement: tenders and bids</a>'
    link = f'{tenders} <a href="{other.url}/">Friends</a>'
    site = serve({"/": page("Town", body=TEXT + link)})
    result = crawl(f"{site.url}/")
    assert [path for path in platform.requests if path != "/robots.txt"] == ["/procurement/"]
    assert other.requests == []
    assert result.pages == 1


def test_progress_is_told(serve: Serve, crawl: Crawl, tmp_path: Path) -> None:
    told: list[Progress] = []
    site = serve(_site("one", "two"))
    from crawler.check import run_check
    from crawler.result import PortalTarget
    from crawler.settings import CrawlOptions

    options = CrawlOptions(allow_private=True, delay=0, sitemaps=False, soft404=False)
    run_check(PortalTarget(site.url), options, data_dir=tmp_path / "other", progress=told.append)
    assert [p.pages for p in told if p.step.stage == "reading"] == [1, 2, 3]
    assert told[-1].url.startswith(site.url)
