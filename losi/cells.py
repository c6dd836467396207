"""Text from pages in the cells of CSV files and workbooks."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"^\s*[=+\-@]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
MAX_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before =, +, - and @ (OWASP, CSV injection)."""
    clean = plain(text)
    return f"'{clean}" if _FORMULA.match(clean) and not _is_number(clean) else clean


def plain(text: str) -> str:
    """Text without control characters and lone surrogates, cut to what a cell holds."""
    clean = _CONTROL.sub(" ", text).encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= MAX_CELL else clean[: MAX_CELL - 1] + "…"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
