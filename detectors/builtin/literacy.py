"""E-government literacy: help, guidance, access points."""

from __future__ import annotations

from detectors.topic import TopicDetector


class FreeInternet(TopicDetector):
    """Free public Wi-Fi or internet access."""

    name = "free-internet"
    features = ("access.free_internet",)


class AssistedPoints(TopicDetector):
    """Places where staff help to use online services: service centres, kiosks, libraries."""

    name = "assisted-points"
    features = ("access.assisted_points",)


class Faq(TopicDetector):
    """Frequently asked questions, or a help section. "Help" among other words is help with them."""

    name = "faq"
    version = "2"
    features = ("support.faq",)
    address_completes = False


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
