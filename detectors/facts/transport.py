"""How a portal answers on the wire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportFacts:
    """How the portal answers: seen on the wire, not on a page. `None` means not measured."""

    https_works: bool | None = None
    certificate_error: str = ""
    http_redirects_to_https: bool | None = None
    hsts: bool | None = None
    final_url: str = ""
