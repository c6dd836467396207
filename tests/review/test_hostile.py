"""Hostile captures in a real Chromium: nothing runs, nothing is asked of anybody else."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Error, Page, TimeoutError, sync_playwright  # noqa: A004

from review.service.archive import archived_link
from survey.questionnaire import load
from tests.review.conftest import PASSWORD, Client, World

PAGE = """<!doctype html><title><script>alert('title')</script></title>
<meta http-equiv="refresh" content="0;url=https://refresh.example/">
<base href="https://base.example/" target="_top"><script>alert('script'); parent.document.title = 'taken'</script>
<script src="https://script.example/x.js"></script><link rel=stylesheet href="https://style.example/x.css">
<img src="https://image.example/x.png" onerror="alert('image')">
<svg onload="alert('svg')"><script>alert(1)</script></svg>
<iframe src="https://frame.example/"></iframe><link rel=preconnect href="https://preconnect.example/">
<link rel="dns-prefetch" href="https://dns.example/"><link rel=prefetch href="https://prefetch.example/">
<object data="https://object.example/"></object>
<video autoplay src="https://video.example/v.mp4"></video><audio autoplay src="/a.mp3" onerror="alert('audio')"></audio>
<form action="https://form.example/"><input autofocus onfocus="alert('focus')"></form>
<style>@import 'https://import.example/x.css'; body { background: url(https://css.example/x.png) }</style>
<a id="away" href="javascript:alert('link')">Javascript</a><p id="seen">The page is shown.</p>"""
QUOTES = (
    "<script>alert('quote')</script><img src=x onerror=alert('quote')>",
    "\u202e}\u2066 RTL override \u2069 {{ 7 * 7 }} {% raw %} ]]> --> </textarea></title>",
    "long " * 20_000,
)
FRAME = """([address, sandbox]) => {
  const frame = document.createElement('iframe')
  frame.id = 'hostile'
  if (sandbox) frame.sandbox = ''
  frame.src = address
  document.body.append(frame)
}"""
URLS = (
    "javascript:alert('url')",
    "https://city.example/\"><script>alert('url')</script>",
    "data:text/html,<script>alert(1)",
)


class Gate(ThreadingHTTPServer):
    """The only way out of the browser: a proxy that notes what it is asked for and lets nothing through."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                gate.asked.append(self.path)
                self.send_error(502)

            def do_CONNECT(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    """A running gate."""
    server = Gate()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium(gate: Gate) -> Iterator[Browser]:
    """Playwright's own Chromium, or the system's, behind the gate; loopback alone goes past it."""
    system = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path).exists()
        if not own and system is None:
            pytest.skip("no Chromium here: playwright install chromium")
        browser = playwright.chromium.launch(
            executable_path=None if own else system,
            args=["--no-sandbox", f"--proxy-server=127.0.0.1:{gate.server_port}", "--proxy-bypass-list=127.0.0.1"],
            timeout=60_000,
        )
        yield browser
        browser.close()


@pytest.fixture
def eavesdropped(chromium: Browser, gate: Gate) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page, what is asked of others while it is open, and what dialogs it shows."""
    heard: list[str] = []

    def hear(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    with chromium.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto("http://control.example/")
        assert "http://control.example/" in gate.asked
        gate.asked.clear()
        page.on("dialog", hear)
        yield page, gate.asked, heard


def _quiet(page: Page) -> None:
    """Gives whatever might still run the time to do so."""
    with pytest.raises(TimeoutError):
        page.wait_for_event("dialog", timeout=500)


def _log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.fill("input[name=name]", "Ana")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form[action='/login'] button")
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.parametrize(("quote", "url"), list(zip(QUOTES, URLS, strict=True)))
def test_hostile_text_on_a_card_does_nothing(
    small: World, client: Client, eavesdropped: tuple[Page, list[str], list[str]], quote: str, url: str
) -> None:
    small.run(url, said=dict.fromkeys(load("losi-2024").features, "present"), quote=quote)
    small.assign(small.person("Ana"), *small.open())
    address = str(client(small).base_url).rstrip("/")
    page, asked, heard = eavesdropped
    _log_in(page, address)
    answer = page.goto(f"{address}/cards/1")
    assert answer is not None
    assert answer.status == 200
    assert page.locator("a[href^='javascript:'], a[href^='data:'], script:not([src])").count() == 0
    _quiet(page)
    assert heard == []
    others = sorted({each for each in asked if ".example" in each and "control" not in each})
    assert others == []


@pytest.mark.parametrize("sandbox", [True, False])
def test_nothing_of_a_hostile_page_runs(
    small: World, client: Client, eavesdropped: tuple[Page, list[str], list[str]], sandbox: bool
) -> None:
    """In our frame, in a frame that forgot its sandbox, and in a tab of its own."""
    small.run(body=PAGE)
    small.assign(small.person("Ana"), *small.open())
    address = str(client(small).base_url).rstrip("/")
    page, asked, heard = eavesdropped
    _log_in(page, address)
    page.goto(f"{address}/account")
    title = page.title()
    archived = archived_link(small.signer, 1, 1, small.clock())
    page.evaluate(FRAME, [archived, sandbox])
    frame = page.frame_locator("iframe#hostile")
    assert frame.locator("#seen").inner_text() == "The page is shown."
    frame.locator("#away").click()
    _quiet(page)
    assert (page.title(), page.url) == (title, f"{address}/account")
    page.goto(f"{address}{archived}")
    page.locator("#away").click()
    _quiet(page)
    assert page.locator("#seen").inner_text() == "The page is shown."
    with pytest.raises(Error, match="sandboxed"):
        page.evaluate("document.cookie")
    assert heard == []
    others = sorted({each for each in asked if ".example" in each and "control" not in each})
    assert others == []
