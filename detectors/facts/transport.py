"""How a portal answers on the wire: what handshakes and the heads of answers show. `None` means not measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CertificateProblem = Literal[
    "self_signed",
    "unknown_authority",
    "incomplete_chain",
    "chain",
    "wrong_host",
    "expired",
    "not_yet_valid",
    "revoked",
    "weak",
    "other",
]
"""What is wrong with a certificate. `chain`: its issuer is not trusted, and whether only an intermediate certificate is
missing could not be told."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The server's own certificate. Moments are ISO 8601 in UTC; `days_left` is negative once it has expired.

    `names` are the DNS names and addresses it is issued for, `chain` counts the certificates sent, `key` reads like
    `RSA 2048` or `EC secp256r1`, `signature` is the hash of the signature, `fingerprint` is SHA-256 in hexadecimal.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str
    not_after: str
    days_left: int
    key: str
    signature: str
    chain: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """One of the portal's four endpoints: http or https, with or without `www.`.

    `live`: it answered a request, whatever the status. `location` is where it redirects to, as an absolute URL.
    `problems` are those of its certificate, the first is the one that browsers show; `error` says why there was no
    answer.
    """

    url: str
    live: bool | None = None
    status: int = 0
    location: str = ""
    problems: tuple[CertificateProblem, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class HstsFacts:
    """The Strict-Transport-Security header (RFC 6797); `max_age` in seconds, None where the header is not valid."""

    header: str
    max_age: int | None = None
    subdomains: bool = False
    preload: bool = False

    @property
    def active(self) -> bool:
        """Whether browsers take it as an order: `max-age=0` revokes."""
        return bool(self.max_age)


@dataclass(frozen=True, slots=True)
class TransportFacts:
    """How the portal answers: seen on the wire, not on a page. `None` means not measured.

    `valid_https` to `hsts_preload_ready` have the meanings that CISA's pshtt documents for a domain; `canonical` is
    the endpoint that they speak of. `https_works` and `certificate_error` (in words) are of the canonical host.
    `legacy_tls` names the outdated versions that the server accepts, `http_versions` those of `http/1.1`, `h2` and
    `h3` that it offers, `headers` the security headers of the canonical answer (name in lower case and value).
    """

    https_works: bool | None = None
    certificate_error: str = ""
    http_redirects_to_https: bool | None = None
    hsts: bool | None = None
    final_url: str = ""
    canonical: str = ""
    valid_https: bool | None = None
    defaults_to_https: bool | None = None
    downgrades_https: bool | None = None
    strictly_forces_https: bool | None = None
    bad_chain: bool | None = None
    bad_hostname: bool | None = None
    expired: bool | None = None
    self_signed: bool | None = None
    hsts_policy: HstsFacts | None = None
    hsts_entire_domain: bool | None = None
    hsts_preload_ready: bool | None = None
    certificate: CertificateFacts | None = None
    tls_version: str = ""
    legacy_tls: tuple[str, ...] | None = None
    http_versions: tuple[str, ...] = ()
    ipv6_address: bool | None = None
    ipv6_works: bool | None = None
    headers: Mapping[str, str] | None = None
    endpoints: tuple[EndpointFacts, ...] = field(default=())
    tls_error: str = ""
