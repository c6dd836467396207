"""Shows a page and waits until it has settled; its document as it then stands."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.resources import files
from time import monotonic
from typing import TYPE_CHECKING

from playwright.async_api import Error

if TYPE_CHECKING:
    from playwright.async_api import Page

    from crawler.browser.traffic import Traffic

_OPEN_MS = 30_000.0
_LOAD = 15.0
"""Seconds that a page's load event is waited for."""

_QUIET = 4.0
"""Seconds that a page's later requests are waited for."""


async def show(page: Page, traffic: Traffic, url: str) -> None:
    """Opens `url` and waits until it has loaded and its requests have ended, neither of them for ever.

    Raises Playwright's errors where the page cannot be opened. What a page is refused to move on to keeps Playwright
    waiting for events that do not come; the document itself knows whether it has loaded.
    """
    await traffic.attach(page)
    await page.goto(url, wait_until="commit", timeout=_OPEN_MS)
    end = monotonic() + _LOAD
    while monotonic() < end and not await _has_loaded(page):
        await asyncio.sleep(0.05)
    await traffic.quiet(_QUIET)


async def _has_loaded(page: Page) -> bool:
    try:
        return bool(await page.evaluate("document.readyState === 'complete'"))
    except Error as error:
        if "context was destroyed" in error.message:
            return False
        raise


async def dom(page: Page) -> bytes:
    """The document as markup, UTF-8; open shadow trees stand inside their hosts, so that they can be read."""
    await page.evaluate(script("shadow.js"))
    return (await page.content()).encode("utf-8", "replace")


@cache
def script(name: str) -> str:
    """A script of this package."""
    return files("crawler.browser").joinpath(name).read_text("utf-8")
