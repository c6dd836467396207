"""The server's sides of TLS in the lab: good, and bad in the ways that portals are."""

from __future__ import annotations

import ssl
from pathlib import Path

from tests.crawler.certificates import DAY, NOW, Made, authority, leaf, server


def side(name: str, host: str, folder: Path) -> ssl.SSLContext | None:
    """The side of this name; None for `plain`, an https address at which no TLS is spoken."""
    if name == "plain":
        return None
    made = _certificate(name, host)
    context = server(folder, made)
    if name == "legacy":
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    if name == "client":
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=made.pem)
    return context


def _certificate(name: str, host: str) -> Made:
    if name == "expired":
        return leaf(authority("Lab Root"), host, start=NOW - 9 * DAY, end=NOW - DAY)
    if name == "future":
        return leaf(authority("Lab Root"), host, start=NOW + DAY)
    if name == "wrong host":
        return leaf(authority("Lab Root"), "village.example")
    return leaf(None, host)
