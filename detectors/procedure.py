"""Whether a page describes a service: which documents, under which conditions, how long, at what cost."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from detectors.matcher import Matcher
from detectors.normalise import normalise
from detectors.packaged import data

if TYPE_CHECKING:
    from detectors.hits import Segment
    from detectors.page import Page

ENOUGH_PARTS = 2
_MAX_CAPTION = 60
_MAX_BLOCK = 400
_FEW_CHARS = 24
"""How many characters beside its word a caption may hold: "Fees and charges", not a sentence on fees."""

_OTHER_COLONS = ("\uff1a", "\ufe30", "\u055d", "\u1366", "\u17d6")
"""Full-width, vertical, Armenian, Ethiopic and Khmer colons."""


_CLOSES = (".", ";", "\u2014")
"""What a sentence or a clause of a law ends with, and a caption does not."""

_DASHES = " -\u2013\u2014="
_ALONE = frozenset(("documents",))
_NONE: frozenset[str] = frozenset()
_REMEMBERED = 8_192


def service_sheet(page: Page) -> tuple[frozenset[str], list[Segment]]:
    """The parts of a service's description that the content has as captions, and where; empty where there are fewer
    than two, but for documents: they alone tell that something is applied for.

    A caption is a heading, or the beginning of a block up to its colon. The parts are `documents`, `conditions`, `time`
    and `cost`.
    """
    parts: set[str] = set()
    places: list[Segment] = []
    names = lexicons_of(page)
    for segment in page.hits.segments if names else ():
        if segment.kind in ("heading", "text") and segment.zone in ("main", "aside"):
            found = _told(segment, names)
            if not found <= parts:
                parts |= found
                places.append(segment)
    return (frozenset(parts), places) if len(parts) >= ENOUGH_PARTS or parts >= _ALONE else (frozenset(), [])


def lexicons_of(page: Page) -> tuple[str, ...]:
    """The names of the lexicons of the page's languages, not those that are read beside them."""
    found = (page.lexicons.resolve(language) for language in page.languages) if page.lexicons else ()
    return tuple(dict.fromkeys(lexicon.language for lexicon in found if lexicon is not None))


def _told(segment: Segment, languages: tuple[str, ...]) -> frozenset[str]:
    """The parts that a heading or block tells of; most blocks are sentences alone, and tell of none."""
    text = segment.text
    if not text.isascii():
        for colon in _OTHER_COLONS:
            text = text.replace(colon, ":")
    if segment.kind == "heading":
        return _NONE if text[:1].islower() else _parts(text.partition(":")[0], languages)
    if ":" not in text and (text.endswith(_CLOSES) or len(text) > _MAX_CAPTION):
        return _NONE
    return _announced(text, languages).union(*[_parts(caption, languages) for caption in _captions(text)])


def _captions(text: str) -> list[str]:
    """The captions in a block: the whole if it is short, else what stands before the colons."""
    if text[:1].islower():
        return []
    if len(text) <= _MAX_CAPTION:
        return [text.partition(":")[0]]
    if len(text) > _MAX_BLOCK:
        return []
    pieces = text.split(":")[:-1]
    return [piece.rpartition(". ")[2].rpartition("; ")[2][-_MAX_CAPTION:] for piece in pieces]


def _announced(text: str, languages: tuple[str, ...]) -> frozenset[str]:
    """Documents, where a block ends with the announcement of their list: "… bring the following documents:"."""
    text = text.rstrip(_DASHES)
    if not text.endswith(":") or len(text) > _MAX_BLOCK:
        return _NONE
    whole = normalise(text)
    if any(_denied(language).find(whole) for language in languages):
        return frozenset()
    plain = normalise(text[-_MAX_CAPTION:])
    ends = (end for language in languages for _, end, _ in _following(language).find(plain))
    return _ALONE if len(plain) in ends else frozenset()


@lru_cache(maxsize=_REMEMBERED)
def _parts(caption: str, languages: tuple[str, ...]) -> frozenset[str]:
    plain = normalise(caption)
    if any(_denied(language).find(plain) for language in languages):
        return frozenset()
    found = (each for language in languages for each in _matcher(language).find(plain))
    return frozenset(part for start, end, part in found if len(plain) - (end - start) <= _FEW_CHARS)


@cache
def _matcher(language: str) -> Matcher[str]:
    words = data("procedure")["words"]
    return Matcher((word, part) for part, by_language in words.items() for word in by_language.get(language, ()))


@cache
def _denied(language: str) -> Matcher[bool]:
    return Matcher((phrase, True) for phrase in data("procedure")["denied"].get(language, ()))


@cache
def _following(language: str) -> Matcher[bool]:
    return Matcher((phrase, True) for phrase in data("procedure")["following"].get(language, ()))
