"""A page on a phone's screen: layout, sideways scrolling, size of text, size and spacing of links and controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.browser.measures.world import world_of
from detectors.facts.browser import Offender, PhoneMeasures
from detectors.packaged import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from playwright.async_api import Page


_PARTS = ("layout", "text", "targets")
"""The scripts that measure."""


async def measure_phone(page: Page, *, capture: int | None = None) -> PhoneMeasures:
    """Measures a page that is open on a phone's screen: a context of few pixels, mobile, with touch. `capture` is the
    capture it came from. Raises playwright's Error."""
    screen = page.viewport_size or {"width": 390, "height": 844}
    limits = data("mobile")["limits"]
    asked = {
        "width": screen["width"],
        "small": limits["text_px"],
        "target": limits["target_px"],
        "comfortable": limits["comfortable_px"],
        "kept": limits["kept"],
    }
    async with world_of(page) as world:
        found = {key: value for part in _PARTS for key, value in (await world.call(part, asked)).items()}
    found.update({key: offenders(found[key]) for key in ("widest", "cut_first", "small_first", "missed_first")})
    return PhoneMeasures(page.url, screen["width"], screen["height"], **found, capture=capture)


def offenders(found: Iterable[Mapping[str, str]]) -> tuple[Offender, ...]:
    """Offenders as the measuring scripts give them."""
    return tuple(Offender(one["selector"], one["text"], one["size"]) for one in found)
