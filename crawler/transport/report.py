"""Puts what was measured into facts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crawler.transport.ask import Head
from crawler.transport.handshake import Handshake
from crawler.transport.headers import PRELOAD_AGE, hsts, offers_http3, security_headers
from crawler.transport.judge import Domain, Seen
from crawler.transport.places import Place
from crawler.urls import canonical, origin
from detectors.facts.transport import CertificateProblem, HstsFacts, TransportFacts

WORDS: dict[CertificateProblem, str] = {
    "self_signed": "self-signed",
    "unknown_authority": "signed by an unknown authority",
    "incomplete_chain": "an intermediate certificate is missing",
    "chain": "incomplete chain or unknown authority",
    "wrong_host": "issued for another host",
    "expired": "expired",
    "not_yet_valid": "not yet valid",
    "revoked": "revoked",
    "weak": "a key or signature is too weak",
    "other": "not valid",
}


@dataclass(slots=True)
class Measured:
    """What the probe gathers. `complete`: every endpoint was tried."""

    seen: tuple[Seen, ...] = ()
    handshakes: dict[Place, Handshake] = field(default_factory=dict)
    heads: dict[Place, Head] = field(default_factory=dict)
    outdated: tuple[str, ...] | None = None
    ipv6: tuple[bool | None, bool | None] = (None, None)
    complete: bool = False

    @property
    def domain(self) -> Domain:
        """The endpoints, to be judged."""
        return Domain(self.seen)


def report(measured: Measured) -> TransportFacts:
    """The facts; all None where nothing answered, since then nothing is known of the portal."""
    domain = measured.domain
    endpoints = tuple(one.facts for one in measured.seen)
    https, canonical = domain.canonical_https, domain.canonical
    if canonical is None or (not domain.measured and not any(made.works for made in measured.handshakes.values())):
        return TransportFacts(endpoints=endpoints)
    made = measured.handshakes.get(https.place, Handshake(None)) if https else Handshake(None)
    head = measured.heads.get(https.place) if https else None
    shown = head or measured.heads.get(canonical.place)
    policy = hsts(head.value("strict-transport-security")) if head else None
    return TransportFacts(
        https_works=made.works,
        certificate_error=" and ".join(WORDS[problem] for problem in made.problems),
        http_redirects_to_https=domain.http_leads_to_https,
        hsts=None if head is None else policy is not None and policy.active,
        canonical=canonical.place.url,
        valid_https=_valid(made, https),
        defaults_to_https=domain.defaults_to_https,
        downgrades_https=domain.downgrades_https,
        strictly_forces_https=domain.strictly_forces_https,
        bad_chain=domain.any_https("unknown_authority", "incomplete_chain", "chain", "self_signed"),
        bad_hostname=domain.any_https("wrong_host"),
        expired=domain.any_https("expired"),
        self_signed=domain.any_https("self_signed"),
        hsts_policy=policy,
        hsts_entire_domain=_entire(measured),
        hsts_preload_ready=_preload_ready(measured),
        certificate=made.facts,
        tls_version=made.version,
        legacy_tls=measured.outdated,
        http_versions=_versions(made, shown, head),
        ipv6_address=measured.ipv6[0],
        ipv6_works=measured.ipv6[1],
        headers=security_headers(shown) if shown else None,
        endpoints=endpoints,
        tls_error=made.error,
    )


def unless_read(facts: TransportFacts, url: str) -> TransportFacts:
    """The facts of a portal whose page at `url` was read in the same crawl: where that came over https from an endpoint
    that gave the probe no answer, the silence was passing, and what follows from it was not measured."""
    endpoints = tuple(
        replace(one, live=None) if one.live is False and not one.problems and _is_at(one.url, url) else one
        for one in facts.endpoints
    )
    if endpoints == facts.endpoints:
        return facts
    return replace(
        facts,
        https_works=facts.https_works or None,
        valid_https=None,
        defaults_to_https=None,
        downgrades_https=None,
        strictly_forces_https=None,
        hsts_entire_domain=None,
        hsts_preload_ready=None,
        endpoints=endpoints,
        tls_error="",
    )


def _is_at(endpoint: str, url: str) -> bool:
    """Whether the page is one of the endpoint, and that one of https."""
    return endpoint.startswith("https://") and origin(canonical(endpoint)) == origin(canonical(url))


def _valid(made: Handshake, https: Seen | None) -> bool | None:
    """HTTPS answers at the canonical host with a certificate that nothing is wrong with."""
    if made.works is None or https is None or https.facts.live is None:
        return None
    return made.works and https.live and not made.problems


def _bare_policy(measured: Measured) -> HstsFacts | None:
    bare = measured.domain.bare_https
    head = measured.heads.get(bare.place) if bare else None
    return hsts(head.value("strict-transport-security")) if head else None


def _entire(measured: Measured) -> bool | None:
    """The host without `www.` sets HSTS for its subdomains too."""
    if measured.domain.bare_https is None:
        return None
    policy = _bare_policy(measured)
    return policy is not None and policy.active and policy.subdomains


def _preload_ready(measured: Measured) -> bool | None:
    """The host without `www.` asks for what the preload list requires."""
    if (entire := _entire(measured)) is not True:
        return entire
    policy = _bare_policy(measured)
    return policy is not None and policy.preload and (policy.max_age or 0) >= PRELOAD_AGE


def _versions(made: Handshake, shown: Head | None, secure: Head | None) -> tuple[str, ...]:
    offered = (
        ("http/1.1", shown is not None),
        ("h2", made.http2),
        ("h3", secure is not None and offers_http3(secure)),
    )
    return tuple(name for name, there in offered if there)
