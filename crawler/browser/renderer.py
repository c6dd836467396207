"""Renders pages while the crawl goes on: the home page, and pages that are empty without scripts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.browser.chromium import NoBrowserError
from crawler.browser.engine import PageFailedError
from crawler.browser.render import dom
from crawler.browser.supply import Served
from crawler.reading import Answer, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.browser.shell import Fullness
    from crawler.browser.supply import Supply
    from crawler.browser.window import Window
    from crawler.runlog import RunLog

RENDERED_TYPE = "text/html; charset=utf-8"
_KEEPS = 0.8
"""A rendered page that shows less than this share of the text or links it was sent with is not read instead of it."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Why a page was rendered (`home` or `shell`) and what it showed before and after."""

    why: str
    before: Fullness
    after: Fullness


class Renderer:
    """Renders pages while the crawl goes on. `made` tells which captures are read as their scripts made them."""

    def __init__(
        self, window: Window, supply: Supply, log: RunLog, *, max_renders: int, note: Callable[[str], None]
    ) -> None:
        self._window = window
        self._supply = supply
        self._log = log
        self._left = max_renders
        self._note = note
        self._told: set[str] = set()
        self.made: dict[int, Rendering] = {}
        self.failed = 0
        self.passed_over = 0

    async def render(self, answer: Answer) -> Answer | None:
        """The document that the page's scripts make of it; None where it cannot be had, or no more are to be made."""
        if self._left <= 0:
            self.passed_over += 1
            return None
        self._left -= 1
        served = served_of(answer)
        self._supply.put(served)
        try:
            made = await self._window.look(answer.url, dom, document=served)
        except (PageFailedError, NoBrowserError) as error:
            self.fail(f"{answer.url} could not be rendered: {error}", error)
            return None
        return self.archived(answer, made)

    def archived(self, answer: Answer, made: bytes) -> Answer:
        """The rendered document as an answer of its own, its record in the archive."""
        now = datetime.now(UTC)
        if answer.capture is not None:
            self._log.render(answer.capture, RENDERED_TYPE, made, now)
        return replace(answer, body=made, content_type=RENDERED_TYPE)

    def fail(self, words: str, error: Exception) -> None:
        """Says that a page was not shown; where there is no browser, that alone, once."""
        self.failed += 1
        self.tell(f"what needs a browser is unknown: {error}" if isinstance(error, NoBrowserError) else words)

    def tell(self, words: str) -> None:
        """Says something once."""
        if words not in self._told:
            self._told.add(words)
            self._note(words)

    def choose(self, why: str, sent: Reading, drawn: Reading) -> bool:
        """Whether the rendered document is to be read instead of the answer: it shows more. Then this is remembered."""
        before, after = sent.fullness, drawn.fullness
        if before is None or after is None or drawn.refused is not None or sent.capture is None:
            return False
        if after.text < _KEEPS * before.text or after.links < _KEEPS * before.links:
            return False
        if after.text <= before.text and after.links <= before.links:
            return False
        self.made[sent.capture] = Rendering(why, before, after)
        return True

    def told(self) -> dict[str, dict[str, Any]]:
        """The decisions with their numbers, by capture, as the run keeps them."""
        return {str(capture): asdict(rendering) for capture, rendering in self.made.items()}


def served_of(answer: Answer) -> Served:
    """The answer as the browser is given it."""
    headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items())
    return Served(answer.url, answer.status, headers, answer.body, answer.capture)
