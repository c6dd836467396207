"""The ways of shaking hands: as browsers do, without judging, and as in the days of TLS 1.0 and 1.1."""

from __future__ import annotations

import ssl
import warnings
from pathlib import Path
from typing import Final

from crawler.fetch import lenient_tls

OUTDATED: Final = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1}
"""The versions that RFC 8996 declared outdated, by OpenSSL's name."""


def verifying(authorities: str = "") -> ssl.SSLContext:
    """Verifies in full, TLS 1.2 and later, and offers HTTP/2. The chain must end in a root certificate on every Python
    (from 3.13 on, any trusted certificate would do)."""
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    context.set_alpn_protocols(["h2", "http/1.1"])
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context


def has_authorities(context: ssl.SSLContext) -> bool:
    """Whether there is any authority to trust: without one every certificate would seem bad."""
    folder = ssl.get_default_verify_paths().capath
    return bool(context.cert_store_stats()["x509_ca"]) or bool(folder and any(Path(folder).iterdir()))


def lenient() -> ssl.SSLContext:
    """Verifies nothing and allows old protocols and ciphers, as the crawl does; offers HTTP/1.1 alone."""
    context = lenient_tls()
    context.set_alpn_protocols(["http/1.1"])
    return context


def outdated(version: str) -> ssl.SSLContext | None:
    """Speaks only `version`, a key of `OUTDATED`; None where this OpenSSL cannot."""
    if not (ssl.HAS_TLSv1 if version == "TLSv1" else ssl.HAS_TLSv1_1):
        return None
    context = lenient()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            context.minimum_version = OUTDATED[version]
            context.maximum_version = OUTDATED[version]
        except (ssl.SSLError, ValueError):
            return None
    return context
