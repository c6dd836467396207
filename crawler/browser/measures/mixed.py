"""Mixed content of a page that is open in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.browser.measures.world import world_of
from detectors.facts.browser import MixedContent

if TYPE_CHECKING:
    from playwright.async_api import Page

_KEPT = 10


async def measure_mixed(page: Page) -> MixedContent | None:
    """What a page of https loads by plain http; None for a page that is not of https. Raises playwright's Error."""
    async with world_of(page) as world:
        found = await world.call("mixed", {})
    if not found["secure"]:
        return None
    active, passive, forms = (tuple(dict.fromkeys(found[key]))[:_KEPT] for key in ("active", "passive", "forms"))
    return MixedContent(page.url, active, passive, forms, found["upgraded"])
