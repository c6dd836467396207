"""One page in several browser engines: what each shows of it, and the errors of its scripts there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.browser.measures.world import world_of
from detectors.facts.browser import EngineMeasures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import BrowserType, Page, Playwright

    from crawler.browser.measures.load import Watch

_MAX_WORDS = 5000
_MAX_ERRORS = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What one engine shows of a page: lengths in characters, the different words that are seen."""

    url: str
    engine: str
    version: str
    characters: int
    links: int
    words: frozenset[str]
    errors: tuple[str, ...] = ()
    capture: int | None = None


def other_engines(playwright: Playwright) -> list[BrowserType]:
    """The engines beside Chromium that Playwright has installed on this machine."""
    return [kind for kind in (playwright.firefox, playwright.webkit) if Path(kind.executable_path).exists()]


async def look(page: Page, watch: Watch | None = None, *, capture: int | None = None) -> Look:
    """What the open page shows; errors of its scripts come from a `watch`. Raises playwright's Error."""
    async with world_of(page) as world:
        found = await world.call("look", {"words": _MAX_WORDS})
    browser = page.context.browser
    return Look(
        page.url,
        browser.browser_type.name if browser else "",
        browser.version if browser else "",
        found["characters"],
        found["links"],
        frozenset(found["words"]),
        tuple(watch.errors[:_MAX_ERRORS]) if watch else (),
        capture,
    )


def compare(looks: Sequence[Look]) -> tuple[EngineMeasures, ...]:
    """The looks of one page, each with the share of the words of all that it shows; no share where there is but one
    engine."""
    words = frozenset[str]().union(*(one.words for one in looks))
    several = len({one.engine for one in looks}) > 1
    return tuple(_measures(one, _share(one.words, words) if several else None) for one in looks)


def _share(own: frozenset[str], words: frozenset[str]) -> float:
    return round(len(own) / len(words), 3) if words else 1.0


def _measures(one: Look, shared: float | None) -> EngineMeasures:
    return EngineMeasures(one.url, one.engine, one.version, one.characters, one.links, one.errors, shared, one.capture)
