"""What was searched, in sentences."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from survey.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detectors.conclude import SearchCertificate


def language_name(code: str) -> str:
    """The English name of a BCP 47 code where the table has it, else the code itself."""
    names: Mapping[str, str] = _data("languages.toml")["names"]
    return names.get(code.split("-")[0].lower(), code or "an unknown language")


def searched_words(certificate: SearchCertificate) -> list[str]:
    """The search certificate as sentences."""
    return [
        _pages(certificate),
        _rest(certificate),
        "A sitemap of the portal was read." if certificate.sitemap else "No sitemap of the portal was read.",
        _site_search(certificate),
    ]


def _pages(certificate: SearchCertificate) -> str:
    by_language = ", ".join(f"{count} in {language_name(code)}" for code, count in certificate.languages)
    return f"{count_of(certificate.pages, 'page was', 'pages were')} read" + (
        f": {by_language}." if by_language else "."
    )


def _rest(certificate: SearchCertificate) -> str:
    if certificate.exhausted:
        return "No known page of the portal was left unvisited."
    if not certificate.left:
        return "The crawl ended before it was sure to have seen every page."
    return f"{count_of(certificate.left, 'known page was', 'known pages were')} not visited."


def _site_search(certificate: SearchCertificate) -> str:
    if not certificate.site_search:
        return "The portal's own search was not asked."
    return f"The portal's own search was asked for: {', '.join(certificate.site_search)}."


@cache
def _data(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("losi").joinpath("data").joinpath(name).read_text(encoding="utf-8"))
