"""What the browser may ask for: in replay nothing of the network, live only with the crawl's manners."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.browser.engine import Engine, PageFailedError
from crawler.browser.render import dom
from crawler.browser.sources import Archived, Live
from crawler.browser.supply import Source, Supply
from crawler.browser.window import Window
from crawler.replay import Replay
from crawler.robots import RobotsPolicy
from crawler.scope import Scope
from crawler.settings import CrawlOptions
from crawler.wire import FetchError, Wire
from storage.archive import ReplayIndex
from tests.crawler.browser.conftest import Shared
from tests.crawler.loopback import ArchiveOf, Handler, Serve

QUICK = CrawlOptions(allow_private=True, timeout=120.0, browser_timeout=120.0)


class Nothing:
    """A shelf that is empty, and notes what it is to keep."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Wire]] = []

    def find(self, url: str) -> tuple[int, Wire] | None:
        """Nothing was captured."""
        return None

    def capture(self, seq: int) -> tuple[str, Wire] | None:
        """Nothing was captured."""
        return None

    def keep(self, url: str, wire: Wire) -> int:
        """Notes it."""
        self.kept.append((url, wire))
        return len(self.kept)


def _shown(
    shared: Shared, source: Source, url: str, *, options: CrawlOptions = QUICK, pictures: bool = True
) -> tuple[str, Nothing]:
    """The document of the page at `url` after its scripts, and what was captured for it."""
    shelf = Nothing()

    async def run(engine: Engine) -> bytes:
        supply = Supply(source, shelf, max_body=options.max_body)
        window = Window(engine, supply, options, Scope(url), "")
        try:
            return await window.look(url, dom, pictures=pictures)
        finally:
            await supply.close()

    return shared.run(run).decode(), shelf


LEAKS = """<!doctype html><title>t</title><link rel=stylesheet href="{0}/s.css"><link rel=preconnect href="{0}">
<link rel=dns-prefetch href="{0}"><link rel=prefetch href="{0}/prefetch">
<link rel=preload as=script href="{0}/preload.js">
<img src="{0}/i.png"><script src="{0}/x.js"></script><iframe src="{0}/frame"></iframe>
<video src="{0}/v.mp4" autoplay></video>
<object data="{0}/object"></object><a ping="{0}/ping" href="#x" id=a>link</a>
<form id=f action="{0}/form" method=post></form>
<p id=out>start</p><script>
  const say = (text) => {{ out.textContent += " " + text; }};
  fetch("{0}/fetch").then(() => say("LEAK"), () => say("refused"));
  fetch("{0}/post", {{method: "POST", mode: "no-cors", body: "x"}}).catch(() => say("refused"));
  const request = new XMLHttpRequest(); request.open("GET", "{0}/xhr"); request.send();
  new WebSocket("{0}/socket".replace("http", "ws")); new EventSource("{0}/events");
  navigator.sendBeacon("{0}/beacon", "x"); navigator.serviceWorker?.register("{0}/worker.js").catch(() => 0);
  const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:3478"}}]}});
  peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
  window.open("{0}/popup"); fetch("/redirect").catch(() => say("refused")); a.click(); f.submit();
  new Image().src = "{0}/late.png"; import("{0}/module.js").catch(() => 0);
</script>"""


def test_replay_asks_the_network_for_nothing(
    shared: Shared, serve: Serve, archive_of: ArchiveOf, tmp_path: Path
) -> None:
    site = serve({"*": "<p>reached"})
    archive = archive_of({"http://portal.test/": LEAKS.format(site.url)})
    with ReplayIndex([archive]) as index:
        html, shelf = _shown(shared, Archived(Replay(index)), "http://portal.test/")
    assert site.requests == []
    said = html.partition('<p id="out">')[2].partition("</p>")[0]
    assert said.count("refused") == 3
    assert "LEAK" not in said
    assert [url for url, _ in shelf.kept] == ["http://portal.test/"]


def test_a_redirect_to_nonsense_spoils_no_page(shared: Shared, serve: Serve) -> None:
    site = serve(
        {
            "/": '<title>t</title><script src="/part"></script><p id=out>text',
            "/part": (302, {"Location": "http://[::1"}, b""),
            "/moved": (302, {"Location": "http://[::1"}, b"<p>moved"),
            "/robots.txt": (404, {}, b""),
        }
    )
    assert '<p id="out">text' in _shown(shared, Live(QUICK, "", {}), f"{site.url}/")[0]
    assert "<body>" in _shown(shared, Live(QUICK, "", {}), f"{site.url}/moved")[0]


def test_redirect_of_an_archived_answer_is_not_followed_by_the_browser(
    shared: Shared, serve: Serve, tmp_path: Path
) -> None:
    site = serve({"*": "<p>reached"})

    class Redirects:
        async def fetch(self, url: str, headers: object) -> Wire:
            now = datetime(2026, 1, 2, tzinfo=UTC)
            if url == "http://portal.test/away":
                return Wire(302, "Found", ((b"Location", site.url.encode()),), b"", now)
            if url == "http://portal.test/":
                html = (
                    b'<p id=out>x<script>fetch("/away").then(r => r.text()).then(t => {out.textContent = t})</script>'
                )
                return Wire(200, "OK", ((b"Content-Type", b"text/html"),), html, now)
            raise FetchError("not_in_archive", url)

        async def close(self) -> None:
            pass

    html, _ = _shown(shared, Redirects(), "http://portal.test/")
    assert site.requests == []
    assert "reached" not in html


def test_parts_of_a_page_are_captured_once_as_received(shared: Shared, serve: Serve) -> None:
    script = b"document.getElementById('out').textContent = 'made by a script'"
    site = serve(
        {
            "/": '<p id=out>x</p><script src="/s.js"></script><script src="/s.js#again"></script><img src="/i.png">',
            "/s.js": (200, {"Content-Type": "text/javascript", "X-Own": "1"}, script),
            "/i.png": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
        }
    )
    html, shelf = _shown(shared, Live(QUICK, "", {}), f"{site.url}/")
    assert "made by a script" in html
    kept = dict(shelf.kept)
    assert sorted(url.removeprefix(site.url) for url in kept) == ["/", "/i.png", "/s.js"]
    assert kept[f"{site.url}/s.js"].body == script
    assert (b"X-Own", b"1") in kept[f"{site.url}/s.js"].headers
    assert site.requests.count("/s.js") == 1
    assert "compatible; LOSI-Scout/" in site.headers[-1]["user-agent"]


def test_pictures_are_asked_for_only_where_they_are_wanted(shared: Shared, serve: Serve) -> None:
    site = serve({"/": '<img src="/i.png"><video autoplay src="/v.mp4"></video>'})
    _shown(shared, Live(QUICK, "", {}), f"{site.url}/", pictures=False)
    assert "/i.png" not in site.requests
    assert "/v.mp4" not in site.requests


def test_robots_txt_holds_for_parts_of_a_page_and_forms_are_not_sent(shared: Shared, serve: Serve) -> None:
    site = serve(
        {
            "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private"),
            "/": "<form id=f method=post action=/send></form><script src=/private/x.js></script>"
            "<script src=/y.js></script>"
            "<script>fetch('/api', {method: 'POST'}).catch(() => 0); f.submit()</script>",
        }
    )
    _shown(shared, Live(QUICK, "", {}), f"{site.url}/")
    assert sorted(site.requests) == ["/", "/robots.txt", "/y.js"]


def test_known_robots_policies_are_not_asked_for_again(serve: Serve, without_browser: None) -> None:
    site = serve({"*": "x"})
    source = Live(QUICK, "", {site.url: RobotsPolicy("none")})

    async def run() -> None:
        try:
            await source.fetch(f"{site.url}/a", {})
        finally:
            await source.close()

    asyncio.run(run())
    assert site.requests == ["/a"]


def test_private_addresses_are_refused(serve: Serve, without_browser: None) -> None:
    site = serve({"*": "x"})
    source = Live(CrawlOptions(timeout=120.0, obey_robots=False), "", {})

    async def run() -> None:
        try:
            await source.fetch(f"{site.url}/a", {})
        finally:
            await source.close()

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())
    assert caught.value.cause == "private_address"
    assert site.requests == []


def test_page_does_not_move_on_to_another_site(shared: Shared, serve: Serve) -> None:
    other = serve({"*": "<p>elsewhere"}, host="127.0.0.2")
    site = serve({"/": f"<p>here</p><script>location.href = '{other.url}/'</script>"})
    html, _ = _shown(shared, Live(QUICK, "", {}), f"{site.url}/")
    assert "here" in html
    assert other.requests == []


def test_redirects_of_a_page_are_followed_before_it_is_shown(shared: Shared, serve: Serve) -> None:
    site = serve(
        {
            "/": (302, {"Location": "/home/"}, b""),
            "/home/": '<p id=out>x</p><script src="s.js"></script>',
            "/home/s.js": (200, {"Content-Type": "text/javascript"}, b"out.textContent = location.pathname"),
        }
    )
    html, _ = _shown(shared, Live(QUICK, "", {}), f"{site.url}/")
    assert ">/home/<" in html


def test_open_shadow_trees_are_part_of_the_document(shared: Shared, serve: Serve) -> None:
    site = serve(
        {
            "/": "<my-menu>light</my-menu><script>"
            "const root = document.querySelector('my-menu').attachShadow({mode: 'open'});"
            "root.innerHTML = '<nav><a href=/x>Deep</a></nav>'"
            "</script>"
        }
    )
    html, _ = _shown(shared, Live(QUICK, "", {}), f"{site.url}/")
    assert '<a href="/x">Deep</a>' in html


def test_page_that_never_ends_loading_is_shown_as_far_as_it_came(shared: Shared, serve: Serve) -> None:
    def slow(handler: Handler) -> None:
        handler.server.site.routes["/slow.js"] = "done"
        handler.connection.recv(1)

    site = serve({"/": "<p>text</p><script src=/slow.js async></script>", "/slow.js": slow})
    options = QUICK.model_copy(update={"timeout": 3.0})
    html, _ = _shown(shared, Live(options, "", {}), f"{site.url}/", options=options)
    assert "text" in html


def test_page_that_cannot_be_had_fails(shared: Shared, raw: Callable[..., str]) -> None:
    url = raw(lambda connection: connection.close())
    with pytest.raises(PageFailedError):
        _shown(shared, Live(QUICK.model_copy(update={"obey_robots": False}), "", {}), url)


class Odd(Nothing):
    """A source whose answers have headers that no server should send."""

    async def fetch(self, url: str, headers: Mapping[str, str]) -> Wire:
        """A page."""
        odd = ((b"Bad Name", b"x"), (b"", b"x"), (b"X(1)", b"x"), (b"X-Broken", b"a\rb\nc\0d"))
        body = b"<!doctype html><title>t</title><p>shown</p>"
        return Wire(200, "OK", ((b"Content-Type", b"text/html"), *odd), body, datetime.now(UTC))

    async def close(self) -> None:
        """Nothing to close."""


def test_headers_that_a_browser_refuses_do_not_cost_the_page(shared: Shared) -> None:
    document, _ = _shown(shared, Odd(), "http://town.example/")
    assert "<p>shown</p>" in document
