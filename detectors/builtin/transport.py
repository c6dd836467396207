"""HTTPS: what the handshakes with the portal's endpoints say."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.base import PortalDetector
from detectors.facts import PortalFacts
from detectors.facts.transport import TransportFacts
from detectors.observation import Observation


class Https(PortalDetector):
    """The portal answers over HTTPS with a certificate that browsers accept. A portal that only answers over HTTP,
    whose certificate is bad, or whose HTTPS sends visitors back to HTTP, speaks against it, with the reason named.
    Source: OSI 2024 question 074; "valid" and "downgrades" as CISA's pshtt documents them."""

    name = "https"
    version = "2"
    features = ("technology.https",)
    uses_lexicon = False

    def observe(self, portal: PortalFacts) -> Iterable[Observation]:
        """One observation for or against; none where the transport was not measured."""
        facts = portal.transport
        if why := _against(facts):
            yield Observation(self.features[0], "portal", 0.95, facts.canonical or portal.url, why, polarity="against")
        elif facts.https_works:
            words = "; ".join(["HTTPS works", *_extras(facts)])
            yield Observation(self.features[0], "portal", 0.97, facts.final_url or portal.url, words)


def _against(facts: TransportFacts) -> str:
    """What speaks against HTTPS; empty if nothing does."""
    if facts.certificate_error:
        return f"certificate: {facts.certificate_error}"
    if facts.https_works is False:
        return "no answer over HTTPS" + (f": {facts.tls_error}" if facts.tls_error else "")
    if facts.https_works and facts.downgrades_https:
        return "HTTPS works, but it sends visitors back to plain HTTP"
    if facts.https_works and facts.valid_https is False:
        return "a secure connection can be made, but no page is answered over it"
    return ""


def _extras(facts: TransportFacts) -> list[str]:
    said = (
        ("HTTP redirects to HTTPS", facts.http_redirects_to_https),
        ("HSTS is set", facts.hsts),
        (f"outdated versions are accepted too: {', '.join(facts.legacy_tls or ())}", facts.legacy_tls),
    )
    return [words for words, holds in said if holds]


DETECTORS = (Https,)
