"""News and events: sections of dated items, and whether the content is fresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from detectors.base import PageDetector
from detectors.dates import dates_in
from detectors.hits import is_step_above
from detectors.observation import Observation
from detectors.page import Page
from detectors.topic import TopicDetector

_MONTH = timedelta(days=31)
_YEAR = timedelta(days=366)
_OF_ITEM = 0.6
"""What it says of the section that a page is one of its items."""


class News(TopicDetector):
    """A section or list of the body's news: a heading or menu entry, structured data, a feed of items."""

    name = "news"
    version = "4"
    features = ("info.news",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Structured data first, then words."""
        yield from _typed(page, self.features[0], ("NewsArticle", "BlogPosting"), "structured data of a news item")
        yield from self._item(page)
        yield from super().observe(page)

    def _item(self, page: Page) -> Iterator[Observation]:
        """The page is itself an item below the news, by its address: "/news/new-bridge-opened"."""
        own = (hit for hit in page.hits.url_hits(self.feature) if hit.segment.link is None)
        hit = next((hit for hit in own if is_step_above(hit)), None)
        if hit is not None:
            yield Observation(
                self.feature,
                "content",
                _OF_ITEM,
                page.title[:240] or page.url,
                f"its address is below “{hit.term.text}”",
            )


class Events(TopicDetector):
    """A calendar or list of coming events: a heading or menu entry, or structured data of events. A page of events that
    were all over a year before the capture is an archive. Source: LOSI 2024 question 295, "upcoming events"."""

    name = "events"
    version = "4"
    features = ("info.events",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Structured data first, then words; the page's own words are little where all its dates are long past."""
        yield from _typed(page, self.features[0], ("Event",), "structured data of an event")
        found = list(super().observe(page))
        told = any(each.kind == "content" and each.is_proof for each in found)
        past = told and _is_long_past(page)
        for each in found:
            yield each._replace(strength=min(each.strength, 0.45)) if past and each.kind == "content" else each


def _is_long_past(page: Page) -> bool:
    """Whether the newest date in the content is over a year before the capture."""
    if page.fetched_at is None:
        return False
    newest = max((day for day, _ in page.dated), default=None)
    return newest is not None and newest < page.fetched_at.date() - _YEAR


class ContentFreshness(PageDetector):
    """A dated change, news item or document not older than a month before the capture. A clock in the head of the page
    is no content. Source: OSI 2024, "portal updated in the past month"."""

    name = "content-freshness"
    version = "2"
    features = ("technology.recently_updated",)
    uses_lexicon = False

    def observe(self, page: Page) -> Iterable[Observation]:
        """The newest date of the content that is not after the capture."""
        if page.kind != "html" or page.fetched_at is None:
            return
        captured = page.fetched_at.date()
        past = [(day, segment) for day, segment in page.dated if day <= captured]
        if not past:
            return
        newest, segment = max(past, key=lambda pair: pair[0])
        if captured - newest <= _MONTH:
            element = segment.link or segment.heading or segment.block
            yield Observation(
                self.features[0],
                "content",
                0.75 if newest < captured else 0.6,
                segment.text[:240],
                f"dated {newest.isoformat()}, at most a month before the capture",
                selector=page.selector(element.element) if element is not None else "",
                zone=segment.zone,
            )


def _typed(page: Page, feature: str, types: tuple[str, ...], why: str) -> Iterable[Observation]:
    """The first item of one of the types that was not over before the capture; little, where all of them were."""
    found = [item for item in page.jsonld if _is_of(item, types)]
    if found:
        item = next((each for each in found if not _is_over(page, each)), found[0])
        quote = str(item.get("headline") or item.get("name") or item.get("@type"))[:200]
        yield Observation(feature, "content", 0.4 if _is_over(page, item) else 0.7, quote, why)


def _is_of(item: Mapping[str, Any], types: tuple[str, ...]) -> bool:
    """Whether the item is of one of the types, or of a kind of event ("SportsEvent") where events are asked for."""
    kind = item.get("@type")
    names = [str(name).rpartition("/")[2] for name in (kind if isinstance(kind, list) else [kind])]
    return any(name in types or ("Event" in types and name.endswith("Event")) for name in names)


def _is_over(page: Page, item: Mapping[str, Any]) -> bool:
    days = dates_in(str(item.get("endDate") or item.get("startDate") or ""), ())
    return bool(days) and page.fetched_at is not None and max(days) < page.fetched_at.date()


DETECTORS = (News, Events, ContentFreshness)
