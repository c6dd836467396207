"""What a link could still tell: the features its label and address speak of. The frontier ranks by it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from detectors.normalise import normalise
from detectors.strengths import strengths

if TYPE_CHECKING:
    from detectors.hits import Hit
    from detectors.inspector import Inspector
    from detectors.page import Page
    from detectors.page.elements import Zone

DOCUMENT_ENDINGS = (".pdf", ".xls", ".xlsx", ".ods", ".doc", ".docx", ".odt", ".csv", ".rtf", ".ppt", ".pptx")
_LEAST = 0.1
_URL_PROMISE = 0.4


@dataclass(frozen=True, slots=True)
class LinkPromise:
    """A link and, per feature, how likely (0..1) its target proves it. `url` is absolute http(s)."""

    url: str
    label: str
    zone: Zone
    features: tuple[tuple[str, float], ...]
    document: bool


def promises(page: Page) -> list[LinkPromise]:
    """One promise per distinct target of the page, in document order; several labels of one target add up."""
    table = strengths()
    told: dict[str, dict[str, float]] = {}
    for hits in (*page.hits.by_feature.values(), *page.hits.urls.values()):
        for hit in hits:
            if hit.segment.link is not None:
                value = table.of_url(hit) if hit.segment.kind == "url" else table.of(hit)
                _raise(told.setdefault(hit.segment.link.url, {}), hit, value)
    out: dict[str, LinkPromise] = {}
    for link in page.links:
        if link.url not in out and link.url.startswith(("http://", "https://")):
            features = tuple(told.get(link.url, {}).items())
            out[link.url] = LinkPromise(link.url, link.label, link.zone, features, is_document(link.url))
    return list(out.values())


def _raise(values: dict[str, float], hit: Hit, value: float) -> None:
    feature = hit.term.feature
    if value >= _LEAST and value > values.get(feature, 0.0):
        values[feature] = round(value, 3)


def is_document(url: str) -> bool:
    """Whether the address ends like a document's rather than a page's."""
    return url.partition("?")[0].lower().endswith(DOCUMENT_ENDINGS)


def url_promise(inspector: Inspector, url: str, languages: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """What the address alone promises, e.g. of a sitemap's entry: (feature, weight) pairs."""
    path = _path_words(url)
    found: dict[str, float] = {}
    for lexicon in inspector.lexicons.for_languages(languages):
        for matcher in (lexicon.urls, lexicon.words):
            for start, end, term in matcher.find(path):
                if not term.feature.startswith("general."):
                    share = (end - start) / max(1, len(path))
                    found[term.feature] = max(found.get(term.feature, 0.0), round(_URL_PROMISE * (0.5 + share / 2), 3))
    return tuple(found.items())


@lru_cache(maxsize=1024)
def _path_words(url: str) -> str:
    try:
        return normalise(unquote(urlsplit(url).path).rsplit(".", 1)[0])
    except ValueError:
        return ""
