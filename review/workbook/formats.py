"""The cell formats of a workbook; only answer and comment cells are open in a protected sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Formats:
    """The cell formats of one workbook."""

    head: Any
    title: Any
    text: Any
    quiet: Any
    link: Any
    share: Any
    input: Any
    states: Mapping[str, Any]


def formats_of(book: Any) -> Formats:
    """The formats, made in a workbook of xlsxwriter."""
    wrap = {"text_wrap": True, "valign": "top"}
    colours = {"present": "#1d7a4a", "absent": "#b3362b", "unknown": "#976400", "manual": "#2f5f9e"}
    return Formats(
        head=book.add_format({**wrap, "bold": True, "bottom": 1, "bg_color": "#eef1f4"}),
        title=book.add_format({"bold": True, "font_size": 16}),
        text=book.add_format(wrap),
        quiet=book.add_format({**wrap, "font_color": "#5a6472"}),
        link=book.add_format({**wrap, "font_color": "#1b5faa", "underline": 1}),
        share=book.add_format({**wrap, "num_format": "0 %"}),
        input=book.add_format(
            {**wrap, "bg_color": "#fff8e1", "border": 1, "border_color": "#dfe3e8", "locked": False, "num_format": "@"}
        ),
        states={
            state: book.add_format({**wrap, "bold": True, "font_color": colour}) for state, colour in colours.items()
        },
    )
