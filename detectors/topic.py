"""The bases of the detectors that differ in words alone: a topic that a portal covers, a service that it offers
online."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, ClassVar

from detectors.around import is_act_around
from detectors.base import PageDetector
from detectors.mentions import only_mentions
from detectors.normalise import normalise
from detectors.observation import PROOF, Observation
from detectors.plainly import NOUNS
from detectors.rows import is_bare
from detectors.strengths import Strengths, strengths
from detectors.targets import targets_of
from detectors.telling import tells_of_service
from detectors.views import view
from detectors.years import reckonings, years_in, years_in_address

if TYPE_CHECKING:
    from detectors.hits import Hit, Segment
    from detectors.page import Page

_NOUN = {**NOUNS, "url": "address"}
_CEILING = 0.98
_LEAST = 0.15
_MAX_QUOTE = 240
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|odt|rtf|xlsx?|zip)$", re.I)
_FEED = re.compile(r"[/.](?:rss|atom|feed)(?:[/.?]|$)|[?&]feed=", re.I)
_FED = frozenset(("info.news", "info.events"))
"""What a feed is proof of; of anything else it only carries news."""

_OF_FEED = 0.45
_UNSAID = 0.45
"""What the address of a link counts at most whose label says something else, and a common word where it is no proof."""

_SHOWN = 0.52
_LEAST_SHOWN = 0.2
"""From this strength on, the address of an image without words counts _SHOWN."""

_WORDS_OF_ACT = 2
"""Further words in a label that names a service and an act; in longer ones the act is often another's."""

OF_MENTION = 0.30
"""What mentions a feature counts this much at most."""


class TopicDetector(PageDetector):
    """Finds one feature by the lexicon's words in menus, links, headings, captions, text and addresses.

    A leaf says by flags where words count: `text_as_proof`, running text that holds a strong term is proof (a policy
    that is stated); `address_completes`, an address that says the same can lift a hint to proof; `common_words_prove`,
    a weak term that is a whole label is proof; `keep` is how many links and how many other places are reported.
    """

    text_as_proof: ClassVar[bool] = False
    keep: ClassVar[int] = 2
    address_completes: ClassVar[bool] = True
    common_words_prove: ClassVar[bool] = True

    @property
    def feature(self) -> str:
        """The one feature of the detector."""
        return self.features[0]

    def needs(self) -> frozenset[str] | None:
        """Its feature, unless a leaf observes more than words."""
        return frozenset((self.feature,)) if type(self).observe is TopicDetector.observe else None

    def observe(self, page: Page) -> Iterable[Observation]:
        """Best sightings on the page: links first, then the page's own content."""
        feature = self.feature
        words, urls = page.hits.feature(feature), page.hits.url_hits(feature)
        if not (words or urls):
            return
        links: list[tuple[float, Hit]] = []
        content: list[tuple[float, Hit]] = []
        for sighting in self._sightings(page, words, urls):
            if sighting[0] >= _LEAST:
                (content if sighting[1].segment.link is None else links).append(sighting)
        for strength, hit in (*self._best(page, links), *self._best(page, content)):
            yield describe(page, feature, hit, strength)

    def _best(self, page: Page, found: list[tuple[float, Hit]]) -> list[tuple[float, Hit]]:
        """The strongest, one per target or text; ties keep document order. What only mentions the feature counts
        little, which is asked of none but what would be told."""
        if not found:
            return []
        queue = [(-value, place, hit) for place, (value, hit) in enumerate(found)]
        heapify(queue)
        best: dict[str, tuple[float, Hit]] = {}
        while queue and len(best) < self.keep:
            value, place, hit = heappop(queue)
            target = hit.segment.link.url if hit.segment.link is not None else hit.segment.text
            if value <= -PROOF and target not in best and only_mentions(page, hit, self.feature):
                heappush(queue, (-OF_MENTION, place, hit))
            else:
                best.setdefault(target, (-value, hit))
        return list(best.values())

    def _sightings(self, page: Page, words: list[Hit], urls: list[Hit]) -> Iterator[tuple[float, Hit]]:
        table, feeds = strengths(), frozenset() if self.feature in _FED else _feeds_of(page)
        by_link = {hit.segment.link.url: hit for hit in urls if hit.segment.link is not None}
        told: set[str] = set()
        for hit in words:
            link = hit.segment.link
            value = self.weigh(page, hit, table)
            if link is not None:
                told.add(link.url)
                value = self._supported(value, table) if link.url in by_link else value
                if link.url in feeds:
                    value = min(value, _OF_FEED)
            yield (value if hit.term.role == "strong" or self.suffices(page, hit) else min(value, _UNSAID)), hit
        for url, hit in by_link.items():
            if url not in told:
                yield self.weigh_url(page, hit, table), hit
        for hit in urls:
            if hit.segment.link is None:
                yield min(0.45, table.of_url(hit)), hit

    def _supported(self, value: float, table: Strengths) -> float:
        """The strength of a label whose address says the same."""
        lifted = value + table.url_support
        return lifted if self.address_completes or value >= PROOF else min(lifted, PROOF - 0.01)

    def suffices(self, page: Page, hit: Hit) -> bool:
        """Whether a weak term can be proof, as it is where it is a whole label; leaves ask for more beside it."""
        return self.common_words_prove

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """Strength of one sighting in words; leaves and bases refine it."""
        return table.of(hit, self.text_as_proof)

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """Strength of a link whose address alone says it: little where its label says something else, or the label of
        another link to the same address; proof where an image stands for the label."""
        value, link = table.of_url(hit), hit.segment.link
        if link is None:
            return value
        if not is_bare(link.label) or (not link.label and link.url in _labelled(page)):
            return min(value, _UNSAID)
        return value if link.label or value < _LEAST_SHOWN else max(value, _SHOWN)


class RecentTopicDetector(TopicDetector):
    """Finds a topic that counts only while it is recent: `max_age` years before the capture at most.

    The age is told by the years named in the sighting itself, else in the page's title and address; where none is named
    the sighting counts. A number that only tells a page from others ("/node/2015") is no year.
    """

    max_age: ClassVar[int] = 5

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but little where all years named are too long ago."""
        value = super().weigh(page, hit, table)
        return OF_MENTION if value > OF_MENTION and self._is_old(page, hit.segment) else value

    def _is_old(self, page: Page, segment: Segment) -> bool:
        if page.fetched_at is None:
            return False
        counted, link = reckonings(page.languages, page.host), segment.link
        years = years_in(segment.text, counted)
        if link is not None:
            years += years_in_address(link.url, counted, self._topics(page))
        elif not years:
            years = years_in(page.title, counted) + years_in_address(page.url, counted, self._topics(page))
        return bool(years) and max(years) < page.fetched_at.year - self.max_age

    def _topics(self, page: Page) -> frozenset[str]:
        """The words by which addresses on the page name the feature."""
        return frozenset(normalise(hit.term.text.replace("*", "")) for hit in page.hits.url_hits(self.feature))


class OnlineServiceDetector(TopicDetector):
    """Finds a service that can be done online: the act itself, or an apply-online link for it.

    The service's bare name is information about it, not the service: it counts once a word for doing it online
    stands in the same label or in the heading above, the menu it is in says nothing but the act ("Apply for"), or the
    page is itself a form about it.
    """

    address_completes = False
    acts: ClassVar[tuple[str, ...]] = ("online", "apply")

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """A strong term names the act; a weak one needs a mark of the act beside it. A guide to it is not the act."""
        value = super().weigh(page, hit, table)
        marks = page.hits.marks(hit.segment)
        if page.kind != "html" or ("form" in marks and "online" not in marks) or _is_download(hit.segment):
            return min(value, 0.40)
        if tells_of_service(page, hit):
            return min(value, OF_MENTION)
        if hit.term.role == "strong":
            return value
        acts = {"online"} if hit.segment.kind in ("heading", "title", "text") else self.acts
        if marks.intersection(acts):
            is_label = hit.segment.kind != "text" and hit.extra <= _WORDS_OF_ACT
            return max(value, 0.60 - 0.03 * hit.extra) if is_label else min(value, _UNSAID)
        if hit.extra == 0 and is_act_around(page, hit.segment, self.acts):
            return max(value, 0.58)
        return min(value, 0.40)

    def weigh_url(self, page: Page, hit: Hit, table: Strengths) -> float:
        """An address names the service, seldom that it is online."""
        return min(0.40, table.of_url(hit))


@view
def _labelled(page: Page) -> frozenset[str]:
    """The addresses to which links of the page lead under labels that say something."""
    return frozenset(link.url for link in page.links if not is_bare(link.label))


@view
def _feeds_of(page: Page) -> frozenset[str]:
    """The addresses of feeds among the page's links."""
    addresses = targets_of(page).addresses
    if not any(map(addresses.lower().__contains__, ("rss", "atom", "feed"))):
        return frozenset()
    return frozenset(filter(_FEED.search, addresses.split("\n")))


def _is_download(segment: Segment) -> bool:
    """Whether the link leads to a document, which is filled in on paper."""
    return segment.link is not None and bool(_DOCUMENT.search(segment.link.url.partition("?")[0]))


def describe(page: Page, feature: str, hit: Hit, strength: float) -> Observation:
    """The observation for one hit: its words marked in the quote, its rule said in words."""
    segment = hit.segment
    by_url = segment.kind == "url"
    if by_url:
        quote, marked = _cut(segment.link.label if segment.link else segment.text, 0, 0)
    else:
        quote, marked = _cut(segment.text, *hit.span())
    place = f"{_NOUN[segment.kind]} in the {segment.zone}" if segment.link else _NOUN[segment.kind]
    element = segment.link or segment.control or segment.heading or segment.form or segment.block
    return Observation(
        feature=feature,
        kind="content" if segment.link is None else "link",
        strength=round(min(_CEILING, strength), 3),
        quote=quote,
        why=f"{place}: {'address' if by_url else hit.term.role} term “{hit.term.text}” ({hit.term.language})",
        href=segment.link.href if segment.link is not None else "",
        selector=page.selector(element.element) if element is not None else "",
        matched=marked,
        gloss=hit.term.gloss,
        zone=segment.zone,
        language=hit.term.language,
    )


def _cut(text: str, start: int, end: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """At most _MAX_QUOTE characters of `text` around the matched span, and the span's place in them."""
    if len(text) <= _MAX_QUOTE:
        return text, ((start, end),) if end > start else ()
    first = max(0, min(start - 60, len(text) - _MAX_QUOTE))
    quote = text[first : first + _MAX_QUOTE]
    return quote, (((start - first, min(end - first, len(quote))),) if end > start else ())
