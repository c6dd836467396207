"""What a lexicon finds in a piece of text. Menus repeat on every page, so short pieces are read once and remembered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from detectors.normalise import UNSPACED, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.lexicon import Lexicon, Term
    from detectors.matcher import Matcher

LABEL = 160
"""Characters of the longest text that is read as a label or caption. In longer ones, running text, weak terms say
nothing."""

_REMEMBERED_PIECES = 16_384
_FILLER_LETTERS = 3
"""Words up to this length (articles, prepositions) and numbers do not make a label longer."""

_MANY_WORDS = 12
"""More words than this are not counted: the text is running text whatever their number."""

_LOOKED_AT = 40
"""Words that are parted at once while they are counted."""

_HANGUL = "\uac00-\ud7af"
_DENSE = re.compile(f"[{UNSPACED}{_HANGUL}]")
_DENSE_WORDS = re.compile(f"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff{_HANGUL}]")
_SPELT = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u30a1-\u30ff]")

Found = tuple[int, int, "Term", int]
"""Start and end in the normalised piece, the term, and the number of meaningful words outside it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The terms that count, the lists of general vocabulary touched, and the features of which a term was denied."""

    terms: tuple[Found, ...]
    general: frozenset[str]
    denied: frozenset[str]


_NOTHING = Reading((), frozenset(), frozenset())


def read_text(lexicon: Lexicon, text: str) -> Reading:
    """What the lexicon's words find in a label, heading or run of text."""
    if len(text) <= LABEL:
        return _remembered(lexicon, text, False)
    return _read(lexicon, lexicon.running, normalise(text, lexicon.fold))


def read_address(lexicon: Lexicon, text: str) -> Reading:
    """What the lexicon's URL words find in an address, written as words."""
    return _remembered(lexicon, text, True) if len(text) <= LABEL else _read(lexicon, lexicon.urls, normalise(text))


@lru_cache(maxsize=_REMEMBERED_PIECES)
def _remembered(lexicon: Lexicon, text: str, address: bool) -> Reading:
    matcher = lexicon.urls if address else lexicon.words
    return _read(lexicon, matcher, normalise(text, address or lexicon.fold))


def _read(lexicon: Lexicon, matcher: Matcher[Term], plain: str) -> Reading:
    found = matcher.find(plain)
    if not found:
        return _NOTHING
    general = frozenset(term.feature[8:] for _, _, term in found if term.feature.startswith("general."))
    spoken = [(start, end, term) for start, end, term in found if not term.feature.startswith("general.")]
    spans = _denied_spans(lexicon, plain, {term.feature for _, _, term in spoken}) if spoken else {}
    terms: list[Found] = []
    denied: set[str] = set()
    for start, end, term in spoken:
        if any(low <= start and end <= high for low, high in spans.get(term.feature, ())):
            denied.add(term.feature)
        else:
            terms.append((start, end, term, _extra_words(plain, start, end)))
    return Reading(tuple(terms), general, frozenset(denied))


def _denied_spans(lexicon: Lexicon, plain: str, features: set[str]) -> dict[str, list[tuple[int, int]]]:
    """The spans of normalised text in which terms of the features do not count."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end, term in lexicon.denials.find(plain, lambda term: term.feature in features):
        spans.setdefault(term.feature, []).append((start, end))
    return spans


def _extra_words(text: str, start: int, end: int) -> int:
    """Meaningful words of `text` outside [start, end); a match inside a longer word takes the whole word with it.

    Where words are short or not parted by spaces, characters are counted: four of Han or Hangul, six of other scripts
    without spaces make a word; hiragana is grammar.
    """
    before, after = text.rfind(" ", 0, start) + 1, text.find(" ", end)
    parts = (text[:before], text[after:] if after >= 0 else "")
    if text.isascii() or not _DENSE.search(text):
        return _count_words(parts, 0)
    beside = f"{text[:start]} {text[end:]}"
    extra = len(_DENSE_WORDS.findall(beside)) // 4 + len(_SPELT.findall(beside)) // 6
    return _count_words([_DENSE.sub(" ", part) for part in parts], extra)


def _count_words(parts: Iterable[str], extra: int) -> int:
    """`extra` and the meaningful words of the parts; no further counted than what is many."""
    for part in parts:
        rest = part
        while rest:
            words = rest.split(" ", _LOOKED_AT)
            rest = words.pop() if len(words) > _LOOKED_AT else ""
            for word in words:
                if len(word) > _FILLER_LETTERS and not word.isdigit():
                    extra += 1
                    if extra >= _MANY_WORDS:
                        return extra
    return extra
