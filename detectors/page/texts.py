"""The text of a page as the walk meets it, and what stands in for text: alternatives of links, absolute addresses."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from detectors.packaged import data

_CLOSING = frozenset(")]）］】")
_OPENING = "([（［【"
_WORD = re.compile(r"[^\W_]")
_WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space but the space, as Python has it."""

_CUT = "\0"
"""Stands between two runs of text: a character that no document holds."""

_RAW = 8
"""Characters of markup text, white space included, that are looked at for one character of a label."""


def squeeze(text: str | None) -> str:
    """White space folded to single spaces."""
    return " ".join(text.split()) if text else ""


def text_of(element: HtmlElement, limit: int) -> str:
    """The beginning of the text in an element, of the first pieces of it; scripts there are text too."""
    return squeeze("".join(islice(element.itertext(), limit))[: limit * _RAW])[:limit]


def _folded(text: str) -> str:
    """White space folded as in `squeeze`, but for that at the ends: quicker for the text of a whole page."""
    for char in _WHITE:
        if char in text:
            text = text.replace(char, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def has_words(text: str) -> bool:
    """Whether the text holds a letter or digit: a sign alone (an arrow, an icon) says nothing."""
    return text[:1].isalnum() or _WORD.search(text) is not None


class RunningText:
    """The page's text in pieces; blocks are cut out of it, labels are read back from a position.

    `is_filled` says whether there is more than white space since the last cut.
    """

    __slots__ = ("_link_chars", "_pieces", "is_filled")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._link_chars = 0
        self.is_filled = False

    @property
    def position(self) -> int:
        """Where the next piece will stand."""
        return len(self._pieces)

    def add(self, text: str, in_link: bool) -> None:
        """Text met in the walk. A small letter and a capital that only markup parts are the end of a word and the
        beginning of another ("<b>Contact</b>Visit us"), which the style sheet sets apart."""
        if text.isspace():
            self._pieces.append(" ")
            return
        if text[0].isupper() and self._pieces and self._pieces[-1][-1].islower():
            text = f" {text}"
        self._pieces.append(text)
        self.is_filled = True
        if in_link:
            self._link_chars += len(text)

    def cut(self) -> int:
        """Ends a run of text; gives how much of it stood in links. A space parts it from what follows."""
        link_chars = self._link_chars
        self._pieces.append(_CUT)
        self._link_chars, self.is_filled = 0, False
        return link_chars

    def runs(self) -> list[str]:
        """The text of each run that was cut, in order, and of what follows the last cut."""
        return [run.strip() for run in _folded("".join(self._pieces)).split(_CUT)]

    def since(self, position: int, limit: int) -> str:
        """The text since `position`, at most `limit` characters; the work is bounded however much there is."""
        pieces, most = self._pieces, limit * _RAW
        text = pieces[position] if len(pieces) == position + 1 else self._joined(position, most)
        return squeeze(text[:most].replace(_CUT, " "))[:limit]

    def _joined(self, position: int, most: int) -> str:
        """The pieces since `position`, up to the one with which there are `most` characters."""
        pieces, end, size = self._pieces, position, 0
        while end < len(pieces) and size < most:
            size += len(pieces[end])
            end += 1
        return "".join(pieces[position:end])


def without_remark(label: str) -> str:
    """The label without a remark in brackets at its end that tells how the link opens."""
    if label[-1:] not in _CLOSING:
        return label
    start = max(map(label.rfind, _OPENING))
    inside = label[start + 1 : -1].casefold()
    return label[:start].rstrip() if start >= 0 and any(word in inside for word in _remarks()) else label


@cache
def _remarks() -> tuple[str, ...]:
    return tuple(data("bare_labels")["remarks"]["words"])


def alternative(element: HtmlElement) -> str:
    """What stands for the text of a link that has none: the words of an image, the title of a drawing, the name of the
    link, else of what is in it."""
    for image in element.iter("img"):
        said, title = squeeze(image.get("alt")), squeeze(image.get("title"))
        if said or title:
            return said if not title or title in said else title if said in title else f"{said} | {title}"
    for node in element.iter("title"):
        if squeeze(node.text):
            return squeeze(node.text)
    names = (_name(node) for node in element.iter("*"))
    return next(filter(None, names), "")


def _name(element: HtmlElement) -> str:
    return squeeze(element.get("aria-label") or element.get("title") or element.get("alt"))


def urljoin_safe(base: str, href: str) -> str:
    """`href` made absolute, without fragment; malformed targets stay as they are."""
    if len(href) > _LONGEST_REMEMBERED:
        return _joined.__wrapped__(base, _cleaned(href))
    return _plain(_origin(base), href) or _joined(base, _cleaned(href))


_LINE_BREAKS = {ord(char): None for char in "\n\r\t"}
_LONGEST_REMEMBERED = 2_000
_PLAIN_PATH = re.compile(r"/(?!/)(?:(?!/\.)[^\s\\\[\]])*$")
_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+/(?:(?!/\.)[^\s\\\[\]])*$")
"""Targets that need no resolving: no dot segments, no brackets, a plain host."""


_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.I)
_BEHIND_PATH = re.compile(r"[?#].*", re.S)
_OPENING_OF_URL = re.compile(r"(?:https?:)?//+", re.I)
_LACKING_SLASHES = re.compile(r"^(https?:)/?(?=[^/?#])", re.I)
"""How an address begins that is still not whole once it is resolved: one of another scheme than the page's."""


def _cleaned(href: str) -> str:
    """The target without line breaks; of a web address the scheme in small letters, two slashes behind it, and slashes
    for backslashes (URL Standard, 4.4)."""
    target = _slashed(href.strip().translate(_LINE_BREAKS))
    opening = _OPENING_OF_URL.match(target)
    return f"{opening[0].rstrip('/').lower()}//{target[opening.end() :]}" if opening else target


def _slashed(target: str) -> str:
    if "\\" not in target or _OTHER_SCHEME.match(target):
        return target
    behind = _BEHIND_PATH.search(target)
    end = behind.start() if behind else len(target)
    return target[:end].replace("\\", "/") + target[end:]


@lru_cache(maxsize=8192)
def _plain(origin: str, href: str) -> str:
    """The target where it needs no resolving but by scheme and host; empty for any other."""
    target = _cleaned(href)
    if _PLAIN_PATH.match(target):
        return f"{origin}{target.partition('#')[0]}"
    return target.partition("#")[0] if _PLAIN_URL.match(target) else ""


@lru_cache(maxsize=256)
def _origin(base: str) -> str:
    """Scheme and host of the base; empty if it is no URL."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@lru_cache(maxsize=4096)
def _joined(base: str, href: str) -> str:
    try:
        url = urljoin(base, href)
        urlsplit(url)
    except ValueError:
        return href
    return _LACKING_SLASHES.sub(_with_slashes, url.partition("#")[0])


def _with_slashes(opening: re.Match[str]) -> str:
    return f"{opening[1].lower()}//"
