"""Which lexicon terms stand where on a page: its labels, headings, captions, text and URLs."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, cached_property, lru_cache
from itertools import count, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from detectors.lexicon import is_opening
from detectors.locating import locate
from detectors.page.elements import made
from detectors.readings import read_addresses, read_texts
from detectors.rows import row_of
from survey.countries import countries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detectors.lexicon import Lexicon, Term
    from detectors.page import Page
    from detectors.page.elements import Block, Field, Form, Heading, Link, Zone
    from detectors.readings import Found, Reading, Readings

SegmentKind = Literal["title", "heading", "link", "control", "form", "image", "frame", "text", "url"]
MAX_TEXT_SEGMENTS = 1_500
_place = attrgetter("segment.number", "start")
_MAX_BLOCK = 1_500
_MOST_BESIDE = 2


class Segment(NamedTuple):
    """One piece of text that terms are looked for in, with the element it comes from."""

    kind: SegmentKind
    text: str
    zone: Zone
    link: Link | None = None
    heading: Heading | None = None
    form: Form | None = None
    control: Field | None = None
    block: Block | None = None
    number: int = 0


class Hit(NamedTuple):
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
    """All hits of a page, read in the page's languages and in English; each list is in document order."""

    def __init__(self, page: Page) -> None:
        self.segments: list[Segment] = list(_labels(page))
        self.by_feature: dict[str, list[Hit]] = defaultdict(list)
        self.general: dict[int, set[str]] = defaultdict(set)
        self._denied: set[tuple[str, str]] = set()
        self._own_readings: dict[int, list[Reading]] = defaultdict(list)
        self._below: dict[tuple[str, ...], frozenset[str]] = {}
        self._speaking: dict[tuple[str, ...], frozenset[int]] = {}
        self.urls: dict[str, list[Hit]] = {}
        self._lexicons = page.lexicons.for_languages(page.languages) if page.lexicons else ()
        beside = page.lexicons.for_languages(_beside_english(page)) if page.lexicons else ()
        self._own = page.languages[0].split("-")[0] if page.languages else ""
        self._is_covered = any(not self._is_foreign(lexicon) for lexicon in self._lexicons)
        lexicons = sorted(dict.fromkeys((*self._lexicons, *beside)), key=self._is_foreign)
        for lexicon, readings in self._readings(tuple(lexicons)).items():
            self._read(lexicon, readings)
        self._read_urls(page)
        if len(self._lexicons) > 1 or beside:
            for hits in (*self.by_feature.values(), *self.urls.values()):
                hits.sort(key=_place)

    @property
    def covered(self) -> bool:
        """Whether a lexicon of the page's own language was used."""
        return self._is_covered

    @cached_property
    def texts(self) -> list[Segment]:
        """The segments of running text."""
        return [segment for segment in self.segments if segment.kind == "text"]

    @cached_property
    def touching(self) -> dict[str, set[int]]:
        """The numbers of the segments that touch each list of general vocabulary."""
        numbers: dict[str, set[int]] = {}
        for number, marks in self.general.items():
            for mark in marks:
                numbers.setdefault(mark, set()).add(number)
        return numbers

    @cached_property
    def tops(self) -> frozenset[int]:
        """The numbers of the segments of the title and of the main headings."""
        places = self.segments
        tops = [
            each for each in places if each.kind == "title" or (each.heading is not None and each.heading.level == 1)
        ]
        return frozenset([each.number for each in tops])

    def speaking(self, *names: str) -> frozenset[int]:
        """The numbers of the segments in which a term speaks of one of the features."""
        if names not in self._speaking:
            self._speaking[names] = frozenset(hit.segment.number for name in names for hit in self.feature(name))
        return self._speaking[names]

    def feature(self, name: str) -> list[Hit]:
        """Hits of the feature in labels, headings, captions and text, in document order."""
        return self.by_feature.get(name, [])

    def url_hits(self, name: str) -> list[Hit]:
        """Hits of the feature in URLs: of links (segment.link) and of the page itself (segment.link is None)."""
        return self.urls.get(name, [])

    def below(self, *names: str) -> frozenset[str]:
        """Addresses of the links that lead to something below one of the features' sections, as "/news/41" does for
        news."""
        if names not in self._below:
            hits = (hit for name in names for hit in self.url_hits(name))
            below = (hit.segment.link.url for hit in hits if hit.segment.link is not None and is_step_above(hit))
            self._below[names] = frozenset(below)
        return self._below[names]

    def marks(self, segment: Segment) -> set[str]:
        """The lists of general vocabulary that the segment touches: `online`, `apply`, `pay` ..."""
        return self.general.get(segment.number, set())

    def _is_foreign(self, lexicon: Lexicon) -> bool:
        return lexicon.language.split("-")[0] != self._own

    def _read(self, lexicon: Lexicon, readings: list[tuple[Segment, Reading]]) -> None:
        """The page's own languages come first: of words that they know, another's weak terms say nothing ("mayor" is a
        Spanish word too), and what they deny, another's words do not say."""
        foreign = self._is_foreign(lexicon)
        speaks = not foreign or lexicon.language == "en"
        for segment, reading in readings:
            terms, general, denied = reading
            own = self._own_readings.get(segment.number, ()) if foreign else ()
            if not foreign and (terms or denied):
                self._own_readings[segment.number].append(reading)
            if general and speaks:
                self.general[segment.number] |= general
            if denied and segment.link is not None:
                self._denied.update((segment.link.url, feature) for feature in denied)
            for found in terms:
                if not own or _adds(found, own):
                    start, end, term, extra = found
                    self.by_feature[term.feature].append(made(Hit, (term, segment, start, end, extra, foreign)))

    def _readings(self, lexicons: tuple[Lexicon, ...]) -> dict[Lexicon, list[tuple[Segment, Reading]]]:
        """The segments in which each lexicon finds something.

        Menus mix languages, running text does not: another language's words count there for want of the own.
        """
        found: dict[Lexicon, list[tuple[Segment, Reading]]] = {lexicon: [] for lexicon in lexicons}
        own = tuple(each for each in lexicons if not self._is_foreign(each)) if self._is_covered else lexicons
        for segment in self.segments:
            look = own if segment.kind == "text" else lexicons
            for lexicon, reading in read_texts(look, segment.text):
                found[lexicon].append((segment, reading))
        return found

    def _read_urls(self, page: Page) -> None:
        """Terms in addresses; one counts neither in a denied phrase nor where the link's label denies it."""
        for number, (url, link) in enumerate(_addresses(page)):
            text, readings = _read_url(self._lexicons, url, page.host)
            zone = link.zone if readings and link is not None else "main"
            for lexicon, reading in readings:
                segment, foreign = Segment("url", text, zone, link=link, number=number), self._is_foreign(lexicon)
                for start, end, term, extra in reading.terms:
                    if link is None or (link.url, term.feature) not in self._denied:
                        hit = made(Hit, (term, segment, start, end, extra, foreign))
                        self.urls.setdefault(term.feature, []).append(hit)


def _adds(found: Found, own: Iterable[Reading]) -> bool:
    """Whether a term of another language says something beside what the page's own say of the same text."""
    start, end, term, _ = found
    if any(term.feature in reading.denied for reading in own):
        return False
    known = (each for reading in own for each in reading.terms) if term.role == "weak" else ()
    return not any(start < last and first < end and not is_opening(each) for first, last, each, _ in known)


def _beside_english(page: Page) -> tuple[str, ...]:
    """The languages of the country for an English page of another country: its menus are often left untranslated."""
    if not page.languages or page.languages[0] != "en":
        return ()
    official = _official_languages().get(page.host.rpartition(".")[2], ())
    return () if "en" in official else official[:_MOST_BESIDE]


@cache
def _official_languages() -> dict[str, tuple[str, ...]]:
    """Official languages by the country's top-level domain."""
    return {("uk" if each.iso2 == "GB" else each.iso2.lower()): each.languages for each in countries().values()}


def is_step_above(hit: Hit) -> bool:
    """Whether the path goes on behind the step that holds the term."""
    text = hit.segment.text
    return "/" in text[hit.span()[1] :].rstrip("/")


def _labels(page: Page) -> Iterator[Segment]:
    """The page's pieces of text, numbered in the order in which they are read."""
    number = count()
    for part in _TITLE_BREAK.split(page.title):
        if part:
            yield Segment("title", part, "main", number=next(number))
    for heading in page.headings:
        yield made(Segment, ("heading", heading.text, heading.zone, None, heading, None, None, None, next(number)))
    for link in page.links:
        label, title, zone = link.label, link.title, link.zone
        if label:
            yield made(Segment, ("link", label, zone, link, None, None, None, None, next(number)))
        row = row_of(link)
        if row:
            yield made(Segment, ("link", row, zone, link, None, None, None, None, next(number)))
        if title and title not in label:
            yield made(Segment, ("link", title, zone, link, None, None, None, None, next(number)))
    for form in page.forms:
        if form.text and not form.loose:
            yield Segment("form", form.text[:200], form.zone, form=form, number=next(number))
        for control in form.fields:
            if control.caption:
                yield Segment("control", control.caption, form.zone, form=form, control=control, number=next(number))
    for _, title in page.iframes:
        if title:
            yield Segment("frame", title, "main", number=next(number))
    blocks = (b for b in page.blocks if b.link_chars * 10 <= len(b.text) * 9 and b.tag not in _HEADINGS)
    for block in islice(blocks, MAX_TEXT_SEGMENTS):
        text = block.text[:_MAX_BLOCK]
        yield made(Segment, ("text", text, block.zone, None, None, None, None, block, next(number)))


_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TITLE_BREAK = re.compile(r"\s+[|–—·•»›:-]+\s+|\s*[|»›]\s*")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|do|action|xhtml|cfm)\b", re.I)


def _addresses(page: Page) -> list[tuple[str, Link | None]]:
    """Address and link, of the page and of its links that do not stay on it."""
    links = reversed(page.links)
    first = {link.url: link for link in links if link.url.startswith("http") and not link.href.startswith("#")}
    return [(page.url, None), *reversed(first.items())]


@lru_cache(maxsize=6_000)
def _read_url(lexicons: tuple[Lexicon, ...], url: str, own_host: str) -> tuple[str, Readings]:
    """The address as words, its path, and its host where it is not the page's own; what the lexicons find in them."""
    try:
        host, path = _parted(url, own_host)
    except ValueError:
        return "", ()
    path = unquote(_EXTENSION.sub("", path) if "." in path else path)
    text = path if host == own_host else f"{host} {path}"
    return text, read_addresses(lexicons, text)


def _parted(url: str, own_host: str) -> tuple[str, str]:
    """Host and path of a URL; most are of the page's own host, and told without more ado. Raises ValueError."""
    scheme, _, rest = url.partition("://")
    if scheme in ("http", "https") and rest.startswith(f"{own_host}/") and rest.isascii() and rest.isprintable():
        return own_host, rest[len(own_host) :].partition("#")[0].partition("?")[0]
    parts = urlsplit(url)
    return parts.hostname or "", parts.path
