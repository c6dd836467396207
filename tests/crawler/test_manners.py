"""Pace, sitemaps, retries, traps, soft 404s and interstitials, met on real crawls."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise, zip_longest
from time import monotonic

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Capture
from tests.crawler.loopback import TEXT, Answer, Crawl, Handler, Route, Serve, page, reserved_port

PLAIN = {"Content-Type": "text/plain"}


def test_crawl_delay_is_kept_up_to_the_cap(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": page("Town", "/a", "/b"),
            "/a": page("A"),
            "/b": page("B"),
            "/robots.txt": (200, PLAIN, b"User-agent: *\nCrawl-delay: 30\n"),
        }
    )
    began = monotonic()
    assert crawl(f"{site.url}/", max_crawl_delay=0.3).pages == 3
    assert 0.8 < monotonic() - began < 60


def test_the_pause_is_kept_where_redirects_lead(serve: Serve, crawl: Crawl) -> None:
    """Half of the links name the portal's former host, which sends visitors to the present one."""
    asked: list[float] = []

    def answer(handler: Handler) -> Answer:
        port, path = handler.server.server_port, handler.path
        if handler.headers["Host"].startswith("localhost"):
            return 302, {"Location": f"http://127.0.0.1:{port}{path.replace('/x', '/y')}"}, b""
        asked.append(monotonic())
        links = [link for n in range(4) for link in (f"http://localhost:{port}/x{n}", f"/z{n}")]
        return 200, {}, page(path, *(links if path == "/" else ()), body=path + TEXT).encode()

    site = serve({"*": answer, "/robots.txt": (404, {}, b"")})
    assert crawl(f"http://localhost:{site.port}/", delay=0.4).pages == 9
    assert min(later - sooner for sooner, later in pairwise(asked)) > 0.2


def test_a_shortened_link_leads_no_further_than_a_plain_one(serve: Serve, crawl: Crawl, database: Database) -> None:
    """What the portal links for a function is followed, but not into a social network."""
    away = (302, {"Location": "https://www.facebook.com/town"}, b"")
    short = serve({"/pay": away, "/robots.txt": (404, {}, b"")}, host="127.0.0.2")
    home = page("Town", f"{short.url}/pay").replace(">" + f"{short.url}/pay", ">Online payment of taxes")
    site = serve({"/": home, "/robots.txt": (404, {}, b"")})
    crawl(f"{site.url}/", retries=0)
    assert "/pay" in short.requests
    with database.reader() as session:
        assert not [url for url in session.scalars(select(Capture.url)) if "facebook" in url]


def test_a_visit_that_is_over_waits_for_no_turn(serve: Serve, crawl: Crawl) -> None:
    robots = (200, PLAIN, b"User-agent: *\nCrawl-delay: 20\n")
    site = serve({"/": page("Town", *(f"/p{n}" for n in range(20))), "*": page("Other"), "/robots.txt": robots})
    began = monotonic()
    result = crawl(f"{site.url}/", max_seconds=2.0, max_crawl_delay=20.0, concurrency=8)
    assert (result.outcome, monotonic() - began < 15) == ("unreachable", True)


def test_sitemap_index_gzip_and_text(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town"), "/hidden": page("Hidden"), "/deep": page("Deep"), "/listed": page("Listed")})
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    index = "".join(
        f"<sitemap><loc>{site.url}{path}</loc></sitemap>" for path in ("/one.xml.gz", "/two.txt", "/index.xml")
    )
    pages = f"<urlset {space}><url><loc> {site.url}/hidden </loc></url><url><loc>https://other.example/</loc></url></urlset>"
    site.routes |= {
        "/robots.txt": (200, PLAIN, f"Sitemap: {site.url}/index.xml\n".encode()),
        "/index.xml": (200, {"Content-Type": "text/xml"}, f"<sitemapindex {space}>{index}</sitemapindex>".encode()),
        "/one.xml.gz": (200, {"Content-Type": "application/x-gzip"}, gzip.compress(pages.encode())),
        "/two.txt": (200, PLAIN, f"{site.url}/deep\n{site.url}/listed\n".encode()),
    }
    result = crawl(f"{site.url}/", sitemaps=True)
    assert result.pages == 4
    assert all(f.certificate.sitemap for f in result.findings)
    assert site.requests.count("/index.xml") == 1


def test_a_body_that_begins_as_a_chunk_would_is_none(serve: Serve, crawl: Crawl) -> None:
    """It came in chunks, which are undone once."""

    def listed(handler: Handler) -> None:
        body = f"10\n{site.url}/hidden\n".encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        handler.wfile.write(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    site = serve({"/": page("Town"), "/hidden": page("Hidden"), "/sitemap.xml": listed, "/robots.txt": (404, {}, b"")})
    assert crawl(f"{site.url}/", sitemaps=True).pages == 2


def test_sitemap_bombs_are_harmless(serve: Serve, crawl: Crawl) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><urlset><url><loc>&e9;</loc></url></urlset>'
    )
    site = serve({"/": page("Town"), "/sitemap.xml": (200, {"Content-Type": "text/xml"}, laughs.encode())})
    began = monotonic()
    assert crawl(f"{site.url}/", sitemaps=True).pages == 1
    assert monotonic() - began < 60


def test_429_is_tried_again_when_it_says(serve: Serve, crawl: Crawl) -> None:
    asked: list[float] = []

    def busy(handler: Handler) -> Answer:
        asked.append(monotonic())
        return (429, {"Retry-After": "1"}, b"") if len(asked) == 1 else (200, {}, page("Town").encode())

    site = serve({"/": busy})
    assert crawl(f"{site.url}/").outcome == "ok"
    assert asked[1] - asked[0] >= 1.0


def test_a_linked_host_that_asks_for_patience_does_not_hold_up_the_portal(serve: Serve, crawl: Crawl) -> None:
    asked: list[str] = []

    def busy(handler: Handler) -> Answer:
        asked.append("other")
        return 503, {"Retry-After": "5"}, b""

    def own(handler: Handler) -> Answer:
        asked.append("own")
        return 200, {}, page(handler.path).encode()

    other = serve({"/pay": busy, "/robots.txt": (404, {}, b"")}, host="127.0.0.2")
    home = _with_services("Town", [f"/{letter}" for letter in "abcdefghijklmnopqrst"], f"{other.url}/pay")
    site = serve({"/": home, "*": own, "/robots.txt": (404, {}, b"")})
    assert crawl(f"{site.url}/").pages == 21
    first = asked.index("other")
    assert asked[first : asked.index("other", first + 1)].count("own") > 4, "more than were under way"


def test_what_fails_for_a_moment_is_asked_for_again_and_what_was_refused_is_not(serve: Serve, crawl: Crawl) -> None:
    """Gateways and the networks in front of a portal fail for a moment (52x are Cloudflare's); a refusal stays one."""
    passing = [f"/{status}" for status in (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)]
    lasting = [f"/{status}" for status in (400, 403, 405, 406, 410, 426, 431, 451, 501, 505, 511, 525, 526)]

    def at_first(handler: Handler) -> Answer:
        asked = site.requests.count(handler.path)
        failed = handler.path in (*passing, *lasting) and asked == 1
        return (int(handler.path[1:]), {}, b"") if failed else (200, {}, page(handler.path).encode())

    home = page("Town", *(link for pair in zip_longest(passing, lasting) for link in pair if link))
    site = serve({"/": home, "*": at_first, "/robots.txt": (404, {}, b"")})
    crawl(f"{site.url}/", concurrency=1)
    assert {path: site.requests.count(path) for path in passing} == dict.fromkeys(passing, 2)
    assert {path: site.requests.count(path) for path in lasting} == dict.fromkeys(lasting, 1)


def test_retries_are_bounded(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town", "/flaky", "/dead"), "/dead": (503, {"Retry-After": "86400"}, b"")})
    calls: list[int] = []

    def flaky(handler: Handler) -> Answer | None:
        calls.append(1)
        return None if len(calls) < 2 else (200, {}, page("Flaky").encode())

    site.routes["/flaky"] = flaky
    result = crawl(f"{site.url}/", retries=2, max_backoff=0.1)
    assert result.pages == 2
    assert site.requests.count("/dead") == 3
    assert any("asked to wait 86400 s" in problem for problem in result.problems)


def test_a_portal_that_dies_ends_the_crawl(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": page("Town", *(f"/{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789")),
            "*": lambda handler: None,
            "/robots.txt": (404, {}, b""),
        }
    )
    result = crawl(f"{site.url}/", retries=0)
    assert (result.outcome, result.cause, result.pages) == ("partial", "tcp", 1)
    assert "stopped answering" in result.message
    assert len(site.requests) < 30


def _town_that_links(*others: str) -> dict[str, Route]:
    """A portal of five pages that links budgets on other hosts."""
    links = "".join(f'<p><a href="{other}">Municipal budget {n}</a></p>' for n, other in enumerate(others))
    home = page("Town", *"abcd").replace("</main>", f"{links}</main>")
    return {"/": home, "*": lambda h: (200, {}, page(h.path).encode()), "/robots.txt": (404, {}, b"")}


def test_other_hosts_that_are_down_do_not_end_the_crawl(serve: Serve, crawl: Crawl) -> None:
    with reserved_port() as port:
        site = serve(_town_that_links(*(f"http://127.0.0.{n}:{port}/" for n in range(2, 12))))
        result = crawl(f"{site.url}/", retries=0, concurrency=1)
    assert (result.outcome, result.pages, result.requests) == ("ok", 5, 16)


def test_other_hosts_that_turn_us_away_say_nothing_of_the_portal(serve: Serve, crawl: Crawl) -> None:
    refused = (403, {"cf-mitigated": "challenge"}, CHALLENGE.encode())
    others = [serve({"*": refused, "/robots.txt": (404, {}, b"")}, host=f"127.0.0.{n}") for n in range(2, 12)]
    site = serve(_town_that_links(*(f"{other.url}/" for other in others)))
    result = crawl(f"{site.url}/", retries=0, concurrency=1)
    assert all(other.requests == ["/robots.txt", "/"] for other in others)
    assert (result.outcome, result.pages) == ("ok", 5)


def test_traps_are_cut_and_counted(serve: Serve, crawl: Crawl) -> None:
    def trap(handler: Handler) -> Answer:
        here = handler.path
        number = len(handler.server.site.requests)
        links = [
            f"/calendar?year={2000 + number}&month=3",
            f"/list?f[0]=a{number}&sort=b&tags=c&type=d",
            f"{here}/more/more/more",
            f"/page?sid=0123456789abcdef{number:08d}",
            "/print?print=1",
            "/login?return_to=%2Fpage",
        ]
        return 200, {}, page(f"Page {number}", *links).encode()

    site = serve({"*": trap, "/robots.txt": (404, {}, b"")})
    result = crawl(f"{site.url}/", max_pages=50)
    assert result.pages == 2
    assert {path.partition("?")[0] for path in site.requests} == {"/", "/robots.txt", "/page"}


def test_one_template_does_not_eat_the_budget(serve: Serve, crawl: Crawl) -> None:
    news = [f"/news/{number}" for number in range(1, 60)]
    other = [f"/{name}" for name in ("mayor", "history", "maps", "roads", "parks", "schools")]
    site = serve(
        {
            "/": page("Town", *news, *other),
            "*": lambda h: (200, {}, page(h.path).encode()),
            "/robots.txt": (404, {}, b""),
        }
    )
    crawl(f"{site.url}/", max_pages=25)
    assert set(other) <= set(site.requests)


def test_soft_404_pages_are_not_content(serve: Serve, crawl: Crawl) -> None:
    lost = page("Town", "/news", "/gone", "/gone2", body="We are sorry, this page could not be found on our site. " * 5)
    site = serve(
        {
            "/": page("Town", "/news", "/gone", "/gone2"),
            "/news": page("News"),
            "*": lambda h: (200, {}, lost.replace("sorry", f"sorry {h.path}").encode()),
            "/robots.txt": (404, {}, b""),
        }
    )
    assert crawl(f"{site.url}/", soft404=True, concurrency=1).pages == 2
    assert crawl(f"{site.url}/", soft404=False, concurrency=1).pages == 4


@pytest.mark.parametrize("title", ["Town", "Page {}"])
def test_pages_below_a_long_menu_are_not_taken_for_the_soft_404(title: str, serve: Serve, crawl: Crawl) -> None:
    """A hundred links come before what each page says, and a wrong address gets the same menus."""
    menu = [f"/section-{number}-of-the-municipal-administration" for number in range(100)]

    def of(number: object, words: str) -> str:
        return page(title.format(number), *menu, body=words)

    pages = {link: of(n, " ".join(f"word{n}x{k}" for k in range(60))) for n, link in enumerate(menu[:8])}

    def lost(handler: Handler) -> Answer:
        return 200, {}, of("none", f"We are sorry, {handler.path} was not found here. " * 3).encode()

    site = serve({"/": of("Town", TEXT), **pages, "*": lost, "/robots.txt": (404, {}, b"")})
    assert crawl(f"{site.url}/", soft404=True, concurrency=1).pages == 9


def test_the_random_path_is_the_same_each_time(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": page("Town")})
    for _ in range(2):
        crawl(f"{site.url}/", soft404=True)
    probes = [path for path in site.requests if path not in ("/", "/robots.txt")]
    assert len(probes) == 2
    assert probes[0] == probes[1]


CHALLENGE = (
    '<html><head><title>Just a moment...</title></head><body><script src="/cdn-cgi/challenge-platform/h/b/x.js">'
    "</script>Checking your browser</body></html>"
)


def test_a_challenge_is_no_content(serve: Serve, crawl: Crawl) -> None:
    site = serve({"/": (403, {"cf-mitigated": "challenge"}, CHALLENGE.encode())})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause, result.pages) == ("blocked", "block_page", 0)
    assert "Cloudflare" in result.message
    assert {f.reason for f in result.findings if f.state == "unknown"} <= {"blocked", "tool"}


def test_a_parked_domain_is_no_portal(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {"/": "<html><title>town.example</title><body>This domain is for sale! Buy this domain today.</body></html>"}
    )
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause) == ("no_portal", "parked")


def test_a_default_page_is_no_portal(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": "<html><title>Welcome to nginx!</title><body><h1>Welcome to nginx!</h1>If you see this page, the "
            "nginx web server is successfully installed and working. Further configuration is required.</body></html>"
        }
    )
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause) == ("no_portal", "default_page")


def test_refusals_on_the_way_are_not_content(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": page("Town", *(f"/{letter}" for letter in "abcdef")),
            "/a": page("A"),
            "*": (403, {}, b"<html><title>Access Denied</title>You are blocked</html>"),
            "/robots.txt": (404, {}, b""),
        }
    )
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause, result.pages) == ("blocked", "block_page", 2)


def test_meta_refresh_of_the_home_page_is_followed(serve: Serve, crawl: Crawl) -> None:
    site = serve(
        {
            "/": '<html><head><meta http-equiv="refresh" content="0; url=/en/"></head></html>',
            "/en/": page("Town", body=TEXT),
        }
    )
    result = crawl(f"{site.url}/")
    assert result.outcome == "ok"
    assert "/en/" in site.requests


@pytest.mark.parametrize(
    ("answer", "outcome", "cause"),
    [
        ((503, {}, b"busy"), "unreachable", "http_status"),
        ((404, {}, b"no"), "no_portal", "http_status"),
        ((403, {"cf-mitigated": "challenge"}, CHALLENGE.encode()), "blocked", "block_page"),
        (None, "unreachable", "tcp"),
    ],
)
def test_a_home_page_whose_refresh_leads_to_no_page_is_not_the_whole_portal(
    answer: Answer | None, outcome: str, cause: str, serve: Serve, crawl: Crawl
) -> None:
    refresh = '<meta http-equiv="refresh" content="0; url=/en/">'
    site = serve({"/": f"{refresh}<title>Town</title>", "/en/": lambda _: answer, "/robots.txt": (404, {}, b"")})
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause) == (outcome, cause)
    assert f"{site.url}/en/" in result.message
    links = [f"/{letter}" for letter in "abc"]
    site.routes |= {"/": page("Town", *links, head=refresh), **{link: page(link, body=link + TEXT) for link in links}}
    result = crawl(f"{site.url}/")
    assert (result.outcome, result.cause, result.pages) == ("partial", cause, 4)
    assert not any(finding.certificate.exhausted for finding in result.findings)
    assert "absent" not in {finding.state for finding in result.findings if finding.feature != "technology.https"}


class Forgetful:
    """A server that says that it keeps connections alive, and hangs up on the next request instead of answering."""

    def __init__(self, pages: int) -> None:
        self.requests: list[tuple[float, str, bool]] = []
        self.closing: list[str] = []
        self._pages = pages
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            for answered in (True, False):
                head = connection.recv(65536).decode("latin-1")
                if not head:
                    return
                path = head.split(" ", 2)[1]
                self.requests.append((monotonic(), path, answered))
                if "connection: close" in head.lower():
                    self.closing.append(path)
                if answered:
                    connection.sendall(self._answer(path))

    def _answer(self, path: str) -> bytes:
        if path == "/robots.txt":
            return b"HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n"
        body = page(f"Page {path}", *(f"/p{number}" for number in range(self._pages))).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def close(self) -> None:
        self._listener.close()


def test_a_request_that_meets_a_stale_connection_keeps_the_pace(crawl: Crawl, database: Database) -> None:
    server = Forgetful(pages=6)
    try:
        result = crawl(server.url, delay=0.2, concurrency=1, backoff=60.0)
    finally:
        server.close()
    assert (result.outcome, result.pages) == ("ok", 7), "no page is lost, and no long pause was made"
    asked = [moment for moment, _, _ in server.requests]
    assert result.requests == len(asked), "each request is counted"
    assert min(later - earlier for earlier, later in pairwise(asked)) > 0.15
    assert sum(not answered for _, _, answered in server.requests) == 3, "from then on nothing is kept alive"
    assert len(server.closing) == len(asked) - 6, "as the server is told"
    with database.reader() as session:
        rows = session.scalars(select(Capture).where(Capture.run_id == result.run_id)).all()
    assert [row.url for row in rows if row.error] == []
    assert len({row.url for row in rows}) == len(rows) == 8


def test_a_server_that_hangs_up_on_every_request_is_asked_no_more_than_it_counts(
    raw: Callable[[Callable[[socket.socket], None]], str], crawl: Crawl
) -> None:
    asked: list[float] = []
    address = raw(lambda connection: asked.append(monotonic()))
    result = crawl(address, retries=1, backoff=0.1, delay=0.1)
    assert (result.outcome, result.cause) == ("unreachable", "tcp")
    assert len(asked) == 2
    assert result.requests == len(asked) + 1


def _with_services(title: str, links: list[str], *addresses: str) -> str:
    """A front page that links services of other hosts."""
    items = "".join(f'<li><a href="{address}">Online payment of taxes</a></li>' for address in addresses)
    return page(title, *links).replace("<ul>", f"<ul>{items}")


def test_silent_hosts_that_the_portal_links_do_not_end_the_crawl(serve: Serve, crawl: Crawl) -> None:
    dead = [f"http://127.0.0.{number}:9/pay" for number in range(11, 16)]
    links = [f"/{letter}" for letter in "abcdef"]
    pages = {link: page(f"Page {link}", body=link + TEXT) for link in links}
    site = serve({"/": _with_services("Town", links, *dead), **pages, "/robots.txt": (404, {}, b"")})
    result = crawl(f"{site.url}/", retries=2)
    assert (result.outcome, result.cause, result.pages) == ("ok", "", 7)


def test_a_few_pages_that_hang_up_again_and_again_do_not_end_the_crawl(serve: Serve, crawl: Crawl) -> None:
    broken = {f"/budget/{number}": lambda _: None for number in range(4)}
    links = [f"/{letter}" for letter in "abcdef"]
    pages = {link: page(f"Page {link}", body=link + TEXT) for link in links}
    site = serve({"/": page("Town", *broken, *links), **broken, **pages, "/robots.txt": (404, {}, b"")})
    result = crawl(f"{site.url}/", retries=3, backoff=0.2)
    assert (result.outcome, result.cause, result.pages) == ("ok", "", 7)


def test_a_host_beside_the_portals_own_that_falls_silent_is_asked_no_more(serve: Serve, crawl: Crawl) -> None:
    """It answers for robots.txt, and hangs up on every page."""
    links = [f"/{letter}" for letter in "abcdef"]
    pages = {link: page(f"Page {link}", body=link + TEXT) for link in links}
    other = serve({"*": lambda handler: None, "/robots.txt": (404, {}, b"")}, host="127.0.0.2")
    services = [f"{other.url}/pay/{number}" for number in range(12)]
    site = serve({"/": _with_services("Town", links, *services), **pages, "/robots.txt": (404, {}, b"")})
    result = crawl(f"{site.url}/", retries=0, concurrency=1)
    assert (result.outcome, result.pages) == ("ok", 7)
    assert len({*other.requests} - {"/robots.txt"}) == 8
