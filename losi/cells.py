"""Text from pages in the cells of CSV files and workbooks."""

from __future__ import annotations

from review.cells import guarded
from review.workbook.layout import cell_text


def cell(text: str) -> str:
    """The text as a cell holds it, which no spreadsheet takes for a formula."""
    return guarded(cell_text(text))


def uncelled(text: str) -> str:
    """The text that `cell` made this of; an apostrophe that belongs to a name ('s-Gravenhage) stays."""
    return text[1:] if text.startswith("'") and cell(text[1:]) == text else text
