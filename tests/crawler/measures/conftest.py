"""One Chromium and one pair of servers (http and https) for all cases of this folder."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from playwright.async_api import Browser, Playwright, async_playwright

from tests.crawler.loopback import Handler, Server, Site

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """Runs coroutines in one event loop, where the browser lives."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def browser(run: Run) -> Iterator[Browser]:
    """A Chromium that reaches nothing but loopback."""

    async def start() -> tuple[Playwright, Browser]:
        playwright = await async_playwright().start()
        own = playwright.chromium.executable_path
        path = own if Path(own).exists() else shutil.which("chromium") or shutil.which("google-chrome")
        if path is None:
            await playwright.stop()
            pytest.skip("no Chromium is installed")
        options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        return playwright, await playwright.chromium.launch(executable_path=path, args=options, timeout=60_000)

    async def stop() -> None:
        await found.close()
        await playwright.stop()

    playwright, found = run(start())
    yield found
    run(stop())


@pytest.fixture(scope="session")
def web() -> Iterator[Site]:
    """A server whose routes the tests set."""
    yield from _served(False)


@pytest.fixture(scope="session")
def secure_web() -> Iterator[Site]:
    """The same over TLS, with a certificate that a browser must be told to accept."""
    yield from _served(True)


def _served(tls: bool) -> Iterator[Site]:
    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.site = Site(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", {})
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.site
    server.shutdown()
    server.server_close()
