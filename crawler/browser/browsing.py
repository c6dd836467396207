"""All that the browser does for one run: renders during the crawl, measures after it, pictures the proof at the end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from crawler.browser.gallery import Gallery
from crawler.browser.home import Surveyor
from crawler.browser.measures import sample
from crawler.browser.renderer import Renderer
from crawler.browser.shelf import RunShelf
from crawler.browser.shell import fullness
from crawler.browser.sources import Archived, Live
from crawler.browser.supply import Supply
from crawler.browser.views import PHONE
from crawler.browser.window import Window
from crawler.wire import FetchError
from storage.archive.luggage import pictures_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from crawler.browser.engine import Engine
    from crawler.browser.supply import Served
    from crawler.reading import Answer, Reading
    from crawler.stopwatch import Stopwatch
    from crawler.visit import Visit
    from detectors.conclude import Finding
    from detectors.facts import BrowserFacts
    from storage.database import Database

MAX_SAMPLE = 5
_VIEW_OF = {"technology.mobile": "phone"}
"""Where a measured feature is seen, if not on a desktop."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run keeps things: its number and database, its archive, and the data folder for pictures."""

    run_id: int
    database: Database
    archive: Path
    data: Path

    @property
    def pictures(self) -> Path:
        """The folder of the run's pictures."""
        return self.data / pictures_name(self.archive.name)


class Browsing:
    """The browser's part in one run. Close it when the run ends; the engine belongs to whoever made it."""

    def __init__(self, engine: Engine, visit: Visit, places: Places) -> None:
        options, replay = visit.options, visit.replay
        self._visit = visit
        self._places = places
        self._shelf = RunShelf(places.database, places.run_id, places.archive, visit.log)
        self._source = Archived(replay) if replay is not None else Live(options, visit.accept_language, visit.robots)
        self._supply = Supply(self._source, self._shelf, max_body=options.max_body)
        language = (options.languages or visit.languages or ("",))[0]
        self._window = Window(engine, self._supply, options, visit.scope, language)
        self._renderer = Renderer(
            self._window, self._supply, visit.log, max_renders=options.max_renders, note=visit.note
        )
        self._surveyor = Surveyor(self._window, self._supply, self._renderer, replayed=replay is not None)
        self._readings: list[Reading] = []
        self.sampled: tuple[str, ...] = ()
        """Addresses of the pages that were measured."""

        self._end = monotonic()
        self._started = self._closed = False
        self._drawn = 0
        visit.on_stop(self._window.abort)

    @property
    def watch(self) -> Stopwatch:
        """Runs while a page is open in the browser, or waited for."""
        return self._window.watch

    @property
    def seconds(self) -> float:
        """Seconds in which a page was open in the browser, or waited for."""
        return self._window.watch.seconds

    @property
    def facts(self) -> BrowserFacts:
        """What was measured."""
        return self._surveyor.facts

    async def drawn(self, answer: Answer, reading: Reading, *, home: bool) -> Answer | None:
        """The page as its scripts make it, if this is the home page or a page that is empty without them."""
        if reading.kind != "html" or reading.refused is not None:
            return None
        if home:
            self._tell_drawing(answer.url)
            return await self._surveyor.home(answer)
        return await self._rendered(answer) if reading.shell else None

    async def drawn_missing(self, answer: Answer) -> Answer | None:
        """The same for the answer to an address that cannot exist: a portal made of scripts tells so by them."""
        is_shell = answer.status == 200 and fullness(answer.page(self._visit.inspector)).is_shell
        return await self._rendered(answer) if is_shell else None

    async def _rendered(self, answer: Answer) -> Answer | None:
        self._tell_drawing(answer.url)
        return await self._renderer.render(answer)

    def _tell_drawing(self, url: str) -> None:
        self._visit.tell("rendering", self._drawn, url=url)
        self._drawn += 1

    def choose(self, sent: Reading, drawn: Reading, *, home: bool) -> bool:
        """Whether the page is to be read as its scripts made it."""
        return self._renderer.choose("home" if home else "shell", sent, drawn)

    def note(self, reading: Reading) -> None:
        """Takes a page into account for the sample that is measured after the crawl."""
        if reading.kind == "html":
            shown = tuple(o for o in reading.observations if o.kind == "content" and o.polarity == "for")
            self._readings.append(replace(reading, promises=(), observations=shown, places=(), print=None))

    async def measure(self) -> None:
        """After the crawl: the home page on a phone, accessibility on a sample of pages."""
        if self._visit.stop_cause == "interrupted" or not self._readings:
            return
        await self._begin()
        if not await self._window.ready():
            return
        home = self._visit.story.final_url
        pages = sample(self._readings, home=home, limit=MAX_SAMPLE)
        self.sampled = tuple(page.url for page in pages)
        self._visit.tell("measuring", 0, len(pages), home)
        await self._surveyor.phone(await self._for_phones(home))
        await self._surveyor.sample(
            pages, self._end, lambda done, url: self._visit.tell("measuring", done, len(pages), url)
        )

    async def picture(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """At the end: the findings with pictures of their best proof, as far as pages and time suffice."""
        options = self._visit.options
        if not options.screenshots or not self._started or not await self._window.ready():
            return tuple(findings)
        gallery = Gallery(
            self._window,
            self._supply,
            self._renderer,
            max_pages=options.max_screenshot_pages,
            seconds=self._end - monotonic(),
            at_once=options.browser_pages,
            tell=lambda done, of, url: self._visit.tell("picturing", done, of, url),
        )
        views = dict(self.views())
        findings = [self._seen_whole(found, views) for found in findings]
        await gallery.take([found for found in findings if not any(o.screenshot for o in found.evidence)])
        for why in sorted(set(gallery.lacking.values())):
            names = sorted(feature for feature, reason in gallery.lacking.items() if reason == why)
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            self._visit.note(f"no picture of the proof of {', '.join(names[:5])}{more}: {why}")
        return gallery.hang(findings, self._places.pictures, self._places.data)

    def _seen_whole(self, found: Finding, views: Mapping[str, str]) -> Finding:
        """With the picture of the home page, where the best proof was measured on it as a whole."""
        best = found.evidence[0] if found.evidence else None
        home = self._surveyor.capture
        if found.state != "present" or best is None or best.selector or best.kind != "portal" or best.capture != home:
            return found
        picture = views.get(_VIEW_OF.get(found.feature, "desktop"), "")
        return replace(found, evidence=(best._replace(screenshot=picture), *found.evidence[1:]))

    def views(self) -> tuple[tuple[str, str], ...]:
        """Writes the pictures of the home page; their paths below the data folder, by view name."""
        if not self._visit.options.screenshots:
            return ()
        made = []
        for name, picture in self._surveyor.pictures.items():
            file = self._places.pictures / f"home-{name}.webp"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(picture)
            made.append((name, file.relative_to(self._places.data).as_posix()))
        return tuple(made)

    def told(self) -> dict[str, Any]:
        """What the run's certificate keeps of the browser's work."""
        window = self._window
        return {
            "version": window.version,
            "pages": window.pages,
            "requests": window.requests,
            "bytes": window.bytes,
            "fetched": self._supply.requests,
            "failed": self._renderer.failed,
            "rendered": self._renderer.told(),
        }

    async def close(self) -> None:
        """Ends what is under way; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._window.abort()
        await self._supply.close()
        self._shelf.close()
        if self._renderer.passed_over:
            number = self._renderer.passed_over
            self._visit.note(f"{number} pages that are empty without scripts were not rendered: the limit was reached")

    def abort(self) -> None:
        """Closes every page, and opens no more."""
        if self._started:
            self._visit.note("measuring and pictures in the browser were cut short")
        self._window.abort()

    async def _begin(self) -> None:
        self._window.reopen()
        self._started = True
        await asyncio.to_thread(self._shelf.open)
        self._end = monotonic() + self._visit.options.browser_seconds

    async def _for_phones(self, url: str) -> Served | None:
        """The home page as the site answers a phone; None where it is served from an archive, or cannot be had."""
        if self._visit.replay is not None:
            return None
        options = self._visit.options
        try:
            return await self._supply.fresh(
                url, {"User-Agent": PHONE.user_agent(options.user_agent, self._window.version)}
            )
        except FetchError:
            return None
