"""Labels and texts that bear a number: of a document or its part ("M-16-15", "Table 4.2"), of an item of a list."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from detectors.dates import holds_digit
from detectors.packaged import data
from detectors.views import view

if TYPE_CHECKING:
    from detectors.hits import Segment
    from detectors.page import Page

_REMEMBERED = 8_192
_ALIKE = 3
"""So many other places must bear a number alike before a place that bears one is a part of a text or a list."""

_SHORT = 3
"""Numbers up to this length are alike whatever their digits."""

_ITEM = re.compile(
    r"^(?:\((?:[a-z]|[ivxlc]{1,6}|\d{1,3})\)|(?:[A-Z]|[IVXLC]{1,6})[.)](?=\s)|\d{1,6}(?:\.\d{1,3})*[.)]?(?=\D)|§)"
)
_SIGN = r"(?:no|nr|nº|n°|n|№|núm|num|nro|č|br|sz)[.°º]?"


@lru_cache(maxsize=_REMEMBERED)
def names_document(text: str) -> bool:
    """Whether a label bears the number of a document or of a part of one: of a memo, a bill, a table in a report."""
    return bool(_opening_number().match(text) or (holds_digit(text) and _inner_number().search(text)))


def begins_with_number(text: str) -> bool:
    """Whether a text begins as items of a list and parts of a text do: "11. Inquiries", "(ii)", "§ 4"."""
    return bool(_ITEM.search(text))


def is_one_of_many(page: Page, segment: Segment) -> bool:
    """Whether the place is one of several of its kind and zone that begin with numbers alike."""
    found = _ITEM.search(segment.text)
    return found is not None and _alike(page)[segment.kind, segment.zone, _shape(found[0])] > _ALIKE


@view
def _alike(page: Page) -> Counter[tuple[str, str, str]]:
    """How many texts of each kind and zone begin with a number of each shape."""
    texts = {(each.kind, each.zone, each.text) for each in page.hits.segments}
    numbers = ((kind, zone, _ITEM.search(text)) for kind, zone, text in texts)
    return Counter((kind, zone, _shape(number[0])) for kind, zone, number in numbers if number is not None)


@cache
def _opening_number() -> re.Pattern[str]:
    """A number with which a label begins."""
    parts = "|".join(data("mentions")["documents"]["parts"])
    return re.compile(
        r"[A-Z]{1,4}-?\d+[-/]\d+\b|(?:[A-Z]\.\s?){1,3}(?:[A-Z][a-z]+\.\s?)*\d+\b"
        rf"|(?:{parts})\s(?:\d[\d.]*|[IVX]+)\s?(?:[-–—:.]|$)",
        re.I,
    )


@cache
def _inner_number() -> re.Pattern[str]:
    """A number anywhere in a label."""
    kinds = "|".join(data("mentions")["documents"]["kinds"])
    return re.compile(rf"\b{_SIGN}\s?\d+\s?[-/]\s?\d+|\b(?:{kinds})\s(?:{_SIGN}\s?)?(?:[A-Z]-\d+|\d[\d.]{{2,}})", re.I)


def _shape(number: str) -> str:
    """What numbers of one kind have in common: how many digits a long one has, that others are figures or letters."""
    letters = re.sub(r"[A-Za-z]+", "a", number)
    return re.sub(r"\d", "9", letters) if len(number) > _SHORT else re.sub(r"\d+", "9", letters)
