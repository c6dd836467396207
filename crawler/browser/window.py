"""One run's way into the browser: what it may open, for how long, and what it is given."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from crawler.browser.engine import PageFailedError
from crawler.browser.render import show
from crawler.browser.traffic import Traffic
from crawler.browser.views import DESKTOP
from crawler.stopwatch import Stopwatch
from crawler.urls import origin
from crawler.wire import FetchError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from crawler.browser.engine import Engine
    from crawler.browser.supply import Served, Supply
    from crawler.browser.views import View
    from crawler.scope import Scope
    from crawler.settings import CrawlOptions

T = TypeVar("T")


class Window:
    """Opens pages for one run. After `abort` nothing is opened any more and what is open is closed.

    `watch` is the time during which a page was open or waited for; `pages`, `requests` and `bytes` count.
    """

    def __init__(self, engine: Engine, supply: Supply, options: CrawlOptions, scope: Scope, language: str) -> None:
        self._engine = engine
        self._supply = supply
        self._options = options
        self._scope = scope
        self._language = language
        self._tasks: set[asyncio.Future[Any]] = set()
        self._stopped = False
        self.watch = Stopwatch()
        self.pages = 0
        self.requests = 0
        self.bytes = 0

    @property
    def version(self) -> str:
        """The browser's version, empty as long as none was started."""
        return self._engine.version

    async def ready(self) -> bool:
        """Whether there is a browser."""
        return not self._stopped and await self._engine.ready()

    @property
    def limit(self) -> float:
        """Seconds that a page has."""
        return self._options.browser_timeout

    @property
    def missing(self) -> str:
        """Why there is none."""
        return self._engine.missing

    async def look(
        self,
        url: str,
        work: Callable[[Page], Awaitable[T]],
        *,
        view: View = DESKTOP,
        pictures: bool = False,
        prepare: Callable[[Page], None] | None = None,
        document: Served | None = None,
        seconds: float = 0.0,
    ) -> T:
        """What `work` makes of the page at `url`, shown and settled in `view`.

        `prepare` is called before the page is opened; `document` stands in for the page's own document; `seconds`
        replaces the usual time limit. Raises `PageFailedError`, `NoBrowserError`.
        """
        if self._stopped:
            raise PageFailedError("stopped")
        task = asyncio.ensure_future(self._looked(url, work, view, pictures, prepare, document, seconds))
        self._tasks.add(task)
        try:
            with self.watch:
                return await task
        except asyncio.CancelledError:
            if self._stopped:
                raise PageFailedError("stopped") from None
            task.cancel()
            raise
        finally:
            self._tasks.discard(task)

    def abort(self) -> None:
        """Closes what is open; for a run that was stopped."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()

    def reopen(self) -> None:
        """Lets pages be opened again: the crawl has ended, however it did."""
        self._stopped = False

    async def _looked(
        self,
        url: str,
        work: Callable[[Page], Awaitable[T]],
        view: View,
        pictures: bool,
        prepare: Callable[[Page], None] | None,
        document: Served | None,
        seconds: float,
    ) -> T:
        honest = self._options.user_agent

        async def on_page(page: Page) -> T:
            agent = view.user_agent(honest, self._engine.version)
            shown = document or await self._document(url, agent)
            traffic = Traffic(
                self._supply, pictures=pictures, may_open=self._gate(shown.url), agent=agent, document=shown
            )
            if prepare is not None:
                prepare(page)
            try:
                await show(page, traffic, shown.url)
                return await work(page)
            finally:
                self.pages += 1
                self.requests += traffic.requests
                self.bytes += traffic.bytes

        return await self._engine.look(
            lambda version: view.context(honest, version, self._language),
            on_page,
            seconds=seconds or self._options.browser_timeout,
        )

    async def _document(self, url: str, agent: str) -> Served:
        try:
            return await self._supply.get(url, {"User-Agent": agent})
        except FetchError as error:
            raise PageFailedError(str(error)) from error

    def _gate(self, url: str) -> Callable[[str], bool]:
        """Where the page may move on to: within the portal, or within its own origin where it is another's."""
        return lambda other: self._scope.contains(other) or origin(other) == origin(url)
