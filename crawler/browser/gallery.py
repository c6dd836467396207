"""Takes a picture of the best proof of every feature found: each page is opened once for all its proofs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from playwright.async_api import Error

from crawler.browser.chromium import NoBrowserError
from crawler.browser.engine import PageFailedError, is_gone
from crawler.browser.proof import Mark, shoot
from crawler.browser.views import DESKTOP, PLAIN

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

    from crawler.browser.proof import Shot
    from crawler.browser.renderer import Renderer
    from crawler.browser.supply import Supply
    from crawler.browser.views import View
    from crawler.browser.window import Window
    from detectors.finding import Finding

_CANDIDATES = 5
"""So many proofs of a feature are tried, best first."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One proof to picture: the feature, and the place of the observation in its evidence."""

    feature: str
    place: int
    mark: Mark
    url: str
    capture: int


class Gallery:
    """Pictures for one run. `lacking` tells afterwards why features have none, by reason; `tell` hears how many
    pictures are taken, of how many, and on which page the next one is."""

    def __init__(
        self,
        window: Window,
        supply: Supply,
        renderer: Renderer,
        *,
        max_pages: int,
        seconds: float,
        tell: Callable[[int, int, str], None],
        at_once: int = 2,
    ) -> None:
        self._window = window
        self._supply = supply
        self._renderer = renderer
        self._pages = max_pages
        self._end = monotonic() + seconds
        self._turn = asyncio.Semaphore(at_once)
        self._opened: set[int] = set()
        self._tell = tell
        self._wanted = 0
        self.shots: dict[str, tuple[int, Shot]] = {}
        self.lacking: dict[str, str] = {}

    async def take(self, findings: Sequence[Finding]) -> None:
        """Opens pages until every present feature has its picture, or the limits are reached. A proof that stands on no
        page (HTTPS, a style sheet) has none to take."""
        jobs_of = {found.feature: list(self._jobs(found)) for found in findings if found.state == "present"}
        waiting = {feature: jobs for feature, jobs in jobs_of.items() if jobs}
        self._wanted = len(waiting)
        while waiting and (plan := self._plan(waiting)):
            await asyncio.gather(*(self._page(capture, jobs) for capture, jobs in plan.items()))
            for jobs in plan.values():
                for job in jobs:
                    waiting[job.feature].remove(job)
                    if job.feature in self.shots or not waiting[job.feature]:
                        del waiting[job.feature]
        for feature in waiting:
            self.lacking.setdefault(feature, "the limit of pages or time for pictures was reached")

    def _jobs(self, found: Finding) -> Iterator[_Job]:
        for place, seen in enumerate(found.evidence[:_CANDIDATES]):
            shown = seen.kind != "portal" or seen.selector
            if shown and seen.capture is not None and self._supply.is_page(seen.capture):
                yield _Job(found.feature, place, Mark.of(seen), seen.url, seen.capture)

    def _plan(self, waiting: dict[str, list[_Job]]) -> dict[int, list[_Job]]:
        """The next pages to open, most proofs first; where a feature's best page is not among them, what they hold."""
        left = self._pages - len(self._opened)
        if monotonic() >= self._end:
            return {}
        best: dict[int, list[_Job]] = {}
        for jobs in waiting.values():
            best.setdefault(jobs[0].capture, []).append(jobs[0])
        order = sorted(best, key=lambda capture: (capture not in self._opened, -len(best[capture]), capture))
        new = [capture for capture in order if capture not in self._opened]
        chosen = {capture: best[capture] for capture in order if capture in self._opened or capture in new[:left]}
        for capture in new[left:]:
            for job in best[capture]:
                other = next((one for one in waiting[job.feature] if one.capture in chosen), None)
                if other is not None:
                    chosen[other.capture].append(other)
        return chosen

    async def _page(self, capture: int, jobs: list[_Job]) -> None:
        """Pictures the proofs of one page: as it shows itself, and what is not found there, on the page as sent."""
        self._opened.add(capture)
        async with self._turn:
            await self._views(capture, jobs)

    async def _views(self, capture: int, jobs: list[_Job]) -> None:
        for view in (DESKTOP, PLAIN):
            missing = [job for job in jobs if job.feature not in self.shots]
            left = self._end - monotonic()
            if not missing or left <= 0:
                return
            try:
                await self._shown(capture, missing, view, left)
            except (PageFailedError, NoBrowserError) as error:
                self._renderer.fail(f"no picture of {jobs[0].url}: {error}", error)
                for job in missing:
                    self.lacking[job.feature] = "its page could not be shown"
                return

    async def _shown(self, capture: int, jobs: list[_Job], view: View, left: float) -> None:
        document = self._supply.captured(capture)
        self._tell(len(self.shots), self._wanted, jobs[0].url)

        async def work(page: Page) -> None:
            for job in jobs:
                try:
                    shot = await shoot(page, job.mark)
                except Error as error:
                    if page.is_closed() or is_gone(error):
                        raise
                    shot = None
                if shot is None:
                    self.lacking[job.feature] = "its proof could not be found on the page as a browser shows it"
                else:
                    self.shots[job.feature] = (job.place, shot)
                    self.lacking.pop(job.feature, None)
                    self._tell(len(self.shots), self._wanted, job.url)

        await self._window.look(
            jobs[0].url,
            work,
            view=view,
            pictures=True,
            document=document,
            seconds=min(left, self._window.limit + 2.0 * len(jobs)),
        )

    def hang(self, findings: Sequence[Finding], folder: Path, data: Path) -> tuple[Finding, ...]:
        """Writes the pictures to `folder` and names them, relative to `data`, in the evidence."""
        if self.shots:
            folder.mkdir(parents=True, exist_ok=True)
        return tuple(self._hung(found, folder, data) for found in findings)

    def _hung(self, found: Finding, folder: Path, data: Path) -> Finding:
        if found.feature not in self.shots:
            return found
        place, shot = self.shots[found.feature]
        file = folder / f"{found.feature}.webp"
        file.write_bytes(shot.picture)
        named = file.relative_to(data).as_posix()
        evidence = [o._replace(screenshot=named) if n == place else o for n, o in enumerate(found.evidence)]
        return replace(found, evidence=tuple(evidence))
