"""Heads of departments: names with titles, or a link that leads to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from detectors.hits import Hit
from detectors.observation import Observation
from detectors.page import Page
from detectors.strengths import Strengths
from detectors.topic import TopicDetector

_SEVERAL = 3
_MENUS = frozenset(("header", "nav", "footer"))
_HOLDER = 0.55
"""What a menu's link to one holder of an office counts at least."""

_MEETINGS = "participation.council_meetings"
"""The feature whose words name a body's sittings, not the people in it."""

_MAX_ENTRY = 240
_MAX_LINK = 60
"""Characters of a label that names a person and the office; a longer one is a headline about what a person did."""

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


def _is_holder(hit: Hit) -> bool:
    """Whether a link's label begins with a title of office, and a name is all that follows."""
    start, end = hit.span()
    text = hit.segment.text
    return hit.segment.link is not None and start == 0 and _name().fullmatch(text[end:].strip()) is not None


class DepartmentHeads(TopicDetector):
    """The heads (ministers, department heads, council leaders): several of their titles in the page's content, a link
    or heading that names a list of them, or one in a menu that names one of them."""

    name = "department-heads"
    version = "4"
    features = ("institution.department_heads",)

    def observe(self, page: Page) -> Iterable[Observation]:
        """Words first, then several titles in the content."""
        yield from super().observe(page)
        yield from self._listed(page)

    def weigh(self, page: Page, hit: Hit, table: Strengths) -> float:
        """As a topic, but proof where a menu's link is a title and the name of who holds it, and nothing else."""
        value = super().weigh(page, hit, table)
        return max(value, _HOLDER) if hit.segment.zone in _MENUS and _is_holder(hit) else value

    def _listed(self, page: Page) -> Iterable[Observation]:
        """Several titles in the content, which a list of people has."""
        places: dict[str, str] = {}
        meetings = page.hits.speaking(_MEETINGS)
        for hit in page.hits.feature(self.features[0]):
            segment = hit.segment
            if (
                segment.zone in ("main", "aside")
                and segment.number not in meetings
                and segment.kind in ("heading", "text", "link")
                and len(segment.text) < (_MAX_LINK if segment.link is not None else _MAX_ENTRY)
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
