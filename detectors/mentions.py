"""Places that only mention what they speak of: titles of dated items and of numbered documents, files, parts of a long
text, entries of a table of contents, addresses written out, links into archives of the web."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from detectors.headlines import is_article, is_headline
from detectors.hosts import host_of
from detectors.numbered import begins_with_number, is_one_of_many, names_document
from detectors.packaged import data
from detectors.promise import is_document
from detectors.standing import is_front
from detectors.telling import tells_about
from detectors.views import view

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from detectors.hits import Hit, Segment
    from detectors.page import Page
    from detectors.page.elements import Heading, Link

_REMEMBERED = 8_192
_MORE_WORDS = 2
_SENTENCE = 10
"""So many other words make a text a sentence that speaks of more."""

_DEEP = 3
"""So many steps further down than the first an address leads to one page of a site."""

_PROSE = 400
"""Characters of text under a heading from which on it is a part of an essay."""

_ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$|^\S+@\S+\.\S+$", re.I)
_MAILBOX = re.compile(r"\S+@\S+\.\S+$")
_DATED = re.compile(
    r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2])/(?:\d\d?/)?[^/?#]{8,}"
    r"|/(?:[^\W_]+-){4,}\d{14,}(?:\.\w{3,5})?$"
)
"""The address of a dated item: year and month as steps, or a title of words that ends in a number made of the moment
("-102241128182240327.htm")."""
_PARTED = re.compile(r"[-_ ]")
_OPENS = ("role", "data-toggle", "data-bs-toggle", "aria-controls", "aria-expanded", "onclick")
"""Attributes of a link that opens a part of the page and is its caption."""

_BODIES, _TOPICS = "ministry.", "info."
_CITY, _OFFICIAL = "info.municipality", "portal.official"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def only_mentions(page: Page, hit: Hit, feature: str) -> bool:
    """Whether the place of the term, for all that it says, is no proof of the feature."""
    segment, weak = hit.segment, hit.term.role == "weak"
    if segment.link is not None and _leads_nowhere(segment.link):
        return True
    if segment.kind == "url":
        return _crosses_steps(hit)
    if feature.startswith(_TOPICS) and _MAILBOX.match(segment.text):
        return True
    if segment.zone not in ("main", "aside"):
        return False
    if _is_part(page, hit) or (feature == hit.term.feature and is_headline(page, hit)):
        return True
    return _is_single(page, hit, feature) or (weak and _is_aside(page, segment, feature))


def _is_part(page: Page, hit: Hit) -> bool:
    """Whether the place is an entry of a table of contents, an address written out or one of many numbered parts; a
    strong term counts in the captions of such parts."""
    segment, weak = hit.segment, hit.term.role == "weak"
    if segment.link is not None and _is_entry(page, segment.link, hit):
        return True
    if weak and _ADDRESS.search(segment.text):
        return True
    return (weak or segment.kind == "text") and is_one_of_many(page, segment)


def _is_single(page: Page, hit: Hit, feature: str) -> bool:
    """Whether the place names one document or story, which is no section; or says more than a caption does."""
    segment, weak = hit.segment, hit.term.role == "weak"
    more = hit.extra >= _MORE_WORDS
    if segment.kind == "text":
        return hit.extra >= _SENTENCE and feature in data("mentions")["running"]["short"]
    if weak and more and segment.kind == "title" and not feature.startswith(tuple(_titles())):
        return True
    if not _is_section(feature):
        return False
    if names_document(segment.text) or is_headline(page, hit):
        return True
    if segment.link is not None:
        return _is_one_target(page, hit, segment.link, feature)
    return more and ((segment.number in page.hits.tops and _is_document_page(page)) or _leads_to_story(segment))


def _is_one_target(page: Page, hit: Hit, link: Link, feature: str) -> bool:
    """Whether the link leads to one story, one file, or one page deep in another site: of a body that is asked for, or
    under a longer label."""
    if feature.startswith(_BODIES) and _leads_deep(page, link):
        return True
    shown = feature in data("mentions")["documents"]["shown"]
    topic = feature.startswith(_TOPICS) and not shown
    if hit.extra >= _MORE_WORDS and (_DATED.search(link.url) or (topic and _leads_deep(page, link))):
        return True
    says_it = hit.whole and hit.term.role == "strong" and not feature.startswith(_BODIES)
    return is_document(link.url) and not (_names_file(hit) if shown else says_it)


@cache
def _is_section(feature: str) -> bool:
    """Whether single documents and stories are no proof of the feature."""
    rules = data("mentions")["documents"]
    return feature.startswith(tuple(rules["families"])) and feature not in rules["told"]


def _titles() -> list[str]:
    told: list[str] = data("mentions")["running"]["titles"]
    return told


def _names_file(hit: Hit) -> bool:
    """Whether a label names what files show (a timetable), or says no more than the common word."""
    return hit.whole or hit.term.role == "strong"


def _leads_nowhere(link: Link) -> bool:
    """Whether a link sends an e-mail to nobody, as links for sharing do, or leads to what a portal once was."""
    return link.href.startswith("mailto:?") or is_archived(link.url)


@lru_cache(maxsize=_REMEMBERED)
def is_archived(url: str) -> bool:
    """Whether the address leads into an archive of the web."""
    return host_of(url).endswith(tuple(data("mentions")["archives"]["hosts"]))


def _leads_deep(page: Page, link: Link) -> bool:
    """Whether a link leads to one page deep in another site, not to the site."""
    host, _, path = link.url.partition("://")[2].partition("?")[0].partition("/")
    return host.lower() != page.host and path.rstrip("/").count("/") >= _DEEP


def _leads_to_story(segment: Segment) -> bool:
    """Whether a heading holds a link to a dated address."""
    element = segment.heading.element if segment.heading is not None else None
    return element is not None and any(_DATED.search(link.get("href", "")) for link in element.iter("a"))


def _is_entry(page: Page, link: Link, hit: Hit) -> bool:
    """Whether a link is an entry of the page's own table of contents; what it leads to is read there."""
    if link.element is None or not link.href.startswith("#") or link.href == "#":
        return False
    if any(name in link.element.attrib for name in _OPENS):
        return False
    if hit.term.role == "weak" or begins_with_number(link.label) or names_document(link.label):
        return True
    if tells_about(link.label, hit.term.language):
        return True
    target = _named(page).get(link.href[1:])
    return target is not None and (target.tag in ("a", *_HEADINGS) or _says(target, link.label))


@view
def _named(page: Page) -> dict[str, HtmlElement]:
    """The first element of each name or id."""
    found: dict[str, HtmlElement] = {}
    for each in page.tree.iter(etree.Element):
        for name in (each.get("id"), each.get("name")):
            if name:
                found.setdefault(name, each)
    return found


def _says(element: HtmlElement, label: str) -> bool:
    """Whether the element begins with the label; no more of its text is looked at than may hold it."""
    most, pieces, length = 4 * len(label), [], 0
    for piece in element.itertext():
        pieces.append(piece)
        length += len(piece)
        if length >= most:
            break
    return " ".join("".join(pieces)[:most].split()).startswith(label)


@view
def _is_document_page(page: Page) -> bool:
    """Whether the page is one news item or one numbered document, by its address, title or main heading."""
    if _DATED.search(page.url) or is_article(page):
        return True
    return any(names_document(page.hits.segments[number].text) for number in page.hits.tops)


def _is_aside(page: Page, segment: Segment, feature: str) -> bool:
    """Whether a heading of the kind "History" stands over prose on a page that is about something else, by its titles
    and its address; on one named for the city itself it is about the city."""
    heading, shown = segment.heading, data("strengths")["box"]["shown"]
    if heading is None or heading.level == 1 or feature in shown or not _is_section(feature):
        return False
    about = (feature, _OFFICIAL) if feature == _CITY else (feature,)
    if is_front(page.url) or not page.hits.tops.isdisjoint(page.hits.speaking(*about)):
        return False
    own = any(hit.segment.link is None for hit in page.hits.url_hits(feature))
    return not own and _prose_under(heading) >= _PROSE


def _prose_under(heading: Heading) -> int:
    """Characters of text between a heading and the next; no further counted than what is prose."""
    length = 0
    for each in heading.element.itersiblings() if heading.element is not None else ():
        for text in () if each.tag in _HEADINGS else each.itertext():
            length += len(text.strip())
            if length >= _PROSE:
                return length
        if each.tag in _HEADINGS:
            break
    return length


def _crosses_steps(hit: Hit) -> bool:
    """Whether the words of an address belong to two of its steps and fill not both ("/general/plan_7")."""
    text = hit.segment.text
    first, last = hit.span() if _PARTED.search(hit.term.text) else (0, 0)
    if "/" not in text[first:last].strip("/"):
        return False
    return (first > 0 and "/" not in text[first - 1 : first + 1]) or "/" not in f"{text}/"[last - 1 : last + 1]
