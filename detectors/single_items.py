"""Labels that name one measure, body or occasion ("Healthcare Reform", "Committee on Health") and so no section."""

from __future__ import annotations

from functools import cache, lru_cache

from detectors.matcher import Matcher
from detectors.normalise import normalise
from detectors.packaged import data

_REMEMBERED = 4_096


@lru_cache(maxsize=_REMEMBERED)
def names_single_item(text: str, language: str) -> bool:
    """Whether a label in the language (a lexicon's name) holds a word for one measure, body or occasion."""
    return any(True for _ in _matcher(language).find(normalise(text)))


@cache
def _matcher(language: str) -> Matcher[bool]:
    words = data("single_items")["words"]
    return Matcher((word, True) for word in words.get(language, ()))
