"""Text from pages and people in the cells of CSV files."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠]")


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before =, +, - and @, full-width too, but before
    those of a number (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
