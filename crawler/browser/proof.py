"""Pictures the proof on a page that is open: found again, scrolled to, outlined, cut out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from crawler.browser.card import card
from crawler.browser.measures.world import world_of
from crawler.browser.render import script

if TYPE_CHECKING:
    from playwright.async_api import FloatRect, Page

    from crawler.browser.measures.world import World
    from detectors.observation import Observation

_TALL, _WIDE = 260, 900
"""CSS px from which not the element is outlined but the words in it."""

_CLEAR = "(losiProof.undo.reverse().forEach((step) => step()), undefined)"


@dataclass(frozen=True, slots=True)
class Mark:
    """What to look for on a page: the element by `selector`, the text by `quote` or the matched `words` in it, the link
    by its target."""

    selector: str
    quote: str
    words: str
    href: str

    @classmethod
    def of(cls, observation: Observation) -> Mark:
        """The mark of an observation; what was measured has a place at most, and no words of the page."""
        if observation.kind == "portal":
            return cls(observation.selector, "", "", "")
        spans = (observation.quote[start:end] for start, end in observation.matched)
        return cls(observation.selector, observation.quote, max(spans, key=len, default=""), observation.href)


@dataclass(frozen=True, slots=True)
class Shot:
    """The proof as a card (WebP). `how` says by what it was found, `revealed` that it was hidden on the page."""

    picture: bytes
    how: str
    revealed: bool


async def shoot(page: Page, mark: Mark) -> Shot | None:
    """The proof outlined, None where it cannot be found or made visible. Raises playwright's Error.

    The element is looked for by selector, and taken if it holds the quote; else the smallest element that holds the
    quote, the link with the same target, or the matched words. The page is left as it was.
    """
    async with world_of(page) as world:
        found = await _run(world, "proof.js", asdict(mark))
        if found is None:
            return None
        try:
            box = await _run(world, "outline.js", {"tall": _TALL, "wide": _WIDE})
            size = page.viewport_size or {"width": 1366, "height": 768}
            clip = _around(box, size["width"], size["height"])
            png = await page.screenshot(type="png", scale="css", clip=clip, animations="disabled")
        finally:
            await world.run(_CLEAR)
    return Shot(card(png), found["how"], found["revealed"])


async def _run(world: World, name: str, argument: dict[str, Any]) -> Any:
    return await world.run(f"({script(name)})({json.dumps(argument)})")


def _around(box: dict[str, float], width: int, height: int) -> FloatRect:
    """The part of the window to cut out: the box with enough around it to see where on the page it stands."""
    wide = min(width, max(760.0, box["right"] - box["left"] + 160))
    high = min(height, max(330.0, box["bottom"] - box["top"] + 140))
    middle = (box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2
    left = min(max(0.0, middle[0] - wide / 2), width - wide)
    top = min(max(0.0, middle[1] - high / 2), height - high)
    return {"x": left, "y": top, "width": wide, "height": high}
