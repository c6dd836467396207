"""The days that a page's content names, with where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from detectors.dates import dates_in, writes_month_first

if TYPE_CHECKING:
    from detectors.hits import Segment
    from detectors.page import Page

_FIGURES = re.compile(r"\d{4}|\d\s?年|元年")
_MAX_DATED = 400
"""How many pieces of a page with figures in them are read for dates."""

_CONTENT = frozenset(("text", "link", "heading", "title"))
_NO_CONTENT = frozenset(("header", "nav", "breadcrumb", "consent"))


def dated(page: Page) -> Iterator[tuple[date, Segment]]:
    """The days named in the page's content, headings and links outside its head and menus, with where they stand."""
    read = 0
    month_first = writes_month_first(page.host)
    for segment in page.hits.with_figures:
        if segment.zone in _NO_CONTENT or segment.kind not in _CONTENT or not _FIGURES.search(segment.text):
            continue
        read += 1
        if read > _MAX_DATED:
            return
        for day in dates_in(segment.text, page.languages, month_first=month_first):
            yield day, segment
