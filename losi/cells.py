"""Text from pages in the cells of CSV files and workbooks."""

from __future__ import annotations

import re

from review.workbook.layout import cell_text

_FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠]")


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before =, +, - and @, full-width too
    (OWASP, CSV injection)."""
    clean = cell_text(text)
    return f"'{clean}" if _FORMULA.match(clean) and not _is_number(clean) else clean


def uncelled(text: str) -> str:
    """The text that `cell` made this of; an apostrophe that belongs to a name ('s-Gravenhage) stays."""
    return text[1:] if text.startswith("'") and cell(text[1:]) == text else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
