"""The cell formats of a workbook; only answer and comment cells are open in a protected sheet.

What the workbook says itself goes from right to left where its language does; what pages and people said goes by its
own letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Formats:
    """The cell formats of one workbook; `data` and `soft` are `text` and `quiet` for what it does not say itself."""

    head: Any
    title: Any
    text: Any
    quiet: Any
    data: Any
    soft: Any
    link: Any
    share: Any
    answer: Any
    comment: Any
    states: Mapping[str, Any]


def formats_of(book: Any, *, turned: bool = False) -> Formats:
    """The formats, made in a workbook of xlsxwriter; `turned` for a language that is read from right to left."""
    wrap = {"text_wrap": True, "valign": "top"}
    own = {**wrap, "align": "right", "reading_order": 2} if turned else wrap
    quiet = {"font_color": "#5a6472"}
    open_to = {"bg_color": "#fff8e1", "border": 1, "border_color": "#dfe3e8", "locked": False, "num_format": "@"}
    colours = {"present": "#1d7a4a", "absent": "#b3362b", "unknown": "#976400", "manual": "#2f5f9e"}
    return Formats(
        head=book.add_format({**own, "bold": True, "bottom": 1, "bg_color": "#eef1f4"}),
        title=book.add_format({"bold": True, "font_size": 16}),
        text=book.add_format(own),
        quiet=book.add_format({**own, **quiet}),
        data=book.add_format(wrap),
        soft=book.add_format({**wrap, **quiet}),
        link=book.add_format({**wrap, "font_color": "#1b5faa", "underline": 1}),
        share=book.add_format({**wrap, "num_format": "0 %"}),
        answer=book.add_format({**own, **open_to}),
        comment=book.add_format({**wrap, **open_to}),
        states={
            state: book.add_format({**own, "bold": True, "font_color": colour}) for state, colour in colours.items()
        },
    )
