"""Portals at which nothing is wrong, among the others."""

from __future__ import annotations

from tests.crawler.loopback import page
from tests.lab.case import Case

_PAGES = {
    "/council": "Town council and mayor",
    "/budget": "Municipal budget and annual report",
    "/procurement": "Procurement: calls for tenders",
    "/contact": "Contact: telephone, e-mail and opening hours",
    "/privacy": "Privacy policy",
}
_ROUTES = {"/": page("Town", *_PAGES), **{path: page(title, "/") for path, title in _PAGES.items()}}

CASES: tuple[Case, ...] = tuple(
    Case(f"healthy {number}", pages=6, reads=tuple(_PAGES), routes=_ROUTES, tls="self-signed" if number % 2 else "")
    for number in range(6)
)
