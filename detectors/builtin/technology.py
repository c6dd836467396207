"""Technology: HTTPS, and what a page declares of its fitness for phones."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.base import PageDetector, PortalDetector
from detectors.facts import PortalFacts
from detectors.observation import Observation
from detectors.page import Page


class Https(PortalDetector):
    """The portal answers over HTTPS with a certificate that browsers accept. A portal that only answers over HTTP,
    or with a bad certificate, speaks against it. Source: OSI 2024 question 074."""

    name = "https"
    features = ("technology.https",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """One observation for or against; none where the transport was not measured."""
        facts = portal.transport
        if facts.https_works and not facts.certificate_error:
            extras = [
                words
                for words, holds in (
                    ("HTTP redirects to HTTPS", facts.http_redirects_to_https),
                    ("HSTS is set", facts.hsts),
                )
                if holds
            ]
            quote = facts.final_url or portal.url
            yield Observation(self.features[0], "portal", 0.97, quote, "; ".join(["HTTPS works", *extras]))
        elif facts.certificate_error:
            yield self._against(portal, f"certificate: {facts.certificate_error}")
        elif facts.https_works is False:
            yield self._against(portal, "no answer over HTTPS")

    def _against(self, portal: PortalFacts, why: str) -> Observation:
        return Observation(self.features[0], "portal", 0.95, portal.url, why, polarity="against")


class DeclaredMobile(PageDetector):
    """The page declares a viewport of the device's width, as responsive pages do. Whether it then fits a phone only a
    browser can tell."""

    name = "declared-mobile"
    features = ("technology.mobile",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """For, with a responsive viewport; against, without any."""
        if page.kind != "html":
            return
        viewport = page.meta.get("viewport", "")
        if "width=device-width" in viewport.replace(" ", "").lower():
            yield Observation(self.features[0], "content", 0.6, viewport, "viewport of the device's width declared")
        elif not viewport:
            yield Observation(
                self.features[0],
                "content",
                0.4,
                page.title or page.url,
                "no viewport declared",
                polarity="against",
            )


DETECTORS = (Https, DeclaredMobile)
