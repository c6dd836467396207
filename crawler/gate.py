"""Lets only content through: no errors, no interstitials, no 'not found' pages that call themselves success."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Literal

from crawler.interstitials import Verdict, interstitial
from crawler.urls import origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.reading import Reading
    from detectors.page import Page

RefusalKind = Literal["http_status", "interstitial", "soft_404", "duplicate", "login", "empty", "not_text"]
_SAMPLE = 4000
_ALIKE = 0.85
_APART = 30
"""So many different words, and two pages are not alike, however long the menus that they share."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer is not content; `verdict` names the interstitial."""

    kind: RefusalKind
    why: str
    verdict: Verdict | None = None


@dataclass(frozen=True, repr=False)
class Print:
    """What a page looks like: title and words, which are told apart when they are first asked for: few sites need
    their pages compared."""

    title: str
    text: str

    def __repr__(self) -> str:
        return f"Print(title={self.title!r}, words={self.words!r})"

    @cached_property
    def words(self) -> frozenset[str]:
        """The first words of the text."""
        return frozenset(self.text.split()[:_SAMPLE])

    def is_like(self, other: Print) -> bool:
        if self.title != other.title and not (self.words and self.words == other.words):
            return False
        apart = len(self.words ^ other.words)
        return apart <= _APART and apart <= (1 - _ALIKE) * len(self.words | other.words)


class Gate:
    """Judges the answers of one crawl. Knows the page each origin gives for a path that cannot exist."""

    def __init__(self) -> None:
        self._missing: dict[str, Print] = {}
        self._bodies: set[int] = set()
        self.refused: Counter[str] = Counter()
        self.honest: dict[str, bool] = {}

    def judge(self, reading: Reading, body: bytes, *, exempt: bool = False, login: bool = False) -> Refusal | None:
        """Why the answer is not content, None if it is. `exempt` pages (the seed) are not compared with others; `login`
        says that it is a login page which was read before."""
        again = Refusal("login", "the login page to which other pages lead too") if login and not exempt else None
        refusal = reading.refused or again or self._compared(reading, body, exempt)
        if refusal is not None:
            self.refused[refusal.verdict.kind if refusal.verdict else refusal.kind] += 1
        return refusal

    def _compared(self, reading: Reading, body: bytes, exempt: bool) -> Refusal | None:
        again = self._seen(body)
        missing = self._missing.get(origin(reading.url))
        if not exempt and missing is not None and reading.print is not None and missing.is_like(reading.print):
            return Refusal("soft_404", "looks like the site's answer to an address that cannot exist")
        if again and not exempt:
            return Refusal("duplicate", "the same answer as another page's")
        return None

    def _seen(self, body: bytes) -> bool:
        digest = hash(body)
        known = digest in self._bodies
        self._bodies.add(digest)
        return known

    def learn(self, page: Page) -> None:
        """Takes the answer to a random path: how this origin says 'not found'."""
        where = origin(page.url)
        self.honest[where] = page.status in (404, 410)
        if 200 <= page.status < 300 and page.kind == "html":
            self._missing[where] = print_of(page)


def refusal_of(page: Page, headers: Mapping[str, str]) -> Refusal | None:
    """Why an answer is no content by what it shows itself, None if it may be."""
    if not page.body.strip(b"\x00 \t\r\n"):
        return _refusal_of_nothing(page)
    verdict = interstitial(page, headers)
    if verdict is not None:
        return Refusal("interstitial", verdict.why, verdict)
    if not 200 <= page.status < 300:
        return Refusal("http_status", f"HTTP {page.status}")
    if page.kind == "other":
        return Refusal("not_text", f"not a page: {page.content_type or 'unknown type'}")
    return None


def _refusal_of_nothing(page: Page) -> Refusal:
    """Why there is no body: pictures and the like are not received at all."""
    if not 200 <= page.status < 300:
        return Refusal("http_status", f"HTTP {page.status}")
    if page.kind == "other" and page.content_type:
        return Refusal("not_text", f"not a page: {page.content_type}")
    return Refusal("empty", "the answer is empty")


def print_of(page: Page) -> Print:
    """What the page looks like."""
    return Print(page.title, page.text[: _SAMPLE * 8])


def random_path(where: str, seed: int) -> str:
    """A URL of this origin that cannot exist; the same for the same seed."""
    name = "".join(Random(f"{where}#{seed}").choices("bcdfghjklmnpqrstvwxz", k=18))
    return f"{where}/{name}"
