"""Labels that tell of a service ("How to apply for a permit", a guide, rules, a question) and are not the service."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from detectors.matcher import Matcher
from detectors.normalise import normal_label
from detectors.packaged import data

if TYPE_CHECKING:
    from detectors.hits import Hit
    from detectors.page import Page

_REMEMBERED = 4_096
_QUESTION = ("?", "？", "؟")


def tells_of_service(page: Page, hit: Hit) -> bool:
    """Whether the label that holds the term only tells of the service. An address that names a guide says so too, but
    not of a label that says "online": catalogues of services call themselves guides."""
    segment = hit.segment
    if segment.kind == "text":
        return False
    if tells_about(segment.text, hit.term.language):
        return True
    return segment.link is not None and leads_to_guide(segment.link.url) and "online" not in page.hits.marks(segment)


def asks(text: str) -> bool:
    """Whether the text is a question."""
    return text.endswith(_QUESTION)


@lru_cache(maxsize=_REMEMBERED)
def tells_about(text: str, language: str) -> bool:
    """Whether a label in the language (a lexicon's name) asks a question or holds a word for telling how."""
    return asks(text) or bool(_matcher(language).find(normal_label(text)))


@lru_cache(maxsize=_REMEMBERED)
def leads_to_guide(url: str) -> bool:
    """Whether a step of the address names a guide: "/business-guide/pay-taxes", "/checklist-for-moving"."""
    try:
        path = urlsplit(url).path.lower()
    except ValueError:
        return False
    return bool(_steps().search(path))


@cache
def _matcher(language: str) -> Matcher[bool]:
    words = data("telling")["words"]
    return Matcher((word, True) for word in words.get(language, ()))


@cache
def _steps() -> re.Pattern[str]:
    steps = "|".join(map(re.escape, data("telling")["steps"]))
    return re.compile(rf"/(?:[\w-]+[-_])?(?:{steps})(?:[-_][\w-]+)?(?:/|\.|$)")
