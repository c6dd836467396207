"""Titles of dated items (news, notices): they tell what happened, and name no section of the portal."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from detectors.dates import dates_in
from detectors.packaged import data

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from detectors.hits import Hit
    from detectors.page import Page

_MORE_WORDS = 2
"""A title says at least so many other words: "Health" or "Public health services" above a date names a section."""

_NEWS = "info.news"
_STEPS_UP = 3
_MAX_ITEM = 400
"""Characters of an item with its date and first lines; what is longer holds several items."""

_ARTICLES = ("NewsArticle", "BlogPosting")


def is_headline(page: Page, hit: Hit) -> bool:
    """Whether the term stands, among other words, in the title of a dated item: of a link or heading of the content
    with a day in it or beside it, of a long label to an address below the news, or of a page that is one news item. A
    menu names no items."""
    segment = hit.segment
    if hit.extra < _MORE_WORDS or segment.zone not in ("main", "aside") or not _is_mentioned(hit.term.feature):
        return False
    if segment.kind == "title" or (segment.heading is not None and segment.heading.level == 1):
        return is_article(page)
    if segment.link is not None and hit.extra > _MORE_WORDS and segment.link.url in page.hits.below(_NEWS):
        return True
    place = segment.link or segment.heading
    return place is not None and _is_dated(page, segment.text, place.element)


def is_article(page: Page) -> bool:
    """Whether the page is one news item, by its structured data or its address."""
    if any(name in str(item.get("@type", "")) for item in page.jsonld for name in _ARTICLES):
        return True
    own = (hit for hit in page.hits.url_hits(_NEWS) if hit.segment.link is None)
    return any("/" in hit.segment.text[hit.span()[1] :].rstrip("/") for hit in own)


@cache
def _is_mentioned(feature: str) -> bool:
    """Whether dated items only mention the feature, and are no proof of it."""
    rules = data("single_items")
    return feature.partition(".")[0] in rules["headline_families"] and feature not in rules["told_by_items"]


def _is_dated(page: Page, text: str, element: HtmlElement | None) -> bool:
    """Whether a day is named in the text, or around its element in what is no longer than one item."""
    if _names_day(page, text):
        return True
    for _ in range(_STEPS_UP):
        element = element.getparent() if element is not None else None
        around = _text_of(element) if element is not None else ""
        if element is None or not around:
            return False
        if _names_day(page, around) or next(element.iter("time"), None) is not None:
            return True
    return False


def _text_of(element: HtmlElement) -> str:
    """The element's text; empty where it is longer than an item's."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext():
        pieces.append(piece)
        length += len(piece.strip())
        if length > _MAX_ITEM:
            return ""
    return " ".join(pieces)


def _names_day(page: Page, text: str) -> bool:
    return bool(dates_in(text, page.languages))
