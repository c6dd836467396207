"""HTTPS: what counts for it, what against, and why."""

from __future__ import annotations

import pytest

from detectors.builtin.transport import Https
from detectors.facts import PortalFacts, TransportFacts


def said(**facts: object) -> list[tuple[str, str]]:
    """Polarity and reason of what is observed with these facts."""
    transport = TransportFacts(**facts)  # type: ignore[arg-type]
    seen = Https().observe(PortalFacts("https://town.example/", transport=transport))
    return [(one.polarity, one.why) for one in seen]


@pytest.mark.parametrize(
    ("facts", "polarity", "why"),
    [
        ({"https_works": True}, "for", "HTTPS works"),
        (
            {"https_works": True, "valid_https": True, "http_redirects_to_https": True, "hsts": True},
            "for",
            "HTTPS works; HTTP redirects to HTTPS; HSTS is set",
        ),
        (
            {"https_works": True, "legacy_tls": ("TLSv1", "TLSv1.1")},
            "for",
            "HTTPS works; outdated versions are accepted too: TLSv1, TLSv1.1",
        ),
        ({"https_works": True, "certificate_error": "expired"}, "against", "certificate: expired"),
        ({"https_works": False}, "against", "no answer over HTTPS"),
        (
            {"https_works": False, "tls_error": "port 443 is closed"},
            "against",
            "no answer over HTTPS: port 443 is closed",
        ),
        (
            {"https_works": True, "valid_https": True, "downgrades_https": True},
            "against",
            "HTTPS works, but it sends visitors back to plain HTTP",
        ),
        (
            {"https_works": True, "valid_https": False},
            "against",
            "a secure connection can be made, but no page is answered over it",
        ),
    ],
)
def test_https(facts: dict[str, object], polarity: str, why: str) -> None:
    assert said(**facts) == [(polarity, why)]


def test_what_was_not_measured_says_nothing() -> None:
    assert said() == []
