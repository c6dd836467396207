"""Whatever a portal's address leads to: a clear outcome, a cause, a message with the mend, and nothing lost."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler.cycle.steps import may_pass
from crawler.urls import UrlError
from storage.database import Database
from storage.models import Capture, Run
from tests.crawler.loopback import TEXT, ArchiveOf, Crawl, Handler, Route, Serve, page, reserved_port

Raw = Callable[[Callable[[socket.socket], None]], str]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a url",
        "ftp://town.example",
        "mailto:a@b.example",
        "http://",
        "town",
        "http://1.2.3.4:99999/",
        "javascript:alert(1)",
        "https://me:secret@town.example",
    ],
)
def test_not_a_url(text: str, crawl: Crawl, database: Database) -> None:
    with pytest.raises(UrlError) as caught:
        crawl(text)
    assert len(str(caught.value)) > 20
    assert "\n" not in str(caught.value)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 0


def test_unknown_host(crawl: Crawl) -> None:
    result = crawl("https://no-such-town.invalid/")
    assert (result.outcome, result.cause, result.pages) == ("unreachable", "dns", 0)
    assert "no-such-town.invalid" in result.message
    assert "check the spelling" in result.message
    assert {f.state for f in result.findings} <= {"unknown", "manual"}


def test_refused_port(crawl: Crawl) -> None:
    with reserved_port() as port:
        result = crawl(f"http://127.0.0.1:{port}/")
    assert (result.outcome, result.cause) == ("unreachable", "tcp")
    assert "try again later" in result.message


def test_https_is_tried_first_and_http_is_the_fallback(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Plain town")})
    result = crawl(f"127.0.0.1:{site.port}")
    assert (result.outcome, result.pages) == ("ok", 1)


def test_http_is_tried_where_https_gives_no_page(crawl: Crawl, archive_of: ArchiveOf) -> None:
    default = "<title>Welcome to nginx!</title>Welcome to nginx!"
    both = archive_of({"https://town.example/": default, "http://town.example/": page("Town")})
    assert crawl("town.example", replay=both).pages == 1
    assert crawl("https://town.example", replay=both).cause == "default_page"


def test_a_seed_that_leads_to_a_social_network_does_not_widen_the_scope(crawl: Crawl, archive_of: ArchiveOf) -> None:
    pages = {
        "https://town.example/": '<meta http-equiv="refresh" content="0;url=https://www.facebook.com/town">',
        "https://www.facebook.com/town": page("Town", "/other"),
        "https://www.facebook.com/other": page("Other"),
    }
    assert crawl("https://town.example", replay=archive_of(pages)).pages == 2


def _silence(connection: socket.socket) -> None:
    """Says nothing until the client hangs up."""
    connection.recv(1)


def test_a_server_that_never_answers(raw: Raw, crawl: Crawl) -> None:
    result = crawl(raw(_silence), timeout=0.3, retries=0)
    assert (result.outcome, result.cause) == ("unreachable", "timeout")


def test_something_that_is_not_http(raw: Raw, crawl: Crawl) -> None:
    result = crawl(raw(lambda connection: connection.sendall(b"220 mail.example ESMTP\r\n\r\n")))
    assert (result.outcome, result.cause) == ("unreachable", "error")
    assert "HTTP" in result.message


def test_redirect_loop(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": (302, {"Location": "/a"}, b""), "/a": (302, {"Location": "/"}, b"")})
    result = crawl(f"{site.url}/", max_redirects=4)
    assert (result.outcome, result.cause) == ("no_portal", "redirect_loop")
    assert len(site.requests) <= 7


def test_redirect_to_nonsense(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": (302, {"Location": "http://[::1"}, b"")})
    result = crawl(f"{site.url}/")
    assert result.outcome == "no_portal"


@pytest.mark.parametrize("to", ["http://[::1", "http://a:99999999/", "javascript:void(0)", "//"])
def test_a_refresh_to_nonsense_ends_no_visit(to: str, serve: Serve, crawl: Crawl) -> None:
    head = f'<meta http-equiv="refresh" content="5; url={to}">'
    site = serve({"/": page("Town", "/next", head=head), "/next": page("Next")})
    assert crawl(f"{site.url}/").pages == 2


def test_a_hundred_megabytes(serve: Serve, crawl: Crawl) -> None:
    block = b"<p>" + b"lorem ipsum " * 5000 + b"</p>"

    def huge(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "100000000")
        handler.end_headers()
        handler.wfile.write(page("Huge town", "/next").encode())
        with suppress(OSError):
            for _ in range(100_000_000 // len(block)):
                handler.wfile.write(block)

    site = serve({"/": huge, "/next": page("Next")})
    result = crawl(f"{site.url}/", max_body=1_000_000)
    assert (result.outcome, result.pages) == ("ok", 2)
    assert result.bytes < 2_000_000
    assert any("was cut (longer than the limit)" in problem for problem in result.problems)


def _breaking_off(text: str) -> Callable[[Handler], None]:
    """Promises a longer page than comes before the connection ends."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "99999")
        handler.end_headers()
        handler.wfile.write(text.encode())
        handler.close_connection = True

    return answer


def test_a_front_page_that_breaks_off_makes_nothing_absent(serve: Serve, crawl: Crawl) -> None:
    """What its rest links to is not known: not the whole portal was read, and the visit is to be made again."""
    whole = page("Town", "/a", "/b", "/budget")
    links = [page(f"Part {name}", "/") for name in "ab"]
    site = serve({"/": _breaking_off(whole.partition('<li><a href="/budget"')[0]), "/a": links[0], "/b": links[1]})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause, result.pages) == ("partial", "tcp", 3)
    assert "was cut (the connection broke)" in result.message
    assert may_pass(result.outcome, result.cause)
    assert "absent" not in {f.state for f in result.findings}


def test_a_front_page_that_cannot_be_unpacked_to_its_end_makes_nothing_absent(serve: Serve, crawl: Crawl) -> None:
    pages: dict[str, Route] = {f"/{name}": page(name) for name in "abc"}
    packed = gzip.compress(page("Town", *pages, body=" ".join(map(str, range(9000)))).encode())
    site = serve({"/": (200, {"Content-Encoding": "gzip"}, packed[: len(packed) // 2]), **pages})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause, result.pages) == ("partial", "tcp", 4)
    assert "it cannot be unpacked to its end" in result.message
    assert "absent" not in {f.state for f in result.findings}


def test_a_page_that_breaks_off_is_not_the_whole_portal(serve: Serve, crawl: Crawl) -> None:
    pages: dict[str, Route] = {f"/{name}": page(name) for name in "abcd"}
    site = serve({"/": page("Town", *pages), **pages, "/d": _breaking_off(page("d")[:-200])})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.pages) == ("ok", 5)
    assert "1 page that could not be read" in result.message
    assert not any(f.certificate.exhausted for f in result.findings)


def test_a_page_that_is_whole_before_the_connection_breaks_counts(serve: Serve, crawl: Crawl) -> None:
    pages: dict[str, Route] = {f"/{name}": page(name) for name in "abc"}
    result = crawl(f"{serve({'/': _breaking_off(page('Town', *pages)), **pages}).url}/")
    assert (result.outcome, result.message) == ("ok", "no link was left to follow")
    assert any(f.certificate.exhausted for f in result.findings)


def test_gzip_bomb(serve: Serve, crawl: Crawl) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(page("Bomb", "/next").encode())
    bomb += b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    site = serve({"/": (200, {"Content-Encoding": "gzip"}, bomb), "/next": page("Next")})
    result = crawl(f"{site.url}/", max_body=2_000_000)
    assert (result.outcome, result.pages) == ("ok", 2)
    assert any("longer than the limit" in problem for problem in result.problems)


def test_endless_chunks(raw: Raw, crawl: Crawl) -> None:
    def endless(connection: socket.socket) -> None:
        text = page("Endless town").encode()
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%b\r\n" % (len(text), text))
        while True:
            connection.sendall(b"4\r\nmore\r\n")
            time.sleep(0.02)

    result = crawl(raw(endless), timeout=0.6, retries=9)
    assert (result.outcome, result.pages) == ("ok", 1)
    assert any("did not end in time" in problem for problem in result.problems)


def test_a_connection_that_breaks_off(raw: Raw, crawl: Crawl) -> None:
    text = page("Broken town").encode()
    result = crawl(raw(lambda c: c.sendall(HEAD + b"Content-Length: 999999\r\nConnection: close\r\n\r\n" + text)))
    assert (result.outcome, result.pages) == ("ok", 1)
    assert any("the connection broke" in problem for problem in result.problems)


def test_lying_content_type(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": (200, {"Content-Type": "application/octet-stream"}, page("Town", "/text").encode()),
            "/text": (200, {"Content-Type": "text/plain"}, page("Text", "/image").encode()),
            "/image": (200, {"Content-Type": "image/png"}, page("Image").encode()),
        }
    )
    assert crawl(f"{site.url}/").pages == 3


def test_lying_charset(serve: Serve, crawl: Crawl, database: Database) -> None:
    body = page("Ville de Genève", body="Les autorités de la ville et les élus répondent aux habitants. " * 6)
    site = serve(
        {
            "/": (200, {"Content-Type": "text/html; charset=us-ascii"}, body.encode()),
            "/x": (200, {"Content-Type": "text/html; charset=no-such"}, body.encode()),
        }
    )
    assert crawl(f"{site.url}/").languages == ("fr",)
    assert crawl(f"{site.url}/x").languages == ("fr",)
    with database.reader() as session:
        assert session.scalars(select(Capture.title).where(Capture.title.is_not(None))).first() == "Ville de Genève"


@pytest.mark.parametrize(
    "body",
    [
        page("Town\0with\0nulls", "/next").replace("council", "cou\0ncil"),
        "<html><table><tr><a href=/next>next<td><b><p>" + TEXT + "<div></b></table></html></html><html><body>more",
        "<a href='/next'>" + TEXT,
        "<html>" + "<div>" * 200 + TEXT + "<a href=/next>next</a>",
    ],
)
def test_malformed_html(body: str, serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": body, "/next": page("Next")})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.pages) == ("ok", 2)


def test_ten_thousand_links(serve: Serve, crawl: Crawl) -> None:
    links = [f"/item/{number}/{'x' * (number % 7)}" for number in range(10_000)]
    site = serve({"/": page("Links", *links), "*": lambda h: (200, {}, page(h.path).encode())})
    result = crawl(f"{site.url}/", max_pages=5, max_queue=2000)
    assert (result.outcome, result.cause) == ("ok", "budget")
    assert result.seconds < 60


def test_empty_body(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": (200, {}, b"  \r\n")})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause) == ("no_portal", "empty")


def test_script_only_shell(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": '<!doctype html><title>Town</title><body><div id="root"></div><script src="/app.js"></script>'})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause) == ("partial", "script_only")
    assert "browser" in result.message
    assert not any(f.state == "absent" for f in result.findings)


def test_a_picture_as_portal(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + b"\1" * 5000)})
    result = crawl(f"{site.url}/")
    assert result.outcome == "no_portal"
    assert result.cause in ("not_html", "empty")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, "blocked"),
        (403, "blocked"),
        (404, "no_portal"),
        (410, "no_portal"),
        (500, "unreachable"),
        (503, "unreachable"),
    ],
)
def test_error_status(status: int, outcome: str, serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": (status, {}, page("Sorry").encode())})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause) == (outcome, "http_status")
    assert str(status) in result.message
    assert not any(f.state == "absent" for f in result.findings)


def test_private_addresses_are_refused(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Inside")})
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        result = crawl(f"http://{host}:{site.port}/", allow_private=False)
        assert (result.outcome, result.cause) == ("unreachable", "private_address")
        assert "--allow-private" in result.message
    assert site.requests == []


def test_what_was_stored_before_survives_a_failing_run(
    serve: Serve, crawl: Crawl, database: Database, tmp_path: Path
) -> None:
    site = serve({"/": page("Town")})
    first = crawl(f"{site.url}/")
    site.routes["/"] = (503, {}, b"")
    second = crawl(f"{site.url}/")
    assert second.outcome == "unreachable"
    assert first.archive is not None
    assert first.archive.exists()
    with database.reader() as session:
        assert [run.outcome for run in session.scalars(select(Run).order_by(Run.id))] == ["ok", "unreachable"]


def test_gzip_that_is_not_gzip(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": (200, {"Content-Encoding": "gzip"}, page("Clear").encode()),
            "/cut": (200, {"Content-Encoding": "gzip"}, gzip.compress(page("Cut").encode())[:-20]),
        }
    )
    assert crawl(f"{site.url}/").outcome == "ok"
    cut = crawl(f"{site.url}/cut")
    assert (cut.outcome, cut.pages) == ("partial", 1)
