"""Heads of departments: names with titles, or a link that leads to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from detectors.observation import Observation
from detectors.page import Page
from detectors.topic import TopicDetector

_SEVERAL = 3
_MEETINGS = "participation.council_meetings"
"""The feature whose words name a body's sittings, not the people in it."""

_MAX_ENTRY = 240
_POSSESSIVES = ("'s ", "’s ")
"""What follows a title that names something else ("Mayor's permit")."""

_LETTERS_OF_PERSON = 40
"""So many letters beside a title, without a figure, are a name and a department; more are a sentence or a headline."""

_CASED = re.compile(r"[^\W\d_]")
_ALPHABETS = range(0x80, 0x2000)
"""Where the letters stand, beyond ASCII, of the alphabets that have capitals (Unicode blocks)."""


@cache
def _name() -> re.Pattern[str]:
    """Two words or more, none of which begins with a small letter (Georgian has no other letters)."""
    letters = (char for char in map(chr, _ALPHABETS) if char.islower() and char.title() != char)
    word = rf"[^\W\d_a-z{''.join(letters)}][\w'’.-]+"
    return re.compile(rf"\b{word}(?:[ \u00a0]+(?:[a-z]{{1,3}}[ \u00a0]+)?{word}){{1,3}}")


def _person(text: str, start: int, end: int) -> str:
    """The name beside the title; for scripts without capitals the text beside it; empty if there is none."""
    rest = f"{text[:start]} | {text[end:]}"
    found = _name().search(rest)
    if found:
        return found[0]
    letters = _CASED.findall(rest)
    few = len(letters) <= _LETTERS_OF_PERSON and not any(map(str.isdigit, rest))
    return rest if letters and few and not any(char.lower() != char.upper() for char in letters) else ""


class DepartmentHeads(TopicDetector):
    """A list of the heads (ministers, department heads, council leaders): several of their titles in the page's
    content, or a link or heading that names such a list."""

    name = "department-heads"
    version = "2"
    features = ("institution.department_heads",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first; then several titles in content, which a list of people has."""
        yield from super().observe(page)
        places: dict[str, str] = {}
        meetings = page.hits.speaking(_MEETINGS)
        for hit in page.hits.feature(self.features[0]):
            segment = hit.segment
            if (
                segment.zone in ("main", "aside")
                and segment.number not in meetings
                and segment.kind in ("heading", "text", "link")
                and len(segment.text) < _MAX_ENTRY
                and not segment.text.startswith(_POSSESSIVES, hit.span()[1])
            ):
                places.setdefault(_person(segment.text, *hit.span()), segment.text)
        if len(places) >= _SEVERAL:
            strength = min(0.75, 0.4 + 0.05 * len(places))
            quote = " · ".join(list(places.values())[:4])[:240]
            yield Observation(
                self.features[0], "content", strength, quote, f"{len(places)} titles of office in the content"
            )


DETECTORS = (DepartmentHeads,)
