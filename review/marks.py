"""Text and addresses from portals, made safe to show: pieces of an excerpt, links, marks of reading direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

ELLIPSIS = "…"
_OVERRIDES = {0x202D: "\ufffd", 0x202E: "\ufffd"}
"""Characters that turn the order of letters around whatever they are (Unicode Bidirectional Algorithm, 3.1.2)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an excerpt; `marked` when it is a matched word."""

    text: str
    marked: bool


def pieces(quote: str, matched: Iterable[tuple[int, int]], limit: int = 420) -> list[Piece]:
    """The quote in plain and marked pieces, at most about `limit` characters around the first match.

    Offsets outside the quote are clipped, overlapping ones joined, so that the pieces always spell the quote.
    """
    shown = plain(quote)
    spans = _merged(matched, len(shown))
    start, end = _window(spans[0] if spans else (0, 0), len(shown), limit)
    found = list(_cut(shown, spans, start, end))
    if start > 0:
        found.insert(0, Piece(ELLIPSIS, False))
    if end < len(shown):
        found.append(Piece(ELLIPSIS, False))
    return found


def plain(text: str) -> str:
    """The text with overrides of reading direction made visible; its length stays."""
    return text.translate(_OVERRIDES)


def clipped(text: str, limit: int = 200) -> str:
    """The text on one line, cut after `limit` characters."""
    line = " ".join(plain(text[: 20 * limit]).split())
    return line if len(line) <= limit else line[: limit - 1] + ELLIPSIS


def safe_link(url: str) -> str:
    """The URL when it is an absolute http or https address, else an empty string (javascript:, data:, file: ...)."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme.lower() in ("http", "https") and parts.hostname else ""


def link_target(page: str, href: str) -> str:
    """Where a link on a page leads, when it leads to a web address; else an empty string."""
    try:
        return safe_link(urljoin(page, href)) if href else ""
    except ValueError:
        return ""


def _merged(matched: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(length, end)) for start, end in matched):
        if start >= end:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _window(first: tuple[int, int], length: int, limit: int) -> tuple[int, int]:
    if length <= limit:
        return 0, length
    start = max(0, min(first[0] - limit // 3, length - limit))
    return start, max(min(length, start + limit), first[1])


def _cut(quote: str, spans: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    at = start
    for left, right in ((max(s, start), min(e, end)) for s, e in spans if s < end and e > start):
        if left > at:
            yield Piece(quote[at:left], False)
        yield Piece(quote[left:right], True)
        at = right
    if at < end:
        yield Piece(quote[at:end], False)
