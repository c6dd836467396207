"""What stands around a link: the row, list item or paragraph that names what a mere "Download" or "View" leads to, and
the menus it is in."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, cast

from lxml import etree

from detectors.normalise import normal_label
from detectors.packaged import data
from detectors.page.texts import squeeze

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from detectors.page.elements import Link

_AROUND = ("tr", "li", "p", "dd")
_MOST_STEPS = 6
"""How far above a link its row may begin."""

_LONGEST = 120
"""Characters of the name of what a link leads to: more is a text, of which the link is a part."""

_MOST_LINKS = 6
"""A row of more links is a list of its own: pages by their numbers."""

_MOST_WORDS = 6
_REMEMBERED = 4_096
_CAPTIONS = frozenset(("a", "span", "button", "strong", "b", "h2", "h3", "h4", "h5"))
_NO_MENU = frozenset(("body", "main", "article", "table"))
_MOST_LEVELS = 24
_PIECES = 4
"""So many levels up menus are looked for, and in so many pieces of text their captions."""

_WORDS_OF_CAPTION = 3
"""The caption of a menu that says an act says no more: "Apply for a", "Pay online"."""

_LINKS_AND_TEXT = etree.XPath(
    ".//a | .//text()[not(ancestor::a or ancestor::script or ancestor::style)]", smart_strings=False
)
_CUT = "…"
"""Stands for a link whose words are left out."""


def row_of(link: Link) -> str:
    """The text beside a link whose label says nothing of its own; empty where the label of it or of another link there
    does, or the text is long."""
    if link.zone not in ("main", "aside") or not is_bare(link.label):
        return ""
    around = _around(link.element)
    if around is None:
        return ""
    links = list(islice(around.iter("a"), _MOST_LINKS + 1))
    if len(links) > _MOST_LINKS or not all(is_bare(squeeze("".join(each.itertext()))) for each in links):
        return ""
    text = _beside_links(around)
    return text if len(text) <= _LONGEST else ""


def _beside_links(around: HtmlElement) -> str:
    """The text of the element but for its links; where one stood between words, that is marked."""
    pieces = cast("list[str | HtmlElement]", _LINKS_AND_TEXT(around))
    words = squeeze(" ".join(each if isinstance(each, str) else _mark(each) for each in pieces)).split(" ")
    while words and words[0] == _CUT:
        del words[0]
    while words and words[-1] == _CUT:
        words.pop()
    return " ".join(word for word, before in zip(words, ["", *words], strict=False) if word != _CUT or before != _CUT)


def _mark(link: HtmlElement) -> str:
    return _CUT if squeeze("".join(link.itertext())) else ""


@lru_cache(maxsize=_REMEMBERED)
def is_bare(label: str) -> bool:
    """Whether a label is made of words for reading and fetching, of endings of files and figures alone."""
    words = normal_label(label).split()
    return len(words) <= _MOST_WORDS and all(word in _words() or word.isdigit() for word in words)


@cache
def _words() -> frozenset[str]:
    return frozenset(normal_label(word) for words in data("bare_labels")["words"].values() for word in words)


def _around(element: HtmlElement | None) -> HtmlElement | None:
    """The nearest row, list item or paragraph that the element stands in; of a cell's, the row. None of what one
    chooses of: beside it stand the other choices."""
    found = None
    for step, each in enumerate(element.iterancestors() if element is not None else ()):
        if step >= _MOST_STEPS or each.tag == "select" or (found is not None and each.tag in ("ul", "ol", "table")):
            break
        if each.tag in _AROUND and (found is None or each.tag == "tr"):
            found = each
    return found


def menus_of(link: Link) -> list[str]:
    """The short captions of the menus that the link stands in, the innermost first."""
    captions: list[str] = []
    own = True
    for step in islice(link.element.iterancestors(), _MOST_LEVELS) if link.element is not None else ():
        if step.tag in _NO_MENU:
            break
        if step.tag != "li":
            continue
        places = [_first_item(step)] if own or step[0].tag not in _CAPTIONS else [_first_item(step), step[0]]
        told = (squeeze("".join(islice(place.itertext(), _PIECES))) for place in places if place is not None)
        captions += [caption for caption in told if caption and caption.count(" ") < _WORDS_OF_CAPTION]
        own = False
    return captions


def _first_item(item: HtmlElement) -> HtmlElement | None:
    """The first item of the list that the item is in, where it is another and holds no link, but the list's caption."""
    around = item.getparent()
    first = next(around.iterchildren("li"), None) if around is not None else None
    return None if first is None or first is item or next(first.iter("a"), None) is not None else first
