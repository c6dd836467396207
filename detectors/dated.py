"""The days that a page's content names, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from detectors.dates import FIRST_YEAR, dates_in, holds_digit, writes_month_first
from detectors.views import view

if TYPE_CHECKING:
    from detectors.hits import Segment
    from detectors.page import Page

_FIGURES = re.compile(r"\d(?:\d{3}|\s?年)")
_MAX_DATED = 400
"""How many pieces of a page with figures in them are read for dates."""

_SHORT = 80
"""Texts in which the pattern is found, or not, as quickly as any digit."""

_CONTENT = frozenset(("text", "link", "heading", "title"))
_NO_CONTENT = frozenset(("header", "nav", "breadcrumb", "consent"))


def dated(page: Page) -> Iterator[tuple[date, Segment]]:
    """The days named in the page's content, headings and links outside its head and menus, with where they stand."""
    month_first = writes_month_first(page.host)
    for segment in islice(_with_figures(page), _MAX_DATED):
        for day in dates_in(segment.text, page.languages, month_first=month_first):
            yield day, segment


@view
def figured(page: Page) -> frozenset[int]:
    """The numbers of the segments of running text that hold a digit."""
    texts = page.hits.texts
    told = holds_digit("\n".join([segment.text for segment in texts]))
    return frozenset([segment.number for segment in texts if holds_digit(segment.text)]) if told else frozenset()


def _with_figures(page: Page) -> Iterator[Segment]:
    """The pieces of content that hold a year's figures, or are of the first year of an era."""
    in_figures = figured(page)
    for segment in page.hits.segments:
        if segment.kind in _CONTENT and segment.zone not in _NO_CONTENT:
            text = segment.text
            worth = segment.number in in_figures if segment.kind == "text" else len(text) < _SHORT or holds_digit(text)
            if (worth and _FIGURES.search(text)) or FIRST_YEAR in text:
                yield segment
