"""The two kinds of detector, and what they are told of the portal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from detectors.observation import Observation
    from detectors.page import Page


@dataclass(frozen=True, slots=True)
class TransportFacts:
    """How the portal answers: seen on the wire, not on a page. `None` means not measured."""

    https_works: bool | None = None
    certificate_error: str = ""
    http_redirects_to_https: bool | None = None
    hsts: bool | None = None
    final_url: str = ""


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """What is known of a portal as a whole when its crawl ends.

    `languages` counts pages by language; `official` holds the country's official languages (empty: unknown country);
    `measurements` holds what optional tools measured, by tool name.
    """

    url: str
    country: str = ""
    kind: str = "city"
    languages: Mapping[str, int] = field(default_factory=dict)
    official: tuple[str, ...] = ()
    transport: TransportFacts = field(default_factory=TransportFacts)
    measurements: Mapping[str, Any] = field(default_factory=dict)


class Detector(ABC):
    """What every detector declares; the docstring of a leaf says what counts as proof and why."""

    name: ClassVar[str]
    version: ClassVar[str] = "1"
    features: ClassVar[tuple[str, ...]]
    uses_lexicon: ClassVar[bool] = True
    """False where the proof is the same in every language (a link to a social network, HTTPS)."""


class PageDetector(Detector):
    """Looks at one page at a time."""

    @abstractmethod
    def observe(self, page: Page) -> Iterable[Observation]:
        """What this page shows of the features, for or against. Never a conclusion."""


class PortalDetector(Detector):
    """Looks at the portal as a whole, once, at the end of the crawl."""

    @abstractmethod
    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """What the portal as a whole shows of the features."""
