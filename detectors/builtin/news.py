"""News and events: sections of dated items."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.observation import Observation
from detectors.page import Page
from detectors.topic import TopicDetector


class News(TopicDetector):
    """A section or list of the body's news: a heading or menu entry, structured data, a feed of items."""

    name = "news"
    features = ("info.news",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Structured data first, then words."""
        yield from _typed(page, self.features[0], ("NewsArticle", "BlogPosting"), "structured data of a news item")
        yield from super().observe(page)


class Events(TopicDetector):
    """A calendar or list of coming events: a heading or menu entry, or structured data of events."""

    name = "events"
    features = ("info.events",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Structured data first, then words."""
        yield from _typed(page, self.features[0], ("Event",), "structured data of an event")
        yield from super().observe(page)


def _typed(page: Page, feature: str, types: tuple[str, ...], why: str) -> Iterable[Observation]:
    for item in page.jsonld:
        kind = item.get("@type")
        kinds = kind if isinstance(kind, list) else [kind]
        if any(name in types or (name and str(name).endswith("Event") and "Event" in types) for name in kinds):
            yield Observation(feature, "content", 0.7, str(item.get("headline") or item.get("name") or kind)[:200], why)
            return


DETECTORS = (News, Events)
