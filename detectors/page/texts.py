"""The text of a page as the walk meets it, and what stands in for text: alternatives of links, absolute addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

_WORD = re.compile(r"[^\W_]")
_RAW = 8
"""Characters of markup text, white space included, that are looked at for one character of a label."""


def squeeze(text: str | None) -> str:
    """White space folded to single spaces."""
    return " ".join(text.split()) if text else ""


def has_words(text: str) -> bool:
    """Whether the text holds a letter or digit: a sign alone (an arrow, an icon) says nothing."""
    return _WORD.search(text) is not None


class RunningText:
    """The page's text in pieces; blocks are cut out of it, labels are read back from a position.

    `is_filled` says whether there is more than white space since the last cut.
    """

    __slots__ = ("_block", "_link_chars", "_pieces", "is_filled")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._block = 0
        self._link_chars = 0
        self.is_filled = False

    @property
    def position(self) -> int:
        """Where the next piece will stand."""
        return len(self._pieces)

    def add(self, text: str, in_link: bool) -> None:
        """Text met in the walk."""
        if text.isspace():
            self._pieces.append(" ")
            return
        self._pieces.append(text)
        self.is_filled = True
        if in_link:
            self._link_chars += len(text)

    def cut(self) -> tuple[str, int]:
        """The text since the last cut and how much of it stood in links; a space parts it from what follows."""
        if not self.is_filled:
            return "", 0
        found = squeeze("".join(self._pieces[self._block :])), self._link_chars
        self._pieces.append(" ")
        self._block, self._link_chars, self.is_filled = len(self._pieces), 0, False
        return found

    def since(self, position: int, limit: int) -> str:
        """The text since `position`, at most `limit` characters; the work is bounded however much there is."""
        end, size = position, 0
        while end < len(self._pieces) and size < limit * _RAW:
            size += len(self._pieces[end])
            end += 1
        return squeeze("".join(self._pieces[position:end])[: limit * _RAW])[:limit]


def alternative(element: HtmlElement) -> str:
    """What stands for the text of a link that has none."""
    for image in element.iter("img"):
        if squeeze(image.get("alt")):
            return squeeze(image.get("alt"))
    for node in element.iter("title"):
        if squeeze(node.text):
            return squeeze(node.text)
    return squeeze(element.get("aria-label") or element.get("title") or element.get("alt"))


def urljoin_safe(base: str, href: str) -> str:
    """`href` made absolute, without fragment; malformed targets stay as they are."""
    href = href.strip().translate(_LINE_BREAKS)
    if href.startswith("/") and _is_plain_path(href):
        return f"{_origin(base)}{href.partition('#')[0]}"
    if _PLAIN_URL.match(href):
        return href.partition("#")[0]
    return _joined(base, href)


_LINE_BREAKS = {ord(char): None for char in "\n\r\t"}
_PLAIN_PATH = re.compile(r"/(?!/)(?:(?!/\.)[^\s\\\[\]])*$")
_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+/(?:(?!/\.)[^\s\\\[\]])*$")
"""Targets that need no resolving: no dot segments, no brackets, a plain host."""


@lru_cache(maxsize=8192)
def _is_plain_path(href: str) -> bool:
    return _PLAIN_PATH.match(href) is not None


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
    return url.partition("#")[0]
