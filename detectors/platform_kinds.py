"""What platforms tell: a page made with one, a link to one, and its kind alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detectors.observation import Observation
from detectors.targets import as_proof

if TYPE_CHECKING:
    from detectors.page import Page
    from detectors.page.elements import Link
    from detectors.platforms import Platform

_STRENGTH = 0.75


def told_by_page(page: Page, feature: str, strength: float, platform: Platform, mark: str) -> Observation:
    """The page itself as proof: it is made with the platform."""
    why = f"page made with {platform.name}, known by {mark}"
    return Observation(feature, "content", strength, page.title or page.url, why)


def told_by_link(page: Page, link: Link, feature: str, strength: float, platform: Platform) -> Observation:
    """A link to the platform as proof."""
    return as_proof(page, link, feature, strength, f"link to {platform.name} ({platform.kind})")


def of_kind(page: Page, feature: str, *kinds: str) -> Iterator[Observation]:
    """The page as proof of the feature, if it is made with a platform of one of the kinds; the first link to one."""
    for platform, mark in page.platforms:
        if platform.kind in kinds:
            yield told_by_page(page, feature, _STRENGTH, platform, mark)
    for link, platform in page.linked_platforms:
        if platform.kind in kinds:
            yield told_by_link(page, link, feature, _STRENGTH, platform)
            return
