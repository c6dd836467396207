"""What a label says beside one of its terms; beside the opening of a compound, what that word says behind it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from detectors.compositions import GENERAL, Part, kinds_of
from detectors.lexicon import is_opening
from detectors.locating import locate
from detectors.readings import read_behind, read_text

if TYPE_CHECKING:
    from detectors.hits import Hit
    from detectors.lexicon import Lexicon
    from detectors.page import Page
    from detectors.readings import Reading

_REMEMBERED_CHARS = 160


class Told(NamedTuple):
    """The names that are told (features, and lists as `general.<list>`), those told by a strong term, and the kinds
    that the terms of a feature speak of."""

    names: frozenset[str]
    strong: frozenset[str]
    kinds: frozenset[tuple[str, str]]


_NOTHING = Told(frozenset(), frozenset(), frozenset())


def beside(page: Page, hit: Hit, part: Part) -> bool:
    """Whether a name of the part is touched by what the segment says beside the hit."""
    told = told_beside(page, hit)
    return any(
        (name.text, name.kind) in told.kinds if name.kind else name.text in (told.strong if name.strong else told.names)
        for name in part
    )


def told_beside(page: Page, hit: Hit) -> Told:
    """What the segment says beside the hit, in the page's languages and in English; what a compound goes on with, in
    its own language."""
    if page.lexicons is None:
        return _NOTHING
    text = hit.segment.text
    if is_opening(hit.term):
        own = page.lexicons.get(hit.term.language)
        return _behind(own, text, hit.end) if own is not None else _NOTHING
    look = _remembered if len(text) <= _REMEMBERED_CHARS else _told
    return look(page.lexicons.for_languages(page.languages), text, hit.start, hit.end)


def _told(lexicons: tuple[Lexicon, ...], text: str, start: int, end: int) -> Told:
    """What is told outside a span of the normal form."""
    first, last = locate(text, start, end)
    return _of([read_text(lexicon, f"{text[:first]} | {text[last:]}") for lexicon in lexicons])


@lru_cache(maxsize=6_000)
def _remembered(lexicons: tuple[Lexicon, ...], text: str, start: int, end: int) -> Told:
    return _told(lexicons, text, start, end)


@lru_cache(maxsize=6_000)
def _behind(lexicon: Lexicon, text: str, end: int) -> Told:
    """What is told behind the opening of a compound that ends at `end` of the normal form."""
    return _of([read_behind(lexicon, text, end)])


def _of(readings: list[Reading]) -> Told:
    general = {f"{GENERAL}{name}" for reading in readings for name in reading.general}
    terms = [term for reading in readings for _, _, term, _ in reading.terms]
    strong = {term.feature for term in terms if term.role == "strong"}
    kinds = ((term.feature, kind) for term in terms for kind in kinds_of(term.gloss or term.text))
    return Told(frozenset(general | {term.feature for term in terms}), frozenset(strong), frozenset(kinds))
