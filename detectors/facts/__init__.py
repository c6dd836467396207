"""What is known of a portal as a whole when its crawl ends: told to portal detectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from detectors.facts.browser import BrowserFacts
from detectors.facts.transport import TransportFacts
from detectors.facts.validity import ValidityFacts

__all__ = ["BrowserFacts", "PortalFacts", "TransportFacts", "ValidityFacts"]


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
    browser: BrowserFacts = field(default_factory=BrowserFacts)
    validity: ValidityFacts = field(default_factory=ValidityFacts)
    measurements: Mapping[str, Any] = field(default_factory=dict)
