"""What a link could still tell: the features its label and address speak of. The frontier ranks by it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from detectors.lexicon import is_opening
from detectors.normalise import normalise
from detectors.readings import read_address, read_text
from detectors.strengths import strengths

if TYPE_CHECKING:
    from detectors.hits import Hit
    from detectors.inspector import Inspector
    from detectors.page import Page
    from detectors.page.elements import Zone

DOCUMENT_ENDINGS = (".pdf", ".xls", ".xlsx", ".ods", ".doc", ".docx", ".odt", ".csv", ".rtf", ".ppt", ".pptx")
_EXTENSION = re.compile(r"\.\w{1,5}$")
_LEAST = 0.1
_URL_PROMISE = 0.4
_UNDER_HEADING = 0.4
"""How much of what a heading says is promised by a link under it that says nothing itself."""


class LinkPromise(NamedTuple):
    """A link or frame and, per feature, how likely (0..1) its target proves it. `url` is absolute http(s)."""

    url: str
    label: str
    zone: Zone
    features: tuple[tuple[str, float], ...]
    document: bool


def promises(page: Page) -> list[LinkPromise]:
    """One promise per distinct target of the page, in document order; several labels of one target add up. A link that
    says nothing itself (“2024”, “more”) promises a part of what the heading above it says. The documents in its frames
    come last: they are seen on the page, but are pages of their own."""
    told, above = _told(page)
    labels = {link.url: link.label for link in reversed(page.links) if link.label}
    out: dict[str, LinkPromise] = {}
    for link in page.links:
        url = link.url
        if url not in out and url.startswith(("http://", "https://")):
            features = told.get(url) or above.get((link.context, link.zone), {})
            out[url] = LinkPromise(url, labels.get(url, ""), link.zone, tuple(features.items()), is_document(url))
    for url, title in page.iframes:
        if url not in out and url.startswith(("http://", "https://")):
            out[url] = LinkPromise(url, title, "main", (), is_document(url))
    return list(out.values())


def _told(page: Page) -> tuple[dict[str, dict[str, float]], dict[tuple[str, Zone], dict[str, float]]]:
    """What each target's labels and address say; what links under each heading say by standing there."""
    table = strengths()
    told: dict[str, dict[str, float]] = {}
    above: dict[tuple[str, Zone], dict[str, float]] = {}
    for hits in (*page.hits.by_feature.values(), *page.hits.urls.values()):
        for hit in hits:
            segment = hit.segment
            if segment.link is not None:
                value = table.of_url(hit) if segment.kind == "url" else table.of(hit)
                _raise(told.setdefault(segment.link.url, {}), hit, value)
            elif segment.kind == "heading":
                _raise(above.setdefault((segment.text, segment.zone), {}), hit, table.of(hit) * _UNDER_HEADING)
    return told, above


def _raise(values: dict[str, float], hit: Hit, value: float) -> None:
    feature = hit.term.feature
    if value >= _LEAST and value > values.get(feature, 0.0) and not is_opening(hit.term):
        values[feature] = round(value, 3)


def is_document(url: str) -> bool:
    """Whether the address ends like a document's rather than a page's."""
    return url.partition("?")[0].lower().endswith(DOCUMENT_ENDINGS)


def url_promise(inspector: Inspector, url: str, languages: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """What the address alone promises, e.g. of a sitemap's entry: (feature, weight) pairs."""
    path = _path_words(url)
    found: dict[str, float] = {}
    for lexicon in inspector.lexicons.for_languages(languages):
        for reading in (read_address(lexicon, path), read_text(lexicon, path)):
            for start, end, term, _ in reading.terms:
                value = round(_URL_PROMISE * (0.5 + (end - start) / len(path) / 2), 3)
                found[term.feature] = max(found.get(term.feature, 0.0), value)
    return tuple(found.items())


@lru_cache(maxsize=1024)
def _path_words(url: str) -> str:
    try:
        return normalise(unquote(_EXTENSION.sub("", urlsplit(url).path)))
    except ValueError:
        return ""
