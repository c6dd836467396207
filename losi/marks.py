"""Excerpts with their matched words marked, and links that are safe to follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an excerpt; `marked` when it is a matched word."""

    text: str
    marked: bool


def segments(quote: str, matched: Iterable[tuple[int, int]], limit: int = 420) -> list[Segment]:
    """Cut a quote into plain and marked pieces, at most about `limit` characters around the first match.

    Offsets outside the quote are clipped, overlapping ones joined, so that the pieces always spell the quote.
    """
    spans = _merged(matched, len(quote))
    start, end = _window(spans[0] if spans else (0, 0), len(quote), limit)
    pieces = list(_cut(quote, spans, start, end))
    if start > 0:
        pieces.insert(0, Segment(ELLIPSIS, False))
    if end < len(quote):
        pieces.append(Segment(ELLIPSIS, False))
    return pieces


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


def _cut(quote: str, spans: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[Segment]:
    at = start
    for left, right in ((max(s, start), min(e, end)) for s, e in spans if s < end and e > start):
        if left > at:
            yield Segment(quote[at:left], False)
        yield Segment(quote[left:right], True)
        at = right
    if at < end:
        yield Segment(quote[at:end], False)
