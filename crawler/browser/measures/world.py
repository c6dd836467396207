"""Runs the measuring scripts in a page, out of reach of the page's own scripts and of its content security policy."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import CDPSession, Page

_NAME = "losi-measures"
_PATIENCE = 5.0
"""Seconds for a script to be broken off."""


class World:
    """An isolated world of the page's main frame: the page's document, but its own globals (a page that redefines
    `Array.prototype` or forbids `eval` changes nothing). Chromium alone has one; elsewhere the page's own world serves.
    """

    def __init__(self, page: Page, session: CDPSession | None, context: int) -> None:
        self._page = page
        self._session = session
        self._context = context

    @classmethod
    async def of(cls, page: Page) -> World:
        """A new world of the page as it is now; a navigation ends it. Raises playwright's Error."""
        browser = page.context.browser
        if browser is not None and browser.browser_type.name != "chromium":
            return cls(page, None, 0)
        session = await page.context.new_cdp_session(page)
        tree = await session.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        made = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": _NAME})
        return cls(page, session, int(made["executionContextId"]))

    async def run(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited, as JSON gives it. Raises playwright's Error."""
        if self._session is None:
            return await self._page.evaluate(expression)
        told = await self._session.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": self._context, "awaitPromise": True, "returnByValue": True},
        )
        if "exceptionDetails" in told:
            details = told["exceptionDetails"]
            raise Error(str(details.get("exception", {}).get("description") or details.get("text"))[:500])
        return told["result"].get("value")

    async def call(self, name: str, argument: Any) -> Any:
        """What the function written in `<name>.js` gives for the argument."""
        return await self.run(f"({script(name)})({json.dumps(argument)})")

    async def stop(self) -> None:
        """Breaks off what runs in the page, an endless loop as well, so that the page can be used or closed."""
        if self._session is not None:
            await self._session.send("Runtime.terminateExecution")

    async def close(self) -> None:
        """Lets go of the session."""
        if self._session is not None:
            await self._session.detach()


@asynccontextmanager
async def world_of(page: Page) -> AsyncIterator[World]:
    """A world of the page, closed again; what still runs there when the caller gives up is broken off."""
    world = await World.of(page)
    try:
        yield world
    except asyncio.CancelledError:
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(world.stop(), _PATIENCE)
        raise
    finally:
        with suppress(Error):
            await world.close()


@cache
def script(name: str) -> str:
    """A script that ships beside this module: a function expression, with what `dom.js` gives them all in reach."""
    here = resources.files("crawler.browser.measures")
    own, shared = ((here / f"{file}.js").read_text(encoding="utf-8") for file in (name, "dom"))
    return f"argument => {{\n{shared}\nreturn (\n{own.rstrip().removesuffix(';')}\n)(argument);\n}}"
