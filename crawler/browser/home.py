"""The home page in the browser, on both screens, and what is measured on it and on a sample of other pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from playwright.async_api import Error

from crawler.browser.card import card
from crawler.browser.chromium import NoBrowserError
from crawler.browser.engine import PageFailedError, is_gone
from crawler.browser.measures import (
    AxeMissingError,
    Watch,
    compare,
    look,
    measure_accessibility,
    measure_load,
    measure_mixed,
    measure_phone,
)
from crawler.browser.render import dom
from crawler.browser.renderer import served_of
from crawler.browser.views import DESKTOP, PHONE
from detectors.facts import BrowserFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.async_api import Page

    from crawler.browser.renderer import Renderer
    from crawler.browser.supply import Served, Supply
    from crawler.browser.window import Window
    from crawler.reading import Answer, Reading
    from detectors.facts.browser import AccessibilityMeasures


@dataclass(frozen=True, slots=True)
class _Desktop:
    document: bytes
    picture: bytes
    facts: BrowserFacts


class Surveyor:
    """Measures the portal in the browser. `facts` grows; `pictures` holds the home page as WebP by view name."""

    def __init__(self, window: Window, supply: Supply, renderer: Renderer, *, replayed: bool) -> None:
        self._window = window
        self._supply = supply
        self._renderer = renderer
        self._replayed = replayed
        self._home: Answer | None = None
        self.facts = BrowserFacts()
        self.pictures: dict[str, bytes] = {}

    @property
    def capture(self) -> int | None:
        """The capture of the home page; None as long as none was shown."""
        return self._home.capture if self._home is not None else None

    async def home(self, answer: Answer) -> Answer | None:
        """Shows the home page on a desktop: pictures it, measures it, and gives its document after scripts."""
        served = served_of(answer)
        self._supply.put(served)
        self._home = answer
        watches: list[Watch] = []

        async def work(page: Page) -> _Desktop:
            picture = await page.screenshot(type="png", scale="css")
            facts = await self._measured(page, watches[0], answer.capture)
            return _Desktop(await dom(page), picture, facts)

        try:
            seen = await self._window.look(
                answer.url,
                work,
                pictures=True,
                prepare=lambda page: watches.insert(0, Watch(page)),
                document=served,
            )
        except (PageFailedError, NoBrowserError) as error:
            self._renderer.fail(f"the home page could not be shown: {error}", error)
            return None
        self.facts = seen.facts
        self.pictures[DESKTOP.name] = card(seen.picture)
        return self._renderer.archived(answer, seen.document)

    async def phone(self, document: Served | None) -> None:
        """Shows the home page on a phone, from `document` where the site answers phones otherwise."""
        home = self._home
        if home is None:
            return

        async def work(page: Page) -> bytes:
            measures = await measure_phone(page, capture=home.capture)
            self.facts = replace(self.facts, phone=(measures,))
            return await page.screenshot(type="png", scale="css")

        try:
            picture = await self._window.look(
                home.url, work, view=PHONE, pictures=True, document=document or served_of(home)
            )
        except (PageFailedError, NoBrowserError) as error:
            self._renderer.fail(f"the home page could not be shown on a phone: {error}", error)
            return
        self.pictures[PHONE.name] = card(picture)

    async def sample(self, readings: Sequence[Reading], end: float, tell: Callable[[int, str], None]) -> None:
        """Checks the accessibility of further pages, and what they load without encryption, until `end` (monotonic).
        Before each, `tell` hears how many are behind, and its address."""
        for done, reading in enumerate(readings):
            if monotonic() >= end or (self._home is not None and reading.url == self._home.url):
                continue
            tell(done, reading.url)

            async def work(page: Page, capture: int | None = reading.capture) -> None:
                checked = await self._accessibility(page, capture)
                mixed = await measure_mixed(page)
                self.facts = replace(
                    self.facts,
                    accessibility=(*self.facts.accessibility, *checked),
                    mixed=(*self.facts.mixed, *([mixed] if mixed else [])),
                )

            try:
                await self._window.look(reading.url, work)
            except (PageFailedError, NoBrowserError) as error:
                self._renderer.fail(f"{reading.url} could not be measured: {error}", error)

    async def _measured(self, page: Page, watch: Watch, capture: int | None) -> BrowserFacts:
        """What is measured on the home page; its document came from the crawl, so the first byte tells nothing."""
        load = await measure_load(page, watch, replayed=self._replayed)
        seen = await look(page, watch, capture=capture)
        mixed = await measure_mixed(page)
        return BrowserFacts(
            engine=seen.engine,
            version=seen.version,
            accessibility=await self._accessibility(page, capture),
            load=(replace(load, first_byte=None),),
            engines=compare([seen]),
            mixed=(mixed,) if mixed else (),
        )

    async def _accessibility(self, page: Page, capture: int | None) -> tuple[AccessibilityMeasures, ...]:
        """The checker's findings; none where it is not installed or fails on this page, which is told."""
        try:
            return (await measure_accessibility(page, capture=capture),)
        except AxeMissingError as error:
            self._renderer.tell(f"accessibility was not measured: {error}")
        except Error as error:
            if is_gone(error):
                raise
            self._renderer.tell(f"accessibility of {page.url} was not measured: {error.message.splitlines()[0][:200]}")
        return ()
