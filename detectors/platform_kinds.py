"""What is told by the kind of a platform alone: a page made with one, or a link to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detectors.observation import Observation
from detectors.page.selector import css_selector
from detectors.platforms import platform_of_link

if TYPE_CHECKING:
    from detectors.page import Page

_STRENGTH = 0.75


def of_kind(page: Page, feature: str, *kinds: str) -> Iterator[Observation]:
    """The page as proof of the feature, if it is made with a platform of one of the kinds; the first link to one."""
    for platform, mark in page.platforms:
        if platform.kind in kinds:
            why = f"page made with {platform.name}, known by {mark}"
            yield Observation(feature, "content", _STRENGTH, page.title or page.url, why)
    for link in page.links:
        linked = platform_of_link(link.url) if link.url.startswith("http") else None
        if linked is not None and linked.kind in kinds:
            yield Observation(
                feature,
                "link",
                _STRENGTH,
                link.label or link.href[:200],
                f"link to {linked.name}",
                href=link.href,
                selector=css_selector(link.element),
                zone=link.zone,
            )
            return
