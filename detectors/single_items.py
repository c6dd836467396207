"""Labels and addresses of one measure, body or occasion ("Healthcare Reform", "Committee on Health"): no section."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import urlsplit

from detectors.matcher import Matcher
from detectors.normalise import normal_label, normalise
from detectors.packaged import data

_REMEMBERED = 4_096
_LABEL = 160
"""Characters of the longest text whose normal form others ask for, too."""


@lru_cache(maxsize=_REMEMBERED)
def names_single_item(text: str, language: str) -> bool:
    """Whether a label in the language (a lexicon's name) holds a word for one measure, body or occasion."""
    return bool(_matcher(language).find(normal_label(text) if len(text) <= _LABEL else normalise(text)))


@lru_cache(maxsize=_REMEMBERED)
def is_below_single_items(url: str) -> bool:
    """Whether a step of the address above its last one says reforms or projects, each of which is one measure."""
    if not _steps().search(url):
        return False
    try:
        return bool(_steps().search(urlsplit(url).path))
    except ValueError:
        return False


@cache
def _steps() -> re.Pattern[str]:
    steps = "|".join(map(re.escape, data("single_items")["steps"]))
    return re.compile(rf"/(?:{steps})[\w-]*/[^/]", re.I)


@cache
def _matcher(language: str) -> Matcher[bool]:
    words = data("single_items")["words"]
    return Matcher((word, True) for word in words.get(language, ()))
