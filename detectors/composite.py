"""The base of detectors that need two topics in one place: an act and the sector it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from detectors.base import PageDetector
from detectors.hits import Hit
from detectors.observation import Observation
from detectors.page import Page
from detectors.topic import describe

SECTORS = {
    "health": "info.health",
    "education": "info.education",
    "employment": "info.labour",
    "social_protection": "info.social_welfare",
    "environment": "info.environment",
    "justice": "info.justice",
}
"""The six sectors of OSI 2024, and the feature whose lexicon terms name each."""

_STRENGTH = {"link": 0.66, "control": 0.62, "heading": 0.64, "title": 0.66, "form": 0.6, "text": 0.3}


class SectorDetector(PageDetector):
    """Finds an act in a sector: a label, heading or caption in which the sector's word stands beside the act's.

    A leaf names the family of features (`consultation` for `consultation.health` ...), the lexicon features that name
    the act (`acts`), and the general vocabulary that does (`marks`).
    """

    family: ClassVar[str]
    acts: ClassVar[frozenset[str]] = frozenset()
    marks: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        cls.features = tuple(f"{cls.family}.{sector}" for sector in SECTORS)

    def observe(self, page: Page) -> Iterable[Observation]:
        """The best place per sector."""
        for sector, topic in SECTORS.items():
            best = max(self._places(page, topic), key=lambda pair: pair[0], default=None)
            if best is not None:
                yield describe(f"{self.family}.{sector}", best[1], best[0])

    def _places(self, page: Page, topic: str) -> Iterator[tuple[float, Hit]]:
        for hit in page.hits.feature(topic):
            value = _STRENGTH.get(hit.segment.kind, 0.0)
            if value and self._act_beside(page, hit):
                yield value - 0.02 * min(hit.extra, 8), hit

    def _act_beside(self, page: Page, hit: Hit) -> bool:
        hits = page.hits
        return bool(hits.features_of(hit.segment) & self.acts or hits.marks(hit.segment) & self.marks)
