"""An answer that breaks off is asked for once more within the visit; where it breaks off again, its page is unread."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import select

from crawler.browser.shelf import RunShelf
from crawler.result import RunResult
from crawler.runlog import RunLog
from storage.archive import ArchiveReader
from storage.database import Database
from storage.models import Capture
from storage.repository import cut_captures
from tests.crawler.loopback import TEXT, Crawl, Handler, Route, Serve, page

FEATURE = "budget_data.health"
"""Not shown by any page here, and spoken of by no link."""
NAMES = "abcdef"
WHOLE = page("Rest of the plan", "/deeper")
PART = WHOLE.partition("/deeper")[0].encode()
PAGES: dict[str, Route] = {f"/{name}": page(name, body=TEXT.replace("reports", f"map {name}")) for name in NAMES}

Answering = Callable[[Handler], None]


def _head(handler: Handler, *lines: tuple[str, str]) -> None:
    handler.send_response(200)
    for name, value in (("Content-Type", "text/html"), *lines):
        handler.send_header(name, value)
    handler.end_headers()
    handler.close_connection = True


def _short(handler: Handler) -> None:
    _head(handler, ("Content-Length", str(len(WHOLE))))
    handler.wfile.write(PART)


def _chunked(handler: Handler) -> None:
    _head(handler, ("Transfer-Encoding", "chunked"))
    handler.wfile.write(b"%x\r\n%b\r\n" % (len(PART), PART))


def _packed(coding: str, packed: bytes) -> Answering:
    def answer(handler: Handler) -> None:
        _head(handler, ("Content-Encoding", coding), ("Content-Length", str(len(packed))))
        handler.wfile.write(packed)

    return answer


_GZIP = _packed("gzip", gzip.compress(WHOLE.encode())[:150])
_ZSTD = _packed("zstd", zstandard.compress(WHOLE.encode())[:150])
"""Nothing of it can be read before its block is whole."""
BROKEN = pytest.mark.parametrize("broken", [_short, _chunked, _GZIP, _ZSTD], ids=["short", "chunked", "gzip", "zstd"])


class _Then:
    """Answers so at first, and with the whole page, or what is given, from then on."""

    def __init__(self, *first: Answering, then: Route = WHOLE) -> None:
        self._first = list(first)
        self._then = then

    def __call__(self, handler: Handler) -> tuple[int, dict[str, str], bytes] | None:
        if self._first:
            handler.wfile.flush()
            self._first.pop(0)(handler)
            return None
        assert isinstance(self._then, str)
        return 200, {}, self._then.encode()


def _portal(x: Route) -> dict[str, Route]:
    deeper = page("Deeper", body=TEXT.replace("reports", "depths"))
    return {"/robots.txt": (404, {}, b""), "/": page("Town", *PAGES, "/x"), **PAGES, "/x": x, "/deeper": deeper}


def _always(broken: Answering) -> Route:
    def answer(handler: Handler) -> None:
        broken(handler)

    return answer


def _searched(result: RunResult) -> tuple[str, bool, int]:
    (found,) = (one for one in result.findings if one.feature == FEATURE)
    return found.state, found.certificate.exhausted, found.certificate.left


@BROKEN
def test_a_page_that_breaks_off_is_asked_for_once_more(broken: Answering, serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(_Then(broken)))
    result = crawl(f"{site.url}/")
    assert site.requests.count("/x") == 2
    assert "/deeper" in site.requests, "its rest was read"
    assert _searched(result) == ("absent", True, 0)


@BROKEN
def test_one_that_breaks_off_again_is_unread(broken: Answering, serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(_always(broken)))
    result = crawl(f"{site.url}/")
    assert site.requests.count("/x") == 2
    assert _searched(result) == ("unknown", False, 1)


def test_a_front_page_that_broke_off_once_makes_a_whole_visit(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(WHOLE))
    site.routes["/"] = _Then(_short, then=str(site.routes["/"]))
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.message) == ("ok", "no link was left to follow")


def test_a_front_page_of_which_nothing_can_be_unpacked_is_not_taken_for_an_empty_one(
    serve: Serve, crawl: Crawl
) -> None:
    result = crawl(f"{serve({'/': _always(_ZSTD)}).url}/")
    assert (result.outcome, result.cause) == ("unreachable", "tcp")
    assert "it cannot be unpacked to its end" in result.message


def test_a_robots_txt_that_broke_off_is_asked_for_once_more(serve: Serve, crawl: Crawl) -> None:
    """What its rest closes is known then."""
    rules = b"User-agent: *\nDisallow: /x\n"

    def cut(handler: Handler) -> None:
        _head(handler, ("Content-Length", str(len(rules))))
        handler.wfile.write(rules[:14])

    site = serve(_portal(WHOLE))
    site.routes["/robots.txt"] = _Then(cut, then=rules.decode())
    crawl(f"{site.url}/")
    assert site.requests.count("/robots.txt") == 2
    assert "/x" not in site.requests


def test_what_had_come_counts_where_no_second_answer_comes(serve: Serve, crawl: Crawl) -> None:
    """The links that were read are followed; the page is not taken for whole."""
    left: list[Answering] = [_always_links]
    site = serve(_portal(lambda handler: left.pop()(handler) if left else None))
    result = crawl(f"{site.url}/")
    assert site.requests.count("/x") > 1
    assert "/deeper" in site.requests
    assert _searched(result) == ("unknown", False, 1)


def _busy(handler: Handler) -> None:
    handler.send_response(503)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _silent(handler: Handler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize("last", [_busy, _silent], ids=["busy", "silent"])
def test_a_server_that_is_busy_then_takes_back_nothing(
    last: Answering, serve: Serve, crawl: Crawl, database: Database
) -> None:
    """What was read is told of the answer in which it stood, not of the one that came last."""
    answers = [_always_links, _busy]
    site = serve(_portal(lambda handler: (answers.pop(0) if answers else last)(handler)))
    result = crawl(f"{site.url}/", retries=2)
    assert "/deeper" in site.requests
    assert _searched(result) == ("unknown", False, 1)
    with database.reader() as session:
        titled = session.scalars(select(Capture.status).where(Capture.title == "Rest of the plan"))
        assert list(titled) == [200]


def _always_links(handler: Handler) -> None:
    _head(handler, ("Content-Length", "99999"))
    handler.wfile.write(WHOLE[:-100].encode())


@pytest.mark.parametrize(("limits", "asked"), [({"retries": 0}, 1), ({"max_requests": 9}, 1), ({}, 2)])
def test_the_budget_is_obeyed(limits: dict[str, int], asked: int, serve: Serve, crawl: Crawl) -> None:
    """robots.txt, the front page and its links but one are eight requests."""
    site = serve(_portal(_always(_short)))
    crawl(f"{site.url}/", **limits)
    assert site.requests.count("/x") == asked


def test_the_pause_of_the_host_lies_between(serve: Serve, crawl: Crawl) -> None:
    from time import monotonic

    at: list[float] = []

    def noted(handler: Handler) -> None:
        at.append(monotonic())
        _short(handler)

    crawl(f"{serve(_portal(noted)).url}/", delay=0.5, backoff=0.0, max_pages=8)
    assert len(at) == 2
    assert at[1] - at[0] > 0.4


@BROKEN
def test_a_replay_takes_the_whole_answer(broken: Answering, serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(_Then(broken)))
    live = crawl(f"{site.url}/")
    assert live.archive is not None
    assert _copies(live.archive, f"{site.url}/x") == 2, "both are kept as they came"
    again = crawl(f"{site.url}/", replay=live.archive)
    assert again.pages == live.pages
    assert _searched(again) == ("absent", True, 0)


class _Written(RunLog):
    """The log of a crawl that has ended."""

    def __init__(self) -> None:
        """Nothing is left to be written."""

    def flush(self) -> None:
        """Nothing is."""


@BROKEN
def test_the_browser_is_given_the_answer_that_was_read(
    broken: Answering, serve: Serve, crawl: Crawl, database: Database
) -> None:
    site = serve(_portal(_Then(broken)))
    result = crawl(f"{site.url}/")
    assert result.run_id is not None
    assert result.archive is not None
    shelf = RunShelf(database, result.run_id, result.archive, _Written())
    shelf.open()
    found = shelf.find(f"{site.url}/x")
    shelf.close()
    assert found is not None
    assert found[1].decoded(10_000).body == WHOLE.encode()


def _copies(archive: Path, url: str) -> int:
    reader = ArchiveReader(archive)
    count = sum(item.record.kind == "response" and item.record.url == url for item in reader.records())
    reader.close()
    return count


def _dripping(handler: Handler) -> None:
    """Sends the head and some of the body at once, and no more until the client has gone."""
    _head(handler, ("Content-Length", str(len(WHOLE))))
    handler.wfile.write(PART)
    handler.wfile.flush()
    handler.connection.recv(1)


def test_a_page_that_does_not_end_in_time_is_asked_for_once_more(serve: Serve, crawl: Crawl) -> None:
    site = serve(_portal(_Then(_dripping)))
    result = crawl(f"{site.url}/", timeout=3.0)
    assert site.requests.count("/x") == 2
    assert _searched(result) == ("absent", True, 0)
    assert result.archive is not None
    again = crawl(f"{site.url}/", replay=result.archive)
    assert _searched(again) == ("absent", True, 0)


def test_a_host_that_drips_costs_the_time_of_one_more_answer_alone(serve: Serve, crawl: Crawl) -> None:
    slow = {f"/slow{number}": _always(_dripping) for number in range(3)}
    site = serve({**_portal(WHOLE), **slow, "/": page("Town", *PAGES, *slow)})
    result = crawl(f"{site.url}/", timeout=3.0, concurrency=1)
    assert sorted(site.requests.count(path) for path in slow) == [1, 1, 2]
    state, exhausted, left = _searched(result)
    assert (state, exhausted, left) == ("unknown", False, 3)


def test_a_page_of_which_nothing_to_read_came_in_time_is_unread(serve: Serve, crawl: Crawl) -> None:
    """The beginning of its head is no empty page."""

    def bare(handler: Handler) -> None:
        _head(handler, ("Content-Length", "99999"))
        handler.wfile.write(b" \n")
        handler.wfile.flush()
        handler.connection.recv(1)

    result = crawl(f"{serve(_portal(_always(bare))).url}/", timeout=3.0)
    assert _searched(result) == ("unknown", False, 1)


@pytest.mark.parametrize(("broken", "why"), [(_GZIP, "damaged"), (_short, "disconnect")], ids=["gzip", "short"])
def test_the_row_and_the_result_say_that_a_page_came_in_part(
    broken: Answering, why: str, serve: Serve, crawl: Crawl, database: Database
) -> None:
    site = serve(_portal(_always(broken)))
    result = crawl(f"{site.url}/")
    assert set(result.cuts.values()) == {why}
    with database.reader() as session:
        rows = list(session.scalars(select(Capture).where(Capture.truncated.is_not(None)).order_by(Capture.seq)))
        assert [row.url for row in rows] == [f"{site.url}/x"] * 2
        assert {row.seq: row.truncated for row in rows} == result.cuts == cut_captures(session, result.run_id or 0)
        assert rows[-1].title == "Rest of the plan", "what was learnt of the page is kept beside"
