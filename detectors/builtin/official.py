"""Whether the portal is the government's own, and whether it links to other public bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detectors.hosts import host_of, is_government, looks_governmental
from detectors.observation import Observation
from detectors.page import Page
from detectors.page.selector import css_selector
from detectors.topic import TopicDetector

_COPYRIGHT = re.compile(r"©|\(c\)|&copy;|copyright|all rights reserved", re.I)
_MANY_LINKS = 3


class OfficialPortal(TopicDetector):
    """The site is run by the government: a host name only governments may hold, or a title, logo or copyright line that
    names the body (city, ministry, government) as its owner."""

    name = "official-portal"
    features = ("portal.official",)
    text_as_proof = True

    def observe(self, page: Page) -> Iterable[Observation]:
        """The host first, then words in title, footer and headings."""
        feature = self.features[0]
        if is_government(page.host):
            yield Observation(feature, "content", 0.9, page.host, "host name reserved for governments")
        elif looks_governmental(page.host):
            yield Observation(feature, "content", 0.6, page.host, "host name as governments use it by convention")
        for block in page.blocks:
            if block.zone == "footer" and _COPYRIGHT.search(block.text) and page.hits.feature(feature):
                yield Observation(
                    feature,
                    "content",
                    0.7,
                    block.text[:200],
                    "copyright line",
                    selector=css_selector(block.element),
                )
                break
        yield from super().observe(page)


class AgencyLinks(TopicDetector):
    """Links to other public bodies: at least three hosts that only governments may hold, other than the portal's
    own, or a heading or link that names such a collection."""

    name = "agency-links"
    features = ("institution.agency_links",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Hosts linked, then words."""
        own = _owner(page.host)
        found: dict[str, str] = {}
        for link in page.links:
            host = host_of(link.url)
            if host and is_government(host) and _owner(host) != own:
                found.setdefault(_owner(host), link.label or host)
        if found:
            strength = 0.7 if len(found) > _MANY_LINKS else 0.6 if len(found) == _MANY_LINKS else 0.2 * len(found)
            quote = ", ".join(list(found.values())[:6])[:240]
            yield Observation(
                self.features[0], "content", strength, quote, f"links to {len(found)} other government hosts"
            )
        yield from super().observe(page)


def _owner(host: str) -> str:
    """The part of a host that tells bodies apart: the label before the government's suffix, with it."""
    labels = host.removeprefix("www.").split(".")
    return ".".join(labels[-3:])


DETECTORS = (OfficialPortal, AgencyLinks)
