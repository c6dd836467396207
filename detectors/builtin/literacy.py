"""E-government literacy: help, guidance, access points."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.html import HtmlElement

from detectors.observation import Observation
from detectors.page import Page
from detectors.telling import asks
from detectors.topic import TopicDetector

_SEVERAL = 3


class FreeInternet(TopicDetector):
    """Free public Wi-Fi or internet access."""

    name = "free-internet"
    features = ("access.free_internet",)


class AssistedPoints(TopicDetector):
    """Places where staff help to use online services: service centres, kiosks, libraries; their bare names are none."""

    name = "assisted-points"
    version = "2"
    features = ("access.assisted_points",)
    common_words_prove = False


class Faq(TopicDetector):
    """Frequently asked questions, or a help section. "Help" among other words is help with them. A page whose address
    names them and whose first heading asks a question, or which links to several questions, is one of them."""

    name = "faq"
    version = "5"
    features = ("support.faq",)
    address_completes = False

    def needs(self) -> frozenset[str]:
        """Its feature: without a word for it, in an address at least, it sees nothing."""
        return frozenset((self.feature,))

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then a question in the heading of a page that is so addressed."""
        yield from super().observe(page)
        if all(hit.segment.link is not None for hit in page.hits.url_hits(self.feature)):
            return
        asked = _question(page)
        if asked is not None:
            text, place, element = asked
            why = f"{place}: a question, on a page whose address names such"
            selector = page.selector(element)
            yield Observation(self.feature, "content", 0.62, text, why, selector=selector, zone="main")


def _question(page: Page) -> tuple[str, str, HtmlElement] | None:
    """The first heading if it asks, else the first of several links that ask; where it stands, and its element."""
    heading = next((each for each in page.headings if each.zone == "main"), None)
    if heading is not None and asks(heading.text):
        return heading.text, "heading", heading.element
    links = [link for link in page.links if link.zone == "main" and asks(link.label)]
    return (links[0].label, "link", links[0].element) if len(links) >= _SEVERAL else None


class ServiceGuidance(TopicDetector):
    """Guides, manuals, tutorials or videos on using the online services or the site."""

    name = "service-guidance"
    features = ("support.service_guidance",)


DETECTORS = (
    FreeInternet,
    AssistedPoints,
    Faq,
    ServiceGuidance,
)
