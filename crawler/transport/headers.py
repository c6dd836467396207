"""What an answer's headers promise: HSTS, security headers, HTTP/3."""

from __future__ import annotations

import re

from crawler.transport.ask import Head
from detectors.facts.transport import HstsFacts

SECURITY = (
    "content-security-policy",
    "content-security-policy-report-only",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "strict-transport-security",
)
PRELOAD_AGE = 31_536_000
"""Seconds that the preload list asks of max-age: one year (hstspreload.org, "Deployment Recommendations"). pshtt's
documentation still has the 18 weeks that were asked earlier."""
_LONGEST = 2000
_H3 = re.compile(r'(?:^|,)\s*h3(?:-\d+)?\s*=\s*"', re.ASCII)
_AGE = re.compile(r'"?\s*([0-9]{1,18})\s*"?', re.ASCII)


def hsts(value: str) -> HstsFacts | None:
    """The header read by RFC 6797, 6.1: one max-age is needed, a directive given twice spoils it. None without header.

    Of several headers only the first counts (8.1).
    """
    if not value.strip():
        return None
    pairs = [_directive(part) for part in value.split(",")[0].split(";") if part.strip()]
    given = dict(pairs)
    age = _AGE.fullmatch(given.get("max-age", ""))
    if age is None or len(given) != len(pairs):
        return HstsFacts(value[:_LONGEST])
    return HstsFacts(value[:_LONGEST], int(age[1]), "includesubdomains" in given, "preload" in given)


def _directive(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip().lower(), value.strip()


def security_headers(head: Head) -> dict[str, str]:
    """The security headers that are there, as sent (name in lower case). `frame-ancestors`, which takes the place of
    X-Frame-Options, is a directive of the content security policy."""
    return {name: value[:_LONGEST] for name in SECURITY if (value := head.value(name))}


def offers_http3(head: Head) -> bool:
    """Whether Alt-Svc (RFC 7838) names HTTP/3."""
    return bool(_H3.search(head.value("alt-svc")))
