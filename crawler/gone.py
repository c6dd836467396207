"""Addresses at which a portal itself says that there is nothing: 404, 410, or its own "not found" page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.urls import canonical
from detectors.page.texts import urljoin_safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.gate import Refusal
    from detectors.observation import Observation

_NOTHING = frozenset({404, 410})


class Gone:
    """The addresses that were asked for and are not there."""

    def __init__(self, urls: Iterable[str] = ()) -> None:
        self.urls = set(urls)

    def learn(self, url: str, status: int, refusal: Refusal) -> None:
        """Takes the refusal of an address; a failure of the server, or a block, says nothing of the page."""
        if refusal.kind == "soft_404" or (refusal.kind == "http_status" and status in _NOTHING):
            self.urls.add(canonical(url))

    def is_target_of(self, observation: Observation) -> bool:
        """Whether it is a link to one of them."""
        if not self.urls or observation.kind != "link" or not observation.href:
            return False
        return canonical(urljoin_safe(observation.url, observation.href)) in self.urls
