"""The browser of a process: started when first needed, renewed now and then, never left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.async_api import Error, async_playwright

from crawler.browser.chromium import NoBrowserError, launch
from crawler.browser.slots import Slots

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Playwright

T = TypeVar("T")
_DRIVER_GONE = "Connection closed"
"""What Playwright says in an exception without a type of its own when its driver process has ended."""

_AGAIN = 300.0
"""Seconds after which a browser that did not start is tried again: the machine may have been short of something."""

_CLOSE_SECONDS = 3.0
"""What a page, a browser or its driver gets to close; then it is killed."""


class PageFailedError(Exception):
    """A page could not be shown: too slow, crashed twice, or an error of its own."""


class Engine:
    """Opens pages in one Chromium, at most `pages` at once on the machine; a new one after every `recycle` pages.

    Several crawls of a process may share it. Use as an async context manager, or call `close`.
    """

    def __init__(self, *, pages: int = 2, recycle: int = 50, program: str = "", slots: Slots | None = None) -> None:
        self._slots = slots or Slots(pages)
        self._recycle = recycle
        self._program = program
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._open = 0
        self._shown = 0
        self._changed = asyncio.Condition()
        self._absent: NoBrowserError | None = None
        self._again = 0.0
        self.version = ""
        self.restarts = 0

    @property
    def missing(self) -> str:
        """Why there is no browser, with the mend; empty as long as that is not known."""
        return str(self._absent or "")

    async def look(
        self,
        context: Callable[[str], dict[str, Any]],
        work: Callable[[Page], Awaitable[T]],
        *,
        seconds: float,
    ) -> T:
        """What `work` makes of a new page of its own context (`context` gives its options for a browser version).

        After a crash it is tried once more. `seconds` is the hard limit for the page, its wait for a slot apart.
        Raises `NoBrowserError`, `PageFailedError`.
        """
        async with self._slots.take():
            try:
                return await self._attempt(context, work, seconds)
            except _CrashError:
                self.restarts += 1
            try:
                return await self._attempt(context, work, seconds)
            except _CrashError as crash:
                raise PageFailedError(f"the browser crashed twice: {crash}") from crash

    async def ready(self) -> bool:
        """Whether there is a browser; starts it. `missing` says why not."""
        try:
            async with self._changed:
                await self._started()
        except NoBrowserError:
            return False
        return True

    async def close(self) -> None:
        """Ends the browser and its driver."""
        async with self._changed:
            await self._end_browser()
            await self._end_driver()

    async def __aenter__(self) -> Engine:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def _attempt(
        self, context: Callable[[str], dict[str, Any]], work: Callable[[Page], Awaitable[T]], seconds: float
    ) -> T:
        borrowed: Browser | None = None
        try:
            async with (
                self._borrowed() as borrowed,
                asyncio.timeout(seconds),
                _page(borrowed, context(self.version)) as page,
            ):
                return await _unless_crashed(page, work)
        except TimeoutError:
            raise PageFailedError(f"it was not done within {seconds:g} seconds") from None
        except Error as error:
            words = (error.message.splitlines() or ["no reason given"])[0][:300]
            if "new_context" in words:
                await self._forget()
            elif not is_gone(error) and borrowed is not None and borrowed.is_connected():
                raise PageFailedError(words) from error
            raise _CrashError(words) from error
        except Exception as error:
            if _DRIVER_GONE not in str(error):
                raise
            await self._forget()
            raise _CrashError("the browser's driver ended") from error

    async def _forget(self) -> None:
        """Lets go of a browser and a driver that answer no more."""
        async with self._changed:
            self._browser = None
            await self._end_driver()

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Browser]:
        """The browser, kept from being renewed meanwhile."""
        async with self._changed:
            if self._shown >= self._recycle:
                await self._changed.wait_for(lambda: not self._open)
                if self._shown >= self._recycle:
                    await self._end_browser()
            browser = await self._started()
            self._open += 1
            self._shown += 1
        try:
            yield browser
        finally:
            async with self._changed:
                self._open -= 1
                self._changed.notify_all()

    async def _started(self) -> Browser:
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        if self._absent is not None and monotonic() < self._again:
            raise self._absent
        await self._end_browser()
        try:
            if self._playwright is None:
                await _to_its_end(self._start_driver())
            self._browser = await _to_its_end(self._launch())
        except NoBrowserError as error:
            self._absent, self._again = error, monotonic() + _AGAIN
            raise
        return self._browser

    async def _start_driver(self) -> None:
        self._playwright = await _driver()

    async def _launch(self) -> Browser:
        assert self._playwright is not None
        self._browser = made = await launch(self._playwright, self._program)
        self._absent, self.version = None, made.version
        return made

    async def _end_browser(self) -> None:
        browser, self._browser, self._shown = self._browser, None, 0
        if browser is not None:
            await _closed(browser)

    async def _end_driver(self) -> None:
        """Ends the driver, and with it every browser that it started."""
        playwright, self._playwright = self._playwright, None
        if playwright is not None:
            with suppress(Exception):
                await asyncio.wait_for(playwright.stop(), _CLOSE_SECONDS)


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """What comes of the work, which is waited for also where this task is cancelled meanwhile: a process whose start is
    broken off would be left behind, since nobody knows it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise


async def _driver() -> Playwright:
    """Playwright's driver; raises `NoBrowserError` where its program does not start, as without a library it needs."""
    try:
        return await async_playwright().start()
    except Error as error:
        words = (error.message.splitlines() or ["no reason given"])[0][:200]
        raise NoBrowserError(f"Playwright's driver does not start ({words})") from error
    except Exception as error:
        if _DRIVER_GONE not in str(error):
            raise
        raise NoBrowserError("Playwright's driver does not start; what it lacks, it says on stderr") from error


def is_gone(error: Error) -> bool:
    """Whether the page, or its browser, has ended: what was done on it may work on another one."""
    return "crashed" in error.message or "has been closed" in error.message


class _CrashError(Exception):
    """The page or the browser is gone."""


async def _unless_crashed(page: Page, work: Callable[[Page], Awaitable[T]]) -> T:
    """What `work` gives; calls to a page that crashes meanwhile would never return."""
    crashed = False
    task = asyncio.ensure_future(work(page))

    def crash(_: Page) -> None:
        nonlocal crashed
        crashed = True
        task.cancel()

    page.on("crash", crash)
    try:
        return await task
    except asyncio.CancelledError:
        if crashed:
            raise _CrashError("the page crashed") from None
        raise


@asynccontextmanager
async def _page(browser: Browser, options: dict[str, Any]) -> AsyncIterator[Page]:
    """A page in a context of its own; the page is closed first. A browser that does not close a page is ended."""
    context = await browser.new_context(**options)
    well = True
    try:
        page = await context.new_page()
        context.on("page", _refuse)
        context.on("dialog", lambda dialog: asyncio.ensure_future(_dismissed(dialog)))
        try:
            yield page
        finally:
            well = await _closed(page)
    finally:
        if not well or not await _closed(context):
            await _closed(browser)


async def _closed(thing: Page | BrowserContext | Browser) -> bool:
    """Closes it; False if that takes too long."""
    try:
        await asyncio.wait_for(thing.close(), _CLOSE_SECONDS)
    except TimeoutError:
        return False
    except Exception:
        return True
    return True


def _refuse(page: Page) -> None:
    """Closes a window that a page opened."""
    asyncio.ensure_future(_quietly(page.close()))  # noqa: RUF006


async def _dismissed(dialog: Any) -> None:
    await _quietly(dialog.dismiss())


async def _quietly(done: Awaitable[object]) -> None:
    with suppress(Error):
        await done
