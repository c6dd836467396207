"""The two kinds of detector."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from detectors.facts import PortalFacts
    from detectors.observation import Observation
    from detectors.page import Page


class Detector(ABC):
    """What every detector declares; the docstring of a leaf says what counts as proof and why."""

    name: ClassVar[str]
    version: ClassVar[str] = "1"
    features: ClassVar[tuple[str, ...]]
    uses_lexicon: ClassVar[bool] = True
    """False where the proof is the same in every language (a link to a social network, HTTPS)."""


class PageDetector(Detector):
    """Looks at one page at a time."""

    def needs(self) -> frozenset[str] | None:
        """The features, composed features and lists of general vocabulary (`general.<list>`) of which the page's words
        must tell one, or the detector sees nothing. None: it looks at more than words and is asked of every page."""
        return None

    @abstractmethod
    def observe(self, page: Page) -> Iterable[Observation]:
        """What this page shows of the features, for or against. Never a conclusion."""


class PortalDetector(Detector):
    """Looks at the portal as a whole, once, at the end of the crawl."""

    @abstractmethod
    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """What the portal as a whole shows of the features."""
