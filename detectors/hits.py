"""Which lexicon terms stand where on a page: one pass over its labels, headings, captions, text and URLs."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from detectors.normalise import locate, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detectors.lexicon import Lexicon, Term
    from detectors.page import Page
    from detectors.page.elements import Field, Form, Heading, Link, Zone

SegmentKind = Literal["title", "heading", "link", "control", "form", "image", "frame", "text", "url"]
MAX_TEXT_SEGMENTS = 1_500
_FILLER_LETTERS = 3
"""Words up to this length (articles, prepositions) and numbers do not make a label longer."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of text that terms are looked for in, with the element it comes from."""

    kind: SegmentKind
    text: str
    zone: Zone
    link: Link | None = None
    heading: Heading | None = None
    form: Form | None = None
    control: Field | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A term in a segment. `start`/`end` are offsets in the segment's normal form.

    `extra` counts the other words of the segment that carry meaning; `foreign` says that the term is of a language
    other than the page's own.
    """

    term: Term
    segment: Segment
    start: int
    end: int
    extra: int
    foreign: bool

    @property
    def whole(self) -> bool:
        """Whether the term is all that the segment says."""
        return self.extra == 0

    def span(self, fold: bool = True) -> tuple[int, int]:
        """The matched span in the segment's text as written."""
        return locate(self.segment.text, self.start, self.end, fold)


class PageHits:
    """All hits of a page, read in the page's languages and in English."""

    def __init__(self, page: Page) -> None:
        self.segments: list[Segment] = list(_segments(page))
        self.by_feature: dict[str, list[Hit]] = {}
        self.general: dict[int, set[str]] = {}
        self._features: dict[int, set[str]] = {}
        self.urls: dict[str, list[Hit]] = {}
        self._lexicons = page.lexicons.for_languages(page.languages) if page.lexicons else ()
        own = page.languages[0].split("-")[0] if page.languages else ""
        for fold in {lexicon.fold for lexicon in self._lexicons}:
            self._read(fold, own)
        self._read_urls(page, own)

    @property
    def covered(self) -> bool:
        """Whether a lexicon of the page's own language was used."""
        return any(not self._is_foreign(lexicon.language, self._own) for lexicon in self._lexicons)

    def feature(self, name: str) -> list[Hit]:
        """Hits of the feature in labels, headings, captions and text, in document order."""
        return self.by_feature.get(name, [])

    def url_hits(self, name: str) -> list[Hit]:
        """Hits of the feature in URLs: of links (segment.link) and of the page itself (segment.link is None)."""
        return self.urls.get(name, [])

    def marks(self, segment: Segment) -> set[str]:
        """The lists of general vocabulary that the segment touches: `online`, `apply`, `pay` ..."""
        return self.general.get(segment.number, set())

    def features_of(self, segment: Segment) -> set[str]:
        """Every feature that a term in the segment speaks of."""
        return self._features.get(segment.number, set())

    _own = ""

    @staticmethod
    def _is_foreign(language: str, own: str) -> bool:
        return language.split("-")[0] != own

    def _read(self, fold: bool, own: str) -> None:
        self._own = own
        texts = [normalise(segment.text, fold) for segment in self.segments]
        starts, position = [], 0
        for text in texts:
            starts.append(position)
            position += len(text) + 1
        joined = "\n".join(texts)
        for lexicon in self._lexicons:
            if lexicon.fold == fold:
                self._collect(lexicon, joined, texts, starts, own)

    def _collect(self, lexicon: Lexicon, joined: str, texts: list[str], starts: list[int], own: str) -> None:
        foreign = self._is_foreign(lexicon.language, own)
        found: dict[int, list[tuple[int, int, Term]]] = {}
        for start, end, term in lexicon.words.find(joined):
            number = bisect_right(starts, start) - 1
            if not term.feature.startswith("general."):
                found.setdefault(number, []).append((start - starts[number], end - starts[number], term))
            elif not foreign or lexicon.language == "en":
                self.general.setdefault(number, set()).add(term.feature[8:])
        for number, terms in found.items():
            denied = _denied(lexicon, texts[number], {term.feature for _, _, term in terms})
            for start, end, term in terms:
                if any(low <= start and end <= high for low, high in denied.get(term.feature, ())):
                    continue
                extra = _extra_words(texts[number], start, end)
                hit = Hit(term, self.segments[number], start, end, extra, foreign)
                self.by_feature.setdefault(term.feature, []).append(hit)
                self._features.setdefault(number, set()).add(term.feature)

    def _read_urls(self, page: Page, own: str) -> None:
        segments = list(_url_segments(page))
        texts = [normalise(segment.text) for segment in segments]
        starts, position = [], 0
        for text in texts:
            starts.append(position)
            position += len(text) + 1
        joined = "\n".join(texts)
        for lexicon in self._lexicons:
            foreign = self._is_foreign(lexicon.language, own)
            for start, end, term in lexicon.urls.find(joined):
                number = bisect_right(starts, start) - 1
                base = starts[number]
                extra = _extra_words(texts[number], start - base, end - base)
                hit = Hit(term, segments[number], start - base, end - base, extra, foreign)
                self.urls.setdefault(term.feature, []).append(hit)


def _denied(lexicon: Lexicon, text: str, features: set[str]) -> dict[str, list[tuple[int, int]]]:
    """The spans of `text` in which terms of the features do not count."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end, term in lexicon.denials.find(text, lambda term: term.feature in features):
        spans.setdefault(term.feature, []).append((start, end))
    return spans


def _extra_words(text: str, start: int, end: int) -> int:
    """Meaningful words of `text` outside [start, end); a match inside a longer word takes the whole word with it."""
    outside = f"{text[:start].rpartition(' ')[0]} {text[end:].partition(' ')[2]}"
    return sum(1 for word in outside.split() if len(word) > _FILLER_LETTERS and not word.isdigit())


def _segments(page: Page) -> Iterator[Segment]:
    for number, segment in enumerate(_labels(page)):
        yield Segment(
            segment.kind,
            segment.text,
            segment.zone,
            segment.link,
            segment.heading,
            segment.form,
            segment.control,
            number,
        )


def _labels(page: Page) -> Iterator[Segment]:
    for part in _TITLE_BREAK.split(page.title):
        if part:
            yield Segment("title", part, "main")
    for heading in page.headings:
        yield Segment("heading", heading.text, heading.zone, heading=heading)
    for link in page.links:
        label = link.label if not link.title or link.title in link.label else f"{link.label} | {link.title}"
        if link.label:
            yield Segment("link", link.label, link.zone, link=link)
        elif label:
            yield Segment("link", link.title, link.zone, link=link)
    for form in page.forms:
        if form.text and not form.loose:
            yield Segment("form", form.text[:200], form.zone, form=form)
        for control in form.fields:
            if control.caption:
                yield Segment("control", control.caption, form.zone, form=form, control=control)
    for _, title in page.iframes:
        if title:
            yield Segment("frame", title, "main")
    yield from _texts(page)


def _texts(page: Page) -> Iterable[Segment]:
    """Running text: blocks that are not mere link labels (those are segments already)."""
    number = 0
    for block in page.blocks:
        if block.link_chars * 10 > len(block.text) * 9 or number >= MAX_TEXT_SEGMENTS:
            continue
        number += 1
        yield Segment("text", block.text[:1500], block.zone)


_TITLE_BREAK = re.compile(r"\s+[|–—·•»›:-]+\s+|\s*[|»›]\s*")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|do|action|xhtml|cfm)\b", re.I)


def _url_segments(page: Page) -> Iterator[Segment]:
    """Paths of the page and of its links; of links to other hosts the host counts too."""
    yield Segment("url", _readable(page.url, page.host), "main")
    seen = set()
    for link in page.links:
        if link.url not in seen and link.url.startswith("http"):
            seen.add(link.url)
            yield Segment("url", _readable(link.url, page.host), link.zone, link=link)


def _readable(url: str, own_host: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    text = unquote(_EXTENSION.sub("", parts.path))
    return text if host == own_host else f"{host} {text}"
