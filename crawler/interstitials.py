"""Recognises what stands in front of a portal: challenges, refusals, parked domains, default pages, maintenance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from crawler.urls import read_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detectors.page import Page

VerdictKind = Literal["challenge", "block", "geo", "parked", "default", "maintenance"]
_MARKUP = 64 * 1024
_MAX_TEXT = 2000
_LARGE_BODY = 400_000
"""No interstitial is larger than this many bytes of markup."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answer is instead of content: `why` in one sentence, `vendor` if it can be told."""

    kind: VerdictKind
    vendor: str
    why: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One row of `data/block_pages.toml`."""

    verdict: Verdict
    status: frozenset[int]
    headers: tuple[tuple[str, re.Pattern[str]], ...]
    title: re.Pattern[str] | None
    text: re.Pattern[str] | None
    markup: re.Pattern[str] | None
    max_text: int
    max_links: int

    def matches(self, answer: _Answer) -> bool:
        """Whether every field this signature names matches."""
        if self.status and answer.page.status not in self.status:
            return False
        if not all(pattern.search(answer.headers.get(name, "")) for name, pattern in self.headers):
            return False
        if self.title is self.text is self.markup is None:
            return True
        text = answer.page.text
        if len(text) > self.max_text or len(answer.page.links) > self.max_links:
            return False
        looked_at = ((self.title, answer.page.title), (self.text, text), (self.markup, answer.markup))
        return all(pattern is None or pattern.search(where) for pattern, where in looked_at)


class _Answer:
    """The page with its headers, and its markup decoded once for all signatures."""

    def __init__(self, page: Page, headers: Mapping[str, str]) -> None:
        self.page = page
        self.headers = headers
        self.markup = page.body[:_MARKUP].decode("latin-1")


def interstitial(page: Page, headers: Mapping[str, str]) -> Verdict | None:
    """What the HTML page is instead of content, None for content. `headers` by lower-case name."""
    if page.kind != "html" or len(page.body) > _LARGE_BODY:
        return None
    answer = _Answer(page, headers)
    return next((signature.verdict for signature in signatures() if signature.matches(answer)), None)


@cache
def signatures() -> tuple[Signature, ...]:
    """All signatures, in the order of the file."""
    return tuple(_signature(row) for row in read_data("block_pages.toml")["signature"])


def _signature(row: dict[str, Any]) -> Signature:
    pairs = (entry.partition(":") for entry in row.get("header", ()))
    return Signature(
        Verdict(row["kind"], row["vendor"], row["why"]),
        frozenset(row.get("status", ())),
        tuple((name.strip().lower(), re.compile(pattern.strip(), re.I)) for name, _, pattern in pairs),
        _pattern(row, "title"),
        _pattern(row, "text"),
        _pattern(row, "markup"),
        row.get("max_text", _MAX_TEXT),
        row.get("max_links", 60),
    )


def _pattern(row: dict[str, Any], field: str) -> re.Pattern[str] | None:
    return re.compile(row[field], re.I) if field in row else None
